"""Own roles: made, copied, changed for all who have them, replaced, and previewed."""

import asyncio
from itertools import product
from typing import Any

import pytest

from app.auth.permissions import Scope
from app.models import AuditEvent, DirectGrant, Person, Role, nouns
from app.models.audit_event import AuditKind
from app.models.base import now
from tests.ask import Service

SHOWN = "role { id name description audience isSystem requiresEmail version grants { permission scope source } }"
READ = {"permission": "REQUEST_READ", "scope": "ASSIGNED"}
WORK = {"permission": "REQUEST_WORK", "scope": "ASSIGNED"}
UNLISTED = {"permission": "SETTINGS_MANAGE", "scope": "OWN"}
LIST = "{ requests(first: 100) { nodes { id } } }"


def codes(payload: dict[str, Any]) -> list[tuple[str, str]]:
    return [(error["code"], ".".join(error["path"])) for error in payload["errors"]]


async def role_id(service: Service, key: str, workspace: str = "toits") -> str:
    role = await Role.get(workspace_id=service.cast.key(workspace), key=key)
    return f"rol_{role.id.hex}"


async def create(service: Service, who: str, /, **given: Any) -> dict[str, Any]:
    return await service.change(who, "createRole", given, SHOWN)


async def fitters(service: Service, *grants: dict[str, str], **given: Any) -> str:
    payload = await create(service, "ada", name="Fitters", audience="WORKER", grants=list(grants), **given)
    assert payload["errors"] == []
    made: str = payload["role"]["id"]
    return made


@pytest.mark.requirement(25, 27, 42)
async def test_a_role_is_made_of_words_or_copied(service: Service) -> None:
    payload = await create(service, "ada", name="Fitters", audience="WORKER", grants=[READ, READ, WORK])
    role = payload["role"]
    assert (role["name"], role["audience"], role["isSystem"]) == ("Fitters", "WORKER", False)
    assert [(each["permission"], each["scope"]) for each in role["grants"]] == [
        ("REQUEST_READ", "ASSIGNED"),
        ("REQUEST_WORK", "ASSIGNED"),
    ]
    copy = (await create(service, "ada", name="Sales", copyFrom=await role_id(service, "MANAGER")))["role"]
    assert (copy["audience"], copy["requiresEmail"]) == ("STAFF", True)
    manager = await Role.get(workspace_id=service.cast.key("toits"), key="MANAGER")
    assert len(copy["grants"]) == len(manager.grants)
    event = await AuditEvent.filter(kind=AuditKind.ROLE_CREATED).order_by("id").first()
    assert event and event.actor_id == service.cast.key("ada")
    assert event.after["grants"] == "request.read@ASSIGNED, request.work@ASSIGNED"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"name": " ", "audience": "STAFF"}, ("REQUIRED", "name")),
        ({"name": "x" * 121, "audience": "STAFF"}, ("TOO_LONG", "name")),
        ({"name": "x", "audience": "STAFF", "description": "x" * 1001}, ("TOO_LONG", "description")),
        ({"name": "wórker", "audience": "STAFF"}, ("NAME_IN_USE", "name")),
        ({"name": "Fresh"}, ("REQUIRED", "audience")),
        ({"name": "Fresh", "copyFrom": "rol_none"}, ("NOT_FOUND", "copyFrom")),
        ({"name": "Fresh", "audience": "STAFF", "grants": [READ, UNLISTED]}, ("INVALID_VALUE", "grants")),
    ],
)
async def test_bad_input_makes_no_role(service: Service, given: dict[str, Any], expected: tuple[str, str]) -> None:
    before = await Role.all().count(), await AuditEvent.all().count()
    assert codes(await create(service, "ada", **given)) == [expected]
    assert (await Role.all().count(), await AuditEvent.all().count()) == before


