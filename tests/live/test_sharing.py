"""Processes that share a database, with a Valkey between them, without one, and while it is gone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError
from tortoise.expressions import F

from app.auth import sessions
from app.main import create_app
from app.models import Person
from app.models.person import AccountStatus
from app.models.session import Client
from app.notify.bus import CHANNEL, Bus, Topic
from app.settings import Settings
from tests.ask import Service
from tests.conftest import Stage, free_port
from tests.live.database import eventually, opened, value
from tests.live.listening import PATIENCE, SOON, assign, listening, streaming, unassign
from tests.live.program import Program, valkey_on


@asynccontextmanager
async def sharing(stage: Stage, folder: Path, redis_url: str | None) -> AsyncIterator[tuple[Service, Service]]:
    """Two servers with one database; whoever signs in at one is known to the other."""
    async with opened(stage) as url:
        programs = [Program(folder / name, url, redis_url=redis_url) for name in ("here", "there")]
        with programs[0], programs[1]:
            await asyncio.gather(*(program.serve() for program in programs))
            here, there = (program.service(stage.cast, stage) for program in programs)
            there._tokens = here._tokens
            try:
                yield here, there
            finally:
                await here.close()
                await there.close()


async def _a_day_of_two_processes(here: Service, there: Service) -> None:
    """What happens in one process is heard in the other, and what ends in one ends in the other."""
    person = await Person.get(id=here.cast.key("wes")).select_related("role")
    phone = (await sessions.start(person, Client.MOBILE, "127.0.0.1", "phone")).token
    async with AsyncExitStack() as stack:
        wes = await stack.enter_async_context(listening(there, "wes"))
        stream = await stack.enter_async_context(streaming(there, "wes"))
        other = await stack.enter_async_context(listening(there, None, authorization=f"Bearer {phone}"))
        wil = await stack.enter_async_context(listening(there, "wil"))
        for number, change in enumerate((assign, unassign), start=1):
            await change(here, "door")
            for each in (wes, other):
                assert (await each.hear(SOON))["cursor"] == str(number)
            assert (await stream.hear())["cursor"] == str(number)
        await here.ask("wes", "mutation { signOut { errors { code } } }")
        assert (await wes.closed(SOON))[0] == 4403
        (_, data), _ = await stream.rest()
        assert data["errors"][0]["extensions"]["code"] == "SESSION_ENDED"
        assert await other.answers()
        changes: dict[str, Any] = {"status": AccountStatus.INACTIVE, "version": F("version") + 1}
        await Person.filter(id=person.id).update(**changes)  # as a third process would
        assert (await other.closed(SOON))[0] == 4403
        await assign(here, "hair", "wil")
        assert (await wil.hear(SOON))["requestId"] == here.cast.request("hair")


@pytest.mark.requirement(40, 89)
async def test_without_a_valkey_the_tables_tell(stage: Stage, tmp_path: Path) -> None:
    async with sharing(stage, tmp_path, None) as (here, there):
        await _a_day_of_two_processes(here, there)


@pytest.mark.requirement(40, 89)
async def test_with_a_valkey_that_goes_and_comes_back(stage: Stage, tmp_path: Path) -> None:
    port = free_port()
    with ExitStack() as first:
        url = first.enter_context(valkey_on(port))
        async with sharing(stage, tmp_path, url) as (here, there), Redis.from_url(url) as client:
            await eventually(lambda: _subscribers(client), lambda count: count == 2)
            async with listening(there, "sam") as sam:
                await assign(here, "door", "sam")
                assert (await sam.hear(SOON))["cursor"] == "1"
                first.close()
                await unassign(here, "door", "sam")
                assert (await sam.hear(SOON))["cursor"] == "2"
                answer = await here.http.get("/readyz")
                assert (answer.status_code, answer.json()) == (503, {"database": True, "redis": False})
                with valkey_on(port):
                    await eventually(lambda: _subscribers(client), lambda count: count == 2)
                    assert (await here.http.get("/readyz")).json() == {"database": True, "redis": True}
                    await _a_day_of_two_processes(here, there)
                    assert await sam.answers()


async def _subscribers(client: Redis) -> int:
    """How many processes listen on the bus."""
    try:
        [(_, count)] = await client.pubsub_numsub(CHANNEL)
    except RedisError:
        return 0
    return int(count)


@asynccontextmanager
async def two_buses(url: str) -> AsyncIterator[tuple[Bus, Bus]]:
    """The buses of two processes, without the tick that makes up for what is lost."""
    buses = (Bus(), Bus())
    for bus in buses:
        bus.connect(url)
    tasks = [asyncio.create_task(bus.listen()) for bus in buses]
    try:
        async with Redis.from_url(url) as client:
            await eventually(lambda: _subscribers(client), lambda count: count == 2)
        yield buses
        assert not any(task.done() for task in tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for bus in buses:
            await bus.close()


async def test_a_message_wakes_whoever_watches_that_person_in_another_process(redis_url: str) -> None:
    wes, wil = uuid4(), uuid4()
    ended: list[UUID] = []

    async def end(person_id: UUID) -> None:
        ended.append(person_id)

    async with two_buses(redis_url) as (here, there):
        there.on_access = end
        with there.watch(wes) as woken, there.watch(wil) as other:
            here.publish(Topic.NEWS, wes)
            await asyncio.wait_for(woken.wait(), PATIENCE)
            assert not other.is_set() and ended == []
            woken.clear()
            here.publish(Topic.ACCESS, wes, wil)
            await asyncio.wait_for(asyncio.gather(woken.wait(), other.wait()), PATIENCE)
        await eventually(lambda: value(ended), lambda found: found == [wes, wil])


async def test_what_nobody_understands_does_not_stop_the_bus(redis_url: str) -> None:
    wes = uuid4()
    async with two_buses(redis_url) as (here, there), Redis.from_url(redis_url) as client:
        with there.watch(wes) as woken:
            for nonsense in ("", "news", "news:x", f"gossip:{wes}", b"\xff\xfe"):
                await client.publish(CHANNEL, nonsense)
            here.publish(Topic.NEWS, wes)
            await asyncio.wait_for(woken.wait(), PATIENCE)


async def test_a_bad_address_of_redis_stops_the_start() -> None:
    app = create_app(Settings(_env_file=None, redis_url="nonsense"))
    with pytest.raises(ValueError, match="GUICHET_REDIS_URL"):
        async with app.router.lifespan_context(app):
            pass
