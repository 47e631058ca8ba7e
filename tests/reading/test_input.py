"""Whatever a client writes, in names, strings, ids, numbers and cursors: both paths serve it alike, as values."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.models import Request
from app.transport.problems import Refusal
from tests.reading.house import House, loaded
from tests.reading.spying import statements

MARK = "zqx"  # in every hostile text, so that it is found wherever it gets to
QUOTES = f"""{MARK}'"`$1 ?%s {{}} -- ; DROP TABLE people; /* \\ é 🛠"""
SEARCHES = [
    *("%", "_", "\\", "\\%", "\\\\", "'", "''", '"', "100%", "under_score", "undér_SCORE", "back\\slash", "o'clock"),
    *("é", "É", "e\u0301vier", "ﬁ", "ß", "İ", "🛠", "\u2028", "{", "null", "$1", "?", ":x", "{0}", "%s"),
    *("", "   ", "roof", "roof leaks", "a b c d e f g h", "a b c d e f g h i", "a b c d e f g h i j k", "r-1"),
    *("x" * 199, "x" * 200, "x" * 300, "é " * 150, "roof " + "l" * 300, f"{'y' * 198} roof", QUOTES),
]
LISTED = "query($s: String) { requests(search: $s, first: 100) { totalCount nodes { id title } } }"


async def both(house: House, text: str, name: str = "ada", **variables: Any) -> Any:
    """What both paths answer."""
    viewer = await house.viewer(name)
    data, errors = await house.ordinary(text, viewer, **variables)
    assert not errors
    assert loaded(await house.fast_bytes(text, viewer, **variables)) == data
    return data


@pytest.mark.parametrize("words", SEARCHES)
async def test_search_finds_letters_as_they_are(house: House, words: str) -> None:
    viewer = await house.viewer("ada")
    expected, _ = house.reference(house.check(LISTED, {"s": words}), "ada", viewer)
    assert await both(house, LISTED, s=words) == expected
    literal = LISTED.replace("($s: String)", "").replace("$s", json.dumps(words))
    assert await both(house, literal) == expected
    default = LISTED.replace("String)", f"String = {json.dumps(words)})")
    assert await both(house, default) == expected


async def test_search_finds_something(house: House) -> None:
    found = {words: len((await both(house, LISTED, s=words))["requests"]["nodes"]) for words in SEARCHES}
    assert found["%"] == found["_"] == found["\\"] == found["🛠"] == 1  # one row bears all of them
    assert found["\\%"] == found["\\\\"] == found["''"] == found["x" * 200] == 0
    assert found["o'clock"] == 1 and found["é"] == found["É"] > 1


async def test_two_searches_share_the_words_of_a_plan(house: House) -> None:
    text = "query($a: String, $b: String) { x: sites(search: $b) { nodes { name } } y: %s { nodes { name } } }"
    for below in ("organizations(search: $a)", "organizations(search: $b) { nodes { name } } z: sites(search: $a)"):
        for pair in (("maple", "north"), ("birch", "south"), ("a p", "u s"), ("", "o"), ("th", "th")):
            query = text % below
            data = await both(house, query, a=pair[0], b=pair[1])
            checked = house.check(query, {"a": pair[0], "b": pair[1]})
            assert data == house.reference(checked, "ada", await house.viewer("ada"))[0], pair
    viewer, nine = await house.viewer("ada"), "a b c d e"
    assert await house.fast_bytes(text % below, viewer, a=nine, b=nine) is None
    assert (await house.ordinary(text % below, viewer, a=nine, b=nine))[1] == set()


async def test_a_variable_that_searches_and_does_something_else(house: House) -> None:
    portal = "workspace { portalUrl(audience: STAFF, language: $s) }"
    text = f"query($s: String!) {{ requests(search: $s) {{ nodes {{ id }} }} {portal} }}"
    viewer = await house.viewer("ada")
    for words in ("roof", "fr", QUOTES):
        expected, _ = house.reference(house.check(text, {"s": words}), "ada", viewer)
        assert await house.ordinary(text, viewer, s=words) == (expected, set())
        assert await house.fast_bytes(text, viewer, s=words) is None
    merged = "query($s: ID!, $t: String) { request(id: $s) { id } requests(search: $t) { nodes { id } } }"
    for words in ("roof", house.cast.request("roof"), QUOTES):
        viewer = await house.viewer("ada")
        data, errors = await house.ordinary(merged, viewer, s=words, t=words)
        spliced = await house.fast_bytes(merged, viewer, s=words, t=words)
        assert not errors and (spliced is None or loaded(spliced) == data)


