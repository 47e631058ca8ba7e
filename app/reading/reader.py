"""The one seam of reading: which rows + what is selected -> objects, in one statement."""

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any

import orjson
from pypika_tortoise.terms import Parameterizer, Term, ValueWrapper
from tortoise import connections
from tortoise.exceptions import OperationalError
from tortoise.queryset import QuerySet

from app.auth.kept import Plans
from app.auth.masks import KEYS, Given, Statement, Unsupported
from app.models.database import fetch_row
from app.models.nouns import Noun
from app.reading.dialect import Json, dialect, overflowed
from app.reading.objects import Compiler, Decode, Later
from app.reading.page import One, Page
from app.reading.plans import Question, beneath, compiled, imagined, question
from app.reading.selection import Nodes, Operation, Selected


def _itself(value: Any) -> Any:
    return value


Compile = Callable[[Compiler, Any, list[Nodes]], tuple[Term, Decode]]


@dataclass(frozen=True)
class Reading:
    """The statement of a root field and how to read what it brings; without a statement there is nothing."""

    key: Hashable
    statement: Statement | None
    decode: Decode = _itself

    def __len__(self) -> int:
        return len(self.statement.sql) if self.statement else 0


PLANS: Plans[Reading] = Plans()


async def read_root(info: Any, resolver: Any, rows: Callable[[], Awaitable[Any]]) -> Any:
    """What a root field reads: by a plan that is kept, where its resolver names rows without looking at any.

    The resolver then sees an operation and a viewer with marks; `rows` is what it names for the real ones.
    """
    checked, viewer = getattr(info.context, "checked", None), info.context.viewer
    asked = question(info.schema._schema, checked) if checked and viewer and not resolver.is_async else None
    if asked is None:
        return await read(info, await rows())
    key = (asked.key, info.path.key, viewer.shape, info.schema)

    def named(seen: Any, operation: Operation) -> Any:
        field = info._raw_info.parent_type.fields[info.field_name]
        selected = Selected(info.field_name, field, operation.nodes)
        return resolver.wrapped_func(None, seen, **operation.arguments(selected))

    kept = PLANS.recall(key, asked.letters, lambda: _planned(info, asked, key, named))
    try:
        return await _bound(kept, Given(viewer, asked.words, asked.keys))
    except Unsupported:
        return await read(info, await rows())


async def _bound(kept: Reading | None, given: Given) -> Any:
    """What a plan brings. Raises Unsupported if there is none, or the database cannot run it, and gives it up."""
    if kept is None:
        raise Unsupported("no plan")
    if kept.statement is None:
        return None
    try:
        return kept.decode(_loaded(await fetch_row(kept.statement.sql, kept.statement.values(given))))
    except OperationalError as error:
        if not overflowed(error):
            raise
        PLANS.give_up(kept.key)
        raise Unsupported("too deep for the parser") from error


def _planned(info: Any, asked: Question, key: Hashable, named: Callable[[Any, Operation], Any]) -> Reading | None:
    """None where one statement is not enough, or where the marks do not serve."""
    raw, context = info._raw_info, info.context
    try:
        seen = imagined(info.schema, context.checked, context.viewer, asked, raw.field_nodes)
        operation = Operation(seen)
        return _compiled(operation, seen.context.viewer, raw.return_type, named(seen, operation), key)
    except Unsupported:
        return None


def _compiled(operation: Operation, viewer: Any, gtype: Any, rows: Any, key: Hashable) -> Reading | None:
    if rows is None:
        return Reading(key, None)
    if not isinstance(rows, QuerySet | Page):
        raise Unsupported("figures that are worked out of the instant")
    database = dialect()
    compiler = Compiler(operation, viewer, database, database.levels)
    term, decode = compiler.value(gtype, [operation.nodes], rows)
    return None if compiler.later else Reading(key, compiled(Json("SELECT ", term, " AS v")), decode)


async def read(info: Any, rows: Any) -> Any:
    """The rows that a read resolver named, with what the field's selection set asks for.

    `rows` is a query set narrowed by the policy, a `Page`, `One` row, or None for nothing.
    """
    if rows is None:
        return None
    if isinstance(rows, One):
        return await _read_one(info, rows)
    return await _read_rows(info, rows)


async def _read_one(info: Any, one: One) -> Any:
    """The row with this key, by a plan that is kept: the same statement shows every row after every change."""
    checked, viewer = getattr(info.context, "checked", None), info.context.viewer
    asked = beneath(info.schema._schema, checked, info._raw_info.field_nodes) if checked else None
    if asked is None or len(asked.keys) == len(KEYS):
        return await _read_rows(info, one.rows(viewer))
    key = (asked.key, one.noun, viewer.shape, info.schema)
    any_one = One(one.noun, KEYS[len(asked.keys)])

    def named(seen: Any, _: Operation) -> Any:
        return any_one.rows(seen.context.viewer)

    kept = PLANS.recall(key, asked.letters, lambda: _planned(info, asked, key, named))
    try:
        return await _bound(kept, Given(viewer, keys=[*asked.keys, one.key]))
    except Unsupported:
        return await _read_rows(info, one.rows(viewer))


async def _read_rows(info: Any, rows: Any) -> Any:
    return await _run(info, lambda compiler, gtype, groups: compiler.value(gtype, groups, rows))


async def read_node(info: Any, noun: Noun, rows: Any) -> Any:
    """One row of the type that the noun decides, for a field whose type is an interface."""
    return await _run(info, lambda compiler, _, groups: compiler.concrete(noun, groups, rows))


async def read_nodes(info: Any, found: dict[Noun, Any]) -> list[Any]:
    """Rows of several types, in one statement."""
    if not found:
        return []
    rows = await _run(info, lambda compiler, _, groups: compiler.several(list(found), groups, list(found.values())))
    return list(rows)


async def _run(info: Any, compile_: Compile) -> Any:
    operation, database = Operation(info), dialect()
    for levels in range(database.levels, -1, -1):
        compiler = Compiler(operation, info.context.viewer, database, levels)
        try:
            return await _read(compiler, compile_(compiler, info._raw_info.return_type, [operation.nodes]))
        except OperationalError as error:
            if levels == 0 or not overflowed(error):
                raise
    raise AssertionError("the last attempt returns or raises")


async def _read(compiler: Compiler, compiled: tuple[Term, Decode]) -> Any:
    term, decode = compiled
    result = decode(await _fetch(Json("SELECT ", term, " AS v")))
    while waiting := next((later for later in compiler.later if later.parents), None):
        await _complete(waiting)
    return result


async def _complete(later: Later) -> None:
    """Fetches what hangs below rows that are already there, for all of them in one statement."""
    parents, later.parents = later.parents, []
    rows = orjson.dumps([columns for columns, _ in parents]).decode()
    statement = Json("SELECT json_group_array(", later.term, ") AS v FROM json_each(", ValueWrapper(rows), ') AS "p"')
    for (_, put), value in zip(parents, await _fetch(statement), strict=True):
        put(later.decode(value))


async def _fetch(statement: Json) -> Any:
    connection = connections.get("default")
    context = connection.query_class.SQL_CONTEXT.copy(parameterizer=Parameterizer())
    sql = statement.get_sql(context)
    assert context.parameterizer is not None
    return _loaded(await fetch_row(sql, context.parameterizer.values))


def _loaded(row: Any) -> Any:
    value = row[0]
    return orjson.loads(value) if isinstance(value, str | bytes) else value
