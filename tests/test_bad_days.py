"""Days on which something outside of the program goes wrong, and what people notice of it."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest
from tortoise import connections
from tortoise.transactions import in_transaction

from app.models import Person, Request, Role, Session
from app.models.base import now
from tests.ask import Service
from tests.conftest import free_port
from tests.servers.guichet import guichet, served, start
from tests.servers.hanging import hanging
from tests.servers.postgres import database_url
from tests.test_migrating import held, opened

__all__ = ["held"]

LIST = "{ requests { nodes { title } } }"
MAKE = "mutation($title: String!) { createRequest(input: {title: $title}) { request { title } errors { code } } }"
NAMES = {"createUser": "CreateUserInput", "deleteRole": "DeleteRoleInput", "setRole": "SetRoleInput"}


async def cut_connections(service: Service) -> None:
    """What a restart of PostgreSQL does to whoever is connected; whatever is on its way then may be lost."""
    admin = await asyncpg.connect(database_url(service.database_url, "postgres"))
    name = service.database_url.partition("?")[0].rpartition("/")[2]
    await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
    await admin.close()
    async with asyncio.timeout(20):
        while await service.refused("ada", LIST):
            await asyncio.sleep(0.05)


async def answers(service: Service, count: int) -> list[list[str]]:
    """The errors of as many questions at once."""
    return list(await asyncio.gather(*(service.refused("ada", LIST) for _ in range(count))))


@pytest.mark.parametrize("stage", ["postgres"], indirect=True)
async def test_a_database_that_was_restarted_is_asked_again(service: Service) -> None:
    assert await answers(service, 12) == [[]] * 12
    await cut_connections(service)
    assert await answers(service, 12) == [[]] * 12
    await cut_connections(service)
    assert (await service.ask("ada", MAKE, title="after the restart"))["createRequest"]["errors"] == []


async def forbid_writing(service: Service, forbidden: bool) -> None:
    """As on a full disk, or on a stand-by after a failover."""
    if service.engine == "sqlite":
        await connections.get("default").execute_query(f"PRAGMA query_only = {int(forbidden)}")
        return
    name = service.database_url.partition("?")[0].rpartition("/")[2]
    admin = await asyncpg.connect(database_url(service.database_url, "postgres"))
    value = "on" if forbidden else "off"
    await admin.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {value}')
    await admin.close()
    await cut_connections(service)


async def test_a_database_that_cannot_write_is_still_read(service: Service) -> None:
    """Also by whoever has not been seen for a while, which would be noted on their session."""
    await service.token("ada")
    hour_ago: dict[str, Any] = {"last_seen_at": now() - timedelta(hours=1)}
    await Session.all().update(**hour_ago)
    await forbid_writing(service, True)
    assert await answers(service, 3) == [[]] * 3
    assert await service.refused("ada", MAKE, title="lost") == ["INTERNAL"]
    await forbid_writing(service, False)
    assert (await service.ask("ada", MAKE, title="kept"))["createRequest"]["errors"] == []
    assert await Request.filter(title="lost").count() == 0
    assert (await Session.get()).last_seen_at > now() - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgres://guichet:sesame@127.0.0.1:1/guichet", "The database does not answer"),
        ("sqlite://letter.txt", "The database does not answer: file is not a database"),
        ("mysql://guichet:sesame@127.0.0.1/guichet", "GUICHET_DATABASE_URL: Value error, write sqlite://PATH"),
    ],
)
async def test_what_is_no_database_is_told_in_words(tmp_path: Path, url: str, words: str) -> None:
    (tmp_path / "letter.txt").write_text("Dear operator, this is a letter and no database at all.")
    for command in ("serve", "migrate"):
        ended = await guichet(tmp_path, command, database_url=url)
        assert ended.returncode == 1 and words in ended.stderr
        assert "Traceback" not in ended.stderr and "sesame" not in ended.stderr


async def told(service: Service, mutation: str, **given: Any) -> list[str]:
    """The codes of a mutation, top-level errors included."""
    query = f"mutation($input: {NAMES[mutation]}!) {{ {mutation}(input: $input) {{ errors {{ code }} }} }}"
    answer = (await service.post("ada", query, input=given)).json()
    if "errors" in answer:
        return [error["extensions"]["code"] for error in answer["errors"]]
    return [error["code"] for error in answer["data"][mutation]["errors"]]


@pytest.mark.parametrize("stage", ["sqlite"], indirect=True)
async def test_a_transaction_that_is_cancelled_before_it_begins_holds_nobody_up(held: str) -> None:
    """As when the program is told to end while a backup has the file."""
    async with opened(held):
        with closing(sqlite3.connect(held.removeprefix("sqlite://"), isolation_level=None)) as backup:
            backup.execute("BEGIN IMMEDIATE")
            beginning = asyncio.create_task(in_transaction("default").__aenter__())
            await asyncio.sleep(0.1)
            beginning.cancel()
        async with asyncio.timeout(20):
            await asyncio.wait([beginning])
            assert beginning.cancelled() and await Person.all().count()


async def test_a_role_that_is_deleted_while_it_is_given(service: Service) -> None:
    for round_ in range(4):
        given = {"name": f"Night shift {round_}", "audience": "STAFF", "grants": []}
        role = (await service.change("ada", "createRole", given, "role { id }"))["role"]["id"]
        new = {"lastName": "Roy", "roleId": role}
        done = await asyncio.gather(
            told(service, "createUser", username=f"night{round_}", **new),
            told(service, "setRole", personId=service.cast.user("sam"), roleId=role),
            told(service, "deleteRole", roleId=role),
            told(service, "createUser", username=f"dawn{round_}", **new),
        )
        assert {each for codes in done for each in codes} <= {"NOT_FOUND", "CONFLICT", "ROLE_IN_USE"}, done
        is_gone = not await Role.filter(name=given["name"]).exists()
        assert is_gone == (done[2] == [])
        assert is_gone == (not await Person.filter(role__name=given["name"]).exists())


@pytest.mark.parametrize("stage", ["postgres"], indirect=True)
async def test_a_server_ends_though_its_database_hangs(held: str, tmp_path: Path) -> None:
    async with hanging(held) as (url, line), served(tmp_path, free_port(), patience=50, database_url=url):
        line.open.clear()
        await asyncio.sleep(1)  # by then the work beside the operations has asked something


@pytest.mark.parametrize("stage", ["postgres"], indirect=True)
async def test_a_worker_ends_though_its_database_hangs(held: str, tmp_path: Path) -> None:
    async with hanging(held) as (url, line):
        worker = start(tmp_path, "worker", database_url=url, var=tmp_path)
        await asyncio.sleep(5)  # by then it asks something every two seconds
        assert worker.poll() is None
        line.open.clear()
        await asyncio.sleep(3)
        worker.terminate()
        try:
            await asyncio.to_thread(worker.wait, 50)
        finally:
            worker.kill()