@pytest.mark.parametrize("length", [60, 63, 64, 65, 200, 2000])
async def test_aliases_of_any_length(house: House, length: int) -> None:
    stem = "a" * (length - 1)
    row = f"{stem}1: title {stem}2: number {stem}5: site {{ {stem}6: id }}"
    rows = f"{stem}3: requests(first: 2) {{ {stem}4: nodes {{ {row} }} }}"
    data = await both(house, f"{{ {rows} {stem}7: requests {{ {stem}8: totalCount }} }}")
    assert set(data) == {f"{stem}3", f"{stem}7"}
    assert all(set(row) == {f"{stem}{n}" for n in (1, 2, 5)} for row in data[f"{stem}3"][f"{stem}4"])


@pytest.mark.parametrize("alias", ["j", "n", "c", "v", "r", "t1", "row", "count", "null", "SELECT", "_", "__x", "id"])
async def test_aliases_that_statements_use_too(house: House, alias: str) -> None:
    text = (
        f"{{ {alias}: requests(first: 3) {{ {alias}: totalCount _p: pageInfo {{ {alias}: hasNextPage }}"
        f" _e: edges {{ {alias}: cursor _n: node {{ {alias}: number _i: assignees {{ {alias}: name }} }} }} }} }}"
    )
    data = await both(house, text)
    assert list(data) == [alias]


async def test_many_fields_in_one_object(house: House) -> None:
    fragments = " ".join(f"a{n}: title" for n in range(28))
    data = await both(
        house,
        f"{{ requests(first: 2) {{ nodes {{ {fragments} id number kind title description priority status dueAt"
        " version createdAt updatedAt closedAt scheduledStart scheduledEnd } } }",
    )
    assert len(data["requests"]["nodes"][0]) == 42
    with pytest.raises(Refusal):
        house.check(f"{{ viewer {{ {' '.join(f'a{n}: name' for n in range(2000))} }} }}")


@pytest.mark.parametrize("path", ["fast", "ordinary"])
async def test_what_clients_write_is_never_part_of_a_statement(house: House, path: str) -> None:
    viewer = await house.viewer("ada")
    title = QUOTES.replace("\0", "")
    await Request.filter(id=house.cast.key("lamp")).update(title=title)
    data, _ = await house.ordinary(
        "{ requests(orderBy: {field: TITLE}) { edges { cursor node { title } } } }", viewer
    )
    cursor = next(edge["cursor"] for edge in data["requests"]["edges"] if edge["node"]["title"] == title)
    string = json.dumps(QUOTES)
    after = f"(orderBy: {{field: TITLE}}, after: {json.dumps(cursor)})"
    asked: list[tuple[str, dict[str, Any]]] = [
        (f"{{ requests(search: {string}) {{ totalCount nodes {{ id }} }} }}", {}),
        (f"{{ requests{after} {{ nodes {{ id }} pageInfo {{ endCursor }} }} }}", {}),
        (f"{{ contacts(search: {string}, where: {{siteId: [{string}]}}) {{ nodes {{ id }} }} }}", {}),
        (f"query($s: String = {string}) {{ sites(search: $s) {{ nodes {{ id }} }} }}", {}),
        ("query($s: String) { users(search: $s) { nodes { id } } }", {"s": QUOTES}),
        ("query($w: RequestFilter) { requests(where: $w) { nodes { id } } }", {"w": {"siteId": [QUOTES, MARK]}}),
        ("query($a: String) { requests(orderBy: {field: TITLE}, after: $a) { nodes { id } } }", {"a": cursor}),
        (f"{{ request(id: {string}) {{ id }} node(id: {string}) {{ id }} nodes(ids: [{string}]) {{ id }} }}", {}),
    ]
    reached = 0
    for text, variables in asked:
        with statements() as run:
            if path == "fast":
                await house.fast_bytes(text, viewer, **variables)
            else:
                assert not (await house.ordinary(text, viewer, **variables))[1]
        for sql, values in run:
            assert MARK not in sql and "DROP" not in sql
            reached += any(MARK in str(value) for value in values)
    assert reached >= 6  # as parameters they do arrive
    await Request.filter(id=house.cast.key("lamp")).update(title="Lamp without a site")


