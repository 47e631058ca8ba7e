"""Asking the service as a client would: over HTTP, and over a real socket."""

import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx2
import orjson
import websockets
from websockets.asyncio.client import ClientConnection

from app.auth import sessions
from app.models import Person
from app.models.session import Client
from tests.cast import Cast

PROTOCOL = websockets.Subprotocol("graphql-transport-ws")


class Service:
    """A running Guichet with the cast in its database."""

    def __init__(self, url: str, cast: Cast, engine: str, database_url: str) -> None:
        self.url, self.cast, self.engine, self.database_url = url, cast, engine, database_url
        self.http = httpx2.AsyncClient(base_url=url, timeout=30)
        self._tokens: dict[str, str] = {}

    async def token(self, name: str) -> str:
        """A session's token for somebody of the cast, without the cost of hashing a password."""
        if name not in self._tokens:
            person = await Person.get(id=self.cast.key(name)).select_related("role")
            self._tokens[name] = (await sessions.start(person, Client.API, "127.0.0.1", "tests")).token
        return self._tokens[name]

    async def headers(self, name: str | None) -> dict[str, str]:
        """The headers of somebody who is signed in; none for a stranger."""
        return {"Authorization": f"Bearer {await self.token(name)}"} if name else {}

    async def post(self, name: str | None, query: str, **variables: Any) -> httpx2.Response:
        """The raw answer to an operation."""
        body = {"query": query, "variables": variables}
        return await self.http.post("/graphql", json=body, headers=await self.headers(name))

    async def ask(self, name: str | None, query: str, **variables: Any) -> dict[str, Any]:
        """The data of an operation that has no errors."""
        answer = (await self.post(name, query, **variables)).json()
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    async def refused(self, name: str | None, query: str, **variables: Any) -> list[str]:
        """The codes of an operation's top-level errors."""
        answer = (await self.post(name, query, **variables)).json()
        return [error["extensions"]["code"] for error in answer.get("errors", [])]

    async def change(
        self, name: str | None, mutation: str, input: Mapping[str, Any], select: str = ""
    ) -> dict[str, Any]:
        """The payload of a mutation by its field name; `select` is what to show beside the errors."""
        kind = f"{mutation[0].upper()}{mutation[1:]}Input!"
        chosen = f"{select} errors {{ code path message }}"
        query = f"mutation($input: {kind}) {{ {mutation}(input: $input) {{ {chosen} }} }}"
        payload: dict[str, Any] = (await self.ask(name, query, input=input))[mutation]
        return payload

    @asynccontextmanager
    async def socket(self, name: str | None, **params: Any) -> AsyncIterator["Socket"]:
        """A graphql-transport-ws connection of somebody."""
        shown = {"authorization": (await self.headers(name))["Authorization"]} if name else {}
        address = self.url.replace("http", "ws") + "/graphql"
        async with websockets.connect(address, subprotocols=[PROTOCOL]) as connection:
            socket = Socket(connection)
            await socket.send({"type": "connection_init", "payload": shown | params})
            assert (await socket.receive())["type"] == "connection_ack"
            yield socket

    async def close(self) -> None:
        """Closes the HTTP client."""
        await self.http.aclose()


class Socket:
    """One connection."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._ids = itertools.count(1)

    async def send(self, frame: dict[str, Any]) -> None:
        """Sends one frame."""
        await self.connection.send(orjson.dumps(frame).decode())

    async def receive(self) -> dict[str, Any]:
        """The next frame that is no ping."""
        while True:
            frame: dict[str, Any] = orjson.loads(await self.connection.recv())
            if frame["type"] != "ping":
                return frame
            await self.send({"type": "pong"})

    async def subscribe(self, query: str, **variables: Any) -> str:
        """Starts an operation and returns its id."""
        number = str(next(self._ids))
        payload = {"query": query, "variables": variables}
        await self.send({"id": number, "type": "subscribe", "payload": payload})
        return number

    async def next(self) -> dict[str, Any]:
        """The data of the next event."""
        frame = await self.receive()
        assert frame["type"] == "next", frame
        data: dict[str, Any] = frame["payload"]["data"]
        return data


def key_of(text: str) -> UUID:
    """The database key in an id."""
    return UUID(text.partition("_")[2])
