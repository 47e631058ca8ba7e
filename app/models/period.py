"""Days, weeks and months of a calendar in a time zone: some have an hour more or less than others."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Unit(StrEnum):
    """Into what a span of time is divided; weeks begin on Monday."""

    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a day begins in the zone, in UTC."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def edges(unit: Unit, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """The start, then the beginning of each further unit in the zone, then the end."""
    yield start
    day = start.astimezone(zone).date()
    while (edge := midnight(day := _next(unit, day), zone)) < end:
        if edge > start:
            yield edge
    yield end


def _next(unit: Unit, day: date) -> date:
    if unit is Unit.DAY:
        return day + timedelta(days=1)
    if unit is Unit.WEEK:
        return day + timedelta(days=7 - day.weekday())
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
