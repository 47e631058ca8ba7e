"""From what the graph answers to cells: the type of the field says how its values are written."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from graphql import GraphQLEnumType, GraphQLNamedType, GraphQLSchema, get_named_type

from app.exports.sheet import Cell
from app.lists.columns import Column
from app.lists.labels import NO, VALUES, YES
from app.lists.registry import Listing
from app.models.text import TURNING

Write = Callable[[Any], Cell]
UNFIT = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff{''.join(TURNING)}]")


def leaf(schema: GraphQLSchema, listing: Listing, column: Column) -> GraphQLNamedType:
    """The type of a column's values."""
    assert schema.query_type is not None
    gtype: Any = get_named_type(schema.query_type.fields[listing.field].type)
    for name in ("nodes", *column.path):
        gtype = get_named_type(gtype.fields[name].type)
    found: GraphQLNamedType = gtype
    return found


def is_instant(gtype: GraphQLNamedType) -> bool:
    """Whether a column holds instants."""
    return gtype.name == "DateTime"


def writer(gtype: GraphQLNamedType, column: Column, language: str, zone: ZoneInfo) -> Write:
    """How the values of a column become cells."""
    if says := column.says:
        return lambda value: clean(says(value, language, zone) or "") or None
    if column.equals is not None:
        return lambda value: None if value is None else (YES if value == column.equals else NO)[language]
    if is_instant(gtype):
        return lambda value: local(value, zone)
    if gtype.name == "Boolean":
        return lambda value: None if value is None else (YES if value else NO)[language]
    if isinstance(gtype, GraphQLEnumType):
        labels = VALUES[gtype.name]
        return lambda value: None if value is None else labels[value][language]
    return lambda value: None if value is None else clean(str(value))


def cell(row: dict[str, Any], key: str, column: Column, write: Write) -> Cell:
    """The cell of a row: the value at the end of the column's path, or those of a list side by side."""
    value = _picked(row[key], column.path[1:])
    if column.says or not isinstance(value, list):
        return write(value)
    written = (write(each) for each in value)
    return ", ".join(each for each in written if each) or None


def _picked(value: Any, path: tuple[str, ...]) -> Any:
    if value is None or not path:
        return value
    if isinstance(value, list):
        return [_picked(each, path) for each in value]
    return _picked(value[path[0]], path[1:])


def local(text: str | None, zone: ZoneInfo) -> str | None:
    """An instant on the clock of a time zone, to the second."""
    if text is None:
        return None
    return datetime.fromisoformat(text).astimezone(zone).replace(tzinfo=None, microsecond=0).isoformat()


def clean(text: str) -> str:
    """The text without control characters, without what no file of XML takes, and without the marks that turn
    around what stands beside them."""
    return UNFIT.sub("", text.replace("\r\n", "\n"))
