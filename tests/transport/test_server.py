"""The server itself: what dribbles, stalls or never ends is cut, and SIGTERM is obeyed."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import httpx2
import pytest
import websockets

from app.settings import Settings
from app.transport import server
from app.transport.server import configure
from tests.transport.door import PATIENCE, Door, Line, Opener, until
from tests.transport.graph import Desk, build

SUBSCRIBE = json.dumps({"query": "subscription { ticks }"})
POST = b"POST /graphql HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n"


@dataclass
class Served:
    """A server in another process."""

    port: int
    process: asyncio.subprocess.Process

    async def stop(self) -> tuple[int, str]:
        """End it by SIGTERM; its exit code and all that it logged."""
        self.process.send_signal(signal.SIGTERM)
        out, _ = await asyncio.wait_for(self.process.communicate(), PATIENCE)
        assert self.process.returncode is not None
        return self.process.returncode, out.decode()


@asynccontextmanager
async def served() -> AsyncIterator[Served]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.transport.served"),
        env=os.environ | {"GUICHET_PORT": str(port), "GUICHET_PUBLIC_URL": f"http://127.0.0.1:{port}"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        await _listening(port)
        yield Served(port, process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _listening(port: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)


async def test_sigterm_ends_streams_and_sockets() -> None:
    async with served() as running, httpx2.AsyncClient(timeout=PATIENCE) as http:
        url = f"http://127.0.0.1:{running.port}/graphql"
        headers = {"content-type": "application/json", "accept": "text/event-stream"}
        async with (
            http.stream("POST", url, content=SUBSCRIBE, headers=headers) as stream,
            websockets.connect(url.replace("http", "ws"), subprotocols=["graphql-transport-ws"]) as connection,  # type: ignore[list-item]
        ):
            events = stream.aiter_text()
            assert "ticks" in await anext(events)
            line = Line(connection)
            await line.send({"type": "connection_init"})
            await line.read()
            await line.start("subscription { ticks }")
            await line.read()
            code, log = await running.stop()
            assert "complete" not in "".join([text async for text in events])
            assert (await line.closed())[0] == 1012
    assert code == -signal.SIGTERM
    assert "Traceback" not in log and "Cancel" not in log and "Finished server process" in log


async def test_logs_and_headers_give_nothing_away() -> None:
    async with served() as running, httpx2.AsyncClient() as http:
        url = f"http://127.0.0.1:{running.port}/graphql?token=hush"
        response = await http.post(url, json={"query": "{ hello }"})
        async with websockets.connect(url.replace("http", "ws"), subprotocols=["graphql-transport-ws"]):  # type: ignore[list-item]
            pass
        _, log = await running.stop()
    assert response.status_code == 200 and "server" not in response.headers
    assert '"POST /graphql HTTP/1.1" 200' in log and '"WebSocket /graphql" [accepted]' in log
    assert "hush" not in log


def test_the_program_runs_on_uvloop_with_the_limits_of_the_settings() -> None:
    settings = Settings(_env_file=None, max_socket_message=77, header_timeout=3, slow_reader_limit=9)
    config = configure(build(settings)[0], settings)
    config.load()
    assert config.loop == "uvloop"
    assert (config.ws_max_size, config.timeout_graceful_shutdown) == (77, 2)
    assert (config.ws_ping_interval, config.ws_ping_timeout) == (20, 20)
    for protocol in (config.http_protocol_class, config.ws_protocol_class):
        assert getattr(protocol, "settings", None) is settings


@pytest.mark.parametrize("start", [b"", b"POST /gra", b"POST /graphql HTTP/1.1\r\nHost: x\r\nA:"])
async def test_headers_that_do_not_come_are_not_waited_for(open_door: Opener, start: bytes) -> None:
    async with open_door(header_timeout=0.2) as door:
        assert await door.raw(start) == b""


async def drip(writer: asyncio.StreamWriter, drop: bytes) -> None:
    with suppress(ConnectionError):
        while True:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("start", [b"POST /graphql HTTP/1.1\r\nHost: x\r\n", b""])
@pytest.mark.parametrize("drop", [b"a: b\r\n", b"\r\n"])
async def test_dribbling_buys_no_time(open_door: Opener, start: bytes, drop: bytes) -> None:
    """Also not after a first request, nor with the empty lines that may stand before one."""
    async with open_door(header_timeout=0.3) as door:
        first = POST + b"Content-Length: 2\r\n\r\n{}"
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        writer.write(first)
        await asyncio.wait_for(reader.readuntil(b"}]}"), PATIENCE)
        if drop == b"a: b\r\n" or not start:
            writer.write(start)
            dripping = asyncio.create_task(drip(writer, drop))
            with suppress(ConnectionError):
                await asyncio.wait_for(reader.read(), PATIENCE)
            dripping.cancel()
        writer.close()


async def test_a_body_that_nobody_waits_for_is_cut(open_door: Opener) -> None:
    head = b"PUT /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
    async with open_door(header_timeout=0.3) as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        writer.write(head)
        assert b"405" in await asyncio.wait_for(reader.readline(), PATIENCE)
        dripping = asyncio.create_task(drip(writer, b"x"))
        with suppress(ConnectionError):
            await asyncio.wait_for(reader.read(), PATIENCE)
        dripping.cancel()
        writer.close()


async def test_a_request_in_good_time_is_not_cut(open_door: Opener) -> None:
    async with open_door(header_timeout=0.3) as door:
        body = b'{"query":"subscription { ticks }"}'
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        writer.write(POST + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        await asyncio.wait_for(reader.readuntil(b"ticks"), PATIENCE)
        await asyncio.sleep(0.6)
        assert not reader.at_eof()
        async with door.connected() as line:
            await asyncio.sleep(0.6)
            assert (await line.ask("{ hello }"))[-1]["type"] == "complete"
        writer.close()


async def test_endless_headers_are_refused(door: Door) -> None:
    answer = await door.raw(b"POST /graphql HTTP/1.1\r\nHost: x\r\na: " + b"x" * 70_000)
    assert answer.startswith(b"HTTP/1.1 400 ")
    large = await door.raw(POST + b"a: " + b"x" * 60_000 + b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
    assert b"INVALID_JSON" in large


async def test_endless_headers_behind_an_open_stream_are_refused(door: Door, desk: Desk) -> None:
    body = b'{"query":"subscription { ticks }"}'
    request = POST + b"Content-Length: %d\r\n\r\n" % len(body) + body
    await door.raw(request + b"POST / HTTP/1.1\r\na: " + b"x" * 70_000)
    await until(lambda: "ticks" in desk.finished)


async def test_a_stalled_reader_of_a_response_is_cut(door: Door, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "STALLED_RESPONSE_SECONDS", 0.2)
    body = b'{"query":"subscription { flood(size: 100000) }"}'
    _, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(POST + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    await until(lambda: desk.finished == ["flood"])
    writer.close()


async def test_a_slow_reader_of_a_socket_is_cut(
    open_door: Opener, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "SLOW_READER_SECONDS", 0.2)
    async with open_door(slow_reader_limit=100_000) as door, door.connected(compression=None) as line:
        line.connection.transport.pause_reading()
        await line.start("subscription { flood(size: 50000) }")
        await until(lambda: desk.finished == ["flood"])
        line.connection.transport.abort()


async def test_a_reader_that_catches_up_is_not_cut(open_door: Opener, desk: Desk) -> None:
    async with open_door(slow_reader_limit=100_000) as door, door.connected(compression=None) as line:
        line.connection.transport.pause_reading()
        await line.start("subscription { flood(size: 50000) }")
        await asyncio.sleep(0.3)
        assert desk.finished == []
        line.connection.transport.resume_reading()
        for _ in range(300):
            assert (await line.read())["type"] == "next"
        line.connection.transport.abort()


async def test_less_than_the_limit_may_wait(open_door: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "SLOW_READER_SECONDS", 0.05)
    async with open_door(slow_reader_limit=10**9) as door, door.connected(compression=None) as line:
        line.connection.transport.pause_reading()
        for number in range(20):
            await line.start("query($n: String!) { hello(name: $n) }", str(number), variables={"n": "x" * 900_000})
        await asyncio.sleep(0.5)
        line.connection.transport.resume_reading()
        messages = [await line.read() for _ in range(40)]
    assert [message["type"] for message in messages].count("next") == 20


async def test_a_peer_that_does_not_answer_a_close_is_cut(
    open_door: Opener, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too much waits for the close frame to get out, and too little to be called slow."""
    monkeypatch.setattr(server, "UNANSWERED_CLOSE_SECONDS", 0.2)
    ann = {"authorization": "Bearer ann-token"}
    async with open_door(slow_reader_limit=10**9) as door, door.connected(ann, compression=None) as line:
        line.connection.transport.pause_reading()
        for number in range(25):
            await line.start("query($n: String!) { hello(name: $n) }", str(number), variables={"n": "x" * 900_000})
        await line.start("{ forever }", "last")
        await desk.running.wait()
        desk.sessions.clear()
        await door.sockets.recheck("ann")
        await until(lambda: not door.server.server_state.connections)
        line.connection.transport.abort()
