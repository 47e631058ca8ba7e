"""The one seam of reading: which rows + what is selected -> objects, in one statement."""

from collections.abc import Callable
from typing import Any

import orjson
from pypika_tortoise.terms import Parameterizer, Term
from tortoise import connections

from app.models.nouns import Noun
from app.reading.compiler import Compiler, Decode
from app.reading.dialect import dialect
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
    operation = Operation(info)
    compiler = Compiler(operation, info.context.viewer, dialect())
    term, decode = compile_(compiler, info._raw_info.return_type, [operation.nodes])
    connection = connections.get("default")
    context = connection.query_class.SQL_CONTEXT.copy(parameterizer=Parameterizer())
    sql = f"SELECT {term.get_sql(context)} AS v"
    assert context.parameterizer is not None
    found = await connection.execute_query_dict(sql, context.parameterizer.values)
    value = found[0]["v"]
    return decode(orjson.loads(value) if isinstance(value, str | bytes) else value)
