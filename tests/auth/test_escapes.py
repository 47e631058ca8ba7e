"""Ways around the fences that somebody with some rights over people could try, and what stops them."""

from typing import Any

import pytest

from app.models import Delivery, Invitation, Person, PersonSite, Role, nouns
from app.models.base import now
from app.models.delivery import Channel
from tests.ask import Service
from tests.cast import PASSWORD
from tests.test_session import sign_in


def codes(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """What was refused, and where."""
    return [(error["code"], ".".join(error["path"])) for error in payload["errors"]]


async def role_of(service: Service, who: str, audience: str, *grants: tuple[str, str]) -> None:
    """Gives somebody a role of these grants."""
    role = await Role.create(
        workspace_id=service.cast.key("toits"),
        key=f"OF_{who}",
        name=f"Of {who}",
        audience=audience,
        grants=[{"permission": permission, "scope": scope} for permission, scope in grants],
    )
    await Person.filter(id=service.cast.key(who)).update(role_id=role.id)


OVER_WORKERS = ("worker.read", "worker.manage", "user.read", "request.read", "request.work", "request.create")
DISPATCHER = tuple((permission, "ALL") for permission in OVER_WORKERS)


@pytest.mark.parametrize("first", [{"phone": "+15145550199"}, {}])
async def test_who_may_not_let_people_in_does_not_take_their_mailbox_away(
    service: Service, first: dict[str, Any]
) -> None:
    """Without a mailbox the way back would go to the phone, which the same person may have set."""
    await role_of(service, "max", "STAFF", *DISPATCHER)
    given = {"workerId": service.cast.worker("wes"), **first}
    if first:
        assert codes(await service.change("max", "updateWorker", given)) == []
    payload = await service.change("max", "updateWorker", {**given, "email": None})
    assert codes(payload) == [("FORBIDDEN", "email")]
    assert (await Person.get(id=service.cast.key("wes"))).email == "wes@toits.example"


async def test_a_mailbox_that_is_gone_is_replaced_by_whoever_may_let_people_in(service: Service) -> None:
    """It cannot object, so the new one alone confirms."""
    await role_of(service, "max", "STAFF", *DISPATCHER)
    await Person.filter(id=service.cast.key("wes")).update(email_bounced_at=now())
    given = {"workerId": service.cast.worker("wes"), "email": "evil@elsewhere.example"}
    assert codes(await service.change("max", "updateWorker", given)) == [("FORBIDDEN", "email")]
    assert await Invitation.all().count() == 0


async def test_single_grants_do_not_go_along_to_the_clients_portal(service: Service) -> None:
    """ALL means all sites there, and not the own ones."""
    north = service.cast.site("north")
    admin = await Role.get(workspace_id=service.cast.key("toits"), key="ADMIN")
    await Person.filter(id=service.cast.key("sol")).update(role_id=admin.id)
    staff = await Role.get(workspace_id=service.cast.key("toits"), key="STAFF")
    client = await Role.get(workspace_id=service.cast.key("toits"), key="CONTACT")
    given = {
        "lastName": "Puppet",
        "email": "puppet@maple.example",
        "organizationId": service.cast.organization("maple"),
        "roleId": f"rol_{staff.id.hex}",
        "siteIds": [north],
    }
    made = await service.change("sol", "createContact", given, "contact { id }")
    assert codes(made) == []
    person = made["contact"]["id"]
    grant = {"personId": person, "grants": [{"permission": "REQUEST_READ", "scope": "ALL"}]}
    assert codes(await service.change("sol", "setGrants", grant)) == []
    moved = await service.change("sol", "setRole", {"personId": person, "roleId": f"rol_{client.id.hex}"})
    assert codes(moved) == [("OUT_OF_SCOPE_PERMISSION", "roleId")]


async def test_nobody_moves_themselves_to_another_client(service: Service) -> None:
    rights = (("contact.manage", "ALL"), ("contact.read", "ALL"), ("request.read", "ORGANIZATION"))
    await role_of(service, "cora", "CONTACT", *rights)
    cora = {"contactId": service.cast.contact("cora")}
    birch = {"organizationId": service.cast.organization("birch")}
    other = await service.change("cora", "updateContact", cora | birch)
    assert codes(other) == [("NOT_YOURSELF", "organizationId")]
    inner = await service.change("cora", "updateContact", cora | {"departmentId": service.cast.department("back")})
    assert codes(inner) == [("NOT_YOURSELF", "departmentId")]
    await Person.filter(id=service.cast.key("cora")).update(department_id=service.cast.key("front"))
    out = await service.change("cora", "updateContact", cora | {"departmentId": None})
    assert codes(out) == [("NOT_YOURSELF", "departmentId")]
    same = cora | {"organizationId": service.cast.organization("maple"), "phone": "+15145550111"}
    assert codes(await service.change("cora", "updateContact", same)) == []
    assert (await Person.get(id=service.cast.key("cora"))).department_id == service.cast.key("front")
    seen = await service.ask("cora", "query($id: ID!) { request(id: $id) { id } }", id=service.cast.request("gate"))
    assert seen == {"request": None}


async def test_a_manager_takes_no_site_that_is_not_the_own(service: Service) -> None:
    """What is not shown in the form must not be lost by saving it."""
    cast = service.cast
    await PersonSite.create(workspace_id=cast.key("toits"), person_id=cast.key("wes"), site_id=cast.key("south"))
    given = {"workerId": cast.worker("wes"), "siteIds": [cast.site("north")]}
    assert codes(await service.change("max", "updateWorker", given)) == []
    sites = [link.site_id for link in await PersonSite.filter(person_id=cast.key("wes"))]
    assert set(sites) == {cast.key("north"), cast.key("south")}
    await Person.filter(id=cast.key("wil")).update(all_sites=True)
    narrowed = {"workerId": cast.worker("wil"), "hasAllSites": False, "siteIds": [cast.site("north")]}
    assert codes(await service.change("max", "updateWorker", narrowed)) == [("OUT_OF_SCOPE", "hasAllSites")]


async def test_without_sites_one_manages_nobody(service: Service) -> None:
    """Somebody who works everywhere shares no site with somebody who works nowhere."""
    await Person.filter(id=service.cast.key("wil")).update(all_sites=True)
    await PersonSite.filter(person_id=service.cast.key("max")).delete()
    shown = await service.ask("max", "{ workers { nodes { name } } users { nodes { name } } }")
    assert shown == {"workers": {"nodes": []}, "users": {"nodes": [{"name": "Max Roy"}]}}
    given = {"personId": service.cast.worker("wil")}
    assert codes(await service.change("max", "setTemporaryPassword", given)) == [("NOT_FOUND", "personId")]


async def test_a_site_that_is_hidden_tells_nothing_about_people(service: Service) -> None:
    cast = service.cast
    await PersonSite.create(workspace_id=cast.key("toits"), person_id=cast.key("wes"), site_id=cast.key("south"))
    asked = "query($site: ID!) { workers(where: {siteId: [$site]}) { nodes { name } } }"
    assert (await service.ask("max", asked, site=cast.site("south")))["workers"]["nodes"] == []
    assert (await service.ask("max", asked, site=cast.site("zug")))["workers"]["nodes"] == []
    assert len((await service.ask("ada", asked, site=cast.site("south")))["workers"]["nodes"]) == 2
    await Person.filter(id=cast.key("wil")).update(all_sites=True)
    assert (await service.ask("ada", asked, site="sit_none"))["workers"]["nodes"] == []
    assert len((await service.ask("ada", asked, site=cast.site("south")))["workers"]["nodes"]) == 3


@pytest.mark.requirement(79)
async def test_the_last_administrator_stays_everywhere(service: Service) -> None:
    ada = {"userId": service.cast.user("ada"), "hasAllSites": False, "siteIds": [service.cast.site("north")]}
    assert codes(await service.change("ada", "updateUser", ada)) == [("LAST_ADMINISTRATOR", "")]
    admin = await Role.get(workspace_id=service.cast.key("toits"), key="ADMIN")
    await Person.filter(id=service.cast.key("sol")).update(role_id=admin.id)  # at one site
    assert codes(await service.change("ada", "updateUser", ada)) == [("LAST_ADMINISTRATOR", "")]
    await Person.filter(id=service.cast.key("sol")).update(all_sites=True)
    assert codes(await service.change("ada", "updateUser", ada)) == []


async def test_settings_alone_do_not_say_where_people_sign_in(service: Service) -> None:
    """Whoever owns the address to which the links lead could use the links."""
    await role_of(service, "sol", "STAFF", ("settings.manage", "ALL"))
    front = {"publicUrl": "https://evil.example"}
    assert codes(await service.change("sol", "updateWorkspace", front)) == [("FORBIDDEN", "publicUrl")]
    assert codes(await service.change("sol", "updateWorkspace", {"name": "Toits et murs"})) == []
    assert codes(await service.change("ada", "updateWorkspace", front)) == []


@pytest.mark.requirement(90)
async def test_whose_password_is_reset_hears_of_it(service: Service) -> None:
    """A link that an administrator was shown is used by whoever has it."""
    given = {"personId": service.cast.worker("wes"), "method": "LINK", "channels": [], "show": True}
    payload = await service.change("max", "sendCredentials", given, "acceptUrl")
    token = payload["acceptUrl"].rpartition("/")[2]
    done = await service.change(None, "resetPassword", {"token": token, "password": "grey otters swim at dawn"})
    assert codes(done) == []
    assert (await sign_in(service, "wes@toits.example", PASSWORD)).json()["data"]["signIn"]["errors"] != []
    assert await Delivery.filter(recipient_id=service.cast.key("wes"), template="password_changed").exists()
    assert await Invitation.filter(state="ACCEPTED").count() == 1


@pytest.mark.requirement(2)
async def test_messages_to_people_at_other_sites_stay_unseen(service: Service) -> None:
    await role_of(service, "sol", "STAFF", ("settings.manage", "ALL"))
    tenant = service.cast.key("toits")
    for name in ("wes", "win", "ada"):
        ids: dict[str, Any] = {"workspace_id": tenant, "recipient_id": service.cast.key(name)}
        await Delivery.create(**ids, channel=Channel.EMAIL, template="password_changed")
    query = "{ deliveries { totalCount nodes { recipient { name } } } }"
    seen = {name: (await service.ask(name, query))["deliveries"] for name in ("ada", "sol")}
    names = {name: {each["recipient"]["name"] for each in page["nodes"]} for name, page in seen.items()}
    assert names == {"ada": {"Wes Roy", "Win Roy", "Ada Roy"}, "sol": {"Wes Roy", "Ada Roy"}}  # Ada is everywhere
    assert seen["sol"]["totalCount"] == 2


@pytest.mark.requirement(106)
async def test_a_role_that_is_hidden_tells_nothing_about_people(service: Service) -> None:
    """Whoever reads the client list sees no roles, and does not learn by a filter who administers a client."""
    bundles = [{"bundle": "CLIENT_LIST"}]
    given = {"personId": service.cast.user("sam"), "bundles": bundles}
    assert codes(await service.change("ada", "setGrants", given)) == []
    admins = await Role.get(workspace_id=service.cast.key("toits"), key="CONTACT_ADMIN")
    query = "query($where: PersonFilter) { contacts(where: $where) { totalCount nodes { role { name } } } }"
    every = (await service.ask("sam", query))["contacts"]
    assert every["totalCount"] > 1 and all(each["role"] is None for each in every["nodes"])
    for where in ({"roleId": [nouns.ROLE.id(admins.id)]}, {"audience": ["CONTACT"]}):
        assert (await service.ask("sam", query, where=where))["contacts"]["totalCount"] == 0
        assert (await service.ask("ada", query, where=where))["contacts"]["totalCount"] > 0


@pytest.mark.requirement(80)
async def test_a_default_site_that_is_hidden_is_not_taken_away(service: Service) -> None:
    """A form that could not show it gives back null."""
    tenant, wes, south = service.cast.key("toits"), service.cast.key("wes"), service.cast.key("south")
    await PersonSite.create(workspace_id=tenant, person_id=wes, site_id=south)
    given = {"workerId": service.cast.worker("wes"), "defaultSiteId": None}
    for name, left in (("max", south), ("ada", None)):
        await Person.filter(id=wes).update(default_site_id=south)
        assert codes(await service.change(name, "updateWorker", given)) == []
        assert (await Person.get(id=wes)).default_site_id == left
