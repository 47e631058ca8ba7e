"""How many statements a read costs: as many for twenty-five rows as for one, and on PostgreSQL one per root field."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pytest

from app.models import Activity, Assignment, Comment, Request, Workspace
from app.models.activity import ActivityKind
from tests.ask import Service

BESIDES = (
    "Outbox.run",
    "_deliver",
    "Turns.take",
    "_claimed",
    "run",
    "Bus.tick",
    "Bus.listen",
)  # what runs beside the operations
SIZES = (1, 5, 25)
FLAT = "id number title status priority dueAt createdAt version"
NESTED = """id requester { name } organization { name } site { name } createdBy { name }
  assignees { name phone } comments(first: 3) { totalCount nodes { body author { name } } }"""
COMPUTED = "id viewerCan { update cancel } isOverdue requester { name email organization { name } }"
DEEP = """id requester { name user { name } organization { name departments { name organization { name } } } }
  assignments(first: 5) { nodes { worker { name sites { name } contact { id } role { name } }
    request { id assignees { name email } comments(first: 2) { nodes { body author { name } } }
      requester { name organization { departments { name } } } } } }
  activity(first: 5) { totalCount nodes { kind before actor { name } } pageInfo { endCursor } }"""
SELECTIONS = {"flat": FLAT, "nested": NESTED, "computed": COMPUTED, "deep": DEEP}


class Statements(logging.Handler):
    """Notes the statements of the operations."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Called by Tortoise for each statement, in the task that sends it."""
        task = asyncio.current_task()
        coroutine: Any = task.get_coro() if task else None
        if getattr(coroutine, "__qualname__", "") not in BESIDES:
            self.found.append(str(record.args[0] if isinstance(record.args, tuple) else record.msg))


@contextmanager
def noted() -> Iterator[list[str]]:
    """The statements sent within the block."""
    log, notes = logging.getLogger("tortoise.db_client"), Statements()
    level = log.level
    log.addHandler(notes)
    log.setLevel(logging.DEBUG)
    try:
        yield notes.found
    finally:
        log.removeHandler(notes)
        log.setLevel(level)


async def costs(service: Service, name: str, query: str, **variables: Any) -> int:
    """The statements of an operation, without one that proves the session and does nothing else."""
    await service.token(name)
    with noted() as proof:
        await service.ask(name, "{ __typename }")
    with noted() as found:
        answer = await service.ask(name, query, **variables)
    assert answer
    assert proof, "the session is proved by the database"
    return sum(statement not in proof for statement in found)


async def fill(service: Service, count: int) -> None:
    """Requests of one contact, each with two workers, comments and activity."""
    cast = service.cast
    workspace = await Workspace.get(id=cast.key("toits"))
    for number in range(count):
        ids: dict[str, Any] = {
            "workspace_id": workspace.id,
            "requester_id": cast.key("cyn"),
            "created_by_id": cast.key("cyn"),
            "organization_id": cast.key("maple"),
            "site_id": cast.key("north"),
        }
        request = Request(title=f"Leak {number}", number=await workspace.next_request_number(), **ids)
        await request.index().save()
        below: dict[str, Any] = {"workspace_id": workspace.id, "request_id": request.id}
        for worker in ("wes", "wil"):
            given: dict[str, Any] = {"worker_id": cast.key(worker), "assigned_by_id": cast.key("ada")}
            await Assignment.create(**below, **given)
        for words in ("one", "two"):
            await Comment.create(**below, author_id=cast.key("cyn"), body=words)
        await Activity.create(**below, actor_id=cast.key("cyn"), kind=ActivityKind.UPDATED)


@pytest.mark.parametrize("name", ["ada", "wes", "cyn"])
async def test_a_list_costs_the_same_whatever_its_length(service: Service, name: str) -> None:
    await fill(service, max(SIZES))
    for what, selection in SELECTIONS.items():
        query = f"query($n: Int!) {{ requests(first: $n) {{ totalCount nodes {{ {selection} }} }} }}"
        found = {first: await costs(service, name, query, n=first) for first in SIZES}
        assert len(set(found.values())) == 1, (what, found)
        if service.engine == "postgres":
            assert set(found.values()) == {1}, what
        assert max(found.values()) <= 8, (what, found)  # SQLite: one more for each selection too deep for its parser


@pytest.fixture
def options() -> dict[str, Any]:
    """The deepest selections cost more than the usual limit."""
    return {"max_cost": 10**9}


async def test_each_root_field_costs_one(service: Service) -> None:
    cast = service.cast
    ids = [cast.request("tap"), cast.request("roof"), cast.worker("wes"), cast.contact("cyn"), cast.site("north")]
    roots = {
        "users": "users { totalCount nodes { name role { name } sites { name } } }",
        "workers": 'workers(search: "roy") { nodes { name trade sites { name } user { email } } }',
        "contacts": "contacts { edges { cursor node { name organization { name } } } pageInfo { hasNextPage } }",
        "organizations": "organizations { nodes { name departments { name } } }",
        "departments": "departments { nodes { name organization { name } } }",
        "sites": "sites { totalCount nodes { name } }",
        "roles": "roles { nodes { name grants { permission } } }",
        "workspace": "workspace { name version }",
        "one": f'request(id: "{ids[0]}") {{ title assignees {{ name }} }}',
        "node": f'node(id: "{ids[0]}") {{ id ... on Request {{ title assignees {{ name }} }} }}',
        "nodes": f"nodes(ids: {orjson.dumps(ids).decode()}) {{ id ... on Person {{ name }} }}",
    }
    for name, root in roots.items():
        assert await costs(service, "ada", f"{{ {root} }}") == 1, name
    assert await costs(service, "ada", f"{{ {' '.join(roots.values())} }}") == len(roots)
    assert await costs(service, "ada", "{ a: sites { totalCount } b: sites { totalCount } }") == 1


async def test_what_is_not_there_costs_no_more(service: Service) -> None:
    query = "query($id: ID!) { request(id: $id) { title assignees { name } } }"
    hidden = await costs(service, "wil", query, id=service.cast.request("gate"))
    missing = await costs(service, "wil", query, id="req_" + "0" * 32)
    assert hidden == missing == 1
    assert await costs(service, "wil", query, id="nonsense") == 0


async def test_a_count_alone_fetches_no_rows(service: Service) -> None:
    await service.token("ada")
    with noted() as found:
        await service.ask("ada", "{ requests { totalCount } }")
    [statement] = [each for each in found if "count(" in each.lower()]
    assert "LIMIT" not in statement
