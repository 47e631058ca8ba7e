"""What is asked: the documents, and who asks them with which variables."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import orjson

from app.models.nouns import REQUEST, WORKER
from bench.data import World

Ask = tuple[str, dict[str, Any]]
ROTATION = 2_000
MANY = 20_000

VIEWER = "{ viewer { name audience language } }"
NEWEST = """{ requests(first: 50) { nodes {
  number title status priority createdAt requester { name phone } site { name } assignees { name phone }
} } }"""
PRIORITY = """{ requests(
  first: 50, where: {status: [OPEN, IN_PROGRESS]}, orderBy: [{field: PRIORITY, direction: DESC}]
) { totalCount nodes { number title status priority createdAt requester { name } site { name } } } }"""
SEARCH = """query ($search: String!) { contacts(search: $search) { nodes {
  name email organization { name } department { name }
} } }"""
ASSIGN = """mutation ($input: AssignRequestInput!) { assignRequest(input: $input) {
  errors { code } warnings { code } request { id status version }
} }"""


@dataclass(frozen=True)
class Operation:
    """One thing to measure; `repeats` says whether the same may be asked twice."""

    name: str
    title: str
    document: str
    asks: Callable[[World], Iterator[Ask]]
    repeats: bool = True

    def requests(self, world: World) -> list[tuple[str, str]]:
        """The tokens and bodies of the requests, in their order."""
        found = self.asks(world)
        return [(token, self.body(variables)) for token, variables in found]

    def body(self, variables: dict[str, Any]) -> str:
        """The body of a request."""
        asked = {"query": self.document} | ({"variables": variables} if variables else {})
        return orjson.dumps(asked).decode()


def _everybody(world: World) -> Iterator[Ask]:
    """Workers and administrators of all workspaces, one after the other."""
    signed = [each for firm in world.firms for each in (*firm.workers, *firm.admins)]
    return iter([(each.token, {}) for each in signed])


def _workers(world: World) -> Iterator[Ask]:
    """Every worker in turn, from one workspace to the next."""
    turns = zip(*(firm.workers for firm in world.firms), strict=True)
    return iter([(worker.token, {}) for turn in turns for worker in turn])


def _admins(world: World) -> Iterator[Ask]:
    turns = cycle(zip(*(firm.admins for firm in world.firms), strict=True))
    return islice(((admin.token, {}) for turn in turns for admin in turn), ROTATION)


def _searches(world: World) -> Iterator[Ask]:
    return ((admin.token, {"search": word}) for admin, word in islice(world.words(), MANY))


def assignments(world: World) -> Iterator[Ask]:
    """Every request and worker that are free for each other, once."""
    for pair in world.pairs:
        ids = {"requestId": REQUEST.id(pair.request_id), "workerId": WORKER.id(pair.worker.person_id)}
        yield pair.admin.token, {"input": ids}


OPERATIONS = (
    Operation("viewer", "viewer", VIEWER, _everybody),
    Operation("newest", "a worker's 50 newest requests", NEWEST, _workers),
    Operation("priority", "an administrator's 50 by status and priority, with totalCount", PRIORITY, _admins),
    Operation("search", "contact search, another word each time", SEARCH, _searches),
    Operation("assign", "assignRequest, another pair each time", ASSIGN, assignments, repeats=False),
)
LIVE, EXPORT, DOCUMENTS = "live", "export", "documents"
NAMES = (*(each.name for each in OPERATIONS), LIVE, EXPORT, DOCUMENTS)
