"""JSON built by the database: the same few constructs for PostgreSQL and SQLite."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pypika_tortoise.context import SqlContext
from pypika_tortoise.queries import QueryBuilder
from pypika_tortoise.terms import Term, ValueWrapper

from app.models.database import is_postgres

Pair = tuple[str, Term]
SHARES = (0.5, 0.9)
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
    levels = 16  # of rows below rows that one statement nests at most

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
        chunks = [self.object(pairs[i : i + CHUNK]) for i in range(0, len(pairs), CHUNK)]
        return chunks[0] if len(chunks) == 1 else self.array(chunks)

    def object(self, pairs: Sequence[Pair]) -> Term:
        """A JSON object; its keys are names of GraphQL or of columns."""
        entries = [Json(f"'{key}', ", term) for key, term in pairs]
        return Json(f"{self.build_object}(", *_commas(entries), ")")

    def one(self, row: Term, rows: QueryBuilder, alias: str) -> Term:
        """The JSON of the only row of a query, or null."""
        return self.nested(Json("(SELECT ", row, " FROM (", rows, f') "{alias}")'))

    def many(self, row: Term, rows: QueryBuilder | Term, alias: str) -> Term:
        """The JSON array of the rows of a query, in its order."""
        inner = Json("(SELECT ", row, ' AS "j" FROM (', rows, f') "{alias}") "q"')
        elements = f"coalesce({self.group_array}({self.element}), '[]')"
        return self.nested(Json("(SELECT ", elements, " FROM ", inner, ")"))

    def count(self, rows: QueryBuilder) -> Term:
        """How many rows a query has."""
        return Json("(SELECT count(*) FROM (", rows, ') "c")')

    def shared(self, name: str, rows: QueryBuilder) -> Term:
        """A named table of rows, read once however often it is used; used once, it is not written down."""
        return Json(f'"{name}" AS (', rows, ")")

    def cursor(self, parts: Sequence[Term]) -> Term:
        """The JSON array of a row's place, in hexadecimal digits."""
        return Json("encode(convert_to(", self.array(parts), "::text, 'UTF8'), 'hex')")

    def array(self, parts: Sequence[Term]) -> Term:
        """A JSON array of JSON values."""
        return Json(f"{self.build_array}(", *_commas(parts), ")")

    def text(self, word: str) -> Term:
        """A constant word of the schema."""
        return Json(f"'{word}'::text")

    def constant(self, value: bool) -> Term:
        """True or false."""
        return Json("true" if value else "false")

    def typed_id(self, prefix: str, key: Term) -> Term:
        """The id that clients see."""
        return Json(f"'{prefix}_' || replace(", key, "::text, '-', '')")

    def prefixed(self, prefix: str, term: Term) -> Term:
        """A value behind a constant prefix; null stays null."""
        return Json(f"'{prefix}' || ", term)

    def case(self, term: Term, values: dict[str, Any]) -> Term:
        """The name of an enum's stored number."""
        branches = " ".join(f"WHEN {int(value)} THEN '{name}'" for name, value in values.items())
        return Json("CASE ", term, f" {branches} END")

    def scalar(self, name: str, term: Term) -> Term:
        """A column as the graph writes values of a scalar. Raises KeyError for scalars that have no such form."""
        return {"String": term, "Int": term, "Boolean": self.boolean(term), "DateTime": self.instant(term)}[name]

    def boolean(self, term: Term) -> Term:
        """A stored boolean."""
        return term

    def instant(self, term: Term) -> Term:
        """A stored instant, in UTC with microseconds."""
        return Json("to_char(", term, """ AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""")

    def moment(self, value: datetime) -> Term:
        """An instant as a parameter that is compared with stored ones."""
        return Json(ValueWrapper(value), "::timestamptz")

    def microseconds(self, later: str, earlier: str) -> str:
        """The whole time between two stored instants; none where the clock was moved back in between."""
        return f"greatest((extract(epoch from ({later} - {earlier})) * 1000000)::bigint, 0)"

    def percentiles(self, rows: Term) -> Term:
        """How many rows with a number `"s"` there are, and below which numbers half and nine tenths of them lie."""
        each = [Json(f'percentile_cont({share}) WITHIN GROUP (ORDER BY "s")') for share in SHARES]
        return Json("(SELECT ", self.array([Json("count(*)"), *each]), " FROM (", rows, ') "d")')

    def first(self, row: Term, number: int | None) -> Term:
        """The JSON array of the first rows of a page that is numbered, or of all."""
        return Json("coalesce(json_agg(", row, ")", _among_first(number), ", '[]')")

    def last(self, number: int) -> str:
        """The place of a page's last row."""
        return f'least({number}, "c")'

    def cursor_at(self, place: str, cursor: Term, number: int) -> Term:
        """The cursor of the row at a place of a page."""
        return Json("max(", cursor, f') FILTER (WHERE "n" = {place} AND "n" <= {number})')

    def page(self, connection: Term, rows: QueryBuilder, alias: str, *, numbered: bool) -> Term:
        """The JSON that aggregates a page's rows; numbered, each has its place and how many there are."""
        places = 'SELECT row_number() OVER () AS "n", count(*) OVER () AS "c", "r".* FROM ('
        source = Json(f"({places}", rows, ') "r")') if numbered else Json("(", rows, ")")
        one = Json("(SELECT CASE WHEN count(*) >= 0 THEN ", connection, " END FROM ", source, f' "{alias}")')
        return self.nested(one)


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

    def shared(self, name: str, rows: QueryBuilder) -> Term:
        """A named table of rows, written down: joined to others, its rows would be looked up one by one."""
        return Json(f'"{name}" AS MATERIALIZED (', rows, ")")

    def cursor(self, parts: Sequence[Term]) -> Term:
        """The JSON array of a row's place, in hexadecimal digits."""
        return Json("lower(hex(", self.array(parts), "))")

    def flag(self, condition: Term) -> Term:
        """A condition as true or false."""
        return Json("json(CASE WHEN ", condition, " THEN 'true' ELSE 'false' END)")

    def text(self, word: str) -> Term:
        """A constant word of the schema."""
        return Json(f"'{word}'")

    def constant(self, value: bool) -> Term:
        """True or false."""
        return Json(f"json('{str(value).lower()}')")

    def typed_id(self, prefix: str, key: Term) -> Term:
        """The id that clients see."""
        return Json(f"'{prefix}_' || replace(", key, ", '-', '')")

    def boolean(self, term: Term) -> Term:
        """A stored boolean, which is a number."""
        return Json("json(CASE ", term, " WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END)")

    def instant(self, term: Term) -> Term:
        """A stored instant, which is a text in UTC that leaves out microseconds where there are none."""
        fraction = Json("CASE WHEN substr(", term, ", 20, 1) = '.' THEN substr(", term, ", 21, 6) ELSE '000000' END")
        return Json("replace(substr(", term, ", 1, 19), ' ', 'T') || '.' || ", fraction, " || 'Z'")

    def moment(self, value: datetime) -> Term:
        """An instant as a parameter, which is bound as the text that is stored."""
        return Json(ValueWrapper(value.astimezone(UTC)))

    def microseconds(self, later: str, earlier: str) -> str:
        """The whole time between two stored instants."""
        return f"max({_unix(later)} - {_unix(earlier)}, 0)"

    def percentiles(self, rows: Term) -> Term:
        """What `percentile_cont` finds: the number at a place of the sorted ones, or between two places."""
        ranked = 'SELECT "s", row_number() OVER (ORDER BY "s") - 1 AS "i", count(*) OVER () - 1 AS "last" FROM ('
        each = [self._percentile(share) for share in SHARES]
        numbers = self.array([Json("count(*)"), *each])
        return self.nested(Json("(SELECT ", numbers, " FROM (", ranked, rows, ') "d") "e")'))

    def _percentile(self, share: float) -> Term:
        place = f'{share} * "last"'
        low = f'max(CASE WHEN "i" = CAST({place} AS INTEGER) THEN "s" END)'
        high = f'max(CASE WHEN "i" = CAST({place} AS INTEGER) + 1 THEN "s" END)'
        rest = f"max({place} - CAST({place} AS INTEGER))"
        return Json(f"{low} + {rest} * (coalesce({high}, {low}) - {low})")

    def first(self, row: Term, number: int | None) -> Term:
        """The JSON array of the first rows of a page that is numbered, or of all."""
        return Json("json_group_array(", row, ")", _among_first(number))

    def last(self, number: int) -> str:
        """The place of a page's last row."""
        return f'min({number}, "c")'


def _among_first(number: int | None) -> str:
    return "" if number is None else f' FILTER (WHERE "n" <= {number})'


def _unix(instant: str) -> str:
    fraction = f"CASE WHEN substr({instant}, 20, 1) = '.' THEN CAST(substr({instant}, 21, 6) AS INTEGER) ELSE 0 END"
    return f"(CAST(strftime('%s', {instant}) AS INTEGER) * 1000000 + {fraction})"


def _commas(parts: Sequence[Term]) -> list[Any]:
    return [piece for i, part in enumerate(parts) for piece in ((", ", part) if i else (part,))]


def overflowed(error: Exception) -> bool:
    """Whether a statement was too deep for SQLite's parser; fewer levels in one statement will do."""
    return "parser stack overflow" in str(error)


def dialect() -> Dialect:
    """The dialect of the open database."""
    return Dialect() if is_postgres() else Sqlite()