async def test_of_two_roles_of_one_name_at_once_one_is_made(service: Service) -> None:
    """Whatever the case and accents."""
    for number in range(6):
        names = (f"Équipe {number}", f"equipe {number}")
        given = {"audience": "WORKER", "grants": []}
        payloads = await asyncio.gather(*(create(service, "ada", name=name, **given) for name in names))
        refused = [code for payload in payloads for code in codes(payload)]
        assert refused == [("NAME_IN_USE", "name")]
    made = await Role.filter(is_system=False).order_by("sort_name")
    assert [role.sort_name for role in made] == [f"equipe {number}" for number in range(6)]
    other = await fitters(service)
    payload = await service.change("ada", "updateRole", {"roleId": other, "name": "ÉQUIPE 1"}, SHOWN)
    assert codes(payload) == [("NAME_IN_USE", "name")]
    payload = await service.change("ada", "updateRole", {"roleId": other, "name": "FITTERS"}, SHOWN)
    assert payload["role"]["name"] == "FITTERS"


async def test_roles_of_another_workspace_do_not_exist(service: Service) -> None:
    foreign = await role_id(service, "WORKER", "zurich")
    assert codes(await create(service, "ada", name="Fresh", copyFrom=foreign)) == [("NOT_FOUND", "copyFrom")]
    for mutation, given in (("updateRole", {"name": "x"}), ("deleteRole", {})):
        payload = await service.change("ada", mutation, {"roleId": foreign, **given})
        assert codes(payload) == [("NOT_FOUND", "roleId")]


@pytest.mark.requirement(25)
async def test_nobody_makes_or_widens_a_role_beyond_the_own_rights(service: Service) -> None:
    ada = await Person.get(id=service.cast.key("ada"))
    limited = [{"permission": "role.manage", "scope": "ALL"}, {"permission": "request.read", "scope": "ALL"}]
    words: dict[str, Any] = {"key": "LIMITED", "name": "Limited", "audience": "STAFF", "grants": limited}
    role = await Role.create(workspace_id=ada.workspace_id, **words)
    await Person.filter(id=service.cast.key("max")).update(role_id=role.id)
    wide = [{"permission": "USER_MANAGE", "scope": "ALL"}, {"permission": "REQUEST_READ", "scope": "ALL"}]
    payload = await create(service, "max", name="Mine", audience="STAFF", grants=wide)
    assert codes(payload) == [("OUT_OF_SCOPE_PERMISSION", "grants")]
    assert "user.manage@ALL" in payload["errors"][0]["message"]
    assert "request.read@ALL" not in payload["errors"][0]["message"]
    # What reaches over people is given by those alone who manage accounts.
    payload = await create(
        service, "max", name="Mine", audience="STAFF", grants=[{"permission": "ROLE_MANAGE", "scope": "ALL"}]
    )
    assert codes(payload) == [("OUT_OF_SCOPE_PERMISSION", "grants")]
    strong = await create(service, "ada", name="Strong", audience="STAFF", grants=wide)
    given = {"roleId": strong["role"]["id"], "grants": []}
    assert codes(await service.change("max", "updateRole", given)) == [("OUT_OF_SCOPE_PERMISSION", "roleId")]
    assert codes(await service.change("max", "deleteRole", {"roleId": strong["role"]["id"]})) == [
        ("OUT_OF_SCOPE_PERMISSION", "roleId")
    ]


@pytest.mark.parametrize("name", ["max", "sam", "wes", "cora", "cyn"])
async def test_roles_are_for_those_who_manage_them(service: Service, name: str) -> None:
    for field, kind in (
        ("createRole", 'name: "x", audience: STAFF'),
        ("updateRole", 'roleId: "x"'),
        ("deleteRole", 'roleId: "x"'),
    ):
        query = f"mutation {{ {field}(input: {{{kind}}}) {{ errors {{ code }} }} }}"
        assert await service.refused(name, query) == ["FORBIDDEN"]
    assert await service.refused(name, '{ rolePreview(roleId: "x", grants: []) { peopleCount } }') == ["FORBIDDEN"]


