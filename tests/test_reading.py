"""Reading under hostile or unusual questions: pages, cursors, ids, searches, aliases, fragments and depth."""

import base64
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from app.models import Person, Request, Workspace
from app.models.base import now
from app.models.request import Priority, RequestStatus
from tests.ask import Service
from tests.cast import SEES

EVERYBODY = (*SEES, None)
PAGE = "query($after: String, $first: Int = 25) { requests(first: $first, after: $after) { nodes { id } } }"


async def codes(service: Service, name: str | None, query: str, **variables: Any) -> set[str]:
    """The codes of the errors of an operation, which must not be our fault."""
    response = await service.post(name, query, **variables)
    assert response.status_code in (200, 400), response.text
    answer = response.json()
    found = {error["extensions"]["code"] for error in answer.get("errors", [])}
    assert "INTERNAL" not in found, (query, variables)
    assert found or answer["data"] is not None
    return found


async def fill(service: Service, count: int, **columns: list[Any]) -> list[str]:
    """Requests at the north site whose columns take their values in turn; their titles."""
    workspace = await Workspace.get(id=service.cast.key("toits"))
    links: dict[str, Any] = {"created_by_id": service.cast.key("ada"), "site_id": service.cast.key("north")}
    titles = []
    for number in range(count):
        values: dict[str, Any] = {name: each[number % len(each)] for name, each in columns.items()}
        values = {"title": f"Row {number}", **values}
        request = Request(workspace_id=workspace.id, number=await workspace.next_request_number(), **links, **values)
        await request.index().save()
        titles.append(values["title"])
    return titles


# Pages.


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


KEY = "01890a5d-ac96-774b-bcce-b302099a8057"
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


# Walking.


async def walked(service: Service, name: str, order: str, first: int) -> list[str]:
    """The titles of all pages, one after the other."""
    query = f"""query($after: String) {{ requests(first: {first}, after: $after, orderBy: {order}) {{
      totalCount edges {{ cursor node {{ title }} }}
      pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"""
    after, found = None, []
    for page_number in range(100):
        page = (await service.ask(name, query, after=after))["requests"]
        info = page["pageInfo"]
        assert info["hasPreviousPage"] is (page_number > 0)
        if page["edges"]:
            assert (info["startCursor"], info["endCursor"]) == (
                page["edges"][0]["cursor"],
                page["edges"][-1]["cursor"],
            )
        found += [edge["node"]["title"] for edge in page["edges"]]
        if not info["hasNextPage"]:
            assert page["totalCount"] == len(found)
            return found
        after = info["endCursor"]
    raise AssertionError("the walk does not end")


MOMENT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TIMES = [
    None,
    MOMENT,
    MOMENT,
    MOMENT + timedelta(microseconds=1),
    None,
    MOMENT.replace(year=1971),
    MOMENT + timedelta(days=1),
]
ORDERS = [
    "{field: DUE_AT}",
    "{field: DUE_AT, direction: DESC}",
    "{field: SCHEDULED_START}",
    "{field: SCHEDULED_START, direction: DESC}",
    "[{field: DUE_AT}, {field: SCHEDULED_START, direction: DESC}]",
    "[{field: PRIORITY, direction: DESC}, {field: DUE_AT}]",
    "[{field: STATUS}, {field: TITLE, direction: DESC}]",
    "[{field: TITLE}]",
    "[{field: UPDATED_AT, direction: DESC}, {field: NUMBER}]",
    "[{field: DUE_AT}, {field: DUE_AT, direction: DESC}]",
    "[]",
]


@pytest.mark.requirement(49)
async def test_walking_by_cursor_meets_every_row_once(service: Service) -> None:
    await fill(
        service,
        23,
        due_at=TIMES,
        scheduled_start=[None, MOMENT, None, MOMENT + timedelta(seconds=1), MOMENT.replace(microsecond=500_000)],
        priority=list(Priority),
        status=list(RequestStatus),
    )
    for order in ORDERS:
        whole = await walked(service, "ada", order, 100)
        assert len(whole) == len(set(whole)) == 29
        for first in (3, 7):
            assert await walked(service, "ada", order, first) == whole, order
        narrow = await walked(service, "max", order, 5)
        assert narrow == [title for title in whole if title not in ("Gate stuck", "Lamp without a site")]


