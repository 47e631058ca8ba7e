"""A checked operation through the engine: the door has parsed, measured and validated it already."""

from inspect import isawaitable
from typing import Any

from graphql import execute
from strawberry import Schema
from strawberry.execution import optimized_is_awaitable
from strawberry.types import ExecutionResult

from app.transport.context import Context
from app.transport.documents import Checked


async def run(schema: Schema, checked: Checked, context: Context) -> ExecutionResult:
    """What a query or a mutation gives, with what it costs; what went wrong in it is among its errors."""
    name = checked.operation.name
    engine: Any = execute
    found = engine(
        schema._schema,
        checked.document.node,
        context_value=context,
        variable_values=checked.variables,
        operation_name=name.value if name else None,
        executor_class=schema.execution_context_class,
        is_awaitable=optimized_is_awaitable,
    )
    if isawaitable(found):
        found = await found
    return ExecutionResult(found.data, found.errors, {"cost": checked.cost})
