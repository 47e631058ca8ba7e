"""Figures about requests: those selected in one statement, over one pass of the rows that count.

The rows are a common table `"r"`, which the policy has narrowed; each figure is a sub-select over it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graphql import get_named_type
from pypika_tortoise.queries import Table
from pypika_tortoise.terms import Term
from tortoise.queryset import QuerySet

from app.auth import policy
from app.models import nouns
from app.models.nouns import Noun
from app.models.request import CLOSED
from app.reading.dialect import Dialect, Json
from app.reading.rows import Parent, query_of
from app.reading.selection import Nodes, slot

COLUMNS = ("id", "status", "priority", "site_id", "created_at", "closed_at")
OPEN = f'"status" NOT IN {tuple(sorted(each.value for each in CLOSED))}'
DONE = """"status" = 'DONE' AND "closed_at" IS NOT NULL"""
KEYS = {
    nouns.SITE: 'SELECT "site_id" AS "k" FROM "r"',
    nouns.WORKER: 'SELECT "worker_id" AS "k" FROM "assignments" JOIN "r" ON "r"."id" = "request_id"'
    ' WHERE "ended_at" IS NULL',
}
ASSIGNED = (
    '(SELECT min("assigned_at") AS "at", "created_at" FROM "r" JOIN "assignments" ON "request_id" = "r"."id"'
    ' GROUP BY "r"."id", "created_at") "a"'
)
LATEST = 'SELECT "what", max("edge") OVER (ORDER BY "at", "what" ROWS UNBOUNDED PRECEDING) AS "edge" FROM ('
Compiled = tuple[Term, Callable[[Any], Any]]


@dataclass(frozen=True)
class Figures:
    """The requests that the figures are about."""

    rows: QuerySet[Any]

    def compiled(self, compiler: Any, gtype: Any, groups: Sequence[Nodes]) -> Compiled:
        """The JSON of the selected figures, and how to read the object that shows them."""
        operation, parts = compiler.operation, {}
        for selected in operation.select(gtype, groups):
            resolver = selected.strawberry.base_resolver.wrapped_func
            figure = resolver(self, operation.info, **operation.arguments(selected))
            below = get_named_type(selected.field.type)
            parts[slot(selected.nodes)] = figure.compiled(compiler, below, [selected.nodes])
        terms = compiler.dialect.array([term for term, _ in parts.values()])
        rows = compiler.dialect.shared("r", query_of(self.rows.only(*COLUMNS)))

        def read(value: list[Any]) -> Any:
            pairs = zip(parts.items(), value, strict=True)
            return _shown(gtype, {}, {name: decode(each) for (name, (_, decode)), each in pairs})

        return Json("(WITH ", rows, " SELECT ", terms, ")"), read


def _shown(gtype: Any, values: dict[str, Any], nested: dict[str, Any] | None = None) -> Any:
    """An object of a type, with its values and what was fetched below it."""
    owner = gtype.extensions["strawberry-definition"].origin
    found = owner.__new__(owner)
    found.__dict__ |= {**values, "nested": nested or {}}
    return found


class Total:
    """How many there are."""

    def compiled(self, compiler: Any, gtype: Any, groups: Sequence[Nodes]) -> Compiled:
        """A number."""
        return Json('(SELECT count(*) FROM "r")'), int


@dataclass(frozen=True)
class Tally:
    """How many there are of each value of a column, none left out."""

    column: str
    values: Sequence[Any]

    def compiled(self, compiler: Any, gtype: Any, groups: Sequence[Nodes]) -> Compiled:
        """Pairs of a value and its number."""
        keys = Json('SELECT "', self.column, '" AS "k" FROM "r"')
        return _counted(compiler.dialect, keys), _tally(gtype, self.column, self.values, self.values)


@dataclass(frozen=True)
class Ages:
    """How many open ones began since each of some instants, latest first, and before all of them."""

    since: Sequence[datetime]
    values: Sequence[Any]

    def compiled(self, compiler: Any, gtype: Any, groups: Sequence[Nodes]) -> Compiled:
        """Pairs of the place of an instant and its number."""
        places = [
            Json('WHEN "created_at" >= ', compiler.dialect.moment(since), f" THEN {place} ")
            for place, since in enumerate(self.since)
        ]
        keys = Json("SELECT CASE ", *places, f'ELSE {len(places)} END AS "k" FROM "r" WHERE ', OPEN)
        return _counted(compiler.dialect, keys), _tally(gtype, "age", range(len(self.values)), self.values)


def _counted(database: Dialect, keys: Term) -> Term:
    rows = Json('SELECT "k", count(*) AS "n" FROM (', keys, ') "g" GROUP BY "k"')
    return database.many(database.array([Json('"k"'), Json('"n"')]), rows, "p")


def _tally(gtype: Any, name: str, keys: Sequence[Any], values: Sequence[Any]) -> Callable[[Any], Any]:
    def read(pairs: list[Any]) -> list[Any]:
        found = dict(pairs)
        counts = zip(keys, values, strict=True)
        return [_shown(gtype, {name: value, "count": found.get(key, 0)}) for key, value in counts]

    return read


@dataclass(frozen=True)
class Shares:
    """The sites or workers with most of them, as the viewer may see these."""

    noun: Noun
    first: int

    def compiled(self, compiler: Any, gtype: Any, groups: Sequence[Nodes]) -> Compiled:
        """Rows of a number, and of what is selected of the site or worker."""
        table = Table("share").as_(compiler.alias())
        below = [each for each in compiler.operation.select(gtype, groups) if each.name != "count"]
        parts = [compiler.value(each.field.type, [each.nodes], self._row(compiler, table), 1) for each in below]
        order = f' GROUP BY "k" ORDER BY count(*) DESC, "k" IS NULL, "k" LIMIT {self.first}'
        ranked = Json('SELECT "k", count(*) AS "n" FROM (', KEYS[self.noun], ') "g"', order)
        row = compiler.dialect.array([table["n"], *(term for term, _ in parts)])

        def read(rows: list[Any]) -> list[Any]:
            return [_shown(gtype, {"count": count}, nested(values)) for count, *values in rows]

        def nested(values: list[Any]) -> dict[str, Any]:
            pairs = zip(below, parts, values, strict=True)
            return {slot(each.nodes): decode(value) for each, (_, decode), value in pairs}

        return compiler.dialect.many(row, ranked, str(table.alias)), read

    def _row(self, compiler: Any, table: Table) -> QuerySet[Any]:
        rows = policy.visible(compiler.viewer, self.noun, beside=nouns.REQUEST)
        return rows.filter(id=Parent(table)["k"])


@dataclass(frozen=True)
class Waits:
    """How long it took from the request to its first assignment, or until it was done."""

    until_assigned: bool

    def compiled(self, compiler: Any, gtype: Any, groups: Sequence[Nodes]) -> Compiled:
        """The number of waits, and percentiles of them in microseconds."""
        until, rows = ('"at"', ASSIGNED) if self.until_assigned else ('"closed_at"', f'"r" WHERE {DONE}')
        waits = Json("SELECT ", compiler.dialect.microseconds(until, '"created_at"'), ' AS "s" FROM ', rows)

        def read(value: list[Any]) -> Any:
            count, *found = value
            p50, p90 = (None if each is None else round(each / 1_000_000) for each in found)
            return _shown(gtype, {"count": count, "p50": p50, "p90": p90})

        return compiler.dialect.percentiles(waits), read


@dataclass(frozen=True)
class Series:
    """How many were handed in, and how many were finished, between each edge and the next."""

    edges: Sequence[datetime]

    def compiled(self, compiler: Any, gtype: Any, groups: Sequence[Nodes]) -> Compiled:
        """Rows of the place of an edge and the two numbers since then; edges that nothing follows are left out."""
        database: Dialect = compiler.dialect
        # Sorted by time, each event follows the edge to which it belongs.
        placed = Json(LATEST, *self._events(database), ') "e"')
        counts = 'count(*) FILTER (WHERE "what" = 1) AS "created", count(*) FILTER (WHERE "what" = 2) AS "done"'
        counted = Json('SELECT "edge", ', counts, " FROM (", placed, ') "f" WHERE "what" > 0 GROUP BY "edge"')
        row = database.array([Json('"edge"'), Json('"created"'), Json('"done"')])

        def read(rows: list[Any]) -> list[Any]:
            found = {edge: {"created": created, "done": done} for edge, created, done in rows}
            spans = enumerate(zip(self.edges, self.edges[1:], strict=False))
            nothing = {"created": 0, "done": 0}
            return [_shown(gtype, {"start": a, "end": b, **found.get(place, nothing)}) for place, (a, b) in spans]

        return database.many(row, counted, "p"), read

    def _events(self, database: Dialect) -> list[Any]:
        """The edges, then what happened between the first and the last of them."""
        parts: list[Any] = ['SELECT "column2" AS "at", "column1" AS "edge", 0 AS "what" FROM (VALUES ']
        for place, edge in enumerate(self.edges):
            parts += [f"{', ' if place else ''}({place}, ", database.moment(edge), ")"]
        parts.append(') "v"')
        for what, (column, where) in enumerate((('"created_at"', "1 = 1"), ('"closed_at"', DONE)), 1):
            parts += [" UNION ALL SELECT ", column, f', NULL, {what} FROM "r" WHERE ', where, f" AND {column} >= "]
            parts += [database.moment(self.edges[0]), f" AND {column} < ", database.moment(self.edges[-1])]
        return parts
