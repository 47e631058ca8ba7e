"""What stands above the rows: which filter, search and order the list had, in the owner's words."""

from typing import Any
from zoneinfo import ZoneInfo

from graphql import GraphQLInputObjectType, GraphQLSchema, get_named_type

from app.auth import policy
from app.auth.viewer import Viewer
from app.exports.cells import clean
from app.lists.asking import IDS, Asked
from app.lists.labels import FILTERS, NO, ORDERS, PHRASES, VALUES, YES
from app.lists.saying import moment


async def lines(schema: GraphQLSchema, viewer: Viewer, asked: Asked, zone: ZoneInfo) -> list[str]:
    """One line for each filter, one for the search and one for the order."""
    language = viewer.language if viewer.language == "fr" else "en"
    found = []
    for name, value in (asked.where or {}).items():
        if value is not None:
            shown = await _value(_type(schema, asked, name), viewer, name, value, language, zone)
            found.append(PHRASES["filter"][language].format(name=FILTERS[name][language], value=clean(shown)))
    if asked.search:
        found.append(PHRASES["search"][language].format(words=clean(asked.search)))
    if asked.order_by:
        found.append(PHRASES["order"][language].format(columns=", ".join(_orders(asked, language))))
    return found


def count(rows: int, language: str) -> str:
    """How many rows, in words."""
    return PHRASES["row" if rows == 1 else "rows"][language].format(count=rows)


def _type(schema: GraphQLSchema, asked: Asked, name: str) -> str:
    assert schema.query_type is not None
    where = get_named_type(schema.query_type.fields[asked.listing.field].args["where"].type)
    assert isinstance(where, GraphQLInputObjectType)
    return str(get_named_type(where.fields[name].type))


async def _value(gtype: str, viewer: Viewer, name: str, value: Any, language: str, zone: ZoneInfo) -> str:
    if isinstance(value, bool):
        return (YES if value else NO)[language]
    if gtype == "TimeRange":
        return _span(value, language, zone)
    values = value if isinstance(value, list) else [value]
    if name in IDS:
        return ", ".join(await _names(viewer, name, values))
    return ", ".join(VALUES[gtype][each][language] for each in values)


def _span(value: dict[str, str | None], language: str, zone: ZoneInfo) -> str:
    ends = {"begin": value.get("from"), "end": value.get("to")}
    shown = {name: moment(text, zone) for name, text in ends.items() if text}
    phrase = "between" if len(shown) == 2 else "from" if "begin" in shown else "to"
    return PHRASES[phrase][language].format(**shown) if shown else ""


async def _names(viewer: Viewer, name: str, ids: list[str]) -> list[str]:
    found: list[str] = []
    for noun in IDS[name]:
        keys = [key for text in ids if (key := noun.key(text))]
        rows = policy.visible(viewer, noun).filter(id__in=keys).order_by("name")
        found += map(str, await rows.values_list("name", flat=True) if keys else [])
    return found


def _orders(asked: Asked, language: str) -> list[str]:
    found = []
    for each in asked.order_by:
        column = ORDERS[each["field"]][language]
        descending = each["direction"] == "DESC"
        found.append(PHRASES["descending"][language].format(column=column) if descending else column)
    return found
