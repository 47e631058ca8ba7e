"""What a client asks of a list, checked by what the list itself takes, and the operation that reads it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLArgument, GraphQLInputObjectType, GraphQLSchema, get_named_type
from graphql.utilities import validate_input_value

from app.auth import policy
from app.auth.viewer import Viewer
from app.lists.columns import Column
from app.lists.registry import LISTS, Listing
from app.models import nouns
from app.models.listing import ListName
from app.models.nouns import Noun
from app.models.refusal import ErrorCode, Refusal, Unfit

LONGEST_FILTER, LONGEST_SEARCH, LONGEST_REASON = 20_000, 200, 200
MOST_ENTRIES = 100
# The fields of filters that take ids, and what the ids may be of.
IDS: dict[str, tuple[Noun, ...]] = {
    "roleId": (nouns.ROLE,),
    "siteId": (nouns.SITE,),
    "organizationId": (nouns.ORGANIZATION,),
    "departmentId": (nouns.DEPARTMENT,),
    "requesterId": (nouns.CONTACT,),
    "assigneeId": (nouns.WORKER,),
    "subjectId": nouns.FACES,
    "actorId": nouns.FACES,
}


@dataclass(frozen=True)
class Asked:
    """A list as somebody wants to see it; `where` and `order_by` as clients write them."""

    list_name: ListName
    columns: list[str]
    order_by: list[dict[str, str]]
    where: dict[str, Any] | None
    search: str | None

    @property
    def listing(self) -> Listing:
        """The list."""
        return LISTS[self.list_name]

    @property
    def shown(self) -> list[Column]:
        """The columns, in order."""
        return [self.listing.columns[name] for name in self.columns]

    @property
    def variables(self) -> dict[str, Any]:
        """The arguments of the list."""
        return {"where": self.where, "orderBy": self.order_by or None, "search": self.search}


async def check(schema: GraphQLSchema, viewer: Viewer, asked: Asked) -> None:
    """Raises REQUIRED, TOO_LONG, TOO_MANY, INVALID_VALUE or NOT_FOUND, with the path of what does not fit."""
    _check_columns(asked)
    if asked.search and len(asked.search) > LONGEST_SEARCH:
        raise Refusal(ErrorCode.TOO_LONG, "search", limit=LONGEST_SEARCH)
    if len(asked.order_by) > MOST_ENTRIES:
        raise Refusal(ErrorCode.TOO_MANY, "orderBy", limit=MOST_ENTRIES)
    for name, value in asked.variables.items():
        _check_argument(schema, asked.listing, name, value)
    # orjson writes no numbers beyond 64 bits.
    if asked.where and len(json.dumps(asked.where, ensure_ascii=False).encode()) > LONGEST_FILTER:
        raise Refusal(ErrorCode.TOO_LONG, "where", limit=LONGEST_FILTER)
    for kinds, text, path in _ids(asked.where or {}):
        if not await _is_seen(viewer, kinds, text):
            raise Refusal.missing(*path)


async def _is_seen(viewer: Viewer, kinds: Sequence[Noun], text: str) -> bool:
    rows = [policy.visible(viewer, noun).filter(id=key) for noun in kinds if (key := noun.key(text))]
    return bool(rows) and await rows[0].exists()


def _check_columns(asked: Asked) -> None:
    if not asked.columns:
        raise Refusal(ErrorCode.REQUIRED, "columns")
    if len(asked.columns) > len(asked.listing.columns):
        raise Refusal(ErrorCode.TOO_MANY, "columns", limit=len(asked.listing.columns))
    for place, name in enumerate(asked.columns):
        if name not in asked.listing.columns or name in asked.columns[:place]:
            raise Refusal(ErrorCode.INVALID_VALUE, "columns", str(place), reason=name[:LONGEST_REASON])


def _check_argument(schema: GraphQLSchema, listing: Listing, name: str, value: Any) -> None:
    def refuse(error: Any, path: Sequence[str | int]) -> None:
        reason = error.message[:LONGEST_REASON].rstrip(".")
        raise Refusal(ErrorCode.INVALID_VALUE, name, *map(str, path), reason=reason)

    if value is None:
        return
    argument = _arguments(schema, listing).get(name)
    if argument is None:
        raise Refusal(ErrorCode.INVALID_VALUE, name, reason=Unfit.NOT_HERE)
    validate_input_value(value, argument.type, refuse, hide_suggestions=True)


def _arguments(schema: GraphQLSchema, listing: Listing) -> dict[str, GraphQLArgument]:
    assert schema.query_type is not None
    found: dict[str, GraphQLArgument] = schema.query_type.fields[listing.field].args
    return found


def _ids(where: dict[str, Any]) -> Iterator[tuple[tuple[Noun, ...], str, tuple[str, ...]]]:
    for name, value in where.items():
        texts = value if isinstance(value, list) else [value]
        if len(texts) > MOST_ENTRIES:
            raise Refusal(ErrorCode.TOO_MANY, "where", name, limit=MOST_ENTRIES)
        if name in IDS and value is not None:
            # A number is an ID for GraphQL too.
            yield from ((IDS[name], str(text), ("where", name, str(place))) for place, text in enumerate(texts))


def unknown_ids(schema: GraphQLSchema) -> set[str]:
    """The fields of filters that take ids of which it is not said here what they are of."""
    found: set[str] = set()
    for listing in LISTS.values():
        where = get_named_type(_arguments(schema, listing)["where"].type)
        assert isinstance(where, GraphQLInputObjectType)
        found |= {name for name, field in where.fields.items() if get_named_type(field.type).name == "ID"}
    return found - set(IDS)


def operation(schema: GraphQLSchema, asked: Asked, first: int) -> str:
    """The document that reads a page of the list, its columns under `c0`, `c1`, …"""
    given = _given(schema, asked.listing, "where", "orderBy", "search", "after")
    columns = " ".join(f"c{place}: {column.selection}" for place, column in enumerate(asked.shown))
    page = f"nodes {{ {columns} }} pageInfo {{ hasNextPage endCursor }}"
    passed = ", ".join(f"{name}: ${name}" for name in given)
    return f"query List({_declared(given)}) {{ list: {asked.listing.field}({passed}, first: {first}) {{ {page} }} }}"


def counting(schema: GraphQLSchema, asked: Asked) -> str:
    """The document that counts the list."""
    given = _given(schema, asked.listing, "where", "search")
    passed = ", ".join(f"{name}: ${name}" for name in given)
    return f"query Count({_declared(given)}) {{ list: {asked.listing.field}({passed}) {{ totalCount }} }}"


def _given(schema: GraphQLSchema, listing: Listing, *names: str) -> dict[str, str]:
    """Those of the arguments that the list has, with their types; each is given by the variable of its name."""
    arguments = _arguments(schema, listing)
    return {name: str(arguments[name].type) for name in names if name in arguments}


def _declared(given: dict[str, str]) -> str:
    return ", ".join(f"${name}: {gtype}" for name, gtype in given.items())
