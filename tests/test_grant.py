"""Who gives what to whom: roles, direct grants and boxes, always within the own rights."""

import asyncio
from typing import Any

import pytest

from app.models import AuditEvent, DirectGrant, Person, PersonSite, Role, Workspace
from app.models.audit_event import AuditKind
from tests.ask import Service
from tests.cast import SEES
from tests.test_role import codes, role_id

LIST = "{ requests(first: 100) { nodes { id } } }"
GRANTS = "user { grants { permission scope source reason expiresAt isPrivileged } } contact { seeAllRequests }"
SOON, PAST = "2099-01-01T00:00:00Z", "2020-01-01T00:00:00Z"


async def seen(service: Service, name: str) -> set[str]:
    nodes = (await service.ask(name, LIST))["requests"]["nodes"]
    return service.cast.requests([row["id"] for row in nodes])


async def set_role(service: Service, who: str, person: str, key: str, select: str = "") -> dict[str, Any]:
    given = {"personId": person, "roleId": await role_id(service, key)}
    return await service.change(who, "setRole", given, select)


async def set_grants(service: Service, who: str, person: str, **given: Any) -> dict[str, Any]:
    return await service.change(who, "setGrants", {"personId": person, **given}, GRANTS)


@pytest.mark.requirement(33, 77)
async def test_another_role_holds_on_the_next_operation(service: Service) -> None:
    assert await seen(service, "wil") == {"roof"}
    payload = await set_role(service, "ada", service.cast.worker("wil"), "MANAGER", "worker { role { name } }")
    assert payload["worker"]["role"] == {"name": "Manager"}
    # The session was of the portal for workers, which a manager has no business in.
    assert (await service.post("wil", LIST)).status_code == 401
    event = await AuditEvent.filter(kind=AuditKind.ROLE_SET).get()
    assert (event.before, event.after) == ({"role": "Worker"}, {"role": "Manager"})
    assert (event.actor_id, event.subject_id) == (service.cast.key("ada"), service.cast.key("wil"))


@pytest.mark.requirement(94, 110)
async def test_direct_grants_add_to_the_role_and_say_where_they_come_from(service: Service) -> None:
    sam = service.cast.user("sam")
    grants = [{"permission": "REQUEST_READ", "scope": "ALL", "reason": "Holiday cover", "expiresAt": SOON}]
    payload = await set_grants(service, "ada", sam, grants=grants, bundles=[{"bundle": "CLIENT_LIST"}])
    assert payload["errors"] == []
    held = {(each["permission"], each["scope"], each["source"]): each for each in payload["user"]["grants"]}
    assert held["REQUEST_READ", "ALL", "direct grant"]["reason"] == "Holiday cover"
    assert held["REQUEST_READ", "ALL", "direct grant"]["expiresAt"] == "2099-01-01T00:00:00.000000Z"
    assert ("CONTACT_READ", "ALL", "bundle CLIENT_LIST") in held
    assert ("REQUEST_READ", "ASSIGNED", "role Staff") in held
    assert await seen(service, "sam") == SEES["max"]
    again = await set_grants(service, "ada", sam, grants=grants, bundles=[{"bundle": "CLIENT_LIST"}])
    assert again["errors"] == []
    [event] = await AuditEvent.filter(kind=AuditKind.GRANTS_SET)
    assert event.after == {
        "grants": "request.read@ALL",
        "bundles": "CLIENT_LIST",
        "ends": ["request.read@ALL: 2099-01-01T00:00:00+00:00"],
        "reason": ["request.read@ALL: Holiday cover"],
    }
    emptied = await set_grants(service, "ada", sam, grants=[])
    sources = {each["source"] for each in emptied["user"]["grants"]}
    assert sources == {"role Staff", "bundle CLIENT_LIST"}  # the boxes were not spoken of
    last = await AuditEvent.filter(kind=AuditKind.GRANTS_SET).order_by("-id").first()
    assert last and (last.before, last.after) == (event.after, {"grants": "", "bundles": "CLIENT_LIST"})
    assert await seen(service, "sam") == SEES["sam"]


@pytest.mark.requirement(60)
async def test_the_box_of_a_contact(service: Service) -> None:
    for who in ("ada", "cora"):
        assert await seen(service, "cyn") == {"tap"}
        payload = await set_grants(
            service, who, service.cast.contact("cyn"), bundles=[{"bundle": "SEE_ALL_REQUESTS"}]
        )
        assert payload["errors"] == [] and payload["contact"]["seeAllRequests"] is True
        assert await seen(service, "cyn") == {"tap", "roof"}
        payload = await set_grants(service, who, service.cast.contact("cyn"), bundles=[])
        assert payload["contact"]["seeAllRequests"] is False


