"""`subscription requestChanged`: the request now, after each change that may be seen, and why it ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import websockets
from tortoise.expressions import F

from app.models import Assignment, Person, PersonSite, Request
from app.models.base import now
from app.notify.bus import bus
from tests.ask import Service, Socket
from tests.cast import REQUESTS, SEES
from tests.conftest import Stage
from tests.live.listening import PATIENCE, SOON
from tests.live.test_sharing import sharing

FOLLOW = """subscription($id: ID!) { requestChanged(id: $id) { request {
  title status comments { nodes { body } } } } }"""


class Watch:
    """A socket that follows one request."""

    def __init__(self, socket: Socket) -> None:
        self.socket = socket

    async def see(self, within: float = SOON) -> dict[str, Any]:
        """The request of the next event."""
        async with asyncio.timeout(within):
            seen: dict[str, Any] = (await self.socket.next())["requestChanged"]["request"]
        return seen

    async def until(self, what: str, value: Any) -> dict[str, Any]:
        """The first request in which a field has this value; events that come close together are one."""
        async with asyncio.timeout(PATIENCE):
            while (seen := await self.see(PATIENCE))[what] != value:
                pass
        return seen

    async def end(self) -> str:
        """The code with which the subscription ends."""
        async with asyncio.timeout(PATIENCE):
            while (frame := await self.socket.receive())["type"] != "error":
                if frame["payload"].get("errors"):
                    assert (await self.socket.receive())["type"] == "complete"
                    code: str = frame["payload"]["errors"][0]["extensions"]["code"]
                    return code
        code = frame["payload"][0]["extensions"]["code"]
        return code

    async def is_quiet(self) -> bool:
        """Whether nothing is told while the tick turns."""
        await asyncio.sleep(1.3)
        number = await self.socket.subscribe("{ viewer { name } }")
        frame = await self.socket.receive()
        assert (await self.socket.receive())["type"] == "complete"
        return bool(frame["id"] == number)


@asynccontextmanager
async def following(service: Service, name: str | None, request: str) -> AsyncIterator[Watch]:
    """A subscription of somebody to a request of the cast, or to an id."""
    text = service.cast.request(request) if request in REQUESTS else request
    async with service.socket(name) as socket:
        await socket.subscribe(FOLLOW, id=text)
        yield Watch(socket)


async def comment(service: Service, name: str, which: str, body: str, internal: bool = False) -> None:
    input = {"requestId": service.cast.request(which), "body": body, "isInternal": internal}
    assert (await service.change(name, "commentOnRequest", input))["errors"] == []


async def change(service: Service, name: str, mutation: str, which: str, **more: Any) -> None:
    input = {"requestId": service.cast.request(which), **more}
    assert (await service.change(name, mutation, input))["errors"] == []


@pytest.mark.requirement(21)
async def test_it_shows_the_request_now_and_after_each_change(service: Service) -> None:
    async with following(service, "wes", "tap") as wes, following(service, "cyn", "R-1001") as cyn:
        for each in (wes, cyn):
            assert (await each.see())["title"] == "Évier bouché"
        await change(service, "ada", "updateRequest", "tap", title="Évier débouché")
        for each in (wes, cyn):
            assert (await each.see())["title"] == "Évier débouché"
        await change(service, "wes", "startRequest", "tap")
        for each in (wes, cyn):
            assert (await each.see())["status"] == "IN_PROGRESS"
        await comment(service, "wes", "tap", "Part ordered")
        for each in (wes, cyn):
            assert (await each.see())["comments"]["nodes"][-1] == {"body": "Part ordered"}


async def test_an_internal_comment_is_no_event_for_a_client(service: Service) -> None:
    async with following(service, "wes", "tap") as wes, following(service, "cyn", "tap") as cyn:
        await wes.see()
        await cyn.see()
        await comment(service, "ada", "tap", "Client is difficult", internal=True)
        assert (await wes.see())["comments"]["nodes"][-1] == {"body": "Client is difficult"}
        assert await cyn.is_quiet()


@pytest.mark.parametrize("name", SEES)
async def test_what_is_hidden_cannot_be_followed(service: Service, name: str) -> None:
    """Hidden and missing sound the same, to the letter."""
    frames = []
    async with service.socket(name) as socket:
        for which in (*sorted(set(REQUESTS) - SEES[name]), None):
            text = service.cast.request(which) if which else "req_" + "0" * 32
            number = await socket.subscribe(FOLLOW, id=text)
            frame = await socket.receive()
            assert frame.pop("id") == number
            if frame["type"] == "next":
                assert (await socket.receive())["type"] == "complete"
            frames.append(frame)
    assert all(frame == frames[-1] for frame in frames) and "NOT_FOUND" in str(frames[-1])


async def test_a_stranger_and_nonsense(service: Service) -> None:
    async with following(service, None, "tap") as stranger:
        assert await stranger.end() == "NOT_SIGNED_IN"
    for text in ("", "R-", "R-99999", "nonsense", service.cast.worker("wes")):
        async with following(service, "ada", text) as watch:
            assert await watch.end() == "NOT_FOUND"


LOSSES = ("unassigned", "declined", "deleted", "moved to another site", "no more sites")


@pytest.mark.parametrize("loss", LOSSES)
async def test_it_ends_with_a_reason_when_the_request_is_out_of_sight(service: Service, loss: str) -> None:
    cast = service.cast
    async with following(service, "wes", "tap") as watch:
        await watch.see()
        if loss == "unassigned":
            await change(service, "max", "unassignRequest", "tap", workerId=cast.worker("wes"))
        elif loss == "declined":
            await change(service, "wes", "declineAssignment", "tap", reason="Ill")
        elif loss == "deleted":
            await change(service, "ada", "deleteRequest", "tap")
        elif loss == "moved to another site":
            await change(service, "ada", "updateRequest", "tap", siteId=cast.site("south"))
        else:
            await PersonSite.filter(person_id=cast.key("wes")).delete()
            changes: dict[str, Any] = {"version": F("version") + 1}
            await Person.filter(id=cast.key("wes")).update(**changes)
        assert await watch.end() == "NO_LONGER_VISIBLE"


async def test_what_other_processes_do_without_a_word_is_found_in_the_tables(service: Service) -> None:
    """Whatever the bus loses, the tick finds."""
    async with following(service, "wes", "tap") as watch:
        await watch.see()
        await Request.filter(id=service.cast.key("tap")).update(title="Behind the back", version=2)
        assert (await watch.see())["title"] == "Behind the back"
        gone = Assignment.filter(request_id=service.cast.key("tap"))
        await gone.update(ended_at=now())
        await Request.filter(id=service.cast.key("tap")).update(version=3)
        assert await watch.end() == "NO_LONGER_VISIBLE"


async def test_a_session_that_ends_ends_it(service: Service) -> None:
    async with following(service, "wes", "tap") as watch:
        await watch.see()
        await service.ask("wes", "mutation { signOut { errors { code } } }")
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await watch.see()
        assert closed.value.rcvd and closed.value.rcvd.code == 4403


async def test_a_reader_that_leaves_is_forgotten(service: Service) -> None:
    async with AsyncExitStack() as stack:
        for name in ("wes", "ada", "cyn"):
            await (await stack.enter_async_context(following(service, name, "tap"))).see()
        assert list(bus._requests) == [service.cast.key("tap")]
    async with asyncio.timeout(PATIENCE):
        while list(bus._requests):
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("with_valkey", [True, False])
async def test_over_two_processes(stage: Stage, tmp_path: Path, redis_url: str, with_valkey: bool) -> None:
    url = redis_url if with_valkey else None
    async with sharing(stage, tmp_path, url) as (here, there), following(there, "wes", "tap") as watch:
        await watch.see()
        await change(here, "wes", "startRequest", "tap")
        await watch.until("status", "IN_PROGRESS")
        await comment(here, "ada", "tap", "From the other side")
        assert (await watch.see())["comments"]["nodes"][-1] == {"body": "From the other side"}
        await change(here, "ada", "deleteRequest", "tap")
        assert await watch.end() == "NO_LONGER_VISIBLE"
