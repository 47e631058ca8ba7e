"""The one seam of reading: which rows + what is selected -> objects, in one statement."""

from collections.abc import Callable
from typing import Any

import orjson
from pypika_tortoise.terms import Parameterizer, Term, ValueWrapper
from tortoise import connections
from tortoise.exceptions import OperationalError

from app.models.nouns import Noun
from app.reading.dialect import Json, dialect, overflowed
from app.reading.objects import Compiler, Decode, Later
from app.reading.selection import Nodes, Operation

Compile = Callable[[Compiler, Any, list[Nodes]], tuple[Term, Decode]]


async def read(info: Any, rows: Any) -> Any:
    """The rows that a read resolver named, with what the field's selection set asks for.

    `rows` is a query set narrowed by the policy, a `Page`, or None for nothing.
    """
    if rows is None:
        return None
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
    value = (await connection.execute_query_dict(sql, context.parameterizer.values))[0]["v"]
    return orjson.loads(value) if isinstance(value, str | bytes) else value
