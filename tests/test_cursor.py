"""Pages of unusual sizes, and cursors that are none or belong elsewhere."""

import base64
import itertools
from typing import Any

import orjson
import pytest

from tests.ask import Service
from tests.unusual import KEY, codes

PAGE = "query($after: String, $first: Int = 25) { requests(first: $first, after: $after) { nodes { id } } }"


@pytest.mark.parametrize("first", [-1, 101, 2**31 - 1, -(2**31)])
async def test_a_page_has_a_size(service: Service, first: int) -> None:
    for query in (
        "query($n: Int!) { requests(first: $n) { nodes { id } } }",
        "query($n: Int!) { sites(first: $n) { nodes { id } } }",
        "query($n: Int!) { requests(first: 1) { nodes { comments(first: $n) { totalCount } } } }",
        "query($n: Int!) { requests(first: 1) { nodes { assignments(first: $n) { totalCount } } } }",
        "query($n: Int!) { requests(first: 1) { nodes { ... on Node { id } activity(first: $n) { totalCount } } } }",
    ):
        assert await codes(service, "ada", query, n=first) <= {"INVALID_PAGE", "COST_LIMIT"}
        assert await codes(service, "ada", query, n=first)
    for odd in (1e9, 2**31, 1e30, "5", 1.5, True, [1]):
        assert await codes(service, "ada", "query($n: Int!) { requests(first: $n) { totalCount } }", n=odd)


async def test_an_empty_page_still_counts(service: Service) -> None:
    query = "{ requests(first: 0) { totalCount nodes { id } edges { cursor } pageInfo { hasNextPage endCursor } } }"
    page = (await service.ask("ada", query))["requests"]
    assert page == {
        "totalCount": 6,
        "nodes": [],
        "edges": [],
        "pageInfo": {"hasNextPage": True, "endCursor": None},
    }


def cursor(order: str, *values: Any) -> str:
    """A cursor as somebody might make one up."""
    return base64.urlsafe_b64encode(orjson.dumps({"o": order, "v": list(values)})).decode().rstrip("=")


NO_CURSORS = [
    "",
    "x",
    "=",
    "====",
    "é",
    "日本",
    "%00",
    "a" * 5_000,
    "null",
    base64.urlsafe_b64encode(b"null").decode(),
    base64.urlsafe_b64encode(b"[]").decode(),
    base64.urlsafe_b64encode(b'"o"').decode(),
    base64.urlsafe_b64encode(b"{}").decode(),
    base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    base64.urlsafe_b64encode(b"[" * 3_000).decode(),
    cursor("requests:-id"),
    cursor("requests:-id", KEY, KEY),
    cursor("requests:id", KEY),
    cursor("requests:title,id", "a", KEY),
    cursor("requests:-id", None),
    cursor("requests:-id", 5),
    cursor("requests:-id", 2**63),
    cursor("requests:-id", 1.5),
    cursor("requests:-id", True),
    cursor("requests:-id", [KEY]),
    cursor("requests:-id", {"a": 1}),
    cursor("requests:-id", "nonsense"),
    cursor("requests:-id", KEY + "\0"),
    cursor("requests:-id", "' OR 1=1 --"),
    base64.urlsafe_b64encode(orjson.dumps({"o": "-id", "v": KEY})).decode(),
    base64.urlsafe_b64encode(orjson.dumps({"o": "-id", "v": {"a": 1}})).decode(),
    base64.urlsafe_b64encode(orjson.dumps({"o": ["-id"], "v": [KEY]})).decode(),
    base64.urlsafe_b64encode(orjson.dumps({"o": "-id"})).decode(),
    base64.urlsafe_b64encode(orjson.dumps({"v": [KEY]})).decode(),
]


async def test_what_is_no_cursor_of_the_list_is_refused(service: Service) -> None:
    lists = ("sites", "organizations", "departments", "roles", "users", "workers", "contacts")
    every = "".join(f" {field}(after: $after) {{ nodes {{ id }} }}" for field in lists)
    every = f"query($after: String) {{ {every} }}"
    below = "query($after: String) { requests(first: 2) { nodes { comments(after: $after) { nodes { id } } } } }"
    for text in NO_CURSORS:
        assert await codes(service, "ada", PAGE, after=text) == {"INVALID_CURSOR"}, text
        answer = (await service.post("ada", every, after=text)).json()
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["INVALID_CURSOR"] * len(lists), text
        assert answer["data"] == dict.fromkeys(lists)
        assert await codes(service, "ada", below, after=text) <= {"INVALID_CURSOR"}
    assert await codes(service, "ada", PAGE, after=None) == set()
    assert await codes(service, "ada", PAGE, after="\0") == {"INVALID_TEXT"}
    assert await codes(service, "ada", PAGE, after=5) == {"BAD_VARIABLES"}


async def test_the_cursor_of_another_list_or_order_is_refused(service: Service) -> None:
    ended = "pageInfo { endCursor }"
    lists = {
        "requests": f"requests(first: 1) {{ {ended} }}",
        "by title": f"requests(first: 1, orderBy: {{field: TITLE}}) {{ {ended} }}",
        "down": f"requests(first: 1, orderBy: {{field: TITLE, direction: DESC}}) {{ {ended} }}",
        "people": f"users(first: 1) {{ {ended} }}",
        "places": f"sites(first: 1) {{ {ended} }}",
    }
    cursors = {}
    for name, field in lists.items():
        [page] = (await service.ask("ada", f"{{ {field} }}")).values()
        cursors[name] = page["pageInfo"]["endCursor"]
    for name, other in itertools.permutations(lists, 2):
        field = lists[name].replace("first: 1", f'first: 1, after: "{cursors[other]}"')
        assert await codes(service, "ada", f"{{ {field} }}") == {"INVALID_CURSOR"}, (name, other)


FORGED: dict[str, list[Any]] = {
    "CREATED_AT": [KEY],
    "NUMBER": [0, -1, 2**31 - 1, 2**31, 2**63 - 1, 1e30, 1.5, "1", None, True],
    "PRIORITY": [0, 1, 99, -5, 2**31, "LOW", None, 1.0],
    "STATUS": ["OPEN", "NONSENSE", "", "' OR 1=1 --", 5, None],
    "TITLE": ["", "é", "%", "\\", "'", "a" * 10_000, 5, None, ["a"]],
    "DUE_AT": [
        None,
        "2026-11-22T09:30:00+00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-11-22T09:30:00",
        "2026-11-22",
        "2026-W01-1",
        "nonsense",
        5,
        1e300,
    ],
    "UPDATED_AT": ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59.999999+00:00", None, 5],
}


async def test_forged_cursors_are_refused_or_harmless(service: Service) -> None:
    columns = {"CREATED_AT": "id", "NUMBER": "number", "PRIORITY": "priority", "STATUS": "status", "TITLE": "title"}
    columns |= {"DUE_AT": "due_at", "UPDATED_AT": "updated_at"}
    query = """query($by: [RequestOrder!], $after: String) {
      requests(orderBy: $by, after: $after) { totalCount nodes { id } } }"""
    for field, values in FORGED.items():
        for value, direction in itertools.product(values, ("ASC", "DESC")):
            sign = "-" if direction == "DESC" else ""
            order = f"requests:{sign}{columns[field]}" + ("" if field == "CREATED_AT" else f",{sign}id")
            text = cursor(order, value) if field == "CREATED_AT" else cursor(order, value, KEY)
            by = [{"field": field, "direction": direction}]
            assert await codes(service, "ada", query, by=by, after=text) <= {"INVALID_CURSOR"}, (field, value)
