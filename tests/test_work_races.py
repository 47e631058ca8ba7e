"""Two things happen to one request at once: what is left is as if one had come after the other."""

import asyncio
from typing import Any

import pytest

from app.models import Activity, Assignment, Notification, Person, Request
from app.models.activity import ActivityKind
from app.models.nouns import REQUEST
from app.notify.hearing import may_hear
from tests.ask import Service
from tests.test_races import contested

ROUNDS = 6
GRANTS = [{"permission": f"REQUEST_{verb}", "scope": "ASSIGNED"} for verb in ("READ", "WORK")]
Done = tuple[str, str, dict[str, Any]]


async def at_once(service: Service, *doings: Done) -> list[list[str]]:
    """The codes with which each is refused; none for what was done."""
    payloads = await asyncio.gather(*(service.change(name, verb, input) for name, verb, input in doings))
    return [[error["code"] for error in payload["errors"]] for payload in payloads]


async def given(service: Service, count: int, *workers: str) -> list[str]:
    """Fresh requests that ada gave to these workers."""
    requests = await contested(service, count)
    for request in requests:
        for worker in workers:
            input = {"requestId": request, "workerId": service.cast.worker(worker)}
            assert (await service.change("ada", "assignRequest", input))["errors"] == []
    return requests


async def happened(request: str, *kinds: ActivityKind) -> list[str]:
    """What the history tells, of these kinds."""
    rows = await Activity.filter(request_id=REQUEST.key(request), kind__in=kinds).order_by("id")
    return [row.kind for row in rows]


async def test_several_are_assigned_at_once(service: Service) -> None:
    for request in await contested(service, ROUNDS):
        workers = {name: service.cast.worker(name) for name in ("wes", "wil", "sam")}
        inputs = [{"requestId": request, "workerId": worker} for worker in workers.values()]
        assert await at_once(service, *(("ada", "assignRequest", each) for each in inputs)) == [[], [], []]
        row = await service.ask(
            "ada", "query($id: ID!) { request(id: $id) { version assignees { id } } }", id=request
        )
        assert row["request"]["version"] == 4
        assert {each["id"] for each in row["request"]["assignees"]} == set(workers.values())


@pytest.mark.requirement(22)
async def test_work_that_is_given_back_and_taken_away_ends_once(service: Service) -> None:
    for request in await given(service, ROUNDS, "wes"):
        decline = ("wes", "declineAssignment", {"requestId": request, "reason": "ill"})
        take = ("ada", "unassignRequest", {"requestId": request, "workerId": service.cast.worker("wes")})
        mine, yours = await at_once(service, decline, take)
        # Whoever waited for the other may have seen the request before, and not after.
        assert (mine, yours) in (([], ["NOT_ASSIGNED"]), (["NOT_FOUND"], []), (["NOT_ASSIGNED"], []))
        ended = await Assignment.get(request_id=REQUEST.key(request))
        assert (ended.end_reason is not None) is (mine == [])
        kinds = await happened(request, ActivityKind.DECLINED, ActivityKind.UNASSIGNED)
        assert kinds == (["DECLINED"] if mine == [] else ["UNASSIGNED"])


@pytest.mark.requirement(40)
async def test_two_acknowledgements_are_one(service: Service) -> None:
    for request in await given(service, ROUNDS, "wes"):
        seen = ("wes", "acknowledgeAssignment", {"requestId": request})
        assert await at_once(service, seen, seen) == [[], []]
        assert await happened(request, ActivityKind.ACKNOWLEDGED) == ["ACKNOWLEDGED"]


