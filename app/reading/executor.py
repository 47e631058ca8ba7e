"""The engine, with a short way to what needs no engine: columns open to anyone, and what a statement has finished."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from graphql import GraphQLEnumType, GraphQLError, GraphQLObjectType, get_nullable_type, is_leaf_type
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from app.auth.gates import ANYONE
from app.reading.selection import slot

Take = Callable[[Any], Any]
Ways = Sequence[tuple[str, Take]]
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
        self._takes: dict[int, tuple[Any, Take | None]] = {}
        self._ways: dict[int, tuple[Any, Ways | None]] = {}
        self._rows: dict[int, tuple[Any, type | None, Ways | None]] = {}

    def execute_fields(self, parent_type: Any, source: Any, path: Any, fields: Any, position_context: Any) -> Any:
        """The fields of an object, taken together where all of them lie there ready."""
        if id(fields) not in self._ways:
            self._ways[id(fields)] = fields, self._ways_to(parent_type, fields)
        found = _taken(self._ways[id(fields)][1], source)
        return found or super().execute_fields(parent_type, source, path, fields, position_context)

    def complete_list_item_value(
        self, item: Any, completed: list[Any], item_type: Any, details: Any, info: Any, path: Any, context: Any
    ) -> bool:
        """Completes one of a list; False, since it needs no waiting, for a row of which all lies there ready."""
        if id(details) not in self._rows:
            self._rows[id(details)] = details, *self._row(get_nullable_type(item_type), details)
        _, owner, ways = self._rows[id(details)]
        if type(item) is owner and (found := _taken(ways, item)):
            completed.append(found)
            return False
        return super().complete_list_item_value(item, completed, item_type, details, info, path, context)

    def _row(self, gtype: Any, details: Any) -> tuple[type | None, Ways | None]:
        """Of which class the rows of a list are, and the short ways to all that is selected of them."""
        declared = gtype.extensions.get("strawberry-definition") if isinstance(gtype, GraphQLObjectType) else None
        if declared is None:
            return None, None
        try:
            fields, deferred, _ = self.collect_subfields(gtype, details)
        except GraphQLError:  # the engine says where
            return None, None
        return declared.origin, None if deferred else self._ways_to(gtype, fields)

    def _ways_to(self, parent_type: Any, fields: Any) -> Ways | None:
        """The short ways to all of some fields, or None if one of them has none."""
        takes = [(name, self._take(parent_type, details)) for name, details in fields.items()]
        ways = [(name, take) for name, take in takes if take]
        return ways if len(ways) == len(takes) else None

    def execute_field(self, parent_type: Any, source: Any, details: Any, path: Any, position_context: Any) -> Any:
        """The value of a field, taken from the row where it lies there ready."""
        take = self._take(parent_type, details)
        value = take(source) if take else UNREADY
        if value is not UNREADY:
            return value
        return super().execute_field(parent_type, source, details, path, position_context)

    def _take(self, parent_type: Any, details: Any) -> Take | None:
        """The short way to a field; `details` are the same object for all rows of a list, and kept alive."""
        if id(details) not in self._takes:
            self._takes[id(details)] = details, _take(parent_type, [each.node for each in details])
        return self._takes[id(details)][1]

    def complete_value(
        self, return_type: Any, details: Any, info: Any, path: Any, result: Any, position_context: Any
    ) -> Any:
        """Completes a value, unless the database has done so."""
        if type(result) is Finished:
            return result.value
        return super().complete_value(return_type, details, info, path, result, position_context)


def _taken(ways: Ways | None, source: Any) -> dict[str, Any] | None:
    """What the ways lead to, or None if not all of it lies there."""
    found = {name: take(source) for name, take in ways or ()}
    return None if UNREADY in found.values() else found or None


def _take(parent_type: GraphQLObjectType, nodes: Sequence[Any]) -> Take | None:
    """The short way to a field of a type, if there is one."""
    if nodes[0].name.value == "__typename":
        return lambda _: parent_type.name
    field = parent_type.fields.get(nodes[0].name.value)
    declared = field.extensions.get("strawberry-definition") if field else None
    if field is None or declared is None or declared.metadata.get("gates") != [ANYONE]:
        return None
    if declared.metadata.get("nested"):
        return _finished(slot(nodes))
    gtype: Any = get_nullable_type(field.type)
    if declared.base_resolver or declared.extensions or not is_leaf_type(gtype):
        return None
    is_enum, coerce = isinstance(gtype, GraphQLEnumType), gtype.coerce_output_value
    return _column(declared.python_name, lru_cache(coerce) if is_enum else coerce, is_nullable=gtype is field.type)


def _finished(place: str) -> Take:
    def take(source: Any) -> Any:
        value = source.nested.get(place)
        return value.value if type(value) is Finished else UNREADY

    return take


def _column(name: str, coerce: Take, *, is_nullable: bool) -> Take:
    def take(source: Any) -> Any:
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
