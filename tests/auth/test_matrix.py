"""The permission matrix: every role on every path that reads, in both workspaces."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.models import Activity, Assignment, Comment, Role, nouns
from app.models.nouns import Noun
from tests.ask import Service
from tests.auth import words
from tests.auth.gallery import entries
from tests.cast import DEPARTMENTS, ORGANIZATIONS, PEOPLE, REQUESTS, SEES, SITES

NODE = "query($id: ID!) { node(id: $id) { __typename id } }"
AT_ONCE = 19
REQUEST = "query($id: ID!) { request(id: $id) { id number } }"
LIST = """query($first: Int!) { requests(first: $first%s) {
  totalCount nodes { id } edges { node { id } cursor } pageInfo { hasNextPage } } }"""
NUMBERS = {"tap": 1001, "roof": 1002, "gate": 1003, "lamp": 1004, "door": 1005, "hair": 1006, "zinc": 1001}
MISSING = "0" * 32
DETAILS = {
    "User": """email username language status mustChangePassword lastLoginAt createdAt hasAllSites
      role { id } isActive sites { id } version grants { scope } warnings { code }""",
    "Worker": """trade email username language status mustChangePassword lastLoginAt createdAt hasAllSites
      role { id } isActive sites { id } version warnings { code }""",
    "Contact": """email username language status mustChangePassword lastLoginAt createdAt organization { id }
      department { id } role { id } isActive sites { id } version warnings { code } seeAllRequests usage { total }
      recentRequests { id }""",
}
# Fields of which some have none, or that another permission guards.
APART = {
    "User": ("accessExpiresAt", "defaultSite", "review", "reviewedAt"),
    "Worker": ("accessExpiresAt", "defaultSite"),
    "Contact": ("accessExpiresAt", "defaultSite", "notes"),
}


async def same_as_missing(gallery: Service, name: str, query: str, hidden: str, noun: Noun) -> None:
    """The bytes of the answer for a hidden id are those for an id that does not exist."""
    found = await gallery.post(name, query, id=hidden)
    missing = await gallery.post(name, query, id=f"{noun.prefix}_{MISSING}")
    assert found.content == missing.content, (name, hidden)


async def looked_up(gallery: Service, name: str, ids: dict[str, str]) -> set[str]:
    """The names of the rows that a person finds by `node` and `nodes`, which must agree.

    Then each hidden id is replaced by a missing one: the bytes of the answer must stay the same.
    """
    seen: set[str] = set()
    for start in range(0, len(ids), AT_ONCE):
        asked = dict(list(ids.items())[start : start + AT_ONCE])
        answer = await gallery.post(name, together(len(asked)), **numbered(asked))
        data = answer.json()["data"]
        nodes = data.pop("nodes")
        assert list(data.values()) == nodes
        assert all(row is None or row["id"] == text for row, text in zip(nodes, asked.values(), strict=True))
        found = {each for each, row in zip(asked, nodes, strict=True) if row}
        missing = {each: text if each in found else text[:4] + MISSING for each, text in asked.items()}
        again = await gallery.post(name, together(len(asked)), **numbered(missing))
        assert again.content == answer.content
        seen |= found
    return seen


def numbered(ids: dict[str, str]) -> dict[str, str]:
    return {f"i{number}": text for number, text in enumerate(ids.values())}


def together(count: int) -> str:
    """One operation with `node` for each id, and `nodes` for all."""
    variables = ", ".join(f"$i{n}: ID!" for n in range(count))
    each = " ".join(f"n{n}: node(id: $i{n}) {{ __typename id }}" for n in range(count))
    every = ", ".join(f"$i{n}" for n in range(count))
    return f"query({variables}) {{ {each} nodes(ids: [{every}]) {{ __typename id }} }}"


# Requests.


@pytest.mark.requirement(2, 4, 24, 38, 60, 70, 79, 102, 105)
@pytest.mark.parametrize("name", SEES)
async def test_a_list_holds_what_the_person_sees(gallery: Service, name: str) -> None:
    page = (await gallery.ask(name, LIST % "", first=100))["requests"]
    assert gallery.cast.requests([row["id"] for row in page["nodes"]]) == SEES[name]
    assert [edge["node"] for edge in page["edges"]] == page["nodes"]
    assert page["totalCount"] == len(SEES[name])
    first = (await gallery.ask(name, LIST % "", first=1))["requests"]
    assert first["totalCount"] == len(SEES[name])
    assert first["pageInfo"]["hasNextPage"] is (len(SEES[name]) > 1)


@pytest.mark.requirement(18, 96)
@pytest.mark.parametrize("name", SEES)
async def test_filters_and_search_narrow_and_never_widen(gallery: Service, name: str) -> None:
    ids = {key: gallery.cast.site(key) for key in SITES}
    ids |= {key: gallery.cast.organization(key) for key in ORGANIZATIONS}
    ids |= {key: gallery.cast.department(key) for key in DEPARTMENTS}
    ids |= {
        key: gallery.cast.worker(key) if who.get("is_worker") else gallery.cast.contact(key)
        for key, who in PEOPLE.items()
    }
    for condition, matching in words.MATCHING.items():
        written = re.sub(r"\$(\w+)", lambda found: f'"{ids[found[1]]}"', condition)
        page = (await gallery.ask(name, LIST % f", {written}", first=100))["requests"]
        assert gallery.cast.requests([row["id"] for row in page["nodes"]]) == matching & SEES[name], condition
        assert page["totalCount"] == len(matching & SEES[name])


@pytest.mark.requirement(18)
@pytest.mark.parametrize("name", SEES)
async def test_a_request_by_its_id_and_its_number(gallery: Service, name: str) -> None:
    ids = {each: gallery.cast.request(each) for each in REQUESTS}
    assert await looked_up(gallery, name, ids) == SEES[name]
    for each, text in ids.items():
        if each in SEES[name]:
            assert (await gallery.ask(name, REQUEST, id=text))["request"]["id"] == text
        else:
            await same_as_missing(gallery, name, REQUEST, text, nouns.REQUEST)
    for number in sorted(set(NUMBERS.values())):
        row = (await gallery.ask(name, REQUEST, id=f"r-{number}"))["request"]
        named = {each for each in SEES[name] if NUMBERS[each] == number}
        assert ({row["id"]} if row else set()) == {ids[each] for each in named}
    assert await gallery.ask(name, REQUEST, id="R-9999") == {"request": None}


# People.


LISTED = {"users": words.USERS_LISTED, "workers": words.WORKERS_LISTED, "contacts": words.CONTACTS_LISTED}


@pytest.mark.requirement(1, 5, 28, 47, 48, 72, 93, 106)
@pytest.mark.parametrize("name", SEES)
async def test_lists_of_people(gallery: Service, name: str) -> None:
    keys = {"users": gallery.cast.user, "workers": gallery.cast.worker, "contacts": gallery.cast.contact}
    for field, table in LISTED.items():
        query = f"{{ {field}(first: 100) {{ totalCount nodes {{ id }} }} viewer {{ name }} }}"
        answer = (await gallery.post(name, query)).json()
        expected = table[name]
        if expected is None:
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
            assert answer["data"] == {field: None, "viewer": {"name": f"{name.title()} Roy"}}
            continue
        page = answer["data"][field]
        assert {row["id"] for row in page["nodes"]} == {keys[field](each) for each in expected}
        assert page["totalCount"] == len(expected)


FACES = {
    "User": (nouns.USER, words.USERS, set(PEOPLE)),
    "Worker": (nouns.WORKER, words.WORKERS, {name for name, facets in PEOPLE.items() if facets.get("is_worker")}),
    "Contact": (nouns.CONTACT, words.CONTACTS, {name for name, facets in PEOPLE.items() if "organization" in facets}),
}


@pytest.mark.requirement(1, 9, 29, 73, 107)
@pytest.mark.parametrize("name", SEES)
@pytest.mark.parametrize("face", FACES)
async def test_a_person_is_shown_in_full_as_a_card_or_not_at_all(gallery: Service, name: str, face: str) -> None:
    noun, table, people = FACES[face]
    full, cards = table[name]
    ids = {each: noun.id(gallery.cast.key(each)) for each in people}
    assert await looked_up(gallery, name, ids) == full | cards
    not_of_this_kind = next((each for each in PEOPLE if each not in people), None)
    if not_of_this_kind:
        await same_as_missing(gallery, name, NODE, noun.id(gallery.cast.key(not_of_this_kind)), noun)
    query = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {face} {{ id name phone {DETAILS[face]} }} }} }}"
    for row in (await gallery.ask(name, query, ids=[ids[each] for each in sorted(full | cards)]))["nodes"]:
        text = row.pop("id")
        who = next(each for each in ids if ids[each] == text)
        assert row.pop("name") == f"{who.title()} Roy"
        assert row.pop("phone").startswith("+1514555")
        hidden = {field for field, value in row.items() if value is None}
        assert hidden == (set(row) if who in cards else set()), who


def test_the_matrix_names_every_guarded_field() -> None:
    published = Path("schema.graphql").read_text()
    for face, fields in DETAILS.items():
        body = published[published.index(f"type {face} ") :]
        guarded = set(re.findall(r"^  (\w+).*@within", _one_line(body[: body.index("\n}")]), re.MULTILINE))
        assert guarded == {*re.findall(r"\w+", re.sub(r"\{.*?\}", "", fields)), *APART[face]}


def _one_line(body: str) -> str:
    """Fields whose arguments stand on lines of their own, on one line each."""
    return re.sub(r"\([^)]*\)(?=: )", "", body)


@pytest.mark.parametrize("name", SEES)
async def test_the_faces_of_a_person_lead_to_each_other_as_far_as_they_are_seen(gallery: Service, name: str) -> None:
    below = "user { id } worker { id } contact { id }"
    for face, (noun, table, _) in FACES.items():
        others = " ".join(f"{other.lower()} {{ id }}" for other in FACES if other != face)
        ids = [noun.id(gallery.cast.key(each)) for each in sorted(table[name][0] | table[name][1])]
        query = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {face} {{ id {others} }} }} }}"
        for row in (await gallery.ask(name, query, ids=ids))["nodes"]:
            who = next(each for each in PEOPLE if noun.id(gallery.cast.key(each)) == row["id"])
            for other, (another, seen, _) in FACES.items():
                if other != face:
                    found = row[other.lower()]
                    expected = another.id(gallery.cast.key(who)) if who in seen[name][0] | seen[name][1] else None
                    assert (found["id"] if found else None) == expected, (face, other, who)
    me = (await gallery.ask(name, f"{{ viewer {{ name {below} }} }}"))["viewer"]
    for face, (noun, _, people) in FACES.items():
        expected = noun.id(gallery.cast.key(name)) if name in people else None
        assert (me[face.lower()] or {}).get("id") == expected


# Places, roles and the workspace.


@pytest.mark.requirement(27, 57, 58, 79)
@pytest.mark.parametrize("name", SEES)
async def test_places_roles_and_the_workspace(gallery: Service, name: str) -> None:
    cast = gallery.cast
    roles = {f"{role.key} {role.workspace_id}": nouns.ROLE.id(role.id) for role in await Role.all()}
    home = cast.key(words.HOME[name])
    organizations = {each: cast.organization(each) for each in ORGANIZATIONS}
    departments = {each: cast.department(each) for each in DEPARTMENTS}
    tables: list[tuple[str, dict[str, str], set[str]]] = [
        ("sites", {each: cast.site(each) for each in SITES}, words.SITES[name]),
        ("organizations", organizations, words.ORGANIZATIONS[name]),
        ("departments", departments, words.DEPARTMENTS[name]),
        ("roles", roles, {f"{key} {home}" for key in words.ROLES[name]}),
    ]
    for field, ids, expected in tables:
        assert await looked_up(gallery, name, ids) == expected
        page = (await gallery.ask(name, f"{{ {field}(first: 100) {{ totalCount nodes {{ id }} }} }}"))[field]
        assert {row["id"] for row in page["nodes"]} == {ids[each] for each in expected}
        assert page["totalCount"] == len(expected)
    workspaces = {each: nouns.WORKSPACE.id(cast.key(each)) for each in ("toits", "zurich")}
    assert await looked_up(gallery, name, workspaces) == {words.HOME[name]}
    assert (await gallery.ask(name, "{ workspace { id } }"))["workspace"]["id"] == workspaces[words.HOME[name]]


# What hangs on a request.

ENTRIES: tuple[tuple[Noun, type[Comment] | type[Activity], str], ...] = (
    (nouns.COMMENT, Comment, "comments"),
    (nouns.ACTIVITY, Activity, "activity"),
)
BELOW = """query($id: ID!) { request(id: $id) {
  comments(first: 100) { totalCount nodes { id isInternal } }
  activity(first: 100) { totalCount nodes { id isInternal } }
  assignments(first: 100) { nodes { id request { id } worker { id } assignedBy { name } } } } }"""


@pytest.mark.requirement(22)
@pytest.mark.parametrize("name", SEES)
async def test_comments_activity_and_assignments(gallery: Service, name: str) -> None:
    readable = {False, True} if name in words.READS_INTERNAL else {False}
    ids: dict[str, str] = {}
    for each in REQUESTS:
        text = gallery.cast.request(each)
        row = (await gallery.ask(name, BELOW, id=text))["request"]
        assert bool(row) is (each in SEES[name])
        for noun, model, field in ENTRIES:
            keys = await entries(model, gallery.cast, each)
            ids |= {f"{each} {field} {internal in readable}": noun.id(key) for internal, key in keys.items()}
            if row:
                shown = {entry["id"] for entry in row[field]["nodes"]}
                assert shown == {noun.id(keys[internal]) for internal in readable}
                assert row[field]["totalCount"] == len(readable)
        history = await Assignment.filter(request_id=gallery.cast.key(each)).order_by("-id")
        ids |= {f"{each} {one.worker_id} True": nouns.ASSIGNMENT.id(one.id) for one in history}
        if row:
            assert [one["id"] for one in row["assignments"]["nodes"]] == [
                nouns.ASSIGNMENT.id(one.id) for one in history
            ]
            workers = {nouns.WORKER.id(one.worker_id) for one in history}
            assert {one["worker"]["id"] for one in row["assignments"]["nodes"]} == workers
            assert all(one["request"]["id"] == text for one in row["assignments"]["nodes"])
    seen = {key for key in ids if key.split()[0] in SEES[name] and key.endswith("True")}
    assert await looked_up(gallery, name, ids) == seen


DEEP = """fragment person on Person { __typename id name }
query Deep { requests(first: 100) { nodes { __typename id
  requester { ...person user { ...person role { __typename id } } worker { ...person }
    organization { __typename id departments { __typename id } } department { __typename id } }
  organization { __typename id departments { __typename id organization { __typename id } } }
  department { __typename id organization { __typename id } }
  site { __typename id }
  assignees { ...person role { __typename id } sites { __typename id } user { ...person role { __typename id } } }
  assignments { nodes { __typename id request { __typename id
    assignees { ...person contact { ...person organization { __typename id } } }
    assignments { nodes { __typename id worker { ...person user { ...person } }
      request { __typename id requester { ...person } comments { nodes { __typename id } } } } } }
    worker { ...person user { ...person defaultSite { __typename id } } sites { __typename id } } } }
  comments { nodes { __typename id author { __typename name } } }
  activity { nodes { __typename id actor { __typename name } } } } } }"""


def rows_in(value: Any) -> Iterator[tuple[str, str]]:
    """The type and id of every row anywhere in an answer."""
    if isinstance(value, dict):
        if "id" in value:
            yield value["__typename"], value["id"]
        for part in value.values():
            yield from rows_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from rows_in(part)


@pytest.mark.parametrize("name", SEES)
async def test_nothing_hidden_hangs_below_what_is_seen(gallery: Service, name: str) -> None:
    cast = gallery.cast
    allowed = {cast.request(each) for each in SEES[name]}
    allowed |= {cast.site(each) for each in words.SITES[name]}
    allowed |= {cast.organization(each) for each in words.ORGANIZATIONS[name]}
    allowed |= {cast.department(each) for each in words.DEPARTMENTS[name]}
    allowed |= {noun.id(cast.key(each)) for noun, table, _ in FACES.values() for part in table[name] for each in part}
    home = cast.key(words.HOME[name])
    keys = list(words.ROLES[name])
    allowed |= {nouns.ROLE.id(role.id) for role in await Role.filter(workspace_id=home, key__in=keys)}
    found = set(rows_in(await gallery.ask(name, DEEP)))
    rest = {(kind, text) for kind, text in found if kind not in ("Assignment", "Comment", "Activity")}
    assert {text for _, text in rest} <= allowed
    assert {text for kind, text in rest if kind == "Request"} == {cast.request(each) for each in SEES[name]}
    openly = name not in words.READS_INTERNAL
    for noun, model, _ in ENTRIES:
        for each in REQUESTS:
            for internal, key in (await entries(model, cast, each)).items():
                shown = (model.__name__, noun.id(key)) in found
                assert shown is (each in SEES[name] and not (internal and openly))


async def test_a_stranger_sees_nothing(gallery: Service) -> None:
    assert await gallery.ask(None, "{ viewer { name } }") == {"viewer": None}
    refused = [
        *(f"{field}(first: 1) {{ totalCount }}" for field in (*LISTED, "requests", "organizations", "departments")),
        *(f"{field}(first: 1) {{ totalCount }}" for field in ("sites", "roles")),
        f'assignableWorkers(requestId: "{gallery.cast.request("tap")}") {{ totalCount }}',
        f'node(id: "{gallery.cast.request("tap")}") {{ id }}',
        f'nodes(ids: ["{gallery.cast.request("tap")}"]) {{ id }}',
        f'request(id: "{gallery.cast.request("tap")}") {{ id }}',
        "workspace { name }",
    ]
    for each in refused:
        answer = (await gallery.post(None, f"{{ {each} }}")).json()
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["NOT_SIGNED_IN"], each
        assert list(answer["data"].values()) == [None]


@pytest.mark.requirement(19)
@pytest.mark.parametrize("name", SEES)
async def test_who_could_take_a_request(gallery: Service, name: str) -> None:
    query = "query($id: ID!) { assignableWorkers(requestId: $id) { totalCount nodes { id } } }"
    if name not in ("ada", "max", "zoe"):
        assert await gallery.refused(name, query, id=gallery.cast.request("tap")) == ["FORBIDDEN"]
        return
    could = {
        "tap": {"sam", "sol", "wil", "ned"},  # not wes, who is on it, nor ina, who is inactive
        "roof": {"sam", "sol", "ned"},
        "door": {"sam", "sol", "wes", "wil", "ned"},
        "hair": {"sol", "wes", "wil", "ned"},
        "gate": set(),
        "lamp": set(),
        "zinc": set(),
    }
    for each, workers in could.items():
        if each not in SEES[name]:
            await same_as_missing(gallery, name, query, gallery.cast.request(each), nouns.REQUEST)
            continue
        page = (await gallery.ask(name, query, id=gallery.cast.request(each)))["assignableWorkers"]
        assert {row["id"] for row in page["nodes"]} == {gallery.cast.worker(worker) for worker in workers}
        assert page["totalCount"] == len(workers)
