"""The permission matrix: every role on every mutation, in both workspaces, and on the live stream."""

from contextlib import AsyncExitStack
from typing import Any

import orjson
import pytest

from app.models import Assignment, Notification, Request
from app.models.request import RequestStatus
from tests.ask import Service
from tests.auth import words
from tests.cast import REQUESTS, SEES

S = RequestStatus
FROM = {"hold": S.IN_PROGRESS, "finish": S.IN_PROGRESS, "reopen": S.DONE}  # the state in which a step is possible
MISSING = "req_" + "0" * 32
MUTATIONS = {
    **{step: f"{step}Request" for step in words.STEPS},
    "comment": "commentOnRequest",
    "acknowledge": "acknowledgeAssignment",
    "decline": "declineAssignment",
}
BESIDES: dict[str, dict[str, Any]] = {
    "comment": {"body": "on my way"},
    "update": {"description": "more of it"},
    "decline": {"reason": "I am ill"},
}
TAKES_AWAY = ("declineAssignment", "deleteRequest")  # who did it no longer sees the request


def statement(step: str) -> str:
    """The mutation, with its whole input as a variable."""
    field = MUTATIONS[step]
    kind = f"{field[0].upper()}{field[1:]}Input!"
    return f"mutation($input: {kind}) {{ {field}(input: $input) {{ request {{ id }} errors {{ code }} }} }}"


async def attempt(service: Service, name: str | None, step: str, request: str) -> tuple[str, bytes]:
    """The word for how it went, and the bytes of the answer."""
    given = {"requestId": request, **BESIDES.get(step, {})}
    if step in ("assign", "unassign"):
        given["workerId"] = service.cast.worker("ned" if step == "assign" else "wes")
    answer = await service.post(name, statement(step), input=given)
    return word_of(answer.content, MUTATIONS[step]), answer.content


def word_of(content: bytes, field: str) -> str:
    """`ok`, the code of the payload's only error, or `gate:` and the code of the only top-level error."""
    answer = orjson.loads(content)
    if "errors" in answer:
        assert answer["data"] is None
        [error] = answer["errors"]
        return f"gate:{error['extensions']['code']}"
    payload = answer["data"][field]
    assert bool(payload["request"]) is not (bool(payload["errors"]) or field in TAKES_AWAY)
    codes = [error["code"] for error in payload["errors"]]
    return codes[0] if codes else "ok"


@pytest.mark.requirement(20, 25, 38, 39, 60, 94, 97, 102, 103, 105)
@pytest.mark.parametrize("name", SEES)
async def test_each_step_on_each_request(service: Service, name: str) -> None:
    for step in words.STEPS:
        missing = await attempt(service, name, step, MISSING)
        allowed = words.MAY[name][step]
        assert missing[0] == ("gate:FORBIDDEN" if allowed is None else "NOT_FOUND")
        for each in REQUESTS:
            await Request.filter(id=service.cast.key(each)).update(status=FROM.get(step, S.OPEN))
            found = await attempt(service, name, step, service.cast.request(each))
            if allowed is None or each not in SEES[name]:
                assert found == missing, (step, each)  # the same bytes
                continue
            refused = words.REFUSED.get((name, step, each), "FORBIDDEN")
            assert found[0] == ("ok" if each in allowed else refused), (step, each)


async def test_a_stranger_changes_nothing(service: Service) -> None:
    before = await Request.all().order_by("id").values("id", "version", "status")
    for step in words.STEPS:
        for request in (service.cast.request("tap"), MISSING):
            assert (await attempt(service, None, step, request))[0] == "gate:NOT_SIGNED_IN"
    create = 'mutation { createRequest(input: {title: "x"}) { errors { code } } }'
    assert await service.refused(None, create) == ["NOT_SIGNED_IN"]
    assert await service.refused(None, "mutation { signOut { errors { code } } }") == ["NOT_SIGNED_IN"]
    assert await Request.all().order_by("id").values("id", "version", "status") == before


@pytest.mark.requirement(103, 105)
@pytest.mark.parametrize("name", SEES)
async def test_what_may_be_handed_in(service: Service, name: str) -> None:
    cast = service.cast
    north, south = {"siteId": cast.site("north")}, {"siteId": cast.site("south")}
    inputs: dict[str, dict[str, str]] = {
        "bare": {},
        "north": north,
        "south": south,
        "for cyn": {**north, "requesterId": cast.contact("cyn")},
        "birch": {**north, "organizationId": cast.organization("birch")},
    }
    query = """mutation($input: CreateRequestInput!) { createRequest(input: $input) {
      request { id assignees { id } requester { id } } errors { code path } } }"""
    for what, given in inputs.items():
        count = await Request.all().count()
        answer = (await service.post(name, query, input={"title": what, **given})).json()
        expected = words.HANDS_IN[name][what]
        if expected == words.GATED:
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
        elif expected == words.OK:
            request = answer["data"]["createRequest"]["request"]
            itself = [{"id": cast.worker(name)}] if name in ("sam", "sol") else []
            assert request["assignees"] == itself  # staff with base access get it at once, with the box too
            asks = "cyn" if what == "for cyn" else name if name in words.CLIENTS else None
            assert request["requester"] == ({"id": cast.contact(asks)} if asks else None)
        else:
            [error] = answer["data"]["createRequest"]["errors"]
            assert " ".join([error["code"], *error["path"]]) == expected, what
        assert await Request.all().count() == count + (expected == words.OK)


@pytest.mark.requirement(40)
async def test_only_the_worker_is_told_live(service: Service) -> None:
    """Each of the north is given the door in turn; everybody listens all the time."""
    subscription = 'subscription { assignments(after: "0") { kind request { title } requestId } }'
    turns = ("wes", "wil", "sam", "sol")
    names = (*turns, "win", "zed", "cora", "cyn", "max", "zoe")
    async with AsyncExitStack() as stack:
        sockets = {name: await stack.enter_async_context(service.socket(name)) for name in names}
        for socket in sockets.values():
            await socket.subscribe(subscription)
        for name in turns:
            ids = {"requestId": service.cast.request("door"), "workerId": service.cast.worker(name)}
            assert (await service.change("ada", "assignRequest", ids))["errors"] == []
        for name in turns:
            event = (await sockets[name].next())["assignments"]
            door = service.cast.request("door")
            assert event == {"kind": "ASSIGNED", "requestId": door, "request": {"title": "Door squeaks"}}
    workers = await Assignment.filter(request_id=service.cast.key("door")).values_list("worker_id", flat=True)
    told = await Notification.all().values_list("recipient_id", flat=True)
    assert sorted(map(str, told)) == sorted(map(str, workers))  # nobody else, and each once
