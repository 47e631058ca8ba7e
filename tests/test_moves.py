"""Requests: the steps from one status to another, what is said about them, and the buttons that offer it."""

from typing import Any

import pytest

from app.models import Activity, Assignment, Comment, Delivery, Notification, Person, Request
from app.models.request import RequestStatus
from tests.ask import Service
from tests.cast import REQUESTS, SEES

OPEN, IN_PROGRESS, ON_HOLD, DONE, CANCELLED = STATUSES = [status.value for status in RequestStatus]
# The state machine of the design, written out once more: mutation, from where, to where.
MOVES = {
    "startRequest": ({OPEN, ON_HOLD}, IN_PROGRESS, "STARTED"),
    "holdRequest": ({IN_PROGRESS}, ON_HOLD, "HELD"),
    "finishRequest": ({IN_PROGRESS, ON_HOLD}, DONE, "FINISHED"),
    "cancelRequest": ({OPEN, IN_PROGRESS, ON_HOLD}, CANCELLED, "CANCELLED"),
    "reopenRequest": ({DONE, CANCELLED}, OPEN, "REOPENED"),
}
SHOWN = "request { id status version closedAt }"
HISTORY = "query($id: ID!) { request(id: $id) { activity { nodes { kind before after } } } }"
SAID = "query($id: ID!) { request(id: $id) { comments { nodes { body isInternal author { name } } } } }"
CAN = "update assign start hold finish cancel delete reopen comment acknowledge decline"
BUTTONS = f"{{ requests(first: 100) {{ nodes {{ id viewerCan {{ {CAN} }} }} }} }}"


async def move(service: Service, name: str, mutation: str, which: str, **more: Any) -> dict[str, Any]:
    return await service.change(name, mutation, {"requestId": service.cast.request(which), **more}, SHOWN)


async def place(service: Service, status: str, *which: str) -> None:
    keys = [service.cast.key(name) for name in which]
    await Request.filter(id__in=keys).update(status=status, closed_at=None)


async def test_every_move_from_every_status(service: Service) -> None:
    for mutation, (allowed, to, kind) in MOVES.items():
        for status in STATUSES:
            await place(service, status, "tap")
            before, lines = await Request.get(id=service.cast.key("tap")), await Activity.all().count()
            payload = await move(service, "ada", mutation, "tap", reason=" as agreed ")
            if status in allowed:
                await check_moved(service, payload, before, to, kind)
            else:
                await check_refused(payload, before)
            assert await Activity.all().count() == lines + (status in allowed)


async def check_moved(service: Service, payload: dict[str, Any], before: Request, to: str, kind: str) -> None:
    shown = payload["request"]
    assert (payload["errors"], shown["status"], shown["version"]) == ([], to, before.version + 1)
    assert bool(shown["closedAt"]) is (to in (DONE, CANCELLED))
    lines = (await service.ask("ada", HISTORY, id=shown["id"]))["request"]["activity"]["nodes"]
    changes = {"before": {"status": before.status}, "after": {"status": to, "reason": "as agreed"}}
    assert lines[0] == {"kind": kind, **changes}


async def check_refused(payload: dict[str, Any], before: Request) -> None:
    assert payload["request"] is None
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [("WRONG_STATE", ["requestId"])]
    row = await Request.get(id=before.id)
    assert (row.status, row.version, row.closed_at) == (before.status, before.version, None)


async def test_moves_are_guarded_too(service: Service) -> None:
    version = (await Request.get(id=service.cast.key("tap"))).version
    moved = await move(service, "wes", "startRequest", "tap", expectedVersion=version)
    stale = await move(service, "max", "holdRequest", "tap", expectedVersion=version)
    assert [error["code"] for error in stale["errors"]] == ["CONFLICT"]
    assert stale["request"] == moved["request"]
    too_long = await move(service, "max", "holdRequest", "tap", reason="x" * 501)
    assert [(error["code"], error["path"]) for error in too_long["errors"]] == [("TOO_LONG", ["reason"])]
    assert (await Request.get(id=service.cast.key("tap"))).status == IN_PROGRESS