async def test_a_request_ends_in_one_way(service: Service) -> None:
    for request in await given(service, ROUNDS, "wes"):
        input = {"requestId": request}
        assert await at_once(service, ("wes", "startRequest", input)) == [[]]
        ends = await at_once(service, ("wes", "finishRequest", input), ("ada", "cancelRequest", input))
        assert sorted(ends) == [[], ["WRONG_STATE"]]
        status = (await Request.get(id=REQUEST.key(request))).status
        assert status == ("DONE" if ends[0] == [] else "CANCELLED")
        kinds = await happened(request, ActivityKind.FINISHED, ActivityKind.CANCELLED)
        assert kinds == ["FINISHED" if status == "DONE" else "CANCELLED"]


async def test_what_is_deleted_stays_deleted(service: Service) -> None:
    """Reopened, given and commented on at the same moment: whatever comes later finds nothing."""
    wes = service.cast.worker("wes")
    for request in await contested(service, ROUNDS):
        input = {"requestId": request}
        assert await at_once(service, ("ada", "cancelRequest", input)) == [[]]
        doings: list[Done] = [
            ("ada", "deleteRequest", input),
            ("max", "reopenRequest", input),
            ("max", "assignRequest", {**input, "workerId": wes}),
            ("max", "commentOnRequest", {**input, "body": "x"}),
        ]
        deleted, *others = await at_once(service, *doings)
        assert deleted == []
        assert all(each in ([], ["NOT_FOUND"]) or each == ["WRONG_STATE"] for each in others)
        key = REQUEST.key(request)
        assert not await Assignment.filter(request_id=key, ended_at__isnull=True).exists()
        assert (await Request.get(id=key)).deleted_at is not None
        assert await at_once(service, ("max", "reopenRequest", input)) == [["NOT_FOUND"]]


async def test_news_of_one_person_for_the_digest_do_not_lock_each_other_out(service: Service) -> None:
    wes = await Person.get(id=service.cast.key("wes"))
    await wes.prefer({"COMMENTED": ["LIVE", "DIGEST"], "ASSIGNED": ["LIVE", "DIGEST"]})
    held, free = await given(service, ROUNDS, "wes"), await contested(service, ROUNDS)
    worker = {"workerId": service.cast.worker("wes")}
    comments = [("ada", "commentOnRequest", {"requestId": request, "body": "Any news?"}) for request in held]
    gifts = [("ada", "assignRequest", {"requestId": request, **worker}) for request in free]
    assert await at_once(service, *comments, *gifts) == [[] for _ in range(2 * ROUNDS)]
    told = await Notification.filter(recipient_id=wes.id).order_by("seq")
    assert [each.seq for each in told] == [*range(1, 3 * ROUNDS + 1)]
    times = [each.created_at for each in told]
    assert times == sorted(times)


async def test_a_role_changes_while_those_who_have_it_are_told(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A comment locks people by their ids, and so does the role, in whatever order their rows lie."""
    heard = asyncio.Event()

    async def slow(*arguments: Any) -> bool:
        heard.set()
        await asyncio.sleep(0.2)
        return await may_hear(*arguments)

    async def later(role: str) -> dict[str, Any]:
        await heard.wait()
        await asyncio.sleep(0.3)  # the first of the two is told by now
        return await service.change("ada", "updateRole", {"roleId": role, "description": "x"})

    given = {"name": "Installer", "audience": "WORKER", "grants": GRANTS}
    role = (await service.change("ada", "createRole", given, "role { id }"))["role"]["id"]
    for name in ("wil", "wes"):  # who was changed last lies last in the table
        person = {"personId": service.cast.user(name), "roleId": role}
        assert await at_once(service, ("ada", "setRole", person)) == [[]]
    monkeypatch.setattr("app.notify.telling.may_hear", slow)
    comment = {"requestId": service.cast.request("roof"), "body": "Any news?"}
    commented, changed = await asyncio.gather(service.change("ada", "commentOnRequest", comment), later(role))
    assert commented["errors"] == changed["errors"] == []
    hearers = await Notification.filter(kind=ActivityKind.COMMENTED).values_list("recipient_id", flat=True)
    assert {service.cast.key("wes"), service.cast.key("wil")} <= set(hearers)
