"""Giving requests to workers, taking them back, and what is written when it happens."""

from typing import Any

import pytest

from app.models import Activity, Assignment, Delivery, Notification, Person, Request
from app.models.base import now
from app.models.person import AccountStatus
from app.models.request import RequestStatus
from tests.ask import Service
from tests.cast import PEOPLE

SHOWN = "request { id version assignees { id name } } warnings { code message path }"
CHOICE = "query($id: ID!, $search: String) { assignableWorkers(requestId: $id, search: $search) { nodes { id } } }"
HISTORY = """query($id: ID!) { request(id: $id) {
  assignees { id } assignments { nodes { worker { name } assignedBy { name } endedAt endReason acknowledgedAt } }
  activity { nodes { kind actor { name } before after } } } }"""
TABLES = (Activity, Assignment, Notification, Delivery)


async def give(service: Service, name: str, which: str, worker: str, **more: Any) -> dict[str, Any]:
    ids = {"requestId": service.cast.request(which), "workerId": service.cast.worker(worker)}
    return await service.change(name, "assignRequest", ids | more, SHOWN)


async def take(service: Service, name: str, which: str, worker: str, **more: Any) -> dict[str, Any]:
    ids = {"requestId": service.cast.request(which), "workerId": service.cast.worker(worker)}
    return await service.change(name, "unassignRequest", ids | more, "request { version assignees { id } }")


async def rows() -> list[int]:
    return [await table.all().count() for table in TABLES]


def codes(payload: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(error["code"], error["path"]) for error in payload["errors"]]


@pytest.mark.requirement(4, 20, 22, 39)
async def test_a_request_may_have_several_workers_and_a_worker_several_requests(service: Service) -> None:
    cast = service.cast
    version = (await Request.get(id=cast.key("door"))).version
    first = await give(service, "max", "door", "wes", expectedVersion=version)
    second = await give(service, "max", "door", "wil", expectedVersion=first["request"]["version"])
    assert [worker["id"] for worker in second["request"]["assignees"]] == [cast.worker("wes"), cast.worker("wil")]
    assert second["request"]["version"] == version + 2
    found = await service.ask("wes", "{ requests { nodes { id } } }")
    assert cast.requests([row["id"] for row in found["requests"]["nodes"]]) == {"tap", "roof", "door"}


@pytest.mark.requirement(21, 40)
async def test_what_is_written_with_an_assignment(service: Service) -> None:
    cast = service.cast
    seq = (await Person.get(id=cast.key("wes"))).notification_seq
    await give(service, "max", "door", "wes")
    activity = await Activity.get(request_id=cast.key("door"), kind="ASSIGNED")
    assert (activity.actor_id, activity.after["worker"]) == (cast.key("max"), "Wes Roy")
    note = await Notification.get(activity_id=activity.id)
    assert (note.recipient_id, note.request_id, note.kind, note.seq) == (
        cast.key("wes"),
        cast.key("door"),
        "ASSIGNED",
        seq + 1,
    )
    deliveries = await Delivery.filter(notification_id=note.id).order_by("channel")
    assert [(each.recipient_id, each.channel) for each in deliveries] == [
        (cast.key("wes"), "EMAIL"),
        (cast.key("wes"), "SMS"),
    ]
    await give(service, "ada", "hair", "wes")
    assert (await Notification.filter(recipient_id=cast.key("wes")).order_by("-seq").first()).seq == seq + 2  # type: ignore[union-attr]


# who, request, worker: code, path
REFUSED: list[tuple[str, str, str, str, str]] = [
    ("max", "tap", "wes", "ALREADY_ASSIGNED", "workerId"),
    ("max", "door", "ina", "WORKER_INACTIVE", "workerId"),
    ("ada", "tap", "win", "WORKER_OUT_OF_SITE", "workerId"),
    ("ada", "lamp", "wes", "WORKER_OUT_OF_SITE", "workerId"),  # no site: only for those who work everywhere
    ("max", "tap", "win", "NOT_FOUND", "workerId"),  # works at a site that max does not see
    ("max", "tap", "cyn", "NOT_FOUND", "workerId"),  # a contact is no worker
    ("ada", "tap", "zed", "NOT_FOUND", "workerId"),
    ("max", "gate", "win", "NOT_FOUND", "requestId"),
]


@pytest.mark.requirement(2, 20)
async def test_refused_assignments_write_nothing(service: Service) -> None:
    before, version = await rows(), (await Request.get(id=service.cast.key("tap"))).version
    for name, which, worker, code, path in REFUSED:
        refused = await give(service, name, which, worker)
        assert codes(refused) == [(code, [path])], (name, which, worker)
        assert (refused["request"], refused["warnings"]) == (None, [])
    for status in (RequestStatus.DONE, RequestStatus.CANCELLED):
        await Request.filter(id=service.cast.key("tap")).update(status=status)
        assert codes(await give(service, "max", "tap", "wil")) == [("WRONG_STATE", ["requestId"])]
    await Person.filter(id=service.cast.key("ina")).update(status=AccountStatus.DELETED)
    assert codes(await give(service, "max", "door", "ina")) == [("WORKER_INACTIVE", ["workerId"])]
    assert await rows() == before
    assert (await Request.get(id=service.cast.key("tap"))).version == version
    assign = 'mutation { assignRequest(input: {requestId: "x", workerId: "y"}) { errors { code } } }'
    for name in ("sam", "sol", "wes", "cora", "cyn"):
        assert await service.refused(name, assign) == ["FORBIDDEN"]