READ = {"permission": "REQUEST_READ", "scope": "ALL"}


def grant(permission: str, scope: str) -> dict[str, Any]:
    return {"grants": [{"permission": permission, "scope": scope}]}


BEYOND: list[tuple[str, str, dict[str, Any], tuple[str, str]]] = [
    ("max", "wes", grant("REQUEST_DELETE", "ALL"), ("OUT_OF_SCOPE_PERMISSION", "grants")),
    ("max", "wes", grant("WORKER_MANAGE", "ALL"), ("OUT_OF_SCOPE_PERMISSION", "grants")),
    ("max", "sam", {"bundles": [{"bundle": "BUSINESS"}]}, ("OUT_OF_SCOPE_PERMISSION", "bundles")),
    ("max", "sam", {"bundles": [{"bundle": "ALL_BOOKINGS"}]}, ("OUT_OF_SCOPE_PERMISSION", "bundles")),
    ("max", "sol", grant("REQUEST_READ", "ALL"), ("FORBIDDEN", "personId")),  # holds request.delete already
    ("max", "ada", grant("REQUEST_READ", "ALL"), ("FORBIDDEN", "personId")),
    ("cora", "cyn", grant("REQUEST_CREATE", "ORGANIZATION"), ("OUT_OF_SCOPE_PERMISSION", "grants")),
    ("cora", "cyn", grant("CONTACT_MANAGE", "ORGANIZATION"), ("OUT_OF_SCOPE_PERMISSION", "grants")),
    ("cora", "bo", {"bundles": [{"bundle": "SEE_ALL_REQUESTS"}]}, ("NOT_FOUND", "personId")),
    ("cyn", "cal", {"bundles": []}, ("NOT_FOUND", "personId")),
    ("wes", "wil", {"bundles": []}, ("FORBIDDEN", "personId")),
    ("ada", "zed", {"bundles": []}, ("NOT_FOUND", "personId")),
    ("ada", "wes", {"bundles": [{"bundle": "ALL_BOOKINGS"}]}, ("BASE_ACCESS_REQUIRED", "bundles.0")),
    ("ada", "sam", {"bundles": [{"bundle": "SEE_ALL_REQUESTS"}]}, ("BASE_ACCESS_REQUIRED", "bundles.0")),
    (
        "ada",
        "sam",
        {"grants": [{"permission": "REQUEST_READ", "scope": "ALL", "expiresAt": PAST}]},
        ("INVALID_VALUE", "grants.0.expiresAt"),
    ),
    (
        "ada",
        "sam",
        {"grants": [READ, {**READ, "reason": "x" * 501}]},
        ("TOO_LONG", "grants.1.reason"),
    ),
    ("ada", "sam", {"bundles": [{"bundle": "BUSINESS"}] * 101}, ("TOO_MANY", "bundles")),
]


@pytest.mark.requirement(25)
@pytest.mark.parametrize(("who", "whom", "given", "expected"), BEYOND)
async def test_nobody_gives_what_they_lack(
    service: Service, who: str, whom: str, given: dict[str, Any], expected: tuple[str, str]
) -> None:
    contact = whom in ("cyn", "bo", "cal")
    person = service.cast.contact(whom) if contact else service.cast.worker(whom)
    if whom == "ada":
        await Person.filter(id=service.cast.key("ada")).update(is_worker=True)
    before = await DirectGrant.all().order_by("id").values()
    assert codes(await set_grants(service, who, person, **given)) == [expected]
    assert await DirectGrant.all().order_by("id").values() == before


async def test_the_viewer_reads_why_and_until_when_a_grant_holds(service: Service) -> None:
    query = """{ viewer { permissions { permission scope source reason expiresAt }
      user { grants { permission scope source reason expiresAt } } } }"""
    for reason in ("Holiday cover", "Still on holiday"):
        terms = {"reason": reason, "expiresAt": SOON}
        given = {"grants": [{"permission": "REQUEST_READ", "scope": "ALL", **terms}]}
        boxes = {"bundles": [{"bundle": "CLIENT_LIST", "reason": reason}]}
        assert codes(await set_grants(service, "ada", service.cast.user("sam"), **given, **boxes)) == []
        for _ in range(3):  # the viewer is kept from one operation to the next
            found = (await service.ask("sam", query))["viewer"]
            held = {each["source"]: (each["reason"], each["expiresAt"]) for each in found["permissions"]}
            assert held == {
                "role Staff": (None, None),
                "direct grant": (reason, "2099-01-01T00:00:00.000000Z"),
                "bundle CLIENT_LIST": (reason, None),
            }
            ordered = [sorted(each, key=str) for each in (found["permissions"], found["user"]["grants"])]
            assert ordered[0] == ordered[1]


