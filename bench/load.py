"""The load: `python -m bench.load` reads a job from its input and prints what it saw.

Raw HTTP/1.1 on connections that stay open, so that it costs little beside what it measures.
"""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle
from time import perf_counter

import orjson
import uvloop

LENGTH = b"content-length: "


@dataclass(frozen=True)
class Job:
    """What to ask, where, on how many connections and for how long."""

    port: int
    path: str
    requests: Sequence[tuple[str, str]]
    repeats: bool
    seconds: float
    connections: int = 32


@dataclass(frozen=True)
class Seen:
    """What came back; times are milliseconds."""

    count: int
    failed: int
    rate: float
    p50: float
    p99: float
    example: str = ""


def encoded(path: str, token: str, body: str) -> bytes:
    """A request as it goes over the wire."""
    content = body.encode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
    kind = f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    return (head + kind).encode() + content


class Run:
    """What the connections share."""

    def __init__(self, feed: Iterator[bytes], seconds: float) -> None:
        self.feed, self.seconds = feed, seconds
        self.times: list[float] = []
        self.failed: list[bytes] = []

    def begin(self) -> None:
        """The clock starts."""
        self.began = perf_counter()
        self.until = self.began + self.seconds


class Connection(asyncio.Protocol):
    """Asks, waits for the answer, asks again."""

    def __init__(self, run: Run) -> None:
        self.run, self.done = run, asyncio.get_running_loop().create_future()
        self.received, self.needed = b"", 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Connected."""
        self.transport = transport

    def ask(self) -> None:
        """The next request, if there is time."""
        self.sent = perf_counter()
        request = next(self.run.feed, None) if self.sent < self.run.until else None
        if request is None:
            self.done.set_result(None)
        else:
            self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Part of an answer, or all of it."""
        self.received = self.received + data if self.received else data
        if not self.needed:
            end = self.received.find(b"\r\n\r\n")
            if end < 0:
                return
            start = self.received.index(LENGTH) + len(LENGTH)
            self.needed = end + 4 + int(self.received[start : self.received.index(b"\r", start)])
        if len(self.received) >= self.needed:
            self._answered()

    def _answered(self) -> None:
        self.run.times.append(perf_counter() - self.sent)
        if not self.received.startswith(b"HTTP/1.1 200") or b'"code"' in self.received:
            self.run.failed.append(self.received)
        self.received, self.needed = b"", 0
        self.ask()

    def connection_lost(self, error: Exception | None) -> None:
        """The server closed, which it should not."""
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("closed"))


async def run(job: Job) -> Seen:
    """Does the job."""
    prepared = [encoded(job.path, token, body) for token, body in job.requests]
    shared = Run(cycle(prepared) if job.repeats else iter(prepared), job.seconds)
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: Connection(shared), "127.0.0.1", job.port)
        for _ in range(job.connections)
    ]
    shared.begin()
    for _, connection in made:
        connection.ask()
    await asyncio.gather(*(connection.done for _, connection in made))
    elapsed = perf_counter() - shared.began
    for transport, _ in made:
        transport.close()
    example = shared.failed[0].decode(errors="replace")[-500:] if shared.failed else ""
    p50, p99 = percentiles(shared.times)
    return Seen(len(shared.times), len(shared.failed), len(shared.times) / elapsed, p50, p99, example)


def percentiles(times: Sequence[float]) -> tuple[float, float]:
    """The median and the 99th percentile of seconds, in milliseconds."""
    ordered = sorted(times) or [0.0]
    return ordered[len(ordered) // 2] * 1000, ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)] * 1000


def main() -> None:
    """Reads the job, prints the result."""
    job = Job(**orjson.loads(sys.stdin.buffer.read()))
    sys.stdout.write(orjson.dumps(asdict(uvloop.run(run(job)))).decode())


if __name__ == "__main__":
    main()