@pytest.mark.requirement(69)
async def test_refusals_and_warnings_speak_the_viewers_language(service: Service) -> None:
    for name, sentence in (
        ("max", "Wes Roy travaille déjà sur cette demande."),
        ("ada", "Wes Roy already works on this request."),
    ):
        assert (await give(service, name, "tap", "wes"))["errors"][0]["message"] == sentence
    closed = {
        "max": "Le statut actuel ne le permet pas.",
        "ada": "The present status does not allow it.",
    }
    await Request.filter(id=service.cast.key("tap")).update(status=RequestStatus.DONE)
    for name, sentence in closed.items():
        assert (await give(service, name, "tap", "wil"))["errors"][0]["message"] == sentence
    warned = await give(service, "max", "door", "ned")
    assert warned["warnings"][0]["message"] == "Ned Roy n'a pas encore d'accès et ne peut pas se connecter."


@pytest.mark.requirement(14, 16)
async def test_who_cannot_sign_in_may_be_assigned_with_a_warning(service: Service) -> None:
    given = await give(service, "max", "door", "ned")
    assert given["errors"] == []
    assert [(each["code"], each["path"]) for each in given["warnings"]] == [
        ("CANNOT_LOG_IN", ["workerId"]),
        ("NO_EMAIL", ["workerId"]),
    ]
    note = await Notification.get(recipient_id=service.cast.key("ned"))
    assert await Delivery.filter(notification_id=note.id).count() == 0  # there is no address
    assert (await give(service, "max", "door", "wes"))["warnings"] == []
    await Person.filter(id=service.cast.key("wes")).update(email_bounced_at=now())
    [bounced] = (await give(service, "max", "hair", "wes"))["warnings"]
    assert (bounced["code"], bounced["path"]) == ("EMAIL_BOUNCED", ["workerId"])


@pytest.mark.requirement(19)
async def test_the_choice_lists_exactly_those_to_whom_it_can_be_given(service: Service) -> None:
    cast = service.cast
    await Person.filter(id=cast.key("ada")).update(is_worker=True)
    workers = [name for name, facets in PEOPLE.items() if facets.get("is_worker") or name == "ada"]
    for name in ("ada", "max"):
        for which in ("tap", "roof", "gate", "lamp", "door", "hair"):
            choice = (await service.ask(name, CHOICE, id=cast.request(which)))["assignableWorkers"]
            offered = {row["id"] for row in choice["nodes"]} if choice else set()
            possible = set()
            for worker in workers:
                if not codes(await give(service, name, which, worker)):
                    possible.add(cast.worker(worker))
                    await Assignment.filter(
                        request_id=cast.key(which), worker_id=cast.key(worker), assigned_by_id=cast.key(name)
                    ).delete()
            assert offered == possible, (name, which)


@pytest.mark.requirement(19)
async def test_the_choice_follows_search_state_and_rights(service: Service) -> None:
    cast = service.cast
    door = cast.request("door")
    found = await service.ask("max", CHOICE, id=door, search="WÉS")
    assert found["assignableWorkers"]["nodes"] == [{"id": cast.worker("wes")}]
    await Request.filter(id=cast.key("door")).update(status=RequestStatus.DONE)
    assert (await service.ask("max", CHOICE, id=door))["assignableWorkers"]["nodes"] == []
    for hidden in (cast.request("gate"), cast.request("zinc"), "req_" + "0" * 32, cast.worker("wes")):
        assert (await service.ask("max", CHOICE, id=hidden))["assignableWorkers"] is None
    assert await service.refused("wes", CHOICE, id=cast.request("tap")) == ["FORBIDDEN"]


