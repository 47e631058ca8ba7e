"""JSON built by the database: the same few constructs for PostgreSQL and SQLite."""

from collections.abc import Sequence
from typing import Any

from pypika_tortoise.context import SqlContext
from pypika_tortoise.queries import QueryBuilder
from pypika_tortoise.terms import Term

from app.models.database import is_postgres

Pair = tuple[str, Term]
CHUNK = 45  # PostgreSQL passes at most 100 arguments to a function, two for each pair


class Json(Term):
    """An SQL expression whose value is JSON, made of other expressions."""

    def __init__(self, *parts: str | Term | QueryBuilder) -> None:
        super().__init__()
        self.parts = parts

    def get_sql(self, ctx: SqlContext) -> str:
        """The text; parameters go to the context that all parts share, in the order of the text."""
        inner = ctx.copy(with_alias=False, subquery=False)
        return "".join(part if isinstance(part, str) else part.get_sql(inner) for part in self.parts)


class Dialect:
    """PostgreSQL."""

    build_object, build_array, group_array = "json_build_object", "json_build_array", "json_agg"
    element = '"j"'
    levels = 1_000  # of rows below rows that one statement can nest

    def column(self, term: Term, *, is_json: bool = False) -> Term:
        """A column as a JSON value."""
        return term

    def flag(self, condition: Term) -> Term:
        """A condition as true or false (or null, which counts as false)."""
        return Json("(", condition, ")")

    def nested(self, query: Term) -> Term:
        """A JSON value that comes from a sub-select."""
        return query

    def row(self, pairs: Sequence[Pair]) -> Term:
        """A row: an object, or an array of objects where one would be too long for a call."""
        chunks = [self._object(pairs[i : i + CHUNK]) for i in range(0, len(pairs), CHUNK)]
        return chunks[0] if len(chunks) == 1 else self.array(chunks)

    def _object(self, pairs: Sequence[Pair]) -> Term:
        entries = [Json(f"'{key}', ", term) for key, term in pairs]
        return Json(f"{self.build_object}(", *_commas(entries), ")")

    def one(self, row: Term, rows: QueryBuilder, alias: str) -> Term:
        """The JSON of the only row of a query, or null."""
        return self.nested(Json("(SELECT ", row, " FROM (", rows, f') "{alias}")'))

    def many(self, row: Term, rows: QueryBuilder, alias: str) -> Term:
        """The JSON array of the rows of a query, in its order."""
        inner = Json("(SELECT ", row, ' AS "j" FROM (', rows, f') "{alias}") "q"')
        elements = f"coalesce({self.group_array}({self.element}), '[]')"
        return self.nested(Json("(SELECT ", elements, " FROM ", inner, ")"))

    def count(self, rows: QueryBuilder) -> Term:
        """How many rows a query has."""
        return Json("(SELECT count(*) FROM (", rows, ') "c")')

    def array(self, parts: Sequence[Term]) -> Term:
        """A JSON array of JSON values."""
        return Json(f"{self.build_array}(", *_commas(parts), ")")


class Sqlite(Dialect):
    """SQLite, whose sub-selects forget that a text is JSON, and which has no booleans."""

    build_object, build_array, group_array = "json_object", "json_array", "json_group_array"
    element = 'json("j")'
    levels = 2  # its parser's stack has 100 places (until version 3.46), which policies fill too

    def column(self, term: Term, *, is_json: bool = False) -> Term:
        """A column as a JSON value."""
        return Json("json(", term, ")") if is_json else term

    def nested(self, query: Term) -> Term:
        """A JSON value that comes from a sub-select."""
        return Json("json(", query, ")")


def _commas(parts: Sequence[Term]) -> list[Any]:
    return [piece for i, part in enumerate(parts) for piece in ((", ", part) if i else (part,))]


def dialect() -> Dialect:
    """The dialect of the open database."""
    return Dialect() if is_postgres() else Sqlite()
