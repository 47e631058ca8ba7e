"""Workers: added with no more than a name, changed field by field."""

from typing import Any

import pytest

from app.models import AuditEvent, LoginName, Person, Role, Workspace
from app.models.audit_event import AuditKind
from tests.ask import Service

SHOWN = """worker { id name firstName lastName email phone trade language status isActive version
  role { name } sites { name } user { username hasAllSites defaultSite { name } } viewerCan { update delete } }
  warnings { code path }"""


async def create(service: Service, name: str, **given: Any) -> dict[str, Any]:
    return await service.change(name, "createWorker", given, SHOWN)


async def update(service: Service, name: str, who: str, **given: Any) -> dict[str, Any]:
    return await service.change(name, "updateWorker", {"workerId": service.cast.worker(who), **given}, SHOWN)


def codes(payload: dict[str, Any]) -> list[tuple[str, str]]:
    return [(error["code"], ".".join(error["path"])) for error in payload["errors"]]


@pytest.mark.requirement(6, 13, 14, 16, 61, 62)
async def test_a_name_is_enough(service: Service) -> None:
    payload = await create(service, "ada", lastName="  Tremblay ")
    worker = payload["worker"]
    assert payload["errors"] == []
    assert worker["name"] == worker["lastName"] == "Tremblay"
    assert (worker["status"], worker["isActive"], worker["role"]) == ("NO_ACCESS", False, {"name": "Worker"})
    assert (worker["email"], worker["user"]["username"]) == (None, None)
    assert worker["user"]["hasAllSites"] is True
    assert payload["warnings"] == [{"code": "NO_EMAIL", "path": ["email"]}]
    given = {"requestId": service.cast.request("door"), "workerId": worker["id"]}
    assigned = await service.change("ada", "assignRequest", given, "warnings { code }")
    assert assigned["errors"] == [] and {"code": "CANNOT_LOG_IN"} in assigned["warnings"]


@pytest.mark.requirement(3, 9, 29, 32, 73, 75)
async def test_everything_that_is_said_of_a_worker_is_kept_as_it_is_compared(service: Service) -> None:
    given = {
        "firstName": "Élodie",
        "lastName": "Côté\u202e",
        "email": " Elodie@Toits.EXAMPLE ",
        "phone": "+1 (514) 555-0199",
        "trade": "Plombière",
        "language": "fr",
        "siteIds": [service.cast.site("north"), service.cast.site("north")],
        "defaultSiteId": service.cast.site("north"),
    }
    worker = (await create(service, "ada", **given))["worker"]
    assert worker["name"] == "Élodie Côté"
    assert (worker["email"], worker["user"]["username"]) == ("elodie@toits.example",) * 2
    assert (worker["phone"], worker["trade"], worker["language"]) == ("+15145550199", "Plombière", "fr")
    assert worker["sites"] == [{"name": "North"}] and worker["user"]["defaultSite"] == {"name": "North"}
    found = await service.ask("ada", '{ workers(search: "elodie cote") { nodes { id } } }')
    assert found["workers"]["nodes"] == [{"id": worker["id"]}]


@pytest.mark.requirement(26)
async def test_without_the_feature_nobody_adds_workers(service: Service) -> None:
    await Workspace.filter(id=service.cast.key("toits")).update(features={"WORKER_ACCOUNTS": False})
    assert codes(await create(service, "ada", lastName="Roy")) == [("FEATURE_NOT_ENABLED", "")]


@pytest.mark.requirement(71)
async def test_a_workspace_decides_from_where_people_are_added(service: Service) -> None:
    await Workspace.filter(id=service.cast.key("toits")).update(policies={"creation_clients": ["WEB"]})
    before = await Person.all().count()
    assert codes(await create(service, "ada", lastName="Roy")) == [("CLIENT_NOT_ALLOWED", "")]
    assert await Person.all().count() == before


