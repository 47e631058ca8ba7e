"""Interleaved rounds: every server in turn, so that whatever else the machine does hits all alike."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from bench import live
from bench.data import World
from bench.load import Job, Seen
from bench.loading import settle
from bench.measure import used
from bench.operations import ASSIGN, OPERATIONS, Operation
from bench.processes import Server, first_process, loaded

WARM = 1.0
SOCKETS = 500


@dataclass(frozen=True)
class Sample:
    """One server's part of a round; processor seconds are for 1,000 requests."""

    seen: Seen
    server: float
    database: float
    memory: float


@dataclass
class Result:
    """What the rounds of one operation gave, by server."""

    operation: Operation
    samples: dict[str, list[Sample]] = field(default_factory=dict)

    def median(self, kind: str, *path: str) -> float:
        """The median over the rounds of one number."""
        return median(_number(sample, path) for sample in self.samples[kind])

    def ratio(self, kind: str, base: str) -> float:
        """The median over the rounds of the ratio of two servers' rates."""
        pairs = zip(self.samples[kind], self.samples[base], strict=True)
        return median(one.seen.rate / other.seen.rate for one, other in pairs)

    def spread(self, kind: str, base: str) -> tuple[float, float]:
        """The lowest and highest of these ratios."""
        pairs = zip(self.samples[kind], self.samples[base], strict=True)
        ratios = [one.seen.rate / other.seen.rate for one, other in pairs]
        return min(ratios), max(ratios)

    @property
    def failed(self) -> int:
        """How many requests failed, in all rounds."""
        return sum(sample.seen.failed for samples in self.samples.values() for sample in samples)


def _number(sample: Sample, path: Sequence[str]) -> float:
    found: object = sample
    for name in path:
        found = getattr(found, name)
    assert isinstance(found, float | int)
    return float(found)


class Rounds:
    """Runs operations against servers over one database."""

    def __init__(self, servers: Sequence[Server], url: str, rounds: int, seconds: float) -> None:
        self.servers, self.url, self.rounds, self.seconds = servers, url, rounds, seconds
        self.database = asyncio.run(first_process(url))

    def run(self, operation: Operation, asked: list[tuple[str, str]]) -> Iterator[tuple[Server, Sample]]:
        """Warms up, then measures round by round; what may be asked once is taken off `asked`."""
        for server in self.servers:
            self.sample(server, operation, asked, WARM)
        if not operation.repeats and not self.url.startswith("sqlite://"):
            asyncio.run(settle(self.url))
        for number in range(self.rounds):
            turn = number % len(self.servers)
            for server in (*self.servers[turn:], *self.servers[:turn]):
                yield server, self.sample(server, operation, asked, self.seconds)

    def sample(self, server: Server, operation: Operation, asked: list[tuple[str, str]], seconds: float) -> Sample:
        """One server under load for some seconds; what may be asked once is taken off `asked`."""
        job = Job(server.port, server.path(operation.name), asked, operation.repeats, seconds)
        before = used(server.process, self.database)
        seen = Seen(**loaded("bench.load", job))
        after = used(server.process, self.database)
        if not operation.repeats:
            del asked[: seen.count]
        thousands = seen.count / 1000
        cpu = (after.server - before.server) / thousands, (after.database - before.database) / thousands
        return Sample(seen, *cpu, after.memory)


def listen(server: Server, world: World, seconds: float) -> live.Heard:
    """Many sockets on one server, and mutations that each one of them is told of."""
    assign = next(operation for operation in OPERATIONS if operation.document == ASSIGN)
    workers = [worker for firm in world.firms for worker in firm.workers[: SOCKETS // len(world.firms)]]
    here, mutations, told = {worker.person_id for worker in workers}, [], set()
    for pair, (token, variables) in zip(reversed(world.pairs), reversed(list(assign.asks(world))), strict=True):
        request = variables["input"]["requestId"]
        if pair.worker.person_id in here and request not in told:
            told.add(request)
            mutations.append((token, assign.body(variables), request))
        if len(mutations) >= seconds / live.PACE * 2:
            break
    job = live.Job(server.port, [worker.token for worker in workers], mutations, seconds)
    return live.Heard(**loaded("bench.live", job))
