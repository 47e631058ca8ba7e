"""Guessing is counted once for all processes: in Redis, and in the tables alone while it is gone."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import randrange
from typing import Any

import pytest
from redis.asyncio import Redis

from app.auth.tally import PREFIX
from app.models import Attempt, AuditEvent, Invitation
from app.models.audit_event import AuditKind
from tests.ask import Service
from tests.cast import PASSWORD
from tests.conftest import Stage, free_port, serving
from tests.live.database import eventually
from tests.live.program import valkey_on
from tests.live.test_sharing import sharing
from tests.servers.guichet import guichet
from tests.test_guessing import ADA, attempts, code, from_address, pass_time

PIN, WRONG = "704913", "704914"
DENIED = "INVALID_CREDENTIALS"


@pytest.fixture
async def empty_url(redis_url: str) -> str:
    """A Redis in which nothing is counted."""
    async with Redis.from_url(redis_url) as client:
        await client.flushdb()
    return redis_url


async def with_pin(service: Service) -> str:
    """The username of somebody who signs in with a PIN."""
    given = {"personId": service.cast.worker("ned"), "pin": PIN}
    assert (await service.change("ada", "setTemporaryPassword", given))["errors"] == []
    return "ned.roy"


async def judged() -> int:
    """How many tries of the PIN were looked at."""
    return (await Invitation.get(wrong_tries__gt=0)).wrong_tries


async def counted(url: str) -> list[int]:
    """What Redis has counted."""
    async with Redis.from_url(url) as client:
        keys = [key async for key in client.scan_iter(f"{PREFIX}*")]
        assert all([0 < await client.ttl(key) <= 86_400 for key in keys])
        return sorted([int(await client.get(key) or 0) for key in keys])


async def test_two_processes_count_in_redis_and_keep_the_pause_in_the_table(
    stage: Stage, tmp_path: Path, empty_url: str
) -> None:
    async with sharing(stage, tmp_path, empty_url) as services, Redis.from_url(empty_url) as client:
        for service in services * 2:
            assert await code(service, ADA) == DENIED
        assert await Attempt.all().count() == 0 and await counted(empty_url) == [4, 4]  # the account, the address
        assert await code(services[0], ADA) == DENIED
        for service in services:
            assert await code(service, ADA, PASSWORD) == DENIED
        pause = await attempts(ADA)
        assert pause and (pause.count, bool(pause.blocked_until)) == (5, True)
        assert await AuditEvent.filter(kind=AuditKind.LOCKED).count() == 1

        await client.flushdb()  # as after a restart
        assert await code(services[1], ADA, PASSWORD) == DENIED
        await pass_time(ADA, minutes=15)
        assert await code(services[1], ADA) == DENIED
        pause = await attempts(ADA)
        assert pause and pause.count == 6 and await code(services[0], ADA, PASSWORD) == DENIED  # the next is longer
        await pass_time(ADA, minutes=30)
        assert await code(services[0], ADA, PASSWORD) is None
        assert await attempts(ADA) is None  # forgiven


async def test_tries_at_two_processes_at_once_are_counted_one_by_one(
    stage: Stage, tmp_path: Path, empty_url: str
) -> None:
    async with sharing(stage, tmp_path, empty_url) as services:
        login = await with_pin(services[0])
        codes = await asyncio.gather(*(code(service, login, WRONG) for service in services * 8))
        assert set(codes) == {DENIED} and await judged() == 5
        assert await code(services[1], login, PIN) == DENIED


async def test_a_redis_that_dies_amid_the_guessing_opens_no_door(stage: Stage, tmp_path: Path) -> None:
    port = free_port()
    with ExitStack() as first:
        url = first.enter_context(valkey_on(port))
        async with sharing(stage, tmp_path, url) as services:
            login = await with_pin(services[0])
            for service in (*services, services[0]):
                assert await code(service, login, WRONG) == DENIED
            assert await judged() == 3
            first.close()
            for service in services * 4:
                assert await code(service, login, WRONG) == DENIED
            assert await judged() == 3 + 5  # one window more, and no further one
            with valkey_on(port):
                await eventually(lambda: counts_there(services[0], url), any)
                for service in services * 4:
                    assert await code(service, login, WRONG) == DENIED
                assert await judged() == 8 and await code(services[1], login, PIN) == DENIED
                await pass_time(login, minutes=15)
                assert await code(services[1], login, WRONG) == DENIED
                await pass_time(login, minutes=30)
                assert await code(services[0], login, WRONG) == DENIED
                await pass_time(login, minutes=60)
                assert await code(services[0], login, PIN) == DENIED  # ten wrong ones: dead, whoever counts
                assert await judged() == 10


async def counts_there(service: Service, url: str) -> list[int]:
    """What Redis has counted after one more try, from somewhere else."""
    await from_address(service, f"203.0.113.{randrange(256)}", "nobody@toits.example", WRONG)
    return await counted(url)


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a Redis that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


async def test_a_redis_that_hangs_is_given_up_for_a_while(stage: Stage, tmp_path: Path, silent: str) -> None:
    async with serving(stage, tmp_path, {"redis_url": silent}) as service:
        for _ in range(5):
            assert await code(service, ADA) == DENIED
        assert await code(service, ADA, PASSWORD) == DENIED
        pause = await attempts(ADA)
        assert pause and pause.count == 5


async def test_the_operator_unlocks_over_redis(stage: Stage, tmp_path: Path, empty_url: str) -> None:
    async with sharing(stage, tmp_path, empty_url) as services:
        for service in (*services, *services, services[0]):
            assert await code(service, ADA) == DENIED
        given: dict[str, Any] = {"database_url": services[0].database_url, "redis_url": empty_url}
        done = await guichet(tmp_path, "unlock", ADA, **given)
        assert (done.returncode, done.stderr) == (0, "")
        assert await code(services[1], ADA, PASSWORD) is None
