"""Deleting requests: who may, and that no path shows them afterwards."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.models import Activity, Assignment, AuditEvent, Comment, Notification, Request, nouns
from app.models.audit_event import AuditKind
from tests.ask import Service
from tests.cast import SEES

MISSING = "req_" + "0" * 32
ONE = "query($id: ID!) { request(id: $id) { id } }"
BY_ID = "query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }"
LISTS = """{ requests(first: 100, search: "évier") { totalCount nodes { id } }
  overdue: requests(where: {isOverdue: false}) { nodes { id } }
  assigned: requests(where: {isAssigned: true}) { nodes { id } } }"""


async def delete(service: Service, name: str, which: str, **more: Any) -> dict[str, Any]:
    input = {"requestId": service.cast.request(which), **more}
    return await service.change(name, "deleteRequest", input, "deletedRequestId request { id title }")


def codes(payload: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(error["code"], error["path"]) for error in payload["errors"]]


def ids_in(value: Any) -> Iterator[str]:
    """Every id anywhere in an answer."""
    if isinstance(value, dict):
        yield from (text for name, text in value.items() if name == "id")
        for each in value.values():
            yield from ids_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from ids_in(each)


@pytest.mark.requirement(105)
async def test_no_path_shows_a_deleted_request_or_what_hangs_on_it(service: Service) -> None:
    cast, tap = service.cast, service.cast.request("tap")
    hanging = [nouns.COMMENT.id(row.id) for row in await Comment.filter(request_id=cast.key("tap"))]
    hanging += [nouns.ACTIVITY.id(row.id) for row in await Activity.filter(request_id=cast.key("tap"))]
    hanging += [nouns.ASSIGNMENT.id(row.id) for row in await Assignment.filter(request_id=cast.key("tap"))]
    assert (await delete(service, "sol", "tap")) == {"deletedRequestId": tap, "request": None, "errors": []}
    for name in SEES:
        assert tap not in set(ids_in(await service.ask(name, LISTS)))
        for each in (tap, "R-1001") if name not in ("zoe", "zed") else (tap,):
            assert await service.ask(name, ONE, id=each) == {"request": None}
        for each in (tap, *hanging):
            assert await service.ask(name, BY_ID, id=each) == {"node": None, "nodes": [None]}
    page = (await service.ask("max", "{ requests { totalCount } }"))["requests"]
    assert page["totalCount"] == len(SEES["max"]) - 1
    # Nor does it lead to people: wes is known to cora by the roof still, cyn to wes by nothing any more.
    card = "query($id: ID!) { node(id: $id) { id } }"
    assert (await service.ask("cora", card, id=cast.worker("wes")))["node"] is not None
    assert (await service.ask("wes", card, id=cast.contact("cyn")))["node"] is None


async def test_every_mutation_answers_as_for_a_request_that_never_was(service: Service) -> None:
    assert codes(await delete(service, "ada", "tap")) == []
    inputs: dict[str, dict[str, Any]] = {
        "updateRequest": {"title": "x"},
        "assignRequest": {"workerId": service.cast.worker("ned")},
        "commentOnRequest": {"body": "x"},
        "reopenRequest": {},
        "deleteRequest": {},
    }
    for mutation, more in inputs.items():
        gone = await service.change("ada", mutation, {"requestId": service.cast.request("tap"), **more})
        assert gone == await service.change("ada", mutation, {"requestId": MISSING, **more})
        assert codes(gone) == [("NOT_FOUND", ["requestId"])]


async def test_the_audit_keeps_that_it_was_and_the_worker_is_told(service: Service) -> None:
    cast = service.cast
    version = (await Request.get(id=cast.key("roof"))).version
    assert codes(await delete(service, "ada", "roof", expectedVersion=version)) == []
    event = await AuditEvent.get(kind=AuditKind.REQUEST_DELETED)
    assert (event.actor_id, event.organization_id) == (cast.key("ada"), None)
    assert event.before == {"id": cast.request("roof"), "number": "R-1002", "title": "Roof leaks"}
    told = await Notification.filter(request_id=cast.key("roof")).order_by("recipient_id")
    assert {(each.recipient_id, each.kind) for each in told} == {
        (cast.key("wes"), "UNASSIGNED"),
        (cast.key("wil"), "UNASSIGNED"),
    }
    assert not await Assignment.filter(request_id=cast.key("roof"), ended_at=None).exists()


async def test_a_stale_version_deletes_nothing(service: Service) -> None:
    payload = await delete(service, "ada", "tap", expectedVersion=7)
    assert codes(payload) == [("CONFLICT", ["expectedVersion"])]
    assert payload["request"] == {"id": service.cast.request("tap"), "title": "Évier bouché"}
    assert not await AuditEvent.filter(kind=AuditKind.REQUEST_DELETED).exists()


async def test_its_number_is_not_given_again(service: Service) -> None:
    await delete(service, "ada", "hair")
    made = await service.change("ada", "createRequest", {"title": "Next"}, "request { number }")
    assert made["request"]["number"] == "R-1007"
