"""Values as clients write them, refused before they reach a database that cannot hold them."""

from datetime import UTC, datetime
from typing import Any

import strawberry

from app.auth.denials import Denial


def parse_instant(value: Any) -> datetime:
    """An instant in ISO 8601 with an offset, in UTC. Raises INVALID_INSTANT for anything else."""
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("an instant without an offset")
        return moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError) as error:
        raise Denial("INVALID_INSTANT") from error


SCALARS: dict[object, Any] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant in ISO 8601 with an offset; answers are in UTC.",
        serialize=lambda moment: moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        parse_value=parse_instant,
    )
}
