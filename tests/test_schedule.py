"""When work is planned: overlaps of a worker's time, and what a calendar asks for."""

from typing import Any

import pytest

from app.models import Request
from app.models.request import RequestStatus
from tests.ask import Service

WARNED = "request { id } warnings { code message path }"
DAY = "2026-12-01T"


def at(start: str | None, end: str | None = None) -> dict[str, str | None]:
    """The times of a request on one day."""
    return {
        "scheduledStart": f"{DAY}{start}:00Z" if start else None,
        "scheduledEnd": f"{DAY}{end}:00Z" if end else None,
    }


async def plan(service: Service, name: str, which: str, **times: str | None) -> list[dict[str, Any]]:
    """Sets the times of a request and returns the warnings."""
    input = {"requestId": service.cast.request(which), **times}
    payload = await service.change(name, "updateRequest", input, WARNED)
    assert payload["errors"] == []
    warnings: list[dict[str, Any]] = payload["warnings"]
    return warnings


def names(warnings: list[dict[str, Any]]) -> list[str]:
    assert {each["code"] for each in warnings} <= {"OVERLAPS"}
    return [each["message"].partition(" has other work at that time.")[0] for each in warnings]


# The roof, from nine to eleven, has wes and wil; the tap has wes.
TIMES: list[tuple[str | None, str | None, bool]] = [
    ("08:00", "09:00", False),  # ends when the other begins
    ("08:00", "09:01", True),
    ("11:00", "12:00", False),  # begins when the other ends
    ("10:59", "12:00", True),
    ("09:30", "10:00", True),
    ("07:00", "13:00", True),
    ("09:00", None, True),  # an instant
    ("10:00", None, True),
    ("11:00", None, False),
    ("08:59", None, False),
    (None, None, False),
]


@pytest.mark.requirement(96)
async def test_times_are_half_open_and_without_an_end_an_instant(service: Service) -> None:
    assert await plan(service, "ada", "roof", **at("09:00", "11:00")) == []
    for start, end, overlaps in TIMES:
        found = names(await plan(service, "ada", "tap", **at(start, end)))
        assert found == (["Wes Roy"] if overlaps else []), (start, end)
    await plan(service, "ada", "roof", **at("09:00"))  # now the other is an instant
    for start, end, overlaps in (("08:00", "09:00", False), ("08:00", "09:01", True), ("09:00", None, True)):
        assert bool(await plan(service, "ada", "tap", **at(start, end))) is overlaps, (start, end)


async def test_the_warning_names_the_worker_and_tells_nothing_of_the_other_work(service: Service) -> None:
    await plan(service, "ada", "roof", **at("09:00", "11:00"))
    [warning] = await plan(service, "max", "tap", **at("10:00", "12:00"))
    assert warning == {
        "code": "OVERLAPS",
        "message": "Wes Roy a un autre travail à ce moment-là.",
        "path": ["scheduledStart"],
    }
    assert await plan(service, "max", "tap", title="Only the title") == []
    # Client contacts plan nobody's time.
    assert await plan(service, "cyn", "tap", **at("10:00", "11:00")) == []


@pytest.mark.requirement(21)
async def test_giving_a_request_warns_too(service: Service) -> None:
    cast = service.cast
    await plan(service, "ada", "roof", **at("09:00", "11:00"))
    await plan(service, "ada", "door", **at("10:00", "12:00"))
    ids = {"requestId": cast.request("door"), "workerId": cast.worker("wil")}
    payload = await service.change("max", "assignRequest", ids, WARNED)
    assert (payload["errors"], payload["request"]["id"]) == ([], cast.request("door"))
    assert [(each["code"], each["path"]) for each in payload["warnings"]] == [("OVERLAPS", ["workerId"])]
    assert names(await plan(service, "ada", "roof", **at("10:30", "11:00"))) == ["Wil Roy"]


@pytest.mark.requirement(102, 103)
async def test_who_books_for_oneself_is_warned(service: Service) -> None:
    booking = {"title": "Cut", "kind": "BOOKING", "siteId": service.cast.site("north")}
    first = await service.change("sam", "createRequest", booking | at("09:00", "10:00"), WARNED)
    second = await service.change("sam", "createRequest", booking | at("09:30", "10:30"), WARNED)
    assert (first["warnings"], names(second["warnings"])) == ([], ["Sam Roy"])
    assert second["warnings"][0]["path"] == ["scheduledStart"]


@pytest.mark.parametrize("status", [RequestStatus.DONE, RequestStatus.CANCELLED])
async def test_closed_deleted_and_returned_work_takes_no_time(service: Service, status: RequestStatus) -> None:
    await plan(service, "ada", "roof", **at("09:00", "11:00"))
    roof = Request.filter(id=service.cast.key("roof"))
    await roof.update(status=status)
    assert await plan(service, "ada", "tap", **at("09:30", "10:00")) == []
    assert await plan(service, "ada", "roof", **at("09:45", "11:00")) == []  # nor does closed work warn of itself
    await roof.update(status=RequestStatus.ON_HOLD)
    assert names(await plan(service, "ada", "tap", **at("09:30", "10:01"))) == ["Wes Roy"]
    ids = {"requestId": service.cast.request("roof"), "reason": "Too high for me"}
    assert (await service.change("wes", "declineAssignment", ids))["errors"] == []
    assert await plan(service, "ada", "tap", **at("09:30", "10:02")) == []
    ids = {"requestId": service.cast.request("door"), "workerId": service.cast.worker("wes")}
    await plan(service, "ada", "door", **at("09:30", "10:00"))
    assert (await service.change("ada", "assignRequest", ids))["errors"] == []
    assert names(await plan(service, "ada", "tap", **at("09:30", "10:03"))) == ["Wes Roy"]
    assert (await service.change("ada", "deleteRequest", {"requestId": service.cast.request("door")}))["errors"] == []
    assert await plan(service, "ada", "tap", **at("09:30", "10:04")) == []