BAD: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({"lastName": "  "}, ("REQUIRED", "lastName")),
    ({"lastName": "\u202e\t"}, ("REQUIRED", "lastName")),
    ({"lastName": "x" * 121}, ("TOO_LONG", "lastName")),
    ({"firstName": "x" * 121}, ("TOO_LONG", "firstName")),
    ({"trade": "x" * 121}, ("TOO_LONG", "trade")),
    ({"email": "no address"}, ("INVALID_EMAIL", "email")),
    ({"email": "a@b@toits.example"}, ("INVALID_EMAIL", "email")),
    ({"email": f"{'x' * 250}@toits.example"}, ("TOO_LONG", "email")),
    ({"email": "WES@toits.example"}, ("EMAIL_IN_USE", "email")),
    ({"email": "zoe@zurich.example"}, ("EMAIL_IN_USE", "email")),
    ({"username": "Wés@toits.example"}, ("INVALID_USERNAME", "username")),
    ({"username": "x"}, ("INVALID_USERNAME", "username")),
    ({"phone": "514-555-0101"}, ("INVALID_PHONE", "phone")),
    ({"phone": "+1 514"}, ("INVALID_PHONE", "phone")),
    ({"phone": "+" + "1" * 400}, ("INVALID_PHONE", "phone")),
    ({"language": "xx"}, ("LANGUAGE_NOT_SPOKEN", "language")),
    ({"siteIds": ["sit_none"]}, ("NOT_FOUND", "siteIds")),
    ({"siteIds": ["$zug"]}, ("NOT_FOUND", "siteIds")),
    ({"siteIds": ["$north"] * 501}, ("TOO_MANY", "siteIds")),
    ({"siteIds": ["$south"], "defaultSiteId": "$north"}, ("DEFAULT_SITE_INVALID", "defaultSiteId")),
    ({"defaultSiteId": "$zug"}, ("DEFAULT_SITE_INVALID", "defaultSiteId")),
    ({"roleId": "rol_none"}, ("NOT_FOUND", "roleId")),
]


@pytest.mark.parametrize(("given", "expected"), BAD)
async def test_bad_input_changes_nothing(service: Service, given: dict[str, Any], expected: tuple[str, str]) -> None:
    def filled(value: Any) -> Any:
        if isinstance(value, list):
            return [filled(each) for each in value]
        return service.cast.site(value[1:]) if str(value).startswith("$") else value

    given = {name: filled(value) for name, value in given.items()}
    before = await Person.all().count(), await LoginName.all().count(), await AuditEvent.all().count()
    assert codes(await create(service, "ada", **{"lastName": "Roy", **given})) == [expected]
    assert (await Person.all().count(), await LoginName.all().count(), await AuditEvent.all().count()) == before
    if "email" not in given and "username" not in given and "roleId" not in given:
        row = dict((await Person.filter(id=service.cast.key("wes")).values())[0])
        assert codes(await update(service, "ada", "wes", **given)) == [expected]
        assert dict((await Person.filter(id=service.cast.key("wes")).values())[0]) == row


@pytest.mark.requirement(54, 55)
async def test_whoever_tries_out_taken_addresses_is_stopped(service: Service) -> None:
    seen = [codes(await create(service, "ada", lastName="Roy", email="wes@toits.example")) for _ in range(22)]
    assert seen[0] == [("EMAIL_IN_USE", "email")]
    assert seen[-1] == [("TOO_MANY_TRIES", "email")]
    # Else whoever is let on would still learn which addresses are free.
    assert codes(await create(service, "ada", lastName="Roy", email="new@toits.example")) == seen[-1]
    assert codes(await update(service, "ada", "wes", email="new@toits.example")) == seen[-1]
    assert codes(await create(service, "ada", lastName="Roy")) == []


async def test_addresses_that_are_free_are_no_tries(service: Service) -> None:
    made = [codes(await create(service, "ada", lastName="Roy", email=f"n{i}@toits.example")) for i in range(25)]
    wrong = [codes(await create(service, "ada", lastName="", email="wes@toits.example")) for _ in range(25)]
    assert made == [[]] * 25 and wrong == [[("REQUIRED", "lastName")]] * 25


@pytest.mark.requirement(12, 86)
async def test_absent_fields_stay_and_null_clears(service: Service) -> None:
    before = await Person.get(id=service.cast.key("wes"))
    payload = await update(service, "ada", "wes", trade=None, firstName="Wesley")
    worker = payload["worker"]
    assert payload["errors"] == []
    assert (worker["name"], worker["trade"], worker["phone"]) == ("Wesley Roy", None, "+15145550101")
    assert worker["version"] == before.version + 1
    event = await AuditEvent.filter(kind=AuditKind.PERSON_UPDATED).get()
    assert (event.actor_id, event.subject_id) == (service.cast.key("ada"), before.id)
    assert event.before == {"firstName": "Wes", "trade": "plumber"}
    assert event.after == {"firstName": "Wesley", "trade": None}
    again = await update(service, "ada", "wes", firstName="Wesley")
    assert again["worker"]["version"] == before.version + 1  # nothing changed


