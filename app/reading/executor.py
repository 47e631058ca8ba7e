"""The engine, with a short way to what needs no engine: columns open to anyone, and what a statement has finished."""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLObjectType, get_nullable_type, is_leaf_type
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from app.auth.gates import ANYONE
from app.reading.selection import slot

Take = Callable[[Any, Any], Any]
UNREADY = object()


class Finished:
    """A value as the response has it, made by the database: every field in it maps to columns."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Executor(StrawberryGraphQLCoreExecutionContext):
    """Resolves as always whatever has a method or a gate, is null where it must not be, or goes wrong."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._takes: dict[tuple[GraphQLObjectType, str], Take | None] = {}

    def execute_field(self, parent_type: Any, source: Any, details: Any, path: Any, position_context: Any) -> Any:
        """The value of a field, taken from the row where it lies there ready."""
        key = (parent_type, details[0].node.name.value)
        if key not in self._takes:
            self._takes[key] = _take(*key)
        take = self._takes[key]
        value = take(source, details) if take else UNREADY
        if value is not UNREADY:
            return value
        return super().execute_field(parent_type, source, details, path, position_context)

    def complete_value(
        self, return_type: Any, details: Any, info: Any, path: Any, result: Any, position_context: Any
    ) -> Any:
        """Completes a value, unless the database has done so."""
        if type(result) is Finished:
            return result.value
        return super().complete_value(return_type, details, info, path, result, position_context)


def _take(parent_type: GraphQLObjectType, name: str) -> Take | None:
    """The short way to a field of a type, if there is one."""
    field = parent_type.fields.get(name)
    declared = field.extensions.get("strawberry-definition") if field else None
    if field is None or declared is None or declared.metadata.get("gates") != [ANYONE]:
        return None
    if declared.metadata.get("nested"):
        return _finished
    gtype: Any = get_nullable_type(field.type)
    if declared.base_resolver or declared.extensions or not is_leaf_type(gtype):
        return None
    return _column(declared.python_name, gtype.coerce_output_value, is_nullable=gtype is field.type)


def _finished(source: Any, details: Any) -> Any:
    value = source.nested.get(slot([each.node for each in details]))
    return value.value if type(value) is Finished else UNREADY


def _column(name: str, coerce: Callable[[Any], Any], *, is_nullable: bool) -> Take:
    def take(source: Any, _: Any) -> Any:
        value = source.__dict__.get(name, UNREADY)
        if value is None:
            return None if is_nullable else UNREADY
        if value is UNREADY:
            return UNREADY
        try:
            return coerce(value)
        except Exception:  # the engine says where
            return UNREADY

    return take