@pytest.mark.requirement(22)
async def test_taking_back_keeps_the_history(service: Service) -> None:
    cast = service.cast
    tap = cast.request("tap")
    version = (await Request.get(id=cast.key("tap"))).version
    assert codes(await take(service, "max", "tap", "wil")) == [("NOT_ASSIGNED", ["workerId"])]
    assert codes(await take(service, "max", "tap", "wes", reason="x" * 501)) == [("TOO_LONG", ["reason"])]
    taken = await take(service, "max", "tap", "wes", reason=" On holiday ", expectedVersion=version)
    assert taken["request"] == {"version": version + 1, "assignees": []}
    assert codes(await take(service, "max", "tap", "wes")) == [("NOT_ASSIGNED", ["workerId"])]
    assert codes(await take(service, "ada", "tap", "wil", expectedVersion=version)) == [
        ("CONFLICT", ["expectedVersion"])
    ]
    assert (await service.ask("wes", HISTORY, id=tap))["request"] is None  # no longer theirs
    await give(service, "ada", "tap", "wes")
    row = (await service.ask("ada", HISTORY, id=tap))["request"]
    assert row["assignees"] == [{"id": cast.worker("wes")}]
    new, old = row["assignments"]["nodes"]
    assert (new["assignedBy"], new["endedAt"]) == ({"name": "Ada Roy"}, None)
    assert (old["assignedBy"], old["endReason"], bool(old["endedAt"])) == ({"name": "Cyn Roy"}, "On holiday", True)
    kinds = [(line["kind"], line["actor"]["name"]) for line in row["activity"]["nodes"]]
    assert kinds == [("ASSIGNED", "Ada Roy"), ("UNASSIGNED", "Max Roy"), ("CREATED", "Cyn Roy")]
    assert row["activity"]["nodes"][1]["before"] == {"worker": "Wes Roy"}
    told = await Notification.filter(recipient_id=cast.key("wes")).order_by("seq")
    assert [each.kind for each in told] == ["UNASSIGNED", "ASSIGNED"]


@pytest.mark.requirement(40)
async def test_a_worker_acknowledges_once(service: Service) -> None:
    cast = service.cast
    tap, input = cast.request("tap"), {"requestId": cast.request("tap")}
    before = await Activity.all().count()
    assert codes(await service.change("wes", "acknowledgeAssignment", input)) == []
    first = (await service.ask("wes", HISTORY, id=tap))["request"]["assignments"]["nodes"][0]["acknowledgedAt"]
    assert first is not None
    assert codes(await service.change("wes", "acknowledgeAssignment", input)) == []
    assert (await service.ask("wes", HISTORY, id=tap))["request"]["assignments"]["nodes"][0][
        "acknowledgedAt"
    ] == first
    assert await Activity.all().count() == before + 1
    assert codes(await service.change("max", "acknowledgeAssignment", input)) == [("NOT_ASSIGNED", ["requestId"])]
    assert codes(await service.change("wil", "acknowledgeAssignment", input)) == [("NOT_FOUND", ["requestId"])]


@pytest.mark.requirement(22)
async def test_a_worker_gives_work_back_and_who_gave_it_is_told(service: Service) -> None:
    cast = service.cast
    await give(service, "max", "door", "wes")
    door, shown = {"requestId": cast.request("door")}, "request { id }"
    for reason, code in (("", "REQUIRED"), (" \n\u00a0", "REQUIRED"), ("x" * 501, "TOO_LONG")):
        refused = await service.change("wes", "declineAssignment", door | {"reason": reason})
        assert codes(refused) == [(code, ["reason"])]
    payload = await service.change("wes", "declineAssignment", door | {"reason": " I am ill "}, shown)
    assert payload == {"request": None, "errors": []}  # the request is no longer theirs
    row = (await service.ask("max", HISTORY, id=cast.request("door")))["request"]
    assert (row["assignees"], row["assignments"]["nodes"][0]["endReason"]) == ([], "I am ill")
    line = row["activity"]["nodes"][0]
    assert (line["kind"], line["actor"], line["after"]) == ("DECLINED", {"name": "Wes Roy"}, {"reason": "I am ill"})
    note = await Notification.get(kind="DECLINED")
    assert (note.recipient_id, note.request_id) == (cast.key("max"), cast.key("door"))
    assert [each.channel for each in await Delivery.filter(notification_id=note.id)] == ["EMAIL"]
    again = await service.change("wes", "declineAssignment", door | {"reason": "x"})
    assert codes(again) == [("NOT_FOUND", ["requestId"])]


async def test_what_cannot_be_given_back(service: Service) -> None:
    cast = service.cast
    tap = {"requestId": cast.request("tap"), "reason": "x"}
    assert codes(await service.change("sol", "declineAssignment", tap)) == [("NOT_ASSIGNED", ["requestId"])]
    assert codes(await service.change("wil", "declineAssignment", tap)) == [("NOT_FOUND", ["requestId"])]
    await Request.filter(id=cast.key("tap")).update(status=RequestStatus.DONE)
    assert codes(await service.change("wes", "declineAssignment", tap)) == [("WRONG_STATE", ["requestId"])]


async def test_client_contacts_do_not_read_why_work_was_given_back(service: Service) -> None:
    cast = service.cast
    for which, name in (("tap", "cyn"), ("roof", "cal")):
        reason = {"requestId": cast.request(which), "reason": "The client is rude"}
        assert codes(await service.change("wes", "declineAssignment", reason)) == []
        answer = await service.post(name, HISTORY, id=cast.request(which))
        [ended] = [each for each in answer.json()["data"]["request"]["assignments"]["nodes"] if each["endedAt"]]
        assert ended["endReason"] is None and b"rude" not in answer.content and b"DECLINED" not in answer.content