@pytest.mark.requirement(27, 33)
async def test_a_changed_role_holds_on_the_next_operation_of_its_people(service: Service) -> None:
    made = await fitters(service, READ)
    await service.change("ada", "setRole", {"personId": service.cast.worker("wes"), "roleId": made})
    assert len((await service.ask("wes", LIST))["requests"]["nodes"]) == 2
    version = (await Person.get(id=service.cast.key("wes"))).version
    given = {"roleId": made, "grants": [{"permission": "REQUEST_READ", "scope": "OWN"}]}
    payload = await service.change("ada", "updateRole", given, SHOWN)
    assert payload["errors"] == [] and payload["role"]["version"] == 2
    assert (await service.ask("wes", LIST))["requests"]["nodes"] == []
    assert (await Person.get(id=service.cast.key("wes"))).version == version + 1
    event = await AuditEvent.filter(kind=AuditKind.ROLE_UPDATED).get()
    assert (event.before["grants"], event.after["grants"]) == ("request.read@ASSIGNED", "request.read@OWN")


async def test_a_lost_update_of_a_role_is_a_conflict(service: Service) -> None:
    made = await fitters(service, READ)
    given = {"roleId": made, "expectedVersion": 1}
    assert codes(await service.change("ada", "updateRole", {**given, "name": "One"})) == []
    payload = await service.change("ada", "updateRole", {**given, "name": "Two"}, SHOWN)
    assert codes(payload) == [("CONFLICT", "expectedVersion")]
    assert payload["role"]["name"] == "One"


async def test_what_changes_nothing_of_a_role_makes_no_new_version(service: Service) -> None:
    made = await fitters(service)
    before, events = await Role.get(id=nouns.ROLE.key(made)), await AuditEvent.all().count()
    same = {"name": before.name, "description": before.description, "requiresEmail": before.requires_email}
    for given in ({}, same):
        payload = await service.change("ada", "updateRole", {"roleId": made, **given}, SHOWN)
        assert (codes(payload), payload["role"]["name"]) == ([], before.name)
    for name in ("name", "requiresEmail", "grants"):
        assert codes(await service.change("ada", "updateRole", {"roleId": made, name: None})) == [("REQUIRED", name)]
    assert (await Role.get(id=before.id)).version == before.version
    assert await AuditEvent.all().count() == events


async def test_roles_that_every_workspace_has_stay_as_they_are(service: Service) -> None:
    worker = {"roleId": await role_id(service, "WORKER")}
    for mutation, given in (("updateRole", {**worker, "name": "Others"}), ("deleteRole", worker)):
        payload = await service.change("ada", mutation, given)
        assert codes(payload) == [("SYSTEM_ROLE", "roleId")]


@pytest.mark.requirement(74)
async def test_a_role_cannot_come_to_need_addresses_that_its_people_lack(service: Service) -> None:
    made = await fitters(service, READ)
    await service.change("ada", "setRole", {"personId": service.cast.worker("ned"), "roleId": made})
    payload = await service.change("ada", "updateRole", {"roleId": made, "requiresEmail": True})
    assert codes(payload) == [("EMAIL_REQUIRED_BY_ROLE", "requiresEmail")]
    needing = await create(service, "ada", name="Needing", audience="WORKER", grants=[], requiresEmail=True)
    given = {"personId": service.cast.worker("ned"), "roleId": needing["role"]["id"]}
    assert codes(await service.change("ada", "setRole", given)) == [("EMAIL_REQUIRED_BY_ROLE", "email")]