async def test_an_order_is_what_it_says(service: Service) -> None:
    titles = await fill(service, 7, due_at=TIMES, priority=[Priority.URGENT, Priority.LOW])
    rows = {row.title: row for row in await Request.all()}
    for direction, sign in (("ASC", 1), ("DESC", -1)):
        whole = await walked(service, "ada", f"{{field: DUE_AT, direction: {direction}}}", 3)
        instants = [rows[title].due_at for title in whole]
        present = [each for each in instants if each]
        assert instants == [*sorted(present, reverse=sign < 0), *[None] * (len(instants) - len(present))]
    first, last = titles[0], titles[1]
    urgent_first = await walked(service, "ada", "[{field: PRIORITY, direction: DESC}, {field: NUMBER}]", 4)
    assert urgent_first.index(first) < urgent_first.index("Évier bouché") < urgent_first.index(last)
    priorities = [rows[title].priority for title in urgent_first]
    assert priorities == sorted(priorities, reverse=True)


async def test_rows_that_come_and_go_disturb_no_walk(service: Service) -> None:
    """Rows before the cursor come and go between the pages; those after it are met once each."""
    await fill(service, 12)
    query = """query($after: String) { requests(first: 5, after: $after, orderBy: {field: TITLE}) {
      nodes { title } pageInfo { endCursor hasNextPage } } }"""
    before = await walked(service, "ada", "{field: TITLE}", 100)
    found: list[str] = []
    after, more = None, True
    while more:
        page = (await service.ask("ada", query, after=after))["requests"]
        found += [row["title"] for row in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        await fill(service, 2, title=["A new one, before all others"])
        gone = await Request.filter(title="A new one, before all others").first()
        assert gone is not None
        await gone.delete()
    assert found == before


@pytest.mark.requirement(49, 63)
async def test_people_are_walked_by_columns_that_may_be_empty(service: Service) -> None:
    for number, name in enumerate(("wes", "wil", "sam")):
        await Person.filter(id=service.cast.key(name)).update(last_login_at=now() - timedelta(days=number))
    for field in ("NAME", "EMAIL", "STATUS", "CREATED_AT", "LAST_LOGIN_AT"):
        for direction in ("ASC", "DESC"):
            order = f"{{field: {field}, direction: {direction}}}"
            query = f"""query($after: String) {{ users(first: 4, after: $after, orderBy: {order}) {{
              nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }} }}"""
            found, after, more = [], None, True
            while more:
                page = (await service.ask("ada", query, after=after))["users"]
                found += [row["id"] for row in page["nodes"]]
                after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
            assert len(found) == len(set(found)) == 13, (field, direction)


async def test_pages_below_rows_are_walked_too(service: Service) -> None:
    query = """query($id: ID!, $after: String, $more: String) { request(id: $id) {
      comments(first: 1, after: $after) { totalCount nodes { body } pageInfo { endCursor hasNextPage } }
      activity(first: 1, after: $more) { nodes { kind } pageInfo { endCursor hasNextPage } } } }"""
    ids = {"id": service.cast.request("tap")}
    assert (await service.change("wes", "startRequest", {"requestId": ids["id"]}))["errors"] == []
    one = (await service.ask("wes", query, **ids))["request"]
    assert (one["comments"]["totalCount"], one["comments"]["nodes"]) == (2, [{"body": "for everybody"}])
    assert one["activity"]["nodes"] == [{"kind": "STARTED"}]
    after = {"after": one["comments"]["pageInfo"]["endCursor"], "more": one["activity"]["pageInfo"]["endCursor"]}
    two = (await service.ask("wes", query, **ids, **after))["request"]
    assert two["comments"]["nodes"] == [{"body": "only for us"}]
    assert two["activity"]["nodes"] == [{"kind": "CREATED"}]
    assert two["comments"]["pageInfo"]["hasNextPage"] is two["activity"]["pageInfo"]["hasNextPage"] is False


# Ids and searches.

NO_IDS = [
    "",
    " ",
    "_",
    "req",
    "req_",
    "req_1",
    "REQ_" + "0" * 32,
    "req_" + "0" * 31,
    "req_" + "0" * 33,
    "req_" + "G" * 32,
    "req_" + "A" * 32,
    "req_" + "٣" * 32,
    "xyz_" + "0" * 32,
    "crd_" + "0" * 32,
    "ntf_" + "0" * 32,
    "req_" + "0" * 32 + "\n",
    "R-",
    "R--1",
    "R-1e3",
    "R-99999999999999999999",
    "R-999999999",
    "R-٩٩٩٩٩",
    "R-²",
    "' OR '1'='1",
    "é" * 500,
    "a" * 50_000,
    KEY,
]


async def test_malformed_ids_are_missing_everywhere(service: Service) -> None:
    reads = """node(id: $i) { id } nodes(ids: [$i, $i]) { id } request(id: $i) { id }
      assignableWorkers(requestId: $i) { nodes { id } }"""
    missing = {"node": None, "nodes": [None, None], "request": None, "assignableWorkers": None}
    filters = [f"requests(where: {{{key}: [$i]}})" for key in ("siteId", "organizationId", "departmentId")]
    filters += [f"requests(where: {{{key}: [$i]}})" for key in ("requesterId", "assigneeId")]
    filters += [f"users(where: {{{key}: [$i]}})" for key in ("roleId", "organizationId", "departmentId")]
    filters += ["departments(where: {organizationId: [$i]})"]
    every = " ".join(f"f{number}: {each} {{ totalCount nodes {{ id }} }}" for number, each in enumerate(filters))
    for text in NO_IDS:
        answer = await service.ask("ada", f"query($i: ID!) {{ {reads} {every} }}", i=text)
        assert {field: answer.pop(field) for field in missing} == missing, text
        assert all(page == {"totalCount": 0, "nodes": []} for page in answer.values()), text


async def test_malformed_ids_are_missing_in_mutations_too(service: Service) -> None:
    tap = service.cast.request("tap")
    for text in NO_IDS:
        inputs: list[tuple[str, str, dict[str, str]]] = [
            ("startRequest", "requestId", {}),
            ("acknowledgeAssignment", "requestId", {}),
        ]
        inputs += [
            ("assignRequest", "workerId", {"requestId": tap}),
            ("unassignRequest", "workerId", {"requestId": tap}),
        ]
        for field in ("siteId", "organizationId", "departmentId", "requesterId"):
            inputs.append(("createRequest", field, {"title": "x"}))
        for mutation, field, others in inputs:
            payload = await service.change("ada", mutation, {field: text, **others})
            found = [(error["code"], error["path"]) for error in payload["errors"]]
            assert found == [("NOT_FOUND", [field])], (mutation, text)


async def test_ids_of_another_json_type(service: Service) -> None:
    query = "query($i: ID!) { node(id: $i) { id } }"
    for odd in (5, 2**70, -1):
        assert await service.ask("ada", query, i=odd) == {"node": None}
    for wrong in (1.5, True, ["a"], {"a": 1}, None):
        assert await codes(service, "ada", query, i=wrong) == {"BAD_VARIABLES"}


async def test_many_ids(service: Service) -> None:
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert await service.ask("ada", query, ids=[]) == {"nodes": []}
    tap, site = service.cast.request("tap"), service.cast.site("north")
    twice = [tap, site, tap, "nonsense", site]
    found = (await service.ask("ada", query, ids=twice))["nodes"]
    assert [row and row["id"] for row in found] == [tap, site, tap, None, site]
    assert len((await service.ask("ada", query, ids=[tap] * 100))["nodes"]) == 100
    assert await codes(service, "ada", query, ids=[tap] * 101) == {"TOO_MANY_IDS"}


SEARCHES = {
    "100%": {"100% wool"},
    "%": {"100% wool", "{0} %s {name}"},
    "_": {"snake_case"},
    "snake_c": {"snake_case"},
    "snakeXcase": set(),
    "'": {"Bob's lamp", "Émile's façade"},
    "bob's": {"Bob's lamp"},
    '"quoted"': {'A "quoted" word'},
    "\\": {"back\\slash"},
    "back\\slash": {"back\\slash"},
    "\\\\": set(),
    "EMILE": {"Émile's façade"},
    "emile facade's": set(),
    "FAÇADE émile": {"Émile's façade"},
    "strasse": {"Straße"},
    "日本": {"日本語"},
    "'; DROP TABLE requests; --": set(),
    "?": {"Why? $1 :name"},
    "$1 :name": {"Why? $1 :name"},
    "{0}": {"{0} %s {name}"},
    "%s {name}": {"{0} %s {name}"},
    "r-100": {"Évier bouché", "Roof leaks", "Gate stuck", "Lamp without a site", "Door squeaks", "Colour and cut"},
}
ODD_TITLES = ["100% wool", "snake_case", "Bob's lamp", 'A "quoted" word', "back\\slash", "Émile's façade", "Straße"]
ODD_TITLES += ["日本語", "Why? $1 :name", "{0} %s {name}"]


@pytest.mark.requirement(53)
async def test_a_search_takes_words_for_what_they_are(service: Service) -> None:
    await Request.filter(workspace_id=service.cast.key("toits")).update(title="kept")
    for name, title in (("tap", "Évier bouché"), ("roof", "Roof leaks"), ("gate", "Gate stuck")):
        await Request.filter(id=service.cast.key(name)).update(title=title)
    for name, title in (("lamp", "Lamp without a site"), ("door", "Door squeaks"), ("hair", "Colour and cut")):
        await Request.filter(id=service.cast.key(name)).update(title=title)
    await Workspace.filter(id=service.cast.key("toits")).update(last_request_number=2000)
    await fill(service, len(ODD_TITLES), title=list(ODD_TITLES))
    by_variable = "query($s: String) { requests(first: 100, search: $s) { totalCount nodes { title } } }"
    for words, titles in SEARCHES.items():
        literal = by_variable.replace("($s: String)", "").replace("$s", orjson.dumps(words).decode())
        for page in (await service.ask("ada", by_variable, s=words), await service.ask("ada", literal)):
            assert {row["title"] for row in page["requests"]["nodes"]} == titles, words
            assert page["requests"]["totalCount"] == len(titles)
    everything = (await service.ask("ada", by_variable, s=None))["requests"]["totalCount"]
    assert everything == 6 + len(ODD_TITLES)
    for blank in ("", "   ", "\t\n", "\u00a0"):
        assert (await service.ask("ada", by_variable, s=blank))["requests"]["totalCount"] == everything
    for odd in (
        "x" * 5_000,
        "x " * 2_500,
        "\u0301" * 5_000,
        "ﷺ" * 5_000,
        "\U0001f468\u200d\U0001f469" * 500,
        "\u202e",
    ):
        assert await codes(service, "ada", by_variable, s=odd) == set()
    assert await codes(service, "ada", by_variable, s="a\0b") == {"INVALID_TEXT"}
    for field in ("users", "workers", "contacts", "organizations", "departments", "sites"):
        query = f"query($s: String) {{ {field}(search: $s) {{ totalCount nodes {{ name }} }} }}"
        for words in SEARCHES:
            assert (await service.ask("ada", query, s=words))[field]["totalCount"] == 0
        assert await codes(service, "ada", query, s="x" * 5_000) == set()


@pytest.mark.requirement(53, 54, 67, 93)
async def test_people_are_found_by_what_is_known_of_them(service: Service) -> None:
    query = "query($s: String) { users(search: $s) { nodes { id } } }"
    for words, names in {
        "wes roy": {"wes"},
        "ROY Wés": {"wes"},
        "cyn@maple": {"cyn"},
        "+15145550101": {"wes"},
        "maple.example": {"cora", "cyn", "cal"},
        "nobody": set(),
    }.items():
        found = (await service.ask("ada", query, s=words))["users"]["nodes"]
        assert {row["id"] for row in found} == {service.cast.user(name) for name in names}, words


async def test_odd_filters(service: Service) -> None:
    """Empty lists match nothing, absent and null fields everything; instants at both ends of time."""
    counted = "query($w: RequestFilter) { requests(where: $w) { totalCount nodes { id } } }"

    async def count(**where: Any) -> int:
        total: int = (await service.ask("ada", counted, w=where))["requests"]["totalCount"]
        return total

    assert await count() == 6
    for name in (
        "status",
        "priority",
        "kind",
        "siteId",
        "organizationId",
        "departmentId",
        "requesterId",
        "assigneeId",
    ):
        assert await count(**{name: None}) == 6
        assert await count(**{name: []}) == 0, name
    for name in ("isAssigned", "isOverdue", "createdAt", "dueAt", "scheduledBetween"):
        assert await count(**{name: None}) == 6
    for name in ("createdAt", "dueAt", "scheduledBetween"):
        assert await count(**{name: {}}) == await count(**{name: {"from": None, "to": None}}) == 6
        for instant in (
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "2026-02-29T00:00:00Z",
            "0001-01-01T00:00:00+14:00",
        ):
            for end in ("from", "to"):
                found = await codes(service, "ada", counted, w={name: {end: instant}})
                assert found <= {"INVALID_INSTANT", "BAD_VARIABLES"}, (name, instant)
    same = "2026-01-01T00:00:00Z"
    assert await count(createdAt={"from": same, "to": same}) == 0
    assert await count(isAssigned=True) + await count(isAssigned=False) == 6
    assert await count(isOverdue=True) + await count(isOverdue=False) == 6
    query = "query($w: PersonFilter) { users(where: $w) { totalCount } }"
    for where, expected in (
        ({}, 13),
        ({"status": []}, 0),
        ({"status": ["INACTIVE"]}, 1),
        ({"audience": ["CONTACT"]}, 4),
        ({"audience": []}, 0),
        ({"siteId": []}, 1),  # ada, who works everywhere
        ({"siteId": [service.cast.site("south")]}, 2),
        ({"organizationId": [service.cast.organization("birch")]}, 1),
    ):
        assert (await service.ask("ada", query, w=where))["users"]["totalCount"] == expected, where


@pytest.mark.requirement(96)
async def test_a_calendar_holds_what_touches_the_span(service: Service) -> None:
    hour = timedelta(hours=1)
    starts = [MOMENT - 2 * hour, MOMENT - 2 * hour, MOMENT, MOMENT + hour, None]
    ends = [MOMENT - hour, MOMENT + hour, None, MOMENT + 2 * hour, None]
    await fill(service, 5, scheduled_start=starts, scheduled_end=ends)
    query = "query($w: RequestFilter) { requests(where: $w) { nodes { title } } }"
    for bounds, numbers in (
        ({"from": MOMENT, "to": MOMENT + hour}, {1, 2}),
        ({"from": MOMENT}, {1, 2, 3}),
        ({"to": MOMENT}, {0, 1}),
        ({"from": MOMENT + hour, "to": MOMENT + 2 * hour}, {3}),
        ({"from": MOMENT + 2 * hour}, set()),
    ):
        span = {name: instant.isoformat() for name, instant in bounds.items()}
        rows = (await service.ask("ada", query, w={"scheduledBetween": span}))["requests"]["nodes"]
        assert {row["title"] for row in rows} == {f"Row {number}" for number in numbers}, bounds


# Selections.


async def test_long_and_odd_aliases(service: Service) -> None:
    long = "a" * 64
    query = f"""{{ {long}: requests(first: 2) {{ {long}: nodes {{ {long}: id __proto__: title
      {long}b: assignees {{ {long}: name }} {long}c: comments {{ {long}: totalCount }}
      key: title reached: title standing: priority nested: status id2: id }} }} }}"""
    rows = (await service.ask("ada", query))[long][long]
    assert len(rows) == 2
    for row in rows:
        assert row[long] == row["id2"]
        assert row["key"] == row["reached"] == row["__proto__"]
        assert row[f"{long}c"][long] == 2
    quoted = '{ requests(first: 1, search: "\\"; --\'") { totalCount } }'
    assert (await service.ask("ada", quoted))["requests"] == {"totalCount": 0}
    assert await codes(service, "ada", '{ "a": viewer { name } }') == {"SYNTAX_ERROR"}


async def test_one_field_under_several_aliases_with_different_arguments(service: Service) -> None:
    query = """query($id: ID!, $one: Int = 1) { request(id: $id) {
      none: comments(first: 0) { totalCount nodes { body } }
      first: comments(first: $one) { nodes { body author { name } } }
      all: comments { nodes { id isInternal } totalCount }
      comments(first: 2) { nodes { body } }
      few: assignments(first: 1) { nodes { worker { name } } }
      assignments { nodes { worker { phone } request { title again: comments(first: 1) { nodes { body } } } } } } }"""
    row = (await service.ask("ada", query, id=service.cast.request("roof")))["request"]
    assert row["none"] == {"totalCount": 2, "nodes": []}
    assert row["first"]["nodes"] == [{"body": "for everybody", "author": {"name": "Cal Roy"}}]
    assert [entry["isInternal"] for entry in row["all"]["nodes"]] == [False, True]
    assert [entry["body"] for entry in row["comments"]["nodes"]] == ["for everybody", "only for us"]
    assert len(row["few"]["nodes"]) == 1
    assert len(row["assignments"]["nodes"]) == 2
    below = {"title": "Roof leaks", "again": {"nodes": [{"body": "for everybody"}]}}
    assert all(entry["request"] == below for entry in row["assignments"]["nodes"])


async def test_the_same_field_selected_twice_is_merged(service: Service) -> None:
    query = """query($id: ID!) { request(id: $id) { title
      assignees { name } assignees { id } ...more ... on Request { assignees { phone } comments { totalCount } }
      comments { nodes { body } } } }
    fragment more on Request { assignees { __typename } comments { pageInfo { hasNextPage } nodes { id } } }"""
    row = (await service.ask("ada", query, id=service.cast.request("tap")))["request"]
    assert set(row["assignees"][0]) == {"name", "id", "phone", "__typename"}
    assert set(row["comments"]) == {"totalCount", "nodes", "pageInfo"}
    assert set(row["comments"]["nodes"][0]) == {"body", "id"}


async def test_fragments_on_interfaces(service: Service) -> None:
    cast = service.cast
    query = """query($ids: [ID!]!) { nodes(ids: $ids) { __typename ...node ...person
        ... on User { status } ... on Worker { trade work: email } ... on Contact { client: organization { ...node } }
        ... on Request { requester { ...person } assignees { ...person ... on Worker { trade } } } } }
      fragment node on Node { id ... on Person { firstName } ... on Request { number } ... on Site { name } }
      fragment person on Person { name ... on Node { again: id } }"""
    ids = [cast.user("wes"), cast.worker("wes"), cast.contact("cyn"), cast.request("tap"), cast.site("north")]
    user, worker, contact, request, site = (await service.ask("ada", query, ids=ids))["nodes"]
    assert user == {
        "__typename": "User",
        "id": ids[0],
        "again": ids[0],
        "firstName": "Wes",
        "name": "Wes Roy",
        "status": "ACTIVE",
    }
    assert (worker["trade"], worker["work"]) == ("plumber", "wes@toits.example")
    assert contact["client"] == {"id": cast.organization("maple")}
    assert request["requester"] == {"name": "Cyn Roy", "again": cast.contact("cyn")}
    assert request["assignees"] == [{"name": "Wes Roy", "again": cast.worker("wes"), "trade": "plumber"}]
    assert site == {"__typename": "Site", "id": ids[4], "name": "North"}


async def test_skip_and_include_by_variables(service: Service) -> None:
    query = """query($yes: Boolean!, $no: Boolean = false) { requests(first: 1) {
      totalCount @include(if: $no) nodes { id title @skip(if: $yes) status @include(if: $yes)
        assignees @include(if: $no) { name }
        comments @skip(if: $no) { totalCount @include(if: $yes) nodes @skip(if: $yes) { id } }
        ... on Request @include(if: $no) { number } ...more @skip(if: $no) ... @skip(if: $yes) { kind } } } }
      fragment more on Request { priority @include(if: $yes) @skip(if: $no) }"""
    [row] = (await service.ask("ada", query, yes=True))["requests"]["nodes"]
    assert row == {
        "id": service.cast.request("hair"),
        "status": "OPEN",
        "comments": {"totalCount": 2},
        "priority": "NORMAL",
    }
    [row] = (await service.ask("ada", query, yes=False, no=True))["requests"]["nodes"]
    assert set(row) == {"id", "title", "assignees", "number", "kind"}
    assert await codes(service, "ada", query, yes=None) == {"BAD_VARIABLES"}
    nothing = "query($no: Boolean!) { requests { nodes @include(if: $no) { id } totalCount @include(if: $no) } }"
    assert await service.ask("ada", nothing, no=False) == {"requests": {}}
    assert (
        await service.ask("ada", "query($no: Boolean!) { requests @include(if: $no) { totalCount } }", no=False) == {}
    )


async def test_typename_everywhere(service: Service) -> None:
    query = """{ __typename viewer { __typename workspace { __typename } permissions { __typename } }
      requests(first: 1) { __typename edges { __typename cursor node { __typename } }
        nodes { __typename viewerCan { __typename } requester { __typename } assignees { __typename }
          createdBy { __typename } comments { __typename nodes { __typename author { __typename } } } }
      pageInfo { __typename } } }"""
    answer = await service.ask("ada", query)
    assert answer["__typename"] == "Query"
    assert answer["requests"]["__typename"] == "RequestConnection"
    [row] = answer["requests"]["nodes"]
    assert row["__typename"] == "Request"
    assert row["assignees"] == [{"__typename": "Worker"}]
    assert row["createdBy"] == {"__typename": "Card"}
    assert row["comments"]["nodes"][0] == {"__typename": "Comment", "author": {"__typename": "Card"}}
    only = await service.ask("ada", "{ requests { __typename nodes { __typename } } sites { __typename } }")
    assert only["sites"] == {"__typename": "SiteConnection"}
    assert [row["__typename"] for row in only["requests"]["nodes"]] == ["Request"] * 6


@pytest.fixture
def options() -> dict[str, Any]:
    """Depth is what is tried here; the cost of a deep selection is another limit."""
    return {"max_cost": 10**9, "max_aliases": 1_000, "max_tokens": 20_000}


DOWN = {  # from a type to itself: what can be selected again and again
    "Request": ["assignments { nodes { request { %s } } }"],
    "Organization": ["departments { organization { %s } }"],
    "User": ["worker { user { %s } }", "contact { user { %s } }"],
    "Worker": ["user { contact { worker { %s } } }"],
    "Contact": ["organization { departments { organization { departments { id } } } } user { contact { %s } }"],
}
ROOTS = {
    "Request": "requests(first: 5) { nodes { %s } }",
    "Organization": "organizations { nodes { %s } }",
    "User": "viewer { user { %s } }",
    "Worker": "viewer { worker { %s } }",
    "Contact": "viewer { contact { %s } }",
}
AT_EACH_LEVEL = {
    "Request": "id title viewerCan { update } requester { name email organization { name } user { id } }"
    " assignees { name email sites { name } } comments(first: 2) { totalCount nodes { body author { name } } }"
    " activity(first: 2) { nodes { kind } } department { name }",
    "Organization": "id name",
    "User": "id name email role { name grants { scope } } sites { name } defaultSite { name }",
    "Worker": "id name email role { name } sites { name }",
    "Contact": "id name email department { name }",
}


def nested(kind: str, way: str, levels: int) -> str:
    """A selection that goes down as often as it may, with everything at each level."""
    inner = AT_EACH_LEVEL[kind]
    for _ in range(levels):
        inner = f"{AT_EACH_LEVEL[kind]} {way % inner}"
    return f"{{ {ROOTS[kind] % inner} }}"


@pytest.mark.parametrize("name", SEES)
async def test_the_deepest_selections(service: Service, name: str) -> None:
    """As deep as the limit lets them: SQLite's parser has a small stack, which the rules of each role fill too."""
    deepest = 0
    for kind, ways in DOWN.items():
        for way in ways:
            for levels in range(1, 8):
                found = await codes(service, name, nested(kind, way, levels))
                assert found <= {"DEPTH_LIMIT"}, (kind, levels)
                if found:
                    break
                deepest = max(deepest, levels)
    assert deepest >= 4


async def test_a_stranger_gets_no_further_by_depth(service: Service) -> None:
    for kind, ways in DOWN.items():
        for way in ways:
            found = await codes(service, None, nested(kind, way, 2))
            assert found <= {"NOT_SIGNED_IN"}


async def test_wide_selections(service: Service) -> None:
    """Many aliases of pages below pages, more columns than a function call of the database takes."""
    many = " ".join(
        f"c{n}: comments(first: {n}) {{ nodes {{ id author {{ name }} }} totalCount }}" for n in range(24)
    )
    many += " ".join(f" a{n}: assignments(first: {n}) {{ nodes {{ id worker {{ name }} }} }}" for n in range(24))
    many += " ".join(f" t{n}: title s{n}: site {{ name }} w{n}: assignees {{ name email }}" for n in range(24))
    for name in ("ada", "wes", "cora"):
        for selection in (many, f"{many} viewerCan {{ update }}"):
            rows = (await service.ask(name, f"{{ requests(first: 3) {{ nodes {{ {selection} }} }} }}"))["requests"][
                "nodes"
            ]
            assert rows
            for row in rows:
                assert row["c23"]["totalCount"] == row["c0"]["totalCount"]
                assert row["c0"]["nodes"] == []
                assert len({row[f"t{n}"] for n in range(24)}) == 1
                assert row["w0"] == row["w23"]
