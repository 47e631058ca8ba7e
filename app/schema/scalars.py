"""Values as clients write them, refused before they reach a database that cannot hold them."""

from datetime import UTC, datetime
from typing import Any

import strawberry
from graphql import GraphQLError


def parse_instant(value: Any) -> datetime:
    """An instant in ISO 8601 with an offset, in UTC. Raises INVALID_INSTANT for anything else."""
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("an instant without an offset")
        return moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError) as error:
        words = "An instant needs a date, a time and an offset: 2026-11-22T09:30:00Z."
        raise GraphQLError(words, extensions={"code": "INVALID_INSTANT"}) from error


SCALARS: dict[object, Any] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant in ISO 8601 with an offset; answers are in UTC.",
        serialize=lambda moment: moment.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        parse_value=parse_instant,
    )
}
