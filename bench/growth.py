"""Growth: the same lists over ten times the rows, both databases up, in interleaved rounds."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.data import REQUESTS, World
from bench.loading import load
from bench.operations import OPERATIONS, Operation
from bench.processes import Server, database, servers
from bench.rounds import WARM, Rounds, Sample

TIMES = 10
KINDS = ["floor", "fast"]
LISTS = [each for each in OPERATIONS if each.name in ("newest", "priority", "search")]


@dataclass(frozen=True)
class Side:
    """One size of the data, with its servers."""

    world: World
    rounds: Rounds


@dataclass
class Grown:
    """What the rounds of one list gave: by server, the samples over the small and the large data."""

    operation: Operation
    samples: dict[str, list[tuple[Sample, Sample]]] = field(default_factory=dict)

    def kept(self, kind: str) -> list[float]:
        """The share of its rate that a server keeps over the large data, in each round."""
        return [large.seen.rate / small.seen.rate for small, large in self.samples[kind]]

    def rates(self, kind: str) -> tuple[float, float]:
        """The median rates over the small and the large data."""
        small, large = zip(*self.samples[kind], strict=True)
        return median(each.seen.rate for each in small), median(each.seen.rate for each in large)


def measure(scale: float, rounds: int, seconds: float, folder: Path) -> Iterator[Grown]:
    """Measures each list over data of this scale and over ten times as much."""
    with ExitStack() as stack:
        small, large = (
            stack.enter_context(_side(scale * times, rounds, seconds, folder / str(times))) for times in (1, TIMES)
        )
        for operation in LISTS:
            yield _grown(operation, small, large)


@contextmanager
def _side(scale: float, rounds: int, seconds: float, folder: Path) -> Iterator[Side]:
    folder.mkdir()
    world = World(scale)
    with ExitStack() as stack:
        url = stack.enter_context(database("postgres", folder))
        asyncio.run(load(url, world, folder))
        print(f"{round(REQUESTS * scale):,} requests loaded", flush=True)
        running = stack.enter_context(servers(KINDS, url, folder))
        yield Side(world, Rounds(running, url, rounds, seconds))


def _grown(operation: Operation, small: Side, large: Side) -> Grown:
    grown = Grown(operation, {kind: [] for kind in KINDS})
    sides = [(side, operation.requests(side.world)) for side in (small, large)]
    for number in range(-1, small.rounds.rounds):  # before the first round they warm up
        seconds = WARM if number < 0 else small.rounds.seconds
        for places in zip(small.rounds.servers, large.rounds.servers, strict=True):
            samples = dict(_turn(operation, sides, places, seconds, number % 2 == 1))
            if number >= 0:
                grown.samples[places[0].kind].append((samples[0], samples[1]))
    return grown


def _turn(
    operation: Operation,
    sides: list[tuple[Side, list[tuple[str, str]]]],
    places: tuple[Server, Server],
    seconds: float,
    large_first: bool,
) -> Iterator[tuple[int, Sample]]:
    for place in (1, 0) if large_first else (0, 1):
        side, asked = sides[place]
        yield place, side.rounds.sample(places[place], operation, asked, seconds)
