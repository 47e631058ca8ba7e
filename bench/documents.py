"""Documents of which no two are alike: whatever is kept of them has to stay within its bounds."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice

import orjson

from bench.data import World
from bench.load import Job, Seen
from bench.measure import memory
from bench.processes import Server, loaded

DOCUMENTS, STEPS = 100_000, 10
LONG = 3_600.0  # seconds, more than a step takes
FORMS = (
    "query Q{n} {{ viewer {{ name{n}: name audience language }} }}",
    "{{ requests(first: 5) {{ totalCount nodes {{ number title{n}: title site {{ name }} }} }} }}",
    "query ($id: ID!) {{ request(id: $id) {{ number other{n}: title isOverdue }} }}",
)


@dataclass(frozen=True)
class Step:
    """After how many documents a server had how much memory, in megabytes."""

    documents: int
    rate: float
    failed: int
    memory: float


def bodies(world: World) -> Iterator[tuple[str, str]]:
    """Tokens and bodies without end; the third form is answered with a null, which costs no less to prepare."""
    admins = cycle(firm.admins[0].token for firm in world.firms)
    for n, token in enumerate(admins):
        asked = {"query": FORMS[n % len(FORMS)].format(n=n), "variables": {"id": f"req_{n:032x}"}}
        yield token, orjson.dumps(asked).decode()


def run(server: Server, world: World) -> Iterator[Step]:
    """Asks one server all of them, and looks at its memory on the way."""
    asked = bodies(world)
    for step in range(STEPS + 1):
        count = DOCUMENTS // STEPS if step else STEPS  # a few first, so that everything is loaded
        job = Job(server.port, server.path("documents"), list(islice(asked, count)), repeats=False, seconds=LONG)
        seen = Seen(**loaded("bench.load", job))
        yield Step(step * DOCUMENTS // STEPS, seen.rate, seen.failed, memory(server.process))
