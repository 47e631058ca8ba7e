"""Which rows a read means: one, or a page of a list in a total order, with keyset cursors."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from pypika_tortoise.queries import Table
from pypika_tortoise.terms import Term
from tortoise import fields
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from app.auth import policy
from app.auth.denials import Denial
from app.auth.viewer import Viewer
from app.models.expressions import truth
from app.models.nouns import Noun
from app.reading.dialect import Json

MAX_PAGE = 100
DEFAULT_PAGE = 25


def checked_size(first: int) -> int:
    """The size of a page. Raises INVALID_PAGE if it is none."""
    if not 0 <= first <= MAX_PAGE:
        raise Denial("INVALID_PAGE", most=MAX_PAGE)
    return first


@dataclass(frozen=True)
class One:
    """The visible row with this key: after a change, or when it is news."""

    noun: Noun
    key: UUID

    def rows(self, viewer: Viewer) -> QuerySet[Any]:
        """It, if the viewer sees it."""
        return policy.visible(viewer, self.noun).filter(id=self.key)


@dataclass(frozen=True)
class Order:
    """One column of an order. Rows without a value come last in both directions."""

    column: str
    descending: bool = False


@dataclass(frozen=True)
class Page:
    """Which rows of a list: an order made total by the id, at most `first`, and those after a cursor."""

    rows: QuerySet[Any]
    order: tuple[Order, ...]
    first: int = DEFAULT_PAGE
    after: str | None = None
    peeks: bool = True  # at whether more rows follow

    def __post_init__(self) -> None:
        checked_size(self.first)

    @property
    def columns(self) -> tuple[Order, ...]:
        """The whole order: the columns asked for, then the id."""
        if any(order.column == "id" for order in self.order):
            return self.order
        return (*self.order, Order("id", self.order[-1].descending if self.order else False))

    def query(self) -> QuerySet[Any]:
        """The rows of this page and, where it peeks, one more, which tells whether there is a next page."""
        rows = self.rows.filter(self._after()) if self.after is not None else self.rows
        terms: list[str] = []
        for order in self.columns:
            if (holds := _flag(rows.model, order.column)) is not None:
                rows = rows.annotate(**{order.column: truth(holds)})
            elif _is_nullable(rows.model, order.column):
                absent = f"no_{order.column}"
                is_absent: dict[str, Any] = {f"{order.column}__isnull": True}
                rows = rows.annotate(**{absent: truth(Q(**is_absent))})
                terms.append(absent)
            terms.append(f"-{order.column}" if order.descending else order.column)
        return rows.order_by(*terms).limit(self.first + self.peeks)

    def _after(self) -> Q:
        values = self._decode(str(self.after))
        alternatives: list[Q] = []
        equal: list[Q] = []
        for order, value in zip(self.columns, values, strict=True):
            alternatives += [Q(*equal, beyond) for beyond in _beyond(self.rows.model, order, value)]
            equal.append(_is(self.rows.model, order.column, value))
        return Q(*alternatives, join_type=Q.OR)

    def mark(self, table: Table) -> list[Term]:
        """What a cursor remembers of a row: the order, and the row's place in it."""
        return [Json(f"'{self._signature()}'"), *(table[order.column] for order in self.columns)]

    def _signature(self) -> str:
        order = ",".join(f"{'-' if order.descending else ''}{order.column}" for order in self.columns)
        return f"{self.rows.model._meta.db_table}:{order}"

    def _decode(self, cursor: str) -> list[Any]:
        try:
            signature, *values = orjson.loads(bytes.fromhex(cursor))
            if signature != self._signature():
                raise ValueError("a cursor of another order")
            pairs = zip(self.columns, values, strict=True)
            return [_parsed(self.rows.model, order.column, value) for order, value in pairs]
        except (ValueError, TypeError, AttributeError, OverflowError) as error:
            raise Denial("INVALID_CURSOR") from error


@dataclass(frozen=True)
class Count:
    """How many rows there are, in place of the rows."""

    rows: QuerySet[Any]


def _flag(model: Any, column: str) -> Q | None:
    """The condition that stands in the place of a column: rows where it does not hold are the smaller."""
    found: Q | None = getattr(model, "flags", {}).get(column)
    return found


def _is_nullable(model: Any, column: str) -> bool:
    return _flag(model, column) is None and bool(model._meta.fields_map[column].null)


def _is(model: Any, column: str, value: Any) -> Q:
    if (holds := _flag(model, column)) is not None:
        return holds if value else ~holds
    condition: dict[str, Any] = {f"{column}__isnull": True} if value is None else {column: value}
    return Q(**condition)


def _beyond(model: Any, order: Order, value: Any) -> list[Q]:
    if value is None:
        return []
    if (holds := _flag(model, order.column)) is not None:
        return [~holds if order.descending else holds] if bool(value) is order.descending else []
    comparison: dict[str, Any] = {f"{order.column}__{'lt' if order.descending else 'gt'}": value}
    absent: dict[str, Any] = {f"{order.column}__isnull": True}
    return [Q(**comparison), *([Q(**absent)] if _is_nullable(model, order.column) else [])]


def _parsed(model: Any, column: str, value: Any) -> Any:
    if _flag(model, column) is not None:
        if value not in (0, 1):
            raise ValueError("not a condition that holds or does not")
        return value
    field = model._meta.fields_map[column]
    if value is None and field.null:
        return None
    if isinstance(field, fields.DatetimeField):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("an instant without an offset")
        return moment
    if isinstance(field, fields.UUIDField):
        return UUID(value)
    if isinstance(field, fields.IntField | fields.BigIntField | fields.SmallIntField):
        if type(value) is not int or not -(2**31) <= value < 2**31:
            raise ValueError("not a number of the column")
    elif not isinstance(value, str) or "\0" in value:
        raise ValueError("not a text of the column")
    return value