@pytest.mark.requirement(47, 48)
async def test_a_client_administrator_promotes_nobody(service: Service) -> None:
    payload = await set_role(service, "cora", service.cast.contact("cyn"), "CONTACT_ADMIN")
    assert codes(payload) == [("OUT_OF_SCOPE_PERMISSION", "roleId")]
    assert "contact.manage@ORGANIZATION" in payload["errors"][0]["message"]
    assert codes(await set_role(service, "ada", service.cast.contact("cyn"), "CONTACT_ADMIN")) == []
    assert codes(await set_role(service, "cora", service.cast.contact("cyn"), "CONTACT")) == []


@pytest.mark.parametrize(
    ("who", "whom", "key", "expected"),
    [
        ("max", "wes", "ADMIN", ("OUT_OF_SCOPE_PERMISSION", "roleId")),
        ("max", "wes", "MANAGER", ("OUT_OF_SCOPE_PERMISSION", "roleId")),
        ("max", "win", "WORKER", ("NOT_FOUND", "personId")),
        ("cora", "cyn", "WORKER", ("NOT_FOUND", "roleId")),
        ("ada", "wes", "CONTACT", ("ROLE_NOT_FITTING", "roleId")),
        ("ada", "cyn", "WORKER", ("ROLE_NOT_FITTING", "roleId")),
        ("ada", "ned", "MANAGER", ("EMAIL_REQUIRED_BY_ROLE", "email")),
        ("ada", "ada", "STAFF", ("LAST_ADMINISTRATOR", "")),
    ],
)
async def test_roles_that_are_not_given(
    service: Service, who: str, whom: str, key: str, expected: tuple[str, str]
) -> None:
    person = service.cast.contact(whom) if whom == "cyn" else service.cast.user(whom)
    if whom == "win":
        person = service.cast.worker(whom)
    role = (await Person.get(id=service.cast.key(whom))).role_id
    assert codes(await set_role(service, who, person, key)) == [expected]
    assert (await Person.get(id=service.cast.key(whom))).role_id == role


@pytest.mark.requirement(33)
async def test_a_manager_sets_the_roles_of_workers_within_the_own_rights(service: Service) -> None:
    assert codes(await set_role(service, "max", service.cast.worker("wes"), "STAFF")) == []
    assert codes(await set_role(service, "max", service.cast.worker("wes"), "WORKER")) == []


@pytest.mark.requirement(104)
async def test_without_base_access_the_boxes_go_in_the_same_save(service: Service) -> None:
    await Person.filter(id=service.cast.key("sol")).update(is_worker=True)
    query = """query($p: ID!, $r: ID!) { accessPreview(personId: $p, roleId: $r) {
      name droppedBundles gains { permission scope } losses { permission scope source } } }"""
    worker = await role_id(service, "WORKER")
    found = (await service.ask("ada", query, p=service.cast.user("sol"), r=worker))["accessPreview"]
    assert (found["name"], found["droppedBundles"]) == ("Sol Roy", ["ALL_BOOKINGS"])
    lost = {(each["permission"], each["scope"]) for each in found["losses"]}
    assert ("REQUEST_DELETE", "ALL") in lost and ("REQUEST_READ", "ASSIGNED") not in lost
    assert await DirectGrant.filter(person_id=service.cast.key("sol")).exists()
    payload = await set_role(service, "ada", service.cast.user("sol"), "WORKER", "droppedBundles")
    assert payload == {"droppedBundles": ["ALL_BOOKINGS"], "errors": []}
    assert not await DirectGrant.filter(person_id=service.cast.key("sol")).exists()
    event = await AuditEvent.filter(kind=AuditKind.ROLE_SET).get()
    assert event.before == {"role": "Staff", "bundles": "ALL_BOOKINGS"}


async def test_a_preview_is_for_those_who_manage_the_person(service: Service) -> None:
    query = "query($p: ID!, $r: ID!) { accessPreview(personId: $p, roleId: $r) { name } }"
    staff = await role_id(service, "STAFF")
    for who, person, expected in (
        ("max", service.cast.worker("wes"), {"name": "Wes Roy"}),
        ("max", service.cast.user("ada"), None),
        ("wil", service.cast.worker("wes"), None),
        ("zoe", service.cast.worker("wes"), None),
        ("ada", "wrk_none", None),
    ):
        assert await service.ask(who, query, p=person, r=staff) == {"accessPreview": expected}