@pytest.mark.requirement(21)
async def test_a_lost_update_is_a_conflict(service: Service) -> None:
    version = (await Person.get(id=service.cast.key("wes"))).version
    assert codes(await update(service, "ada", "wes", trade="roofer", expectedVersion=version)) == []
    payload = await update(service, "ada", "wes", trade="tiler", expectedVersion=version)
    assert codes(payload) == [("CONFLICT", "expectedVersion")]
    assert payload["worker"]["trade"] == "roofer"


@pytest.mark.requirement(75, 87)
async def test_a_username_follows_the_address_until_the_first_activation(service: Service) -> None:
    made = (await create(service, "ada", lastName="Roy", email="new@toits.example"))["worker"]
    given = {"workerId": made["id"], "email": "newer@toits.example"}
    changed = (await service.change("ada", "updateWorker", given, SHOWN))["worker"]
    assert (changed["email"], changed["user"]["username"]) == ("newer@toits.example",) * 2
    again = await create(service, "ada", lastName="Roy", email="new@toits.example")
    assert again["errors"] == []
    query = "mutation($i: UpdateWorkerInput!) { updateWorker(input: $i) { errors { code } } }"
    answer = await service.post("ada", query, i={"workerId": made["id"], "username": "other"})
    assert "username" in answer.json()["errors"][0]["message"]


@pytest.mark.requirement(43)
async def test_an_address_of_another_domain_is_a_warning(service: Service) -> None:
    await Workspace.filter(id=service.cast.key("toits")).update(
        policies={"preferred_email_domains": ["Toits.example"]}
    )
    other = await create(service, "ada", lastName="Roy", email="roy@mail.example")
    assert other["errors"] == [] and other["warnings"] == [{"code": "OTHER_DOMAIN", "path": ["email"]}]
    own = await create(service, "ada", lastName="Roy", email="roy@toits.example")
    assert own["warnings"] == []


@pytest.mark.requirement(2, 79)
async def test_a_manager_adds_workers_at_own_sites_and_gives_no_others(service: Service) -> None:
    worker = (await create(service, "max", lastName="Roy"))["worker"]
    assert worker["sites"] == [{"name": "North"}] and worker["user"]["hasAllSites"] is False
    assert codes(await create(service, "max", lastName="Roy", hasAllSites=True)) == [("OUT_OF_SCOPE", "hasAllSites")]
    south = [service.cast.site("south")]
    assert codes(await create(service, "max", lastName="Roy", siteIds=south)) == [("NOT_FOUND", "siteIds")]
    assert codes(await create(service, "max", lastName="Roy", siteIds=[])) == [("OUT_OF_SCOPE", "siteIds")]
    assert codes(await update(service, "max", "wes", siteIds=[])) == [("OUT_OF_SCOPE", "siteIds")]
    assert codes(await update(service, "max", "win", trade="x")) == [("NOT_FOUND", "workerId")]


@pytest.mark.requirement(30)
async def test_a_role_made_along_lives_and_dies_with_the_worker(service: Service) -> None:
    role = {"name": "Fitters", "audience": "WORKER", "grants": [{"permission": "REQUEST_READ", "scope": "ASSIGNED"}]}
    worker = (await create(service, "ada", lastName="Roy", newRole=role))["worker"]
    assert worker["role"] == {"name": "Fitters"}
    roles = await Role.all().count()
    other = {**role, "name": "Others"}
    payload = await create(service, "ada", lastName="Roy", email="wes@toits.example", newRole=other)
    assert codes(payload) == [("EMAIL_IN_USE", "email")]
    assert await Role.all().count() == roles
    assert codes(await create(service, "ada", lastName="Roy", newRole=role)) == [("NAME_IN_USE", "newRole.name")]


WRONG: list[tuple[dict[str, Any], tuple[str, list[str]]]] = [
    ({"name": "wórker"}, ("NAME_IN_USE", ["newRole", "name"])),
    ({"name": " "}, ("REQUIRED", ["newRole", "name"])),
    ({"description": "x" * 1001}, ("TOO_LONG", ["newRole", "description"])),
    ({"audience": None}, ("REQUIRED", ["newRole", "audience"])),
    ({"copyFrom": "rol_none"}, ("NOT_FOUND", ["newRole", "copyFrom"])),
    ({"grants": [{"permission": "ROLE_MANAGE", "scope": "OWN"}]}, ("INVALID_VALUE", ["newRole", "grants"])),
    ({"audience": "CONTACT"}, ("ROLE_NOT_FITTING", ["newRole"])),
]


