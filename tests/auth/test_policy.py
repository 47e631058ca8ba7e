"""The rules by themselves: how conditions combine, and that rights are read at each operation."""

import asyncio
import gc
from datetime import timedelta
from itertools import cycle, product
from typing import Any

import pytest
from tortoise.expressions import Q

from app.auth import policy
from app.auth.people import viewer_of
from app.auth.permissions import PRIVILEGED, TEMPLATES, Grant, Permission, Scope
from app.auth.viewer import Viewer, role_grants
from app.models import AuditEvent, DirectGrant, Person, PersonSite, Request, Role, database, nouns
from app.models.audit_event import AuditKind
from app.models.base import now
from app.models.person import AccountStatus
from app.models.refusal import ErrorCode
from app.models.request import RequestStatus
from app.models.role import Audience
from tests.ask import Service
from tests.cast import SEES

P, S = Permission, Scope
LIST = "{ requests(first: 100) { totalCount nodes { id } } }"
CAN = "viewerCan { update assign start hold finish cancel reopen comment acknowledge }"


async def seen(service: Service, name: str) -> set[str]:
    """The names of the requests in somebody's list, whose count must agree."""
    page = (await service.ask(name, LIST))["requests"]
    found = service.cast.requests([row["id"] for row in page["nodes"]])
    assert page["totalCount"] == len(found)
    return found


async def viewer(service: Service, name: str) -> Viewer:
    """Somebody as the policy knows them now."""
    return await viewer_of(await Person.get(id=service.cast.key(name)))


async def take(service: Service, name: str, *grants: tuple[str, str], **facets: Any) -> None:
    """Gives somebody a role of their own with these grants and nothing else."""
    person = await Person.get(id=service.cast.key(name)).select_related("role")
    held = [{"permission": permission, "scope": scope} for permission, scope in grants]
    role = await Role.create(
        workspace_id=person.workspace_id,
        key=f"OF_{name}",
        name=f"Of {name}",
        audience=person.role.audience,
        grants=held,
    )
    await Person.filter(id=person.id).update(role_id=role.id, **facets)


# How conditions combine.


def test_any_of_and_all_of() -> None:
    one, two = Q(status="OPEN"), Q(priority=1)
    assert policy.any_of() is policy.NONE
    assert policy.any_of(policy.NONE, policy.NONE) is policy.NONE
    assert policy.any_of(one, policy.EVERY) == policy.EVERY
    assert policy.any_of(one, policy.NONE, two) == Q(one, two, join_type=Q.OR)
    assert policy.all_of() == policy.EVERY
    assert policy.all_of(policy.EVERY, policy.EVERY) == policy.EVERY
    assert policy.all_of(one, policy.NONE) is policy.NONE
    assert policy.all_of(policy.EVERY, one, two) == Q(one, two)
    assert policy.all_of(policy.any_of(), policy.EVERY) is policy.NONE


async def test_combined_conditions_find_the_rows_that_they_say(service: Service) -> None:
    async def count(condition: Q) -> int:
        return await Request.filter(condition).count()

    bookings, urgent = Q(kind="BOOKING"), Q(priority=4)
    assert await count(policy.EVERY) == 7
    assert await count(policy.NONE) == 0
    assert await count(policy.any_of(bookings, urgent)) == 2
    assert await count(policy.any_of(bookings, policy.NONE)) == 1
    assert await count(policy.any_of(bookings, policy.EVERY)) == 7
    assert await count(policy.all_of(bookings, urgent)) == 0
    assert await count(policy.all_of(policy.any_of(bookings, urgent), urgent, policy.EVERY)) == 1


async def test_null_matches_nothing(service: Service) -> None:
    """Staff of no organization or department, and many requests that have none either."""
    await take(service, "sam", (P.REQUEST_READ, S.ORGANIZATION), (P.REQUEST_READ, S.DEPARTMENT), all_sites=True)
    assert await seen(service, "sam") == set()
    await Person.filter(id=service.cast.key("sam")).update(organization_id=service.cast.key("birch"))
    assert await seen(service, "sam") == {"gate"}
    await Request.filter(id=service.cast.key("lamp")).update(department_id=service.cast.key("front"))
    await Person.filter(id=service.cast.key("sam")).update(department_id=service.cast.key("front"))
    assert await seen(service, "sam") == {"gate", "lamp"}