def asked(service: Service, request: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Per button the mutation behind it, with an input that only rights and status can refuse."""
    spare = "zoe" if request == service.cast.request("zinc") else "ada"
    buttons: dict[str, tuple[str, dict[str, Any]]] = {
        "update": ("updateRequest", {"title": "Changed"}),
        "assign": ("assignRequest", {"workerId": service.cast.worker(spare)}),
        "comment": ("commentOnRequest", {"body": "Seen."}),
        "acknowledge": ("acknowledgeAssignment", {}),
        "decline": ("declineAssignment", {"reason": "On holiday"}),
        "delete": ("deleteRequest", {}),
    }
    buttons |= {mutation.removesuffix("Request"): (mutation, {}) for mutation in MOVES}
    return {name: (mutation, {"requestId": request, **more}) for name, (mutation, more) in buttons.items()}


async def allowed(service: Service, name: str, mutation: str, input: dict[str, Any]) -> bool:
    """What the mutation itself says: by its payload, or by the gate before it."""
    kind = f"{mutation[0].upper()}{mutation[1:]}Input!"
    query = f"mutation($input: {kind}) {{ {mutation}(input: $input) {{ errors {{ code }} }} }}"
    answer = (await service.post(name, query, input=input)).json()
    if "errors" in answer:
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
        return False
    codes = [error["code"] for error in answer["data"][mutation]["errors"]]
    assert codes in ([], ["FORBIDDEN"], ["WRONG_STATE"], ["NOT_ASSIGNED"]), (name, mutation, codes)
    return not codes


class Snapshot:
    """The rows as they were, so that each button is tried on the same request."""

    def __init__(self, requests: list[Request], assignments: list[Assignment]) -> None:
        self.requests = {request.id: request for request in requests}
        self.assignments = {assignment.id for assignment in assignments}

    @classmethod
    async def take(cls) -> "Snapshot":
        return cls(await Request.all(), await Assignment.all())

    async def restore(self, request: Any) -> None:
        await self.requests[request].save(force_update=True)
        await Assignment.exclude(id__in=list(self.assignments)).delete()
        await Assignment.filter(request_id=request).update(acknowledged_at=None, ended_at=None)


@pytest.mark.requirement(103)
@pytest.mark.parametrize("turn", range(2))
async def test_buttons_and_gates_agree(service: Service, turn: int) -> None:
    """Every person, request and action: what viewerCan says is what the mutation then answers."""
    await Person.filter(all_sites=True).update(is_worker=True)
    for i, name in enumerate(REQUESTS):
        await place(service, STATUSES[(i + 3 * turn) % len(STATUSES)], name)
    snapshot, said = await Snapshot.take(), set()
    for name in SEES:
        rows = (await service.ask(name, BUTTONS))["requests"]["nodes"]
        assert len(rows) == len(SEES[name])
        for row in rows:
            for button, (mutation, input) in asked(service, row["id"]).items():
                done = await allowed(service, name, mutation, input)
                which = service.cast.requests([row["id"]])
                assert done is row["viewerCan"][button], (name, which, button)
                said.add((button, done))
                if done:
                    await snapshot.restore(next(k for k in snapshot.requests if row["id"].endswith(k.hex)))
    assert {done for button, done in said if button in ("assign", "update", "comment")} == {True, False}


async def test_what_is_hidden_cannot_be_moved(service: Service) -> None:
    """The same bytes as for a request that does not exist."""
    tables = (Activity, Notification, Delivery, Comment)
    before = [await table.all().count() for table in tables]
    nothing = asked(service, "req_" + "0" * 32)
    for name in SEES:
        missing = {button: await answer(service, name, *nothing[button]) for button in nothing}
        for i, which in enumerate(sorted(set(REQUESTS) - SEES[name])):
            buttons = asked(service, service.cast.request(which))
            for button in list(buttons)[i % 3 :: 3]:
                assert await answer(service, name, *buttons[button]) == missing[button]
        assert all(b"NOT_FOUND" in each or b"FORBIDDEN" in each for each in missing.values())
    assert [await table.all().count() for table in tables] == before


async def answer(service: Service, name: str, mutation: str, input: dict[str, Any]) -> bytes:
    kind = f"{mutation[0].upper()}{mutation[1:]}Input!"
    query = f"mutation($input: {kind}) {{ {mutation}(input: $input) {{ errors {{ code message path }} }} }}"
    return (await service.post(name, query, input=input)).content


async def test_comments(service: Service) -> None:
    tap, lines = service.cast.request("tap"), await Activity.all().count()
    for body, code in (("", "REQUIRED"), (" \n", "REQUIRED"), ("x" * 10_001, "TOO_LONG")):
        refused = await service.change("wes", "commentOnRequest", {"requestId": tap, "body": body})
        assert [(error["code"], error["path"]) for error in refused["errors"]] == [(code, ["body"])]
    assert await Activity.all().count() == lines
    for body, internal in (("Part ordered", False), ("Client is difficult", True)):
        input = {"requestId": tap, "body": f" {body} ", "isInternal": internal}
        payload = await service.change("wes", "commentOnRequest", input, "comment { id body author { name } }")
        assert (payload["errors"], payload["comment"]["body"]) == ([], body)
        assert payload["comment"]["author"] == {"name": "Wes Roy"}
    said = (await service.ask("max", SAID, id=tap))["request"]["comments"]["nodes"]
    assert [(each["body"], each["isInternal"]) for each in said[-2:]] == [
        ("Part ordered", False),
        ("Client is difficult", True),
    ]
    heard = (await service.ask("cyn", SAID, id=tap))["request"]["comments"]["nodes"]
    assert [each["body"] for each in heard] == ["for everybody", "Part ordered"]
    told = await Notification.filter(recipient_id=service.cast.key("cyn"))
    assert [each.kind for each in told] == ["COMMENTED"]  # of the public one alone
