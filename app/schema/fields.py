"""How a field is declared: a gate, a description, and what it needs of the row.

A field without a gate does not exist: every declaration begins with one.
"""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

import strawberry
from graphql import GraphQLInterfaceType, GraphQLObjectType
from strawberry.extensions import FieldExtension
from strawberry.permission import PermissionExtension
from strawberry.schema.name_converter import NameConverter
from strawberry.types.base import get_object_definition, has_object_definition
from strawberry.types.maybe import Some

from app.auth.gates import ANYONE, Gate, Within
from app.models.refusal import ErrorCode, Refusal
from app.reading import reader
from app.reading.facts import Facts
from app.reading.selection import slot

F = TypeVar("F", bound=Callable[..., Any])
NAMES = NameConverter()  # as the schema makes them


class Nested(FieldExtension):
    """Below a row: the value was fetched with the row and lies in its slot."""

    def resolve(self, next_: Callable[..., Any], source: Any, info: Any, **kwargs: Any) -> Any:
        """The prefetched value."""
        return source.nested[slot(info._raw_info.field_nodes)]


class Read(FieldExtension):
    """At a root: the resolver names the rows, the reader fetches them."""

    resolver: Any = None

    def apply(self, field: Any) -> None:
        """Remembers the resolver, which names the rows."""
        self.resolver = field.base_resolver

    async def resolve_async(self, next_: Callable[..., Any], source: Any, info: Any, **kwargs: Any) -> Any:
        """The rows with what is selected of them."""

        async def rows() -> Any:
            named = next_(source, info, **kwargs)
            return await named if isinstance(named, Coroutine) else named

        if source is None:
            return await reader.read_root(info, self.resolver, rows)
        return await reader.read(info, await rows())


class Check(PermissionExtension):
    """Asks the gates. What is out of reach is null, lists too: an empty one would tell something else."""

    def apply(self, field: Any) -> None:
        """Prints the directives."""
        super().apply(field)
        self.return_empty_list = False


def extensions(gates: Sequence[Gate], *others: FieldExtension) -> list[FieldExtension]:
    checks = [gate for gate in gates if gate is not ANYONE]
    silent = any(isinstance(gate, Within) for gate in gates)
    return [*others, *([Check(permissions=[*checks], fail_silently=silent)] if checks else [])]


def described_by(gate: Gate, description: str) -> str:
    return f"{description} {gate.sentence}".strip()


def _declared(
    gate: Gate, description: str, needs: Sequence[str | Facts] | None, *others: FieldExtension, **options: Any
) -> Any:
    return strawberry.field(
        description=described_by(gate, description),
        extensions=extensions([gate], *others),
        metadata={"gates": [gate], "needs": needs},
        **options,
    )


def field(gate: Gate, description: str, prefix: str = "", **options: Any) -> Any:
    """A column of the row, with a prefix before its value, or an attribute of an object that Python makes."""
    declared = _declared(gate, description, None, **options)
    declared.metadata = {**declared.metadata, "prefix": prefix}
    return declared


def computed(gate: Gate, description: str, *needs: str | Facts) -> Callable[[F], F]:
    """A method computed from these columns of the row; `standing` and `rights` bring what the policy says.

    `Facts` bring what it needs of other rows.
    """
    decorator: Callable[[F], F] = _declared(gate, description, needs)
    return decorator


def holds(gate: Gate, description: str, condition: Callable[[Any], Any], *needs: str) -> Callable[[F], F]:
    """A computed method that says whether a condition holds of the row, which the viewer's moment may be part of."""
    declared = _declared(gate, description, needs)
    declared.metadata = {**declared.metadata, "holds": condition}
    decorator: Callable[[F], F] = declared
    return decorator


def related(gate: Gate, description: str) -> Any:
    """The row to which the foreign key of this name leads, if the viewer sees it."""
    return _nested(gate, description)


def rows(gate: Gate, description: str) -> Callable[[F], F]:
    """A method that names the rows below a row: `self` is the parent, as columns of its table."""
    decorator: Callable[[F], F] = _nested(gate, description)
    return decorator


def _nested(gate: Gate, description: str) -> Any:
    declared = _declared(gate, description, None, Nested())
    declared.metadata = {**declared.metadata, "nested": True}
    return declared


def read(gate: Gate, description: str) -> Callable[[F], F]:
    """A root field whose resolver names rows."""
    declared = _declared(gate, description, (), Read())
    declared.metadata = {**declared.metadata, "read": True}
    decorator: Callable[[F], F] = declared
    return decorator


def of_viewer(gate: Gate, description: str) -> Callable[[F], F]:
    """A method that answers from the viewer's rights alone, whatever the row."""
    declared = _declared(gate, description, ())
    declared.metadata = {**declared.metadata, "of_viewer": True}
    decorator: Callable[[F], F] = declared
    return decorator


def subscription(gate: Gate, description: str) -> Callable[[F], F]:
    """A root field that goes on telling; each event is checked again where it is read."""
    decorator: Callable[[F], F] = strawberry.subscription(
        description=described_by(gate, description),
        extensions=extensions([gate]),
        metadata={"gates": [gate], "needs": ()},
    )
    return decorator


def argument(description: str, name: str | None = None) -> Any:
    """An argument's description, for use in `Annotated`."""
    return strawberry.argument(description=description, name=name)


def about(description: str, *, clears: bool = False, **options: Any) -> Any:
    """A field of an input, with its description; of a `Maybe`, whether null clears it or is refused by `given`."""
    return strawberry.field(description=description, metadata={"clears": clears}, **options)


def given(value: Any, *path: str) -> dict[str, Any]:
    """What a client gave of an input, to which the path leads: absent fields are left out, null is None if it clears.

    Raises REQUIRED for a null that clears nothing.
    """
    if value is None:
        return {}
    found: dict[str, Any] = {}
    for declared in get_object_definition(type(value), strict=True).fields:
        entry = getattr(value, declared.python_name)
        if entry is not None and entry is not strawberry.UNSET:
            place, clears = NAMES.get_graphql_name(declared), declared.metadata.get("clears", False)
            found[declared.python_name] = _plain(entry, *path, place, clears=clears)
    return found


def _plain(entry: Any, *path: str, clears: bool = False) -> Any:
    if isinstance(entry, Some):
        entry = entry.value
        if entry is None and not clears:
            raise Refusal(ErrorCode.REQUIRED, *path)
    if isinstance(entry, list):
        return [_plain(each, *path, str(place)) for place, each in enumerate(entry)]
    return given(entry, *path) if has_object_definition(entry) else entry


def ungated(schema: strawberry.Schema) -> list[str]:
    """The fields of the schema's types that name no gate."""
    return [
        f"{name}.{field_name}"
        for name, gtype in schema._schema.type_map.items()
        if isinstance(gtype, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__")
        for field_name, declared in gtype.fields.items()
        if "gates" not in declared.extensions["strawberry-definition"].metadata
    ]