@pytest.mark.requirement(2, 79)
async def test_the_site_fence(service: Service) -> None:
    assert "lamp" not in await seen(service, "max")  # no site: inside of no fence
    ids: dict[str, Any] = {"person_id": service.cast.key("max"), "site_id": service.cast.key("south")}
    await PersonSite.create(workspace_id=service.cast.key("toits"), **ids)
    assert await seen(service, "max") == {"tap", "roof", "door", "hair", "gate"}
    await PersonSite.filter(person_id=service.cast.key("max")).delete()
    assert await seen(service, "max") == set()
    await Person.filter(id=service.cast.key("max")).update(all_sites=True)
    assert await seen(service, "max") == SEES["ada"]


async def test_the_fence_holds_for_what_is_assigned_too(service: Service) -> None:
    await Request.filter(id=service.cast.key("tap")).update(site_id=service.cast.key("south"))
    assert await seen(service, "wes") == {"roof"}
    assert await seen(service, "cyn") == {"tap"}  # client contacts know no fence
    await Person.filter(id=service.cast.key("wes")).update(all_sites=True)
    assert await seen(service, "wes") == {"tap", "roof"}


async def test_an_assignment_that_ended_gives_nothing(service: Service) -> None:
    ids = {"requestId": service.cast.request("tap"), "workerId": service.cast.worker("wes")}
    assert (await service.change("ada", "unassignRequest", ids))["errors"] == []
    assert await seen(service, "wes") == {"roof"}
    assert (await service.change("wes", "startRequest", {"requestId": ids["requestId"]}))["errors"][0][
        "code"
    ] == "NOT_FOUND"


@pytest.mark.requirement(115)
async def test_one_person_may_be_worker_and_contact_at_once(service: Service) -> None:
    """A worker of a client company sees, as a worker, what is assigned, and nothing of the company."""
    cast = service.cast
    await Person.filter(id=cast.key("wes")).update(organization_id=cast.key("birch"))
    assert await seen(service, "wes") == {"tap", "roof"}
    me = (await service.ask("wes", "{ viewer { user { id } worker { id } contact { id email } } }"))["viewer"]
    assert me["worker"] == {"id": cast.worker("wes")}
    assert me["contact"] == {"id": cast.contact("wes"), "email": None}  # a worker's role has no contact.read
    assert (await service.ask("cyn", "query($i: ID!) { node(id: $i) { id } }", i=cast.contact("wes")))["node"] is None


# Rights are read at each operation.


@pytest.mark.requirement(60, 94)
async def test_a_direct_grant_counts_from_the_next_operation_until_it_ends(service: Service) -> None:
    assert await seen(service, "cyn") == {"tap"}
    ids: dict[str, Any] = {"workspace_id": service.cast.key("toits"), "person_id": service.cast.key("cyn")}
    grant = await DirectGrant.create(**ids, permission=P.REQUEST_READ, scope=S.ORGANIZATION)
    assert await seen(service, "cyn") == {"tap", "roof"}
    await DirectGrant.filter(id=grant.id).update(expires_at=now() + timedelta(days=1))
    assert await seen(service, "cyn") == {"tap", "roof"}
    await DirectGrant.filter(id=grant.id).update(expires_at=now() - timedelta(seconds=1))
    assert await seen(service, "cyn") == {"tap"}
    assert {held.source for held in (await viewer(service, "cyn")).held} == {"role Client contact"}


@pytest.mark.requirement(27, 33, 77)
async def test_a_role_counts_from_the_next_operation(service: Service) -> None:
    roles = {role.key: role.id for role in await Role.filter(workspace_id=service.cast.key("toits"))}
    assert await service.refused("sam", "{ users(first: 1) { totalCount } }") == ["FORBIDDEN"]
    await Person.filter(id=service.cast.key("sam")).update(role_id=roles["MANAGER"])
    assert await service.refused("sam", "{ users(first: 1) { totalCount } }") == []
    assert await seen(service, "sam") == SEES["max"]
    await Role.filter(id=roles["MANAGER"]).update(grants=[{"permission": "request.read", "scope": "OWN"}])
    assert await seen(service, "sam") == set()
    assert await seen(service, "max") == {"door"}


