"""Live news: many sockets wait, and each mutation is timed until the worker's socket has heard of it.

`python -m bench.live` reads a job from its input and prints what it saw.
"""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any

import orjson
import uvloop
from websockets.asyncio.client import ClientConnection, connect

from bench.load import encoded, percentiles

SUBSCRIPTION = "subscription { assignments { cursor kind requestId at request { number title } } }"
AT_ONCE, PACE, CLIENTS = 25, 0.04, 4
SETTLE, LOOKS = 3.0, 200


@dataclass(frozen=True)
class Job:
    """Whose sockets to open, and the mutations: token, body, and the key of what the socket will hear."""

    port: int
    sockets: Sequence[str]
    mutations: Sequence[tuple[str, str, str]]
    seconds: float


@dataclass(frozen=True)
class Heard:
    """What came; times are milliseconds from the mutation's first byte."""

    count: int
    lost: int
    opened: float
    answered_p50: float
    answered_p99: float
    p50: float
    p99: float


class Listening:
    """The open sockets, and who waits for what."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.sent: dict[str, float] = {}
        self.heard: dict[str, float] = {}
        self.sockets: list[ClientConnection] = []
        self.readers: list[asyncio.Task[None]] = []

    async def open(self, tokens: Sequence[str]) -> float:
        """Opens a socket for each token; gives the seconds that it took."""
        some, began = asyncio.Semaphore(AT_ONCE), perf_counter()

        async def one(token: str) -> None:
            async with some:
                await self._open(token)

        await asyncio.gather(*(one(token) for token in tokens))
        return perf_counter() - began

    async def _open(self, token: str) -> None:
        protocols: Any = ["graphql-transport-ws"]
        url = f"ws://127.0.0.1:{self.port}/graphql"
        socket = await connect(url, subprotocols=protocols, compression=None, ping_interval=None)
        await _say(socket, type="connection_init", payload={"authorization": f"Bearer {token}"})
        reply = orjson.loads(await socket.recv())
        if reply["type"] != "connection_ack":
            raise RuntimeError(f"not let in: {reply}")
        await _say(socket, id="1", type="subscribe", payload={"query": SUBSCRIPTION})
        self.sockets.append(socket)
        self.readers.append(asyncio.create_task(self._read(socket)))

    async def _read(self, socket: ClientConnection) -> None:
        async for frame in socket:
            moment, message = perf_counter(), orjson.loads(frame)
            if message["type"] == "ping":
                await _say(socket, type="pong")
            elif message["type"] == "next":
                event = message["payload"]["data"]["assignments"]
                self.heard.setdefault(event["requestId"], moment)
            else:
                raise RuntimeError(f"the subscription ended: {message}")

    async def close(self) -> None:
        """Closes all of them."""
        for reader in self.readers:
            reader.cancel()
        await asyncio.gather(*(socket.close() for socket in self.sockets))


async def _say(socket: ClientConnection, **message: Any) -> None:
    await socket.send(orjson.dumps(message).decode())


async def run(job: Job) -> Heard:
    """Does the job."""
    listening = Listening(job.port)
    opened = await listening.open(job.sockets)
    await asyncio.sleep(SETTLE)
    answered: list[float] = []
    waiting = iter(job.mutations)
    until = perf_counter() + job.seconds
    await asyncio.gather(*(_mutate(job.port, waiting, until, listening.sent, answered) for _ in range(CLIENTS)))
    for _ in range(LOOKS):
        if not listening.sent.keys() - listening.heard.keys():
            break
        await asyncio.sleep(0.05)
    await listening.close()
    times = [listening.heard[key] - sent for key, sent in listening.sent.items() if key in listening.heard]
    return Heard(len(times), len(listening.sent) - len(times), opened, *percentiles(answered), *percentiles(times))


async def _mutate(port: int, waiting: Any, until: float, sent: dict[str, float], answered: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for token, body, key in waiting:
        sent[key] = perf_counter()
        writer.write(encoded("/graphql", token, body))
        head = await reader.readuntil(b"\r\n\r\n")
        content = await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r")[0]))
        answered.append(perf_counter() - sent[key])
        if b'"code"' in content:
            raise RuntimeError(content.decode())
        await asyncio.sleep(max(0.0, PACE * CLIENTS - answered[-1]))
        if perf_counter() > until:
            break
    writer.close()


def main() -> None:
    """Reads the job, prints the result."""
    job = Job(**orjson.loads(sys.stdin.buffer.read()))
    sys.stdout.write(orjson.dumps(asdict(uvloop.run(run(job)))).decode())


if __name__ == "__main__":
    main()