async def test_a_role_in_use_needs_an_heir(service: Service) -> None:
    made = await fitters(service, READ)
    for who in ("wes", "wil", "win", "ned"):
        await service.change("ada", "setRole", {"personId": service.cast.worker(who), "roleId": made})
    payload = await service.change("ada", "deleteRole", {"roleId": made})
    assert codes(payload) == [("ROLE_IN_USE", "replaceWith")]
    assert "4" in payload["errors"][0]["message"]
    staff = {"roleId": made, "replaceWith": await role_id(service, "STAFF")}
    assert codes(await service.change("ada", "deleteRole", staff)) == [("ROLE_NOT_FITTING", "replaceWith")]
    assert codes(await service.change("ada", "deleteRole", {"roleId": made, "replaceWith": made})) == [
        ("ROLE_NOT_FITTING", "replaceWith")
    ]
    heir = {"roleId": made, "replaceWith": await role_id(service, "WORKER")}
    payload = await service.change("ada", "deleteRole", heir, "replacedCount")
    assert payload == {"replacedCount": 4, "errors": []}
    assert (await service.ask("wes", "{ viewer { user { role { name } } } }"))["viewer"]["user"]["role"] == {
        "name": "Worker"
    }
    assert await AuditEvent.filter(kind=AuditKind.ROLE_SET, subject_id=service.cast.key("wes")).count() == 2
    assert codes(await service.change("ada", "deleteRole", {"roleId": made})) == [("NOT_FOUND", "roleId")]


async def test_a_role_that_only_deleted_people_had_can_go(service: Service) -> None:
    made = await fitters(service, READ)
    await service.change("ada", "setRole", {"personId": service.cast.worker("ned"), "roleId": made})
    payload = await service.change("ada", "deletePerson", {"personId": service.cast.worker("ned")})
    assert payload["errors"] == []
    assert codes(await service.change("ada", "deleteRole", {"roleId": made})) == []


async def test_a_preview_says_who_gains_and_who_loses(service: Service) -> None:
    made = await fitters(service, READ, WORK)
    for who in ("wes", "ned"):
        await service.change("ada", "setRole", {"personId": service.cast.worker(who), "roleId": made})
    words: dict[str, Any] = {"permission": "request.work", "scope": "ASSIGNED"}
    wes = await Person.get(id=service.cast.key("wes"))
    await DirectGrant.create(workspace_id=wes.workspace_id, person_id=wes.id, **words)
    query = """query($id: ID!, $grants: [GrantInput!]!) { rolePreview(roleId: $id, grants: $grants) {
      peopleCount gains { permission scope } losses { permission }
      people { name gains { permission } losses { permission } } } }"""
    before = await Role.all().values()
    grants = [READ, {"permission": "REQUEST_READ", "scope": "OWN"}]
    found = (await service.ask("ada", query, id=made, grants=grants))["rolePreview"]
    gained, lost = [{"permission": "REQUEST_READ"}], [{"permission": "REQUEST_WORK"}]
    assert found == {
        "peopleCount": 2,
        "gains": [{"permission": "REQUEST_READ", "scope": "OWN"}],
        "losses": lost,
        "people": [
            {"name": "Ned Roy", "gains": gained, "losses": lost},
            {"name": "Wes Roy", "gains": gained, "losses": []},  # still held directly
        ],
    }
    assert await Role.all().values() == before
    assert await service.ask("ada", query, id="rol_none", grants=[]) == {"rolePreview": None}


async def test_grants_are_given_in_the_scopes_of_the_catalogue(service: Service) -> None:
    query = "{ permissionCatalogue { permissions { permission scopes } } }"
    entries = (await service.ask("ada", query))["permissionCatalogue"]["permissions"]
    listed = {(entry["permission"], scope) for entry in entries for scope in entry["scopes"]}
    made, wes = await fitters(service, READ), service.cast.worker("wes")
    for permission, scope in product((entry["permission"] for entry in entries), Scope):
        one = {"grants": [{"permission": permission, "scope": scope}]}
        expected = [] if (permission, scope) in listed else [("INVALID_VALUE", "grants")]
        assert codes(await service.change("ada", "updateRole", {"roleId": made, **one})) == expected, one
        assert codes(await service.change("ada", "setGrants", {"personId": wes, **one})) == expected, one
    payload = await create(service, "ada", name="Fresh", audience="STAFF", grants=[READ, UNLISTED])
    assert payload["errors"][0]["message"] == "This value does not fit: settings.manage@OWN."