@pytest.mark.requirement(23)
async def test_a_role_of_another_portal_ends_the_session(service: Service) -> None:
    roles = {role.key: role.id for role in await Role.filter(workspace_id=service.cast.key("toits"))}
    assert await seen(service, "wes") == {"tap", "roof"}
    await Person.filter(id=service.cast.key("wes")).update(role_id=roles["STAFF"])
    assert await service.refused("wes", LIST) == ["UNAUTHENTICATED"]


@pytest.mark.requirement(16, 34, 89)
@pytest.mark.parametrize("status", [AccountStatus.INACTIVE, AccountStatus.NO_ACCESS, AccountStatus.DELETED])
async def test_a_status_counts_from_the_next_operation(service: Service, status: AccountStatus) -> None:
    assert await seen(service, "wes") == {"tap", "roof"}
    await Person.filter(id=service.cast.key("wes")).update(status=status)
    assert await service.refused("wes", LIST) == ["UNAUTHENTICATED"]


async def test_stored_words_that_are_no_longer_known_give_nothing(service: Service) -> None:
    """After an upgrade a role may still name what is no permission any more: less, and never an error."""
    left: list[Any] = [
        {"permission": "request.read", "scope": "ASSIGNED"},
        {"permission": "request.teleport", "scope": "ALL"},
        {"permission": "request.read", "scope": "GALAXY"},
        {"permission": "user.read"},
        {"permission": ["request.read"], "scope": {"all": True}},
        "request.read@ALL",
        None,
    ]
    role = await Role.get(workspace_id=service.cast.key("toits"), key="WORKER")
    await Role.filter(id=role.id).update(grants=left)
    ids: dict[str, Any] = {"workspace_id": service.cast.key("toits"), "person_id": service.cast.key("wes")}
    await DirectGrant.create(**ids, permission="request.teleport", scope="ALL")
    await DirectGrant.create(**ids, permission="request.read", scope="GALAXY")
    assert await seen(service, "wes") == {"tap", "roof"}
    query = "{ viewer { permissions { permission scope } } roles { nodes { grants { permission scope } } } }"
    answer = await service.ask("wes", query)
    only = [{"permission": "REQUEST_READ", "scope": "ASSIGNED"}]
    assert answer["viewer"]["permissions"] == only
    assert answer["roles"]["nodes"] == [{"grants": only}]
    assert [str(held.grant) for held in role_grants(left, "X")] == ["request.read@ASSIGNED"]


# What may be done with a row, and the line that says so.


class Row:
    """A request as rights see it."""

    def __init__(self, status: RequestStatus, *scopes: Scope) -> None:
        self.status, self.standing = status, frozenset(scopes)


@pytest.mark.requirement(27, 94)
async def test_a_decision_names_the_grant_and_where_it_comes_from(service: Service) -> None:
    sol, cal, wes = [await viewer(service, name) for name in ("sol", "cal", "wes")]
    assert policy.can(sol, P.REQUEST_CANCEL, {S.ALL}).line == "request.cancel@ALL from bundle ALL_BOOKINGS"
    assert policy.can(sol, P.REQUEST_CANCEL, {S.ASSIGNED, S.ALL}).line == "request.cancel@ASSIGNED from role Staff"
    assert policy.can(cal, P.REQUEST_READ, {S.ORGANIZATION}).line == (
        "request.read@ORGANIZATION from bundle SEE_ALL_REQUESTS"
    )
    denied = policy.can(wes, P.REQUEST_CANCEL, {S.ASSIGNED, S.ALL})
    assert not denied
    assert denied == (False, "no grant of request.cancel reaches this row", ErrorCode.FORBIDDEN)
    ids: dict[str, Any] = {"workspace_id": service.cast.key("toits"), "person_id": service.cast.key("wes")}
    await DirectGrant.create(**ids, permission=P.REQUEST_CANCEL, scope=S.ASSIGNED)
    now_allowed = policy.can(await viewer(service, "wes"), P.REQUEST_CANCEL, {S.ASSIGNED})
    assert now_allowed.line == "request.cancel@ASSIGNED from direct grant"


