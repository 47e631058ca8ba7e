"""What the types of rows share: ids, connections, ranges and orders."""

import enum
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

import strawberry

from app.auth.gates import ANYONE
from app.reading.page import DEFAULT_PAGE, Order
from app.reading.source import Row
from app.schema.enums import described
from app.schema.fields import about, argument, computed, field

T = TypeVar("T")
Info = strawberry.Info[Any, Any]

First = Annotated[int, argument(f"How many at most: {DEFAULT_PAGE} unless said, 100 at most.")]
After = Annotated[str | None, argument("Only those after this cursor.")]
Search = Annotated[str | None, argument("Words that must all occur, whatever their case and accents.")]


@strawberry.interface(description="Anything that has an id.")
class Node(Row):
    """A row that `node(id)` can find."""

    @computed(ANYONE, "An opaque id, unique over all types.", "id")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.source.noun.id(self.key))


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    """As the Relay cursor connections specification has it."""

    has_next_page: bool = field(ANYONE, "Whether there are rows after this page.")
    has_previous_page: bool = field(ANYONE, "Whether a cursor was given, so that rows may lie before this page.")
    start_cursor: str | None = field(ANYONE, "The cursor of the first row.")
    end_cursor: str | None = field(ANYONE, "The cursor of the last row: give it as `after` for the next page.")


@strawberry.type(description="A row of a list with its cursor.")
class Edge(Generic[T]):
    """As the Relay cursor connections specification has it."""

    cursor: str = field(ANYONE, "The place of the row in this order of the list.")
    node: T = field(ANYONE, "The row.")


@strawberry.type(description="One page of a list, in a total order.")
class Connection(Generic[T]):
    """The reader fills `found` and the rest."""

    found: strawberry.Private[Any]
    cursors: strawberry.Private[Any]
    has_next_page: strawberry.Private[Any]
    has_previous_page: strawberry.Private[Any]

    @computed(ANYONE, "The rows with their cursors.")
    def edges(self) -> list[Edge[T]]:
        return [Edge(cursor=cursor, node=node) for cursor, node in zip(self.cursors, self.found, strict=True)]

    @computed(ANYONE, "The rows.")
    def nodes(self) -> list[T]:
        rows: list[T] = self.found
        return rows

    @computed(ANYONE, "Where this page lies in the list.")
    def page_info(self) -> PageInfo:
        return PageInfo(
            has_next_page=self.has_next_page,
            has_previous_page=self.has_previous_page,
            start_cursor=self.cursors[0] if self.cursors else None,
            end_cursor=self.cursors[-1] if self.cursors else None,
        )

    total_count: int = field(ANYONE, "How many rows the whole list has for the viewer; counted only when asked for.")


class Direction(enum.Enum):
    """Which end of an order comes first."""

    ASC = "ASC"
    DESC = "DESC"


described(
    Direction,
    "Which end of an order comes first.",
    {Direction.ASC: "Smallest, earliest or first in the alphabet.", Direction.DESC: "Largest, latest or last."},
)


@strawberry.input(description="A span of time that includes its beginning and excludes its end.")
class TimeRange:
    """Half-open, so that adjacent spans neither overlap nor leave a gap."""

    from_: datetime | None = about("From this instant on.", name="from", default=None)
    to: datetime | None = about("Before this instant.", default=None)


def orders(order_by: list[Any] | None, columns: dict[str, str], default: Order) -> tuple[Order, ...]:
    """The order that a client asked for, each column once, or the default."""
    found: dict[str, Order] = {}
    for each in order_by or ():
        column = columns[each.field.name]
        found.setdefault(column, Order(column, each.direction is Direction.DESC))
    return tuple(found.values()) or (default,)
