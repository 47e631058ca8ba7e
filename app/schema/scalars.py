"""Values as clients write them, refused before they reach a database that cannot hold them."""

from datetime import UTC, datetime
from typing import Any

import strawberry

from app.auth.denials import Denial

EARLIEST, LATEST = 1000, 9998


def parse_instant(value: Any) -> datetime:
    """An instant of the years 1000 to 9998 in ISO 8601 with an offset, in UTC. Raises INVALID_INSTANT otherwise."""
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("an instant without an offset")
        moment = moment.astimezone(UTC)
        if not EARLIEST <= moment.year <= LATEST:
            raise ValueError("an instant that PostgreSQL would take for infinity, or print in its own way")
        return moment
    except (ValueError, TypeError, OverflowError) as error:
        raise Denial("INVALID_INSTANT") from error


SCALARS: dict[object, Any] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant in ISO 8601 with an offset; answers are in UTC.",
        serialize=lambda moment: f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z",
        parse_value=parse_instant,
    )
}