async def test_names_reach_a_statement_as_keys_only(house: House) -> None:
    rows = f"{MARK}3: requests(first: $s) {{ nodes {{ {MARK}4: title }} }}"
    text = f"query {MARK}1($s: Int!) {{ ...{MARK}2 }} fragment {MARK}2 on Query {{ {rows} }}"
    viewer = await house.viewer("ada")
    with statements() as run:
        spliced = await house.fast_bytes(text, viewer, s=1)
        data, _ = await house.ordinary(text, viewer, s=1)
    assert loaded(spliced) == data
    assert [sql.replace(f"'{MARK}4', ", "").count(MARK) for sql, _ in run] == [0, 0]


@pytest.mark.parametrize(
    "name", ["O'Brien", 'Anne "la" Roy', "Back\\slash", "50% _", "Zoé\u2028", "🛠\ufffd", "\x01\x1f"]
)
async def test_odd_letters_in_rows_come_back_as_they_are(house: House, name: str) -> None:
    row = Request.filter(id=house.cast.key("door"))
    await row.update(title=name, description=name * 3)
    data = await both(
        house, "query($id: ID!) { request(id: $id) { title description } }", id=house.cast.request("door")
    )
    assert data == {"request": {"title": name, "description": name * 3}}
    await row.update(title="Door squeaks", description=None)


@pytest.mark.parametrize(
    "moment", [datetime(1000, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, 23, 59, 59, 999999, UTC)]
)
async def test_instants_long_ago_and_far_away(house: House, moment: datetime) -> None:
    row = Request.filter(id=house.cast.key("door"))
    await row.update(due_at=moment)
    data = await both(house, "query($id: ID!) { request(id: $id) { dueAt } }", id=house.cast.request("door"))
    assert datetime.fromisoformat(data["request"]["dueAt"]) == moment
    await row.update(due_at=None)


# Errors are those of the ordinary path.

REFUSED = [
    ("wes", "{ users { nodes { id } } }", "FORBIDDEN"),
    ("cyn", "{ contacts { totalCount } }", "FORBIDDEN"),
    ("max", "{ deliveries { nodes { id } } }", "FORBIDDEN"),
    ("ada", "{ requests(first: 101) { totalCount } }", "INVALID_PAGE"),
    ("ada", "{ requests(first: -1) { nodes { id } } }", "INVALID_PAGE"),
    ("ada", "{ requests { nodes { comments(first: 101) { totalCount } } } }", "INVALID_PAGE"),
    ("ada", '{ requests(after: "") { nodes { id } } }', "INVALID_CURSOR"),
    ("ada", '{ requests(after: "5b5d") { pageInfo { endCursor } } }', "INVALID_CURSOR"),
    ("ada", '{ requests(after: "zz") { edges { cursor } } }', "INVALID_CURSOR"),
    ("ada", '{ requests { nodes { comments(after: "7b7d") { nodes { id } } } } }', "INVALID_CURSOR"),
]


@pytest.mark.parametrize(("name", "text", "code"), REFUSED)
async def test_errors_are_left_to_the_ordinary_path(house: House, name: str, text: str, code: str) -> None:
    viewer, root = await house.viewer(name), text.split()[1].split("(")[0]
    for _ in range(2):
        assert await house.fast_bytes(text, viewer) is None
        assert await house.ordinary(text, viewer) == ({root: None}, {(root, code)})
    mixed = f"{{ viewer {{ name }} {text.strip('{}')} }}"
    assert await house.fast_bytes(mixed, viewer) is None
    data, errors = await house.ordinary(mixed, viewer)
    assert data["viewer"]["name"] and data[root] is None and errors == {(root, code)}


async def test_a_cursor_of_another_order_is_none(house: House) -> None:
    viewer = await house.viewer("ada")
    data = await both(house, "{ requests(orderBy: {field: TITLE}) { pageInfo { endCursor } } }")
    cursor = data["requests"]["pageInfo"]["endCursor"]
    text = "query($a: String) { requests(after: $a) { nodes { id } } }"
    assert await house.fast_bytes(text, viewer, a=cursor) is None
    assert await house.ordinary(text, viewer, a=cursor) == ({"requests": None}, {("requests", "INVALID_CURSOR")})
    for values in (
        ["requests:title,id", 5, "x"],
        ["requests:title,id", "x"],
        ["requests:title,id", None, None],
        ["requests:title,id", "x", QUOTES],
    ):
        forged = json.dumps(values).encode().hex()
        titles = "query($a: String) { requests(orderBy: {field: TITLE}, after: $a) { nodes { id } } }"
        assert await house.fast_bytes(titles, viewer, a=forged) is None
        assert (await house.ordinary(titles, viewer, a=forged))[1] == {("requests", "INVALID_CURSOR")}