async def test_stored_scopes_that_the_catalogue_does_not_list_stay(service: Service) -> None:
    made, wes = await fitters(service), service.cast.worker("wes")
    stored: dict[str, Any] = {"permission": "settings.manage", "scope": "OWN"}
    await Role.filter(name="Fitters").update(grants=[stored], grant_words=" settings.manage@OWN ")
    ids: dict[str, Any] = {"workspace_id": service.cast.key("toits"), "person_id": service.cast.key("wes")}
    await DirectGrant.create(**ids, **stored)
    for mutation, whose in (("updateRole", {"roleId": made}), ("setGrants", {"personId": wes})):
        assert codes(await service.change("ada", mutation, {**whose, "grants": [READ, UNLISTED]})) == []
    assert codes(await service.change("ada", "setRole", {"personId": wes, "roleId": made})) == []
    held = (await service.ask("wes", "{ viewer { permissions { permission scope } } }"))["viewer"]["permissions"]
    assert held.count(UNLISTED) == 2


async def test_wherever_a_grant_is_shown_its_role_has_the_same_name(service: Service) -> None:
    made, wes = await fitters(service, READ), service.cast.worker("wes")
    assert codes(await service.change("ada", "setRole", {"personId": wes, "roleId": made})) == []
    other = await role_id(service, "WORKER")
    query = """query($w: ID!, $r: ID!, $o: ID!) {
      node(id: $w) { ... on Worker { role { grants { source } } user { grants { source } } } }
      explainAccess(personId: $w, permission: REQUEST_READ) { sentence grants { grant { source } } }
      accessPreview(personId: $w, roleId: $o) { gains { source } }
      rolePreview(roleId: $r, grants: []) { losses { source } } }"""
    for name in ("Fitters", "Roofers"):
        assert codes(await service.change("ada", "updateRole", {"roleId": made, "name": name})) == []
        only = [{"source": f"role {name}"}]
        found = await service.ask("ada", query, w=wes, r=made, o=other)
        assert found["node"] == {"role": {"grants": only}, "user": {"grants": only}}
        explained = found["explainAccess"]
        assert explained["sentence"] == f"Wes Roy may do this by request.read@ASSIGNED (role {name})."
        assert explained["grants"] == [{"grant": each} for each in only]
        assert {each["source"] for each in found["accessPreview"]["gains"]} == {"role Worker"}
        assert found["rolePreview"] == {"losses": only}
        assert (await service.ask("wes", "{ viewer { permissions { source } } }"))["viewer"] == {"permissions": only}


async def test_the_last_administrator_role_cannot_lose_its_power(service: Service) -> None:
    everything = await role_id(service, "ADMIN")
    made = (await create(service, "ada", name="Chiefs", copyFrom=everything))["role"]["id"]
    await service.change("ada", "setRole", {"personId": service.cast.user("ada"), "roleId": made})
    payload = await service.change("ada", "updateRole", {"roleId": made, "grants": [READ]})
    assert codes(payload) == [("LAST_ADMINISTRATOR", "")]
    payload = await service.change(
        "ada", "deleteRole", {"roleId": made, "replaceWith": await role_id(service, "STAFF")}
    )
    assert codes(payload) == [("LAST_ADMINISTRATOR", "")]
    assert (await service.ask("ada", "{ roles { nodes { name } } }"))["roles"]["nodes"]


async def test_a_time_limited_administrator_keeps_nobody(service: Service) -> None:
    """Whoever loses the rights by themselves one day does not count as the last one."""
    max_ = await Person.get(id=service.cast.key("max"))
    for permission in ("role.manage", "user.manage"):
        words: dict[str, Any] = {"permission": permission, "scope": "ALL", "expires_at": now().replace(year=2099)}
        await DirectGrant.create(workspace_id=max_.workspace_id, person_id=max_.id, **words)
    given = {"personId": service.cast.user("ada"), "roleId": await role_id(service, "STAFF")}
    assert codes(await service.change("ada", "setRole", given)) == [("LAST_ADMINISTRATOR", "")]
    await DirectGrant.filter(person_id=max_.id).update(expires_at=None)
    assert codes(await service.change("ada", "setRole", given)) == []
