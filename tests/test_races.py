"""Two dispatchers at once, in one process and in two; and clients that vanish in the middle."""

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped]
import orjson
import pytest
import websockets
from tortoise import connections

from app.models import Assignment, Request, Workspace, database
from app.models.nouns import REQUEST
from tests.ask import PROTOCOL, Service
from tests.conftest import free_port
from tests.servers.guichet import served

ASSIGN = """mutation($input: AssignRequestInput!) { assignRequest(input: $input) {
  request { version assignees { id } } errors { code path } } }"""
WRITTEN = """
SELECT (SELECT count(*) FROM assignments a WHERE a.request_id = r.id) AS assignments,
  (SELECT count(*) FROM activities v WHERE v.request_id = r.id AND v.kind = 'ASSIGNED') AS activities,
  (SELECT count(*) FROM notifications n WHERE n.request_id = r.id) AS notifications,
  (SELECT count(*) FROM deliveries d JOIN notifications n ON n.id = d.notification_id
    WHERE n.request_id = r.id AND d.channel = 'EMAIL') AS mails, r.version - 1 AS version
FROM requests r WHERE r.title = 'Contested'"""


async def contested(service: Service, count: int) -> list[str]:
    """Fresh requests that nobody works on; their ids."""
    workspace, ids = await Workspace.get(slug="toits"), []
    for _ in range(count):
        number = await workspace.next_request_number()
        places = {"site_id": service.cast.key("north"), "created_by_id": service.cast.key("ada")}
        request = Request(workspace_id=workspace.id, number=number, title="Contested", **places)
        await request.index().save()
        ids.append(REQUEST.id(request.id))
    return ids


def operation(service: Service, request: str, worker: str, **more: Any) -> dict[str, Any]:
    input = {"requestId": request, "workerId": service.cast.worker(worker), **more}
    return {"query": ASSIGN, "variables": {"input": input}}


async def give(service: Service, url: str, name: str, request: str, worker: str, **more: Any) -> dict[str, Any]:
    body = operation(service, request, worker, **more)
    answer = await service.http.post(f"{url}/graphql", json=body, headers=await service.headers(name))
    payload: dict[str, Any] = answer.json()["data"]["assignRequest"]
    return payload


async def both(service: Service, urls: tuple[str, str], rounds: int) -> None:
    """Ada and Max each give requests to workers, knowing only the version that they both saw."""
    for request in await contested(service, rounds):
        mine, yours = await asyncio.gather(
            give(service, urls[0], "ada", request, "wes", expectedVersion=1),
            give(service, urls[1], "max", request, "wil", expectedVersion=1),
        )
        lost, won = sorted((mine, yours), key=lambda payload: not payload["errors"])
        assert (won["errors"], won["request"]["version"]) == ([], 2)
        assert lost["errors"] == [{"code": "CONFLICT", "path": ["expectedVersion"]}]
        assert lost["request"] == won["request"]
        assert len(won["request"]["assignees"]) == 1


async def the_same(service: Service, urls: tuple[str, str], rounds: int) -> None:
    """Ada and Max each give requests to the same worker, without a version."""
    for request in await contested(service, rounds):
        payloads = await asyncio.gather(
            give(service, urls[0], "ada", request, "wes"), give(service, urls[1], "max", request, "wes")
        )
        errors = sorted(error["code"] for payload in payloads for error in payload["errors"])
        assert errors == ["ALREADY_ASSIGNED"]
        key = REQUEST.key(request)
        assert await Assignment.filter(request_id=key, ended_at__isnull=True).count() == 1
        assert (await Request.get(id=key)).version == 2


@pytest.mark.requirement(21)
async def test_of_two_dispatchers_one_wins(service: Service) -> None:
    await both(service, (service.url, service.url), 10)
    await the_same(service, (service.url, service.url), 10)
    assert all(set(row.values()) == {1} for row in await written())


@pytest.mark.requirement(21)
async def test_of_two_dispatchers_in_two_processes_one_wins(service: Service, tmp_path: Path) -> None:
    async with served(tmp_path, free_port(), database_url=service.database_url) as url:
        for urls in ((service.url, url), (url, service.url)):
            await both(service, urls, 4)
            await the_same(service, urls, 4)
    assert all(set(row.values()) == {1} for row in await written())