@pytest.mark.parametrize("name", ["cyn", "cora"])
async def test_who_asked_may_change_it_until_the_work_begins(service: Service, name: str) -> None:
    payload = await service.change(name, "createRequest", {"title": "Cold radiator"}, "request { id }")
    ids = {"requestId": payload["request"]["id"]}
    can = (await service.ask(name, f"query($i: ID!) {{ request(id: $i) {{ {CAN} }} }}", i=ids["requestId"]))[
        "request"
    ]
    assert can["viewerCan"]["update"] is True
    assert (await service.change(name, "updateRequest", ids | {"title": "Cold room"}))["errors"] == []
    assert (await service.change("ada", "startRequest", ids))["errors"] == []
    refused = await service.change(name, "updateRequest", ids | {"title": "Cold flat"})
    assert [error["code"] for error in refused["errors"]] == ["WRONG_STATE"]
    can = (await service.ask(name, f"query($i: ID!) {{ request(id: $i) {{ {CAN} }} }}", i=ids["requestId"]))[
        "request"
    ]
    assert can["viewerCan"] == {
        **dict.fromkeys(("update", "assign", "start", "hold", "finish", "reopen", "comment", "acknowledge"), False),
        "cancel": True,
    }
    assert (await service.change(name, "cancelRequest", ids))["errors"] == []


def test_staff_may_change_what_is_not_open() -> None:
    grants = (Grant(P.REQUEST_UPDATE, S.OWN), Grant(P.REQUEST_UPDATE, S.ASSIGNED))
    held = role_grants([{"permission": g.permission, "scope": g.scope} for g in grants], "Staff")
    key: Any = object()
    staff = Viewer(key, key, Audience.STAFF, "en", tuple(held))
    for status in RequestStatus:
        assert policy.can_update(staff, Row(status, S.OWN, S.ASSIGNED))
        own = policy.can_update(staff, Row(status, S.OWN))
        assert bool(own) is (status is RequestStatus.OPEN)
        assert own or own.code is ErrorCode.WRONG_STATE
        assert policy.can_update(staff, Row(status)).code is ErrorCode.FORBIDDEN


async def test_whoever_is_assigned_may_acknowledge_whatever_the_scope_of_the_work(service: Service) -> None:
    """A manager who is a worker too, and holds request.work@ALL alone."""
    cast = service.cast
    await Person.filter(id=cast.key("max")).update(is_worker=True)
    ids = {"requestId": cast.request("door")}
    assert (await service.change("max", "acknowledgeAssignment", ids))["errors"][0]["code"] == "NOT_ASSIGNED"
    assert (await service.change("ada", "assignRequest", ids | {"workerId": cast.worker("max")}))["errors"] == []
    row = (await service.ask("max", f"query($i: ID!) {{ request(id: $i) {{ {CAN} }} }}", i=ids["requestId"]))[
        "request"
    ]
    assert row["viewerCan"]["acknowledge"] is True
    assert (await service.change("max", "acknowledgeAssignment", ids))["errors"] == []


async def code(service: Service, name: str, field: str, text: str) -> str | None:
    """Why a move of a request was refused, by the gate or by the rule."""
    kind = f"{field[0].upper()}{field[1:]}Input!"
    mutation = f"mutation($i: {kind}) {{ {field}(input: $i) {{ errors {{ code }} }} }}"
    answer = (await service.post(name, mutation, i={"requestId": text})).json()
    errors = [error["extensions"]["code"] for error in answer.get("errors", [])]
    errors = errors or [error["code"] for error in answer["data"][field]["errors"]]
    return errors[0] if errors else None


@pytest.mark.parametrize("name", SEES)
async def test_what_viewer_can_says_is_what_the_mutations_do(service: Service, name: str) -> None:
    """Requests in every state; each move is tried from there."""
    for known, status in zip(sorted(SEES[name]), cycle(RequestStatus)):
        await Request.filter(id=service.cast.key(known)).update(status=status)
    rows = (await service.ask(name, f"{{ requests(first: 100) {{ nodes {{ id status {CAN} }} }} }}"))["requests"][
        "nodes"
    ]
    assert len(rows) == len(SEES[name])
    for row, move in product(rows, ("start", "hold", "finish", "cancel", "reopen")):
        refused = await code(service, name, f"{move}Request", row["id"])
        assert refused in ((None,) if row["viewerCan"][move] else ("FORBIDDEN", "WRONG_STATE")), (row, move)
        await Request.filter(id=nouns.REQUEST.key(row["id"])).update(status=RequestStatus(row["status"]))


# What hangs on a visible row.


