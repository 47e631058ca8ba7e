"""Figures of the reference: counted and sorted in plain Python, over lists of rows."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from graphql import GraphQLError

from app.models.request import Priority, RequestStatus
from tests.reading.listing import CLOSED, Face, matching
from tests.reading.world import Eyes

DAYS = {"TODAY": 0, "WEEK": 7, "MONTH": 30}


def statistics(eyes: Eyes, where: dict[str, Any] | None = None, search: str | None = None) -> Face:
    """The requests that count."""
    rows = matching(eyes, "Request", where, search)
    return Face("Statistics", [row for row in rows if eyes.reaches("stats.read", "Request", row)])


def _zone(eyes: Eyes) -> ZoneInfo:
    return ZoneInfo(eyes.world.by_key[eyes.me.workspace_id].time_zone)


def by_status(eyes: Eyes, rows: list[Any]) -> list[dict[str, Any]]:
    """Every state with its number."""
    return [{"status": each.name, "count": sum(row.status == each for row in rows)} for each in RequestStatus]


def by_priority(eyes: Eyes, rows: list[Any]) -> list[dict[str, Any]]:
    """Every priority with its number."""
    return [{"priority": each.name, "count": sum(row.priority == each for row in rows)} for each in Priority]


def by_site(eyes: Eyes, rows: list[Any], first: int = 25) -> list[dict[str, Any]]:
    """Sites with their numbers."""
    return _ranked(eyes, "Site", "site", (row.site_id for row in rows), first)


def by_worker(eyes: Eyes, rows: list[Any], first: int = 25) -> list[dict[str, Any]]:
    """Workers with their numbers."""
    keys = {row.id for row in rows}
    open_ = [each for each in eyes.world.tables["assignments"] if each.ended_at is None and each.request_id in keys]
    return _ranked(eyes, "Worker", "worker", (each.worker_id for each in open_), first)


def _ranked(eyes: Eyes, kind: str, name: str, keys: Iterable[Any], first: int) -> list[dict[str, Any]]:
    if not 0 <= first <= 100:
        raise GraphQLError("page", extensions={"code": "INVALID_PAGE"})
    found = sorted(Counter(keys).items(), key=lambda each: (-each[1], each[0] is None, str(each[0])))
    faces = [(eyes.world.by_key.get(key), count) for key, count in found[:first]]
    return [{name: Face(kind, row) if row and eyes.sees(kind, row) else None, "count": count} for row, count in faces]


def open_by_age(eyes: Eyes, rows: list[Any]) -> list[dict[str, Any]]:
    """The open ones, each under the first age that fits."""
    today, found = eyes.at.astimezone(_zone(eyes)).date(), dict.fromkeys((*DAYS, "OLDER"), 0)
    for row in rows:
        if row.status not in CLOSED:
            age = (today - row.created_at.astimezone(_zone(eyes)).date()).days
            found[next((name for name, days in DAYS.items() if age <= days), "OLDER")] += 1
    return [{"age": age, "count": count} for age, count in found.items()]


def time_to_assignment(eyes: Eyes, rows: list[Any]) -> dict[str, Any]:
    """From the request to the first assignment."""
    firsts: dict[Any, datetime] = {}
    for each in eyes.world.tables["assignments"]:
        firsts[each.request_id] = min(firsts.get(each.request_id, each.assigned_at), each.assigned_at)
    return _durations([firsts[row.id] - row.created_at for row in rows if row.id in firsts])


def time_to_done(eyes: Eyes, rows: list[Any]) -> dict[str, Any]:
    """From the request to its end."""
    return _durations([row.closed_at - row.created_at for row in rows if row.status == "DONE" and row.closed_at])


def _durations(waits: list[timedelta]) -> dict[str, Any]:
    seconds = sorted(max(wait.total_seconds(), 0) for wait in waits)
    return {"count": len(seconds), "p50": _share(seconds, 0.5), "p90": _share(seconds, 0.9)}


def _share(numbers: list[float], share: float) -> int | None:
    """As the standard's percentile_cont: on the line between the two numbers beside the place."""
    if not numbers:
        return None
    place = share * (len(numbers) - 1)
    low, high = numbers[int(place)], numbers[min(int(place) + 1, len(numbers) - 1)]
    return round(low + (place - int(place)) * (high - low))


def series(eyes: Eyes, rows: list[Any], unit: str, period: dict[str, Any]) -> list[dict[str, Any]]:
    """Each part of a period with what happened in it."""
    start, end = (period.get(name) and datetime.fromisoformat(period[name]) for name in ("from", "to"))
    if not start or not end or start >= end:
        raise GraphQLError("period", extensions={"code": "INVALID_PERIOD"})
    edges = _edges(unit, start, end, _zone(eyes))
    if len(edges) > 401:
        raise GraphQLError("period", extensions={"code": "INVALID_PERIOD"})
    return [
        {
            "start": _written(a),
            "end": _written(b),
            "created": sum(a <= row.created_at < b for row in rows),
            "done": sum(
                row.status == "DONE" and row.closed_at is not None and a <= row.closed_at < b for row in rows
            ),
        }
        for a, b in pairwise(edges)
    ]


def _edges(unit: str, start: datetime, end: datetime, zone: ZoneInfo) -> list[datetime]:
    """The midnights between two instants at which a unit begins, and the instants."""
    days = (start.date() + timedelta(days=n) for n in range(-1, (end - start).days + 3))
    first = [day for day in days if unit == "DAY" or (day.weekday() == 0 if unit == "WEEK" else day.day == 1)]
    midnights = [_midnight(day, zone) for day in first]
    return [start, *(each for each in midnights if start < each < end), end]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