async def written() -> list[dict[str, int]]:
    """What each contested request has of everything, in one look."""
    rows: list[dict[str, int]] = await connections.get("default").execute_query_dict(WRITTEN)
    return rows


async def vanish(service: Service, request: str, delay: float, whole: bool) -> None:
    """Sends a mutation, or most of it, and drops the connection without waiting for the answer."""
    address = urlsplit(service.url)
    body = orjson.dumps(operation(service, request, "wes"))
    head = ["POST /graphql HTTP/1.1", f"Host: {address.netloc}", "Content-Type: application/json"]
    head += [f"{name}: {value}" for name, value in (await service.headers("ada")).items()]
    text = "\r\n".join([*head, f"Content-Length: {len(body)}", "", ""]).encode() + body
    _, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(text if whole else text[:-7])
    await asyncio.sleep(delay)
    writer.transport.abort()


async def vanish_from_socket(service: Service, request: str, delay: float) -> None:
    """The same over a socket, whose operations are cancelled when it closes."""
    address = service.url.replace("http", "ws") + "/graphql"
    async with websockets.connect(address, subprotocols=[PROTOCOL]) as connection:
        shown = {"authorization": (await service.headers("ada"))["Authorization"]}
        await connection.send(orjson.dumps({"type": "connection_init", "payload": shown}).decode())
        await connection.recv()
        frame = {"id": "1", "type": "subscribe", "payload": operation(service, request, "wes")}
        await connection.send(orjson.dumps(frame).decode())
        await asyncio.sleep(delay)
        connection.transport.abort()


async def test_clients_that_vanish_leave_all_or_nothing(service: Service) -> None:
    dice, count = random.Random(7), 160
    requests = await contested(service, count)
    await service.token("ada")
    for i in range(0, count, 20):
        batch = []
        for j, request in enumerate(requests[i : i + 20]):
            delay = dice.uniform(0, 0.2)  # so that some wait for their turn, and some are in the middle
            if j > 3:
                batch.append(vanish_from_socket(service, request, delay))
            else:
                batch.append(vanish(service, request, delay, whole=j > 1))
        await asyncio.gather(*batch)
    await asyncio.wait_for(still_works(service), 20)
    rows = await written()
    assert len(rows) == count + 1
    assert all(len(set(row.values())) == 1 and set(row.values()) <= {0, 1} for row in rows)
    assert {row["version"] for row in rows} == {0, 1}  # both endings happened


async def still_works(service: Service) -> None:
    """Nobody holds a lock or a connection: many read at once, and one writes."""
    query = "{ requests(first: 1) { nodes { id } } }"
    await asyncio.gather(*(service.ask(name, query) for name in ("ada", "max", "wes") * 10))
    (request,) = await contested(service, 1)
    assert (await give(service, service.url, "max", request, "wes"))["errors"] == []


TITLED = """mutation($input: CreateRequestInput!) {
  createRequest(input: $input) { request { id } errors { code } } }"""


@asynccontextmanager
async def held(service: Service) -> AsyncIterator[None]:
    """Another process holds what every new request needs."""
    if service.engine == "postgres":
        connection = await asyncpg.connect(service.database_url)
        try:
            async with connection.transaction():
                await connection.execute("SELECT 1 FROM workspaces FOR UPDATE")
                yield
        finally:
            await connection.close()
        return
    with closing(sqlite3.connect(service.database_url.removeprefix("sqlite://"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.mark.parametrize("options", [{"operation_timeout": 1.0}])
async def test_what_was_told_to_have_been_stopped_does_not_happen_later(service: Service) -> None:
    await service.token("ada")
    async with held(service):
        answers = [service.post("ada", TITLED, input={"title": f"Late {n}"}) for n in range(3)]
        for answer in await asyncio.gather(*answers):
            assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["TIMEOUT"]
    await still_works(service)
    assert await Request.filter(title__startswith="Late").count() == 0


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a lock for longer than a second."""
    monkeypatch.setattr(database, "LOCK_WAIT", 1)


async def test_who_waits_for_a_lock_for_too_long_is_told_so(impatient: None, service: Service) -> None:
    await service.token("ada")
    async with held(service):
        answer = await service.post("ada", TITLED, input={"title": "Waits"})
    assert answer.json()["data"]["createRequest"] == {"request": None, "errors": [{"code": "BUSY"}]}
    assert await Request.filter(title="Waits").count() == 0