@pytest.mark.requirement(95)
async def test_what_is_given_to_staff_needs_its_feature(service: Service) -> None:
    sam, cyn = service.cast.user("sam"), service.cast.contact("cyn")
    assert codes(await set_grants(service, "ada", sam, grants=[READ])) == []
    await Workspace.filter(id=service.cast.key("toits")).update(features={"STAFF_ACCESS": False})
    refused = [
        await set_grants(service, "ada", sam, bundles=[{"bundle": "CLIENT_LIST"}]),
        await set_grants(service, "ada", sam, grants=[READ, {"permission": "CONTACT_READ", "scope": "ALL"}]),
    ]
    assert [codes(each) for each in refused] == [[("FEATURE_NOT_ENABLED", "")]] * 2
    assert codes(await set_grants(service, "ada", sam, grants=[READ])) == []  # it was given before
    assert codes(await set_grants(service, "ada", sam, grants=[])) == []
    assert codes(await set_grants(service, "ada", cyn, bundles=[{"bundle": "SEE_ALL_REQUESTS"}])) == []


async def test_two_administrators_who_demote_each_other_at_once(service: Service) -> None:
    await set_role(service, "ada", service.cast.user("max"), "ADMIN")
    max_ = await Person.get(id=service.cast.key("max"))
    role = await Role.get(workspace_id=max_.workspace_id, key="STAFF")
    staff = f"rol_{role.id.hex}"
    one, other = await asyncio.gather(
        service.change("ada", "setRole", {"personId": service.cast.user("max"), "roleId": staff}),
        service.change("max", "setRole", {"personId": service.cast.user("ada"), "roleId": staff}),
    )
    refused = codes(one) + codes(other)
    # Whoever came second had lost the rights, or would have left nobody behind.
    assert len(refused) == 1 and refused[0][0] in ("LAST_ADMINISTRATOR", "FORBIDDEN", "NOT_FOUND")
    admin = await Role.get(workspace_id=max_.workspace_id, key="ADMIN")
    assert await Person.filter(role_id=admin.id, workspace_id=max_.workspace_id).count() == 1


async def test_two_administrators_who_step_down_at_once(service: Service) -> None:
    await set_role(service, "ada", service.cast.user("max"), "ADMIN")
    staff = await role_id(service, "STAFF")
    payloads = await asyncio.gather(
        *(
            service.change(name, "setRole", {"personId": service.cast.user(name), "roleId": staff})
            for name in ("ada", "max")
        )
    )
    assert sorted(codes(payload) for payload in payloads) == [[], [("LAST_ADMINISTRATOR", "")]]


async def at_both_sites(service: Service, name: str) -> None:
    """Somebody works at a site, too, where Max is not."""
    sites = {
        "workerId": service.cast.worker(name),
        "siteIds": [service.cast.site("north"), service.cast.site("south")],
    }
    assert codes(await service.change("ada", "updateWorker", sites)) == []


async def test_nobody_gives_at_other_sites_what_they_hold_at_their_own(service: Service) -> None:
    """Max reads the requests of his site; whoever also works elsewhere would read those of the other one."""
    wil, everything = service.cast.worker("wil"), [{"permission": "REQUEST_READ", "scope": "ALL"}]
    assert codes(await set_grants(service, "max", wil, grants=everything)) == []
    assert codes(await set_grants(service, "max", wil, grants=[])) == []
    await at_both_sites(service, "wil")
    refused = await set_grants(service, "max", wil, grants=everything)
    assert codes(refused) == [("OUT_OF_SCOPE_PERMISSION", "grants")]
    assert await seen(service, "wil") == SEES["wil"]
    assert codes(await set_grants(service, "ada", wil, grants=everything)) == []


async def test_roles_do_not_give_it_either(service: Service) -> None:
    ada = await Person.get(id=service.cast.key("ada"))
    grants = [{"permission": "REQUEST_READ", "scope": "ALL"}]
    made = {}
    for name, held in (("Watch", []), ("Wide", grants)):
        given = {"name": name, "audience": "WORKER", "grants": held}
        made[name] = (await service.change("ada", "createRole", given, "role { id }"))["role"]["id"]
    for name in ("wil", "ned"):
        given = {"personId": service.cast.worker(name), "roleId": made["Watch"]}
        assert codes(await service.change("ada", "setRole", given)) == []
    await at_both_sites(service, "wil")
    await ada.change(all_sites=False)
    await PersonSite.create(workspace_id=ada.workspace_id, person_id=ada.id, site_id=service.cast.key("north"))
    for mutation, given, path in (
        ("setRole", {"personId": service.cast.worker("wil"), "roleId": made["Wide"]}, "roleId"),
        ("updateRole", {"roleId": made["Watch"], "grants": grants}, "grants"),
        ("deleteRole", {"roleId": made["Watch"], "replaceWith": made["Wide"]}, "replaceWith"),
    ):
        assert codes(await service.change("ada", mutation, given)) == [("OUT_OF_SCOPE_PERMISSION", path)]
    given = {"personId": service.cast.worker("ned"), "roleId": made["Wide"]}
    assert codes(await service.change("ada", "setRole", given)) == []
