"""Statements that are kept: made once for marks, and only bound from then on."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterator, Sequence, Sized
from dataclasses import dataclass
from functools import wraps
from typing import Any, Generic, TypeVar
from uuid import UUID

from tortoise import connections
from tortoise.queryset import QuerySet, ValuesQuery

from app.auth.masks import KEYS, Given, Statement, Unsupported, masked, plain, statement
from app.auth.viewer import Viewer
from app.models.database import fetch, is_postgres

KEPT_PLANS = 1_000
LONGEST_KEPT = 32_000  # letters of an operation, its variables and its statements: odd ones are planned anew

T = TypeVar("T", bound=Sized)


class Plans(Generic[T]):
    """The latest plans, within bounds of number and length; None for what cannot be planned."""

    def __init__(self, most: int | None = None) -> None:
        self.kept: OrderedDict[Hashable, T | None] = OrderedDict()
        self.most = most

    def recall(self, key: Hashable, letters: int, make: Callable[[], T | None]) -> T | None:
        """The plan of this key, made if it is not kept."""
        if key in self.kept:
            self.kept.move_to_end(key)
            return self.kept[key]
        plan = make()
        if letters + (len(plan) if plan is not None else 0) <= LONGEST_KEPT:
            self.kept[key] = plan
        if len(self.kept) > (KEPT_PLANS if self.most is None else self.most):
            self.kept.popitem(last=False)
        return plan

    def give_up(self, key: Hashable) -> None:
        """The plan does not work on this database."""
        if key in self.kept:
            self.kept[key] = None


@dataclass(frozen=True)
class Query:
    """A query set with marks, which knows how rows become objects, and its statement."""

    rows: Any
    statement: Statement

    def __len__(self) -> int:
        """How long its statement is."""
        return len(self.statement.sql)

    async def run(self, given: Given) -> list[Any]:
        """The objects, or what `values` named as the driver has it."""
        sql, values = self.statement.sql, self.statement.values(given)
        if isinstance(self.rows, ValuesQuery):
            return [dict(row) for row in await fetch(sql, values)]
        connection: Any = connections.get("default")
        reader = connection.executor_class(self.rows.model, connection, None, None, self.rows._select_related_idx)
        found: list[Any] = await reader.execute_select(sql, values, list(self.rows._annotations))
        return found


_queries: Plans[Query] = Plans()
Rows = QuerySet[Any] | ValuesQuery[Any]


def kept(make: Callable[..., Rows]) -> Callable[..., Awaitable[list[Any]]]:
    """Turns a function that names rows into one that fetches them, whose statement is made once for each shape.

    Of a viewer only the rights may shape the statement; a viewer, ids and tuples of ids become marks while it is
    made. Whatever else changes it has to be an argument, and of few values.
    """

    @wraps(make)
    async def found(*arguments: Any) -> list[Any]:
        keys = [key for each in arguments for key in _keys(each)]
        shape = (make, is_postgres(), *(_shape(each) for each in arguments))
        query = _queries.recall(shape, 0, lambda: _marked(make, arguments)) if len(keys) <= len(KEYS) else None
        given = Given(_viewer(arguments), keys=keys)
        return await (query or _query(make(*arguments), plain)).run(given)

    return found


def _viewer(arguments: tuple[Any, ...]) -> Viewer | None:
    viewers = [each for each in arguments if isinstance(each, Viewer)]
    assert len(viewers) <= 1, "the marks stand for one viewer"
    return viewers[0] if viewers else None


def _keys(argument: Any) -> tuple[UUID, ...]:
    if isinstance(argument, UUID):
        return (argument,)
    return argument if isinstance(argument, tuple) else ()


def _shape(argument: Any) -> Hashable:
    if isinstance(argument, Viewer):
        return argument.shape
    keys = _keys(argument)
    return (type(argument), len(keys)) if keys else argument


def _marked(make: Callable[..., Rows], arguments: tuple[Any, ...]) -> Query | None:
    """None where the marks do not serve."""
    marks = iter(KEYS)
    try:
        return _query(make(*(_mark(each, marks) for each in arguments)), statement)
    except Unsupported:
        return None


def _mark(argument: Any, marks: Iterator[UUID]) -> Any:
    if isinstance(argument, Viewer):
        return masked(argument)
    if isinstance(argument, UUID):
        return next(marks)
    return tuple(next(marks) for _ in argument) if isinstance(argument, tuple) else argument


def _query(rows: Any, compiled: Callable[[str, Sequence[Any]], Statement]) -> Query:
    rows._choose_db_if_not_chosen()
    rows._make_query()
    rows._db = None  # whoever runs it has a connection of their own
    return Query(rows, compiled(*rows.query.get_parameterized_sql()))
