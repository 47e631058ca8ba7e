"""A running server for each kind of settings, and the clients that talk to it."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx2
import uvicorn
import websockets
from websockets.asyncio.client import ClientConnection

from app.settings import Settings
from app.transport.server import SocketProtocol, configure
from app.transport.sockets import OpenSockets
from tests.transport.graph import DESK, Desk, build

PATIENCE = 20.0
FRONT_END = "https://front.example"


@dataclass
class Door:
    """A running server and ways to knock."""

    port: int
    server: uvicorn.Server
    sockets: OpenSockets
    desk: Desk
    http: httpx2.AsyncClient

    @property
    def lines(self) -> list[SocketProtocol]:
        """The server's ends of the sockets."""
        return [each for each in self.server.server_state.connections if isinstance(each, SocketProtocol)]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    async def ask(self, query: str, variables: dict[str, Any] | None = None, **headers: str) -> httpx2.Response:
        """Post an operation; header names use underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        body = {"query": query} | ({"variables": variables} if variables is not None else {})
        return await self.http.post(self.url, json=body, headers=named)

    async def send(self, body: bytes, **headers: str) -> httpx2.Response:
        """Post these very bytes."""
        named = {"content-type": "application/json"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return await self.http.post(self.url, content=body, headers=named)

    async def raw(self, text: bytes) -> bytes:
        """Send bytes over a bare connection and read until the server closes it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(text)
        answer = await asyncio.wait_for(reader.read(), PATIENCE)
        writer.close()
        return answer

    def open(self, **options: Any) -> websockets.connect:
        """A socket, before connection_init."""
        url = self.url.replace("http", "ws", 1)
        return websockets.connect(url, subprotocols=["graphql-transport-ws"], **options)  # type: ignore[list-item]

    @asynccontextmanager
    async def connected(self, params: dict[str, Any] | None = None, **options: Any) -> AsyncIterator["Line"]:
        """An acknowledged socket."""
        async with self.open(**options) as connection:
            line = Line(connection)
            await line.send({"type": "connection_init", "payload": params or {}})
            assert (await line.read())["type"] == "connection_ack"
            yield line


@dataclass
class Line:
    """The client's end of a socket."""

    connection: ClientConnection

    async def send(self, message: object) -> None:
        await self.connection.send(message if isinstance(message, str | bytes) else json.dumps(message))

    async def read(self) -> dict[str, Any]:
        """The next message; it must be a text frame."""
        frame = await asyncio.wait_for(self.connection.recv(), PATIENCE)
        assert isinstance(frame, str)
        message: dict[str, Any] = json.loads(frame)
        return message

    async def start(self, query: str, name: str = "1", **payload: Any) -> None:
        await self.send({"id": name, "type": "subscribe", "payload": {"query": query, **payload}})

    async def ask(self, query: str, name: str = "1", **payload: Any) -> list[dict[str, Any]]:
        """All messages of an operation that ends by itself."""
        await self.start(query, name, **payload)
        messages = [await self.read()]
        while messages[-1]["type"] == "next":
            messages.append(await self.read())
        return messages

    async def closed(self) -> tuple[int | None, str | None]:
        """Wait until the server closes; the code and the reason."""
        with suppress(websockets.ConnectionClosed):
            while True:
                await asyncio.wait_for(self.connection.recv(), PATIENCE)
        return self.connection.close_code, self.connection.close_reason


Opener = Callable[..., AbstractAsyncContextManager[Door]]


@asynccontextmanager
async def running(**overrides: Any) -> AsyncIterator[Door]:
    """A server with these settings."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        defaults = {"public_url": f"http://127.0.0.1:{port}", "allowed_origins": [FRONT_END]}
        settings = Settings(_env_file=None, **(defaults | overrides))
        app, sockets = build(settings)
        server = uvicorn.Server(configure(app, settings))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        async with httpx2.AsyncClient(timeout=PATIENCE) as http:
            yield Door(port, server, sockets, DESK, http)
        server.should_exit = True
        await serving


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something has happened."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)


def codes(errors: list[dict[str, Any]]) -> list[str]:
    """The codes of errors."""
    return [error["extensions"]["code"] for error in errors]
