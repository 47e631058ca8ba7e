"""Hearing of assignments as clients do: over a socket and over an event stream."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import websockets

from tests.ask import Service, Socket

ASSIGNMENTS = """subscription($after: String) {
  assignments(after: $after) { cursor kind requestId request { title } }
}"""
PATIENCE = 20.0
# What a person waits for "at once" may take this long on a busy machine.
SOON = 5.0


class Ear:
    """One socket with a subscription to the assignments."""

    def __init__(self, socket: Socket) -> None:
        self.socket = socket

    async def hear(self, within: float = PATIENCE) -> dict[str, Any]:
        """The next event."""
        async with asyncio.timeout(within):
            event: dict[str, Any] = (await self.socket.next())["assignments"]
        return event

    async def answers(self) -> bool:
        """Whether the socket is open and nothing was heard before the answer to a query."""
        number = await self.socket.subscribe("{ viewer { name } }")
        async with asyncio.timeout(PATIENCE):
            told = await self.socket.receive()
            done = await self.socket.receive()
        return (told["id"], told["type"], done["type"]) == (number, "next", "complete")

    async def closed(self, within: float = PATIENCE) -> tuple[int, str, list[dict[str, Any]]]:
        """Code and reason with which the server closes, and the frames before."""
        frames = []
        try:
            async with asyncio.timeout(within):
                while True:
                    frames.append(await self.socket.receive())
        except websockets.ConnectionClosed as end:
            assert end.rcvd is not None, "the connection broke"
            return end.rcvd.code, end.rcvd.reason, frames


@asynccontextmanager
async def listening(service: Service, name: str | None, after: str | None = "0", **params: Any) -> AsyncIterator[Ear]:
    """A socket of somebody that is told of what happened after a cursor: everything, unless one is given."""
    async with service.socket(name, **params) as socket:
        await socket.subscribe(ASSIGNMENTS, after=after)
        yield Ear(socket)


class Stream:
    """One event stream."""

    def __init__(self, texts: AsyncIterator[str]) -> None:
        self._events = _split(texts)

    async def event(self) -> tuple[str, Any]:
        """Name and data of the next event that is no ping."""
        async with asyncio.timeout(PATIENCE):
            while (event := await anext(self._events))[0].startswith(":"):
                pass
        return event

    async def hear(self) -> dict[str, Any]:
        """The next assignment."""
        name, data = await self.event()
        assert name == "next" and "errors" not in data, data
        heard: dict[str, Any] = data["data"]["assignments"]
        return heard

    async def rest(self) -> list[tuple[str, Any]]:
        """The events until the server ends the stream."""
        async with asyncio.timeout(PATIENCE):
            return [event async for event in self._events]


async def _split(texts: AsyncIterator[str]) -> AsyncIterator[tuple[str, Any]]:
    waiting = ""
    async for text in texts:
        waiting += text
        *events, waiting = waiting.split("\n\n")
        for event in events:
            lines = dict(line.partition(": ")[::2] for line in event.split("\n"))
            yield lines.get("event", event), json.loads(lines.get("data") or "null")


@asynccontextmanager
async def streaming(
    service: Service, name: str | None, after: str | None = "0", **headers: str
) -> AsyncIterator[Stream]:
    """An event stream of somebody, from a cursor on."""
    shown = {"accept": "text/event-stream", **await service.headers(name), **headers}
    body = {"query": ASSIGNMENTS, "variables": {"after": after}}
    async with service.http.stream("POST", "/graphql", json=body, headers=shown) as response:
        yield Stream(response.aiter_text())


async def assign(service: Service, request: str, worker: str = "wes", by: str = "ada") -> None:
    """Gives a request, by its name in the cast or by its id, to a worker."""
    number = request if request.startswith("req_") else service.cast.request(request)
    ids = {"requestId": number, "workerId": service.cast.worker(worker)}
    assert (await service.change(by, "assignRequest", ids))["errors"] == []


async def unassign(service: Service, request: str, worker: str = "wes") -> None:
    """Takes a request from a worker."""
    ids = {"requestId": service.cast.request(request), "workerId": service.cast.worker(worker)}
    assert (await service.change("ada", "unassignRequest", ids))["errors"] == []