async def hanging(request: Any, noun: Any) -> Any:
    """The rows of a noun that one request leads to, whoever looks."""
    links: dict[Any, Any] = {
        nouns.WORKER: {"assignments__request_id": request.id},
        nouns.CONTACT: {"id": request.requester_id},
        nouns.ORGANIZATION: {"id": request.organization_id},
        nouns.DEPARTMENT: {"id": request.department_id},
        nouns.SITE: {"id": request.site_id},
    }
    link = links.get(noun, {"request_id": request.id})
    return set(await noun.model.filter(**link).values_list("id", flat=True))


@pytest.mark.parametrize("name", sorted(SEES))
async def test_what_hangs_on_a_visible_row_is_seen_without_it_too(service: Service, name: str) -> None:
    """The short rules for rows beside a visible request show what the whole rules show, and no more."""
    who = await viewer(service, name)
    for request in await policy.visible(who, nouns.REQUEST):
        for noun in policy.BESIDE[nouns.REQUEST]:
            keys = list(await hanging(request, noun))
            whole = set(await policy.visible(who, noun).filter(id__in=keys).values_list("id", flat=True))
            rows = policy.visible(who, noun, beside=nouns.REQUEST).filter(id__in=keys)
            assert set(await rows.values_list("id", flat=True)) == whole
    for assignment in await policy.visible(who, nouns.ASSIGNMENT):
        for noun, key in ((nouns.REQUEST, assignment.request_id), (nouns.WORKER, assignment.worker_id)):
            assert await policy.visible(who, noun).filter(id=key).exists()
            assert await policy.visible(who, noun, beside=nouns.ASSIGNMENT).filter(id=key).exists()


# The data.


def test_the_catalogue_is_the_one_of_the_design() -> None:
    assert len(Permission) == 20
    assert {template.key for template in TEMPLATES} == {
        "ADMIN",
        "MANAGER",
        "STAFF",
        "WORKER",
        "CONTACT_ADMIN",
        "CONTACT",
    }
    assert {template.key for template in TEMPLATES if template.requires_email} == {
        "MANAGER",
        "CONTACT_ADMIN",
        "CONTACT",
    }
    everywhere = {grant.permission for grant in PRIVILEGED if grant.scope is S.ALL}
    assert everywhere == {
        P.USER_MANAGE,
        P.ROLE_MANAGE,
        P.SETTINGS_MANAGE,
        P.AUDIT_READ,
        P.ACCOUNT_CREDENTIALS,
    }
    assert Grant(P.ACCOUNT_CREDENTIALS, S.ORGANIZATION) not in PRIVILEGED


async def test_every_workspace_has_the_roles_as_the_table_says(service: Service) -> None:
    for template in TEMPLATES:
        role = await Role.get(workspace_id=service.cast.key("zurich"), key=template.key)
        held = {str(each.grant) for each in role_grants(role.grants, "role")}
        assert held == {str(grant) for grant in template.grants}
        assert (role.audience, role.is_system, role.requires_email) == (
            template.audience,
            True,
            template.requires_email,
        )


async def test_a_hidden_row_that_was_asked_for_leaves_a_trace(service: Service) -> None:
    gate, tap = service.cast.request("gate"), service.cast.request("tap")
    missing = nouns.REQUEST.prefix + "_" + "0" * 32
    for query in ("query($i: ID!) { node(id: $i) { id } }", "query($i: ID!) { nodes(ids: [$i]) { id } }"):
        for text in (gate, tap, missing, "nonsense"):
            await service.ask("wes", query, i=text)
    await asyncio.gather(*database._running)  # the trace is left beside the answer
    events = await AuditEvent.filter(kind=AuditKind.LOOKED_UP_HIDDEN, actor_id=service.cast.key("wes"))
    assert [event.after for event in events] == [{"id": gate}, {"id": gate}]


async def test_what_lies_in_another_workspace_leaves_none(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    others = [nouns.WORKSPACE.id(service.cast.key("zurich")), service.cast.user("zed"), service.cast.request("zinc")]
    for text in others:
        assert await service.ask("wes", "query($i: ID!) { node(id: $i) { id } }", i=text) == {"node": None}
    found = await service.ask("wes", "query($i: [ID!]!) { nodes(ids: $i) { id } }", i=others)
    assert found == {"nodes": [None] * len(others)}
    while database._running:
        await asyncio.sleep(0.01)
    gc.collect()  # by then a task that failed by itself has been complained of
    assert not await AuditEvent.filter(kind=AuditKind.LOOKED_UP_HIDDEN).exists()
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []
