"""SQLite chooses its indexes by what it was told of its rows; PostgreSQL finds that out by itself."""

import asyncio
from uuid import UUID

import pytest
from tortoise import connections

from app.models import Person, upkeep
from app.models.base import now
from tests.ask import Service

# How a list of requests finds the workers of each.
ASSIGNEES = """EXPLAIN QUERY PLAN SELECT name FROM people WHERE workspace_id = ? AND is_worker = 1 AND id IN
  (SELECT worker_id FROM assignments WHERE request_id = ? AND ended_at IS NULL)"""
LOOKED_AT = "SELECT name FROM sqlite_master WHERE name = 'sqlite_stat1'"


async def plan(service: Service) -> str:
    """How SQLite would go about it, people first."""
    keys = [str(service.cast.key("toits")), str(service.cast.key("tap"))]
    return str((await connections.get("default").execute_query_dict(ASSIGNEES, keys))[0]["detail"])


async def add_workers(like: UUID, count: int) -> None:
    """More workers of the same firm."""
    model = await Person.get(id=like)
    facts = {"workspace_id": model.workspace_id, "role_id": model.role_id, "is_worker": True, "created_at": now()}
    await Person.bulk_create([Person(**facts, last_name=f"Roy {n}").index() for n in range(count)])


@pytest.mark.parametrize("stage", ["sqlite"], indirect=True)
async def test_the_workers_of_a_request_are_found_by_their_ids(service: Service) -> None:
    await add_workers(service.cast.key("wes"), 500)
    await upkeep.analyze()
    assert "(id=?)" in await plan(service)


@pytest.mark.parametrize("stage", ["sqlite"], indirect=True)
async def test_the_server_looks_at_its_tables_by_itself(service: Service) -> None:
    async with asyncio.timeout(10):
        while not await connections.get("default").execute_query_dict(LOOKED_AT):
            await asyncio.sleep(0.01)