@pytest.mark.parametrize(("wrong", "expected"), WRONG)
async def test_what_is_wrong_with_a_role_made_along_lies_below_it(
    service: Service, wrong: dict[str, Any], expected: tuple[str, list[str]]
) -> None:
    roles = await Role.all().count()
    role = {"name": "Fitters", "audience": "WORKER", **wrong}
    for mutation, login in (("createWorker", {}), ("createUser", {"username": "roy"})):
        payload = await service.change("ada", mutation, {"lastName": "Roy", "newRole": role, **login})
        assert [(each["code"], each["path"]) for each in payload["errors"]] == [expected]
    assert await Role.all().count() == roles


async def test_a_role_is_either_chosen_or_made_along(service: Service) -> None:
    people, worker = await Person.all().count(), await Role.get(workspace_id=service.cast.key("toits"), key="WORKER")
    both = {"roleId": f"rol_{worker.id.hex}", "newRole": {"name": "Fitters", "audience": "WORKER"}}
    for mutation, login in (("createWorker", {}), ("createUser", {"username": "roy"})):
        payload = await service.change("ada", mutation, {"lastName": "Roy", **both, **login})
        assert codes(payload) == [("INVALID_VALUE", "newRole")]
    assert await Person.all().count() == people


@pytest.mark.requirement(25, 30)
async def test_whoever_gives_no_way_in_does_not_say_where_it_leads(service: Service) -> None:
    wes = Person.filter(id=service.cast.key("wes"))
    manager = await Role.get(workspace_id=service.cast.key("toits"), key="MANAGER")
    assert codes(await update(service, "max", "wes", phone="+15145550161")) == []
    await wes.update(email=None)
    assert codes(await update(service, "max", "wes", phone="+15145550162")) == []
    manager.grants = [each for each in manager.grants if each["permission"] != "account.credentials"]
    await manager.save()
    for name, value in (("phone", "+15145550163"), ("email", "max@elsewhere.example")):
        assert codes(await update(service, "max", "wes", **{name: value})) == [("FORBIDDEN", name)]
    assert codes(await update(service, "max", "wes", trade="Roofer")) == []
    assert await wes.values_list("phone", "email", "trade") == [("+15145550162", None, "Roofer")]
    await wes.update(email="wes@toits.example")
    assert codes(await update(service, "max", "wes", phone="+15145550164")) == []


async def test_a_manager_makes_no_roles_and_gives_none_above_the_own(service: Service) -> None:
    role = {"name": "Friends", "audience": "STAFF", "grants": [{"permission": "ROLE_MANAGE", "scope": "ALL"}]}
    payload = await create(service, "max", lastName="Roy", newRole=role)
    assert codes(payload) == [("OUT_OF_SCOPE_PERMISSION", "newRole.grants")]
    assert "role.manage@ALL" in payload["errors"][0]["message"]
    role["grants"] = [{"permission": "REQUEST_READ", "scope": "ASSIGNED"}]
    assert codes(await create(service, "max", lastName="Roy", newRole=role)) == [("FORBIDDEN", "newRole")]
    for key, expected in (("ADMIN", "OUT_OF_SCOPE_PERMISSION"), ("MANAGER", "OUT_OF_SCOPE_PERMISSION")):
        chosen = await Role.get(workspace_id=service.cast.key("toits"), key=key)
        given = {"lastName": "Roy", "roleId": f"rol_{chosen.id.hex}"}
        assert codes(await create(service, "max", **given)) == [(expected, "roleId")]


@pytest.mark.requirement(12, 32)
async def test_who_is_no_worker_is_changed_as_none(service: Service) -> None:
    before = await Person.get(id=service.cast.key("cyn")).values()
    for text in (service.cast.contact("cyn"), service.cast.user("cyn")):
        changed = await service.change("ada", "updateWorker", {"workerId": text, "trade": "plumber"})
        assert codes(changed) == [("NOT_FOUND", "workerId")]
    assert await Person.get(id=service.cast.key("cyn")).values() == before
