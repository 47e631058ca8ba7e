"""Selections that are deep, wide, aliased, in fragments or asked for twice."""

from typing import Any

import pytest

from tests.ask import Service
from tests.cast import SEES
from tests.unusual import codes


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
    nested = "query($yes: Boolean = true) { requests { nodes { id title @include(if: $yes) } } }"
    [error, *_] = (await service.post("ada", nested, yes=None)).json()["errors"]
    assert (error["extensions"]["code"], error["path"]) == ("BAD_VARIABLES", ["requests"])
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
