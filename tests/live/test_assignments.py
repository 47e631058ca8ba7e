"""`subscription assignments`: who hears what, from which cursor on, in which order."""

import asyncio
import random
from contextlib import AsyncExitStack
from typing import Any

import pytest

from app.models import Assignment, Person, PersonSite
from tests.ask import Service
from tests.live.database import new_requests
from tests.live.listening import ASSIGNMENTS, PATIENCE, SOON, Ear, assign, listening, streaming, unassign

OTHERS = ("wil", "win", "sam", "ada", "max", "cyn", "cora", "zoe", "zed")


def told(service: Service, request: str, cursor: int, title: str | None, kind: str = "ASSIGNED") -> dict[str, Any]:
    """An event."""
    shown = {"title": title} if title else None
    return {"cursor": str(cursor), "kind": kind, "requestId": service.cast.request(request), "request": shown}


@pytest.mark.requirement(40)
async def test_the_worker_hears_at_once_and_nobody_else_does(service: Service) -> None:
    async with AsyncExitStack() as stack:
        wes = await stack.enter_async_context(listening(service, "wes"))
        others = [await stack.enter_async_context(listening(service, name)) for name in OTHERS]
        await assign(service, "door")
        assert await wes.hear(SOON) == told(service, "door", 1, "Door squeaks")
        await asyncio.sleep(1.2)  # a turn of the tick: whatever was to be heard has been
        assert [await each.answers() for each in (wes, *others)] == [True] * 10
        await assign(service, "door", "wil")
        assert await others[0].hear(SOON) == told(service, "door", 1, "Door squeaks")
        assert await wes.answers()


async def test_what_was_taken_away_is_told_without_the_request(service: Service) -> None:
    async with listening(service, "wes") as ear, streaming(service, "wes") as stream:
        await assign(service, "door")
        await unassign(service, "door")
        events = [
            told(service, "door", 1, "Door squeaks"),
            told(service, "door", 2, None, "UNASSIGNED"),
        ]
        for each in (ear, stream):
            first, second = await each.hear(), await each.hear()
            # The first may be read after the second has happened: then the request is hidden already.
            assert first in (events[0], events[0] | {"request": None}) and second == events[1]


@pytest.mark.requirement(40)
async def test_a_change_of_one_s_own_is_no_news(service: Service) -> None:
    async with listening(service, "sol") as ear:
        comment = {"requestId": service.cast.request("door"), "body": "I had a look"}
        await assign(service, "door", "sol")
        assert (await ear.hear())["cursor"] == "1"
        assert (await service.change("ada", "commentOnRequest", comment))["errors"] == []
        await unassign(service, "door", "sol")
        assert (await ear.hear())["cursor"] == "3"  # the comment has a number, and is no event of this stream


@pytest.mark.requirement(40)
async def test_three_while_away_come_in_order_once_each_and_then_live(service: Service) -> None:
    first, *missed, last = await new_requests(service.cast, 5)
    async with listening(service, "wes") as ear:
        await assign(service, first)
        cursor = (await ear.hear())["cursor"]
    for request in missed:
        await assign(service, request)
    async with listening(service, "wes", cursor) as ear, streaming(service, "wes", cursor) as stream:
        for each in (ear, stream):
            assert [(await each.hear())["requestId"] for _ in missed] == missed
        assert await ear.answers()
        await assign(service, last)
        assert [(await each.hear())["requestId"] for each in (ear, stream)] == [last, last]


async def test_a_replay_shows_what_may_be_seen_now(service: Service) -> None:
    """The notice stays, the request is read through the policy of the moment."""
    await assign(service, "door")
    await assign(service, "hair")
    await PersonSite.filter(person_id=service.cast.key("wes")).delete()
    async with listening(service, "wes") as ear:
        assert [(await ear.hear())["request"] for _ in range(2)] == [None, None]


async def test_without_a_cursor_it_begins_with_what_happens_now(service: Service) -> None:
    before, *after = await new_requests(service.cast, 20)
    await assign(service, before)
    async with listening(service, "wes", None) as ear:
        hearing = asyncio.create_task(ear.hear())
        given = 0
        while not hearing.done():  # until the subscription has begun
            await assign(service, after[given])
            given += 1
            await asyncio.sleep(0.05)
        heard = after.index((await hearing)["requestId"])
        rest = [(await ear.hear())["requestId"] for _ in range(heard + 1, given)]
        assert rest == after[heard + 1 : given]


async def test_a_bad_cursor_is_told_as_such(service: Service) -> None:
    for cursor in ("", "x", "-1", "1.5", "1", "9" * 18, "9" * 30, "١", "1; DROP TABLE people"):
        async with service.socket("wes") as socket:
            await socket.subscribe(ASSIGNMENTS, after=cursor)
            assert _code(await socket.receive()) == "INVALID_CURSOR", cursor
            assert await Ear(socket).answers()
        async with streaming(service, "wes", cursor) as stream:
            (_, data), (last, _) = await stream.rest()
            assert data["errors"][0]["extensions"]["code"] == "INVALID_CURSOR" and last == "complete"


def _code(frame: dict[str, Any]) -> str:
    errors = frame["payload"] if frame["type"] == "error" else frame["payload"]["errors"]
    code: str = errors[0]["extensions"]["code"]
    return code


async def test_a_stranger_hears_nothing(service: Service) -> None:
    async with service.socket(None) as socket:
        await socket.subscribe(ASSIGNMENTS)
        assert _code(await socket.receive()) == "NOT_SIGNED_IN"
    async with streaming(service, None, None) as stream:
        (_, data), _ = await stream.rest()
        assert data["errors"][0]["extensions"]["code"] == "NOT_SIGNED_IN"


@pytest.mark.requirement(22, 40)
async def test_a_restless_subscriber_gets_every_one_of_a_hundred_once_and_in_order(service: Service) -> None:
    """Dispatchers assign all at once; the worker comes and goes, and always has its last cursor."""
    chance = random.Random(62)
    requests = await new_requests(service.cast, 100)
    await Person.filter(id=service.cast.key("wes")).update(email=None, phone=None)  # no messages besides
    few = asyncio.Semaphore(6)

    async def dispatch(number: int, request: str) -> None:
        async with few:
            await asyncio.sleep(chance.random() / 20)
            await assign(service, request, by="ada" if number % 2 else "max")

    dispatching = asyncio.gather(*(dispatch(*each) for each in enumerate(requests)))
    heard: list[dict[str, Any]] = []
    while len(heard) < len(requests):
        last = heard[-1]["cursor"] if heard else "0"
        async with listening(service, "wes", last) as ear:
            for _ in range(min(chance.randrange(8), len(requests) - len(heard))):
                heard.append(await ear.hear())
    await dispatching
    assert [event["cursor"] for event in heard] == [str(each) for each in range(1, 101)]
    assert sorted(event["requestId"] for event in heard) == sorted(requests)
    assert await Assignment.filter(worker_id=service.cast.key("wes"), ended_at=None).count() == 102
    async with asyncio.timeout(PATIENCE), listening(service, "wes", heard[-1]["cursor"]) as ear:
        assert await ear.answers()
