"""Malformed ids, odd filters and searches that take words for what they are."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from app.models import Request, Workspace
from tests.ask import Service
from tests.unusual import KEY, MOMENT, codes, fill

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


@pytest.mark.parametrize("words", ["plumber", "PLÜM", "wes plumber", "roy plumber"])
async def test_workers_are_found_by_their_trade(service: Service, words: str) -> None:
    query = """query($s: String, $id: ID!) { workers(search: $s) { nodes { id } }
      assignableWorkers(requestId: $id, search: $s) { nodes { id } } }"""
    found = await service.ask("max", query, s=words, id=service.cast.request("door"))
    wes = {"nodes": [{"id": service.cast.worker("wes")}]}
    assert found == {"workers": wes, "assignableWorkers": wes}


async def test_another_trade_is_searched_at_once(service: Service) -> None:
    query = "query($s: String) { workers(search: $s) { nodes { id } } }"
    for trade, other in (("Couvreur", "plumber"), (None, "couvreur")):
        given = {"workerId": service.cast.worker("wes"), "trade": trade}
        assert (await service.change("max", "updateWorker", given))["errors"] == []
        assert await service.ask("max", query, s=other) == {"workers": {"nodes": []}}
        if trade:
            found = await service.ask("max", query, s=trade)
            assert found["workers"]["nodes"] == [{"id": service.cast.worker("wes")}]


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
    for name in ("isAssigned", "isOverdue", "createdAt", "dueAt", "closedAt", "scheduledBetween"):
        assert await count(**{name: None}) == 6
    for name in ("createdAt", "dueAt", "closedAt", "scheduledBetween"):
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
        ({"siteId": []}, 0),
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
