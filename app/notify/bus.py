"""Waking those who wait: ids only, over the process or, with Redis, over all processes.

A message that is lost costs time and nothing else: twice a second a statement compares what the
watched people have been told, and one the watched requests, with what is in the tables.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Iterator
from enum import StrEnum
from functools import partial
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from tortoise.functions import Count

from app.models import Person, Request
from app.models.turns import Turns
from app.notify.watching import Watchers

log = structlog.get_logger()
CHANNEL = "guichet"
TICK = 0.5
CHUNK = 500
ANSWER = 5.0


class Topic(StrEnum):
    """What may have changed: for a person, or of a request."""

    NEWS = "news"
    ACCESS = "access"
    REQUEST = "request"


class Bus:
    """Who waits for news of whom and what. One per process."""

    def __init__(self) -> None:
        self._people, self._requests = Watchers(), Watchers()
        self._known: dict[UUID, tuple[int, int]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._redis: Redis | None = None
        self.on_access: Callable[[UUID], Awaitable[None]] | None = None
        self.connected: Callable[[], Iterable[UUID]] = lambda: ()

    @contextlib.contextmanager
    def watch(self, person_id: UUID, request_id: UUID | None = None) -> Iterator[asyncio.Event]:
        """An event that is set whenever there may be news for the person, or of the request."""
        event = asyncio.Event()
        with contextlib.ExitStack() as stack:
            stack.enter_context(self._people.holding(person_id, event))
            if request_id:
                stack.enter_context(self._requests.holding(request_id, event))
            yield event

    def connect(self, url: str) -> None:
        """Joins the other processes. Raises ValueError for what is no address of a Redis."""
        try:
            # Once more on a new connection: after a restart of Redis each kept one is found broken at its next use.
            self._redis = Redis.from_url(url, retry=Retry(NoBackoff(), 1))
        except ValueError as error:
            raise ValueError(f"GUICHET_REDIS_URL: {error}") from error

    def publish(self, topic: Topic, *keys: UUID) -> None:
        """Wakes whoever watches these people or requests, here and in other processes."""
        for key in keys:
            self._wake(topic, key)
        if self._redis is not None and keys:
            self._spawn(_send(self._redis, [f"{topic}:{key}" for key in keys]))

    def _wake(self, topic: Topic, key: UUID) -> None:
        (self._requests if topic is Topic.REQUEST else self._people).wake(key)
        if topic is Topic.ACCESS and self.on_access is not None:
            self._spawn(self.on_access(key))

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def listen(self) -> None:
        """Passes on what other processes publish, until cancelled; a lost server is tried again."""
        if self._redis is not None:
            await Turns("bus.listening").take(partial(self._hear, self._redis), TICK)

    async def _hear(self, redis: Redis) -> None:
        async with redis.pubsub() as channel:
            await channel.subscribe(CHANNEL)
            async for message in channel.listen():
                if message["type"] == "message":
                    self._receive(message["data"])

    def _receive(self, message: bytes) -> None:
        try:
            topic, _, key = message.decode().partition(":")
            self._wake(Topic(topic), UUID(key))
        except ValueError:  # from another version, or from somebody else
            log.warning("bus.unknown_message")

    async def tick(self) -> None:
        """Looks twice a second for what no message told, until cancelled."""
        self._known = {}
        await Turns("bus.tick").take(self._compare, TICK)

    async def _compare(self) -> None:
        people, requests = list({*self._people, *self.connected()}), list(self._requests)
        self._known = {key: self._known[key] for key in (*people, *requests) if key in self._known}
        for i in range(0, len(people), CHUNK):
            rows = await Person.filter(id__in=people[i : i + CHUNK]).values_list("id", "version", "notification_seq")
            for person_id, version, seq in rows:
                self._note(person_id, version, seq)
        for i in range(0, len(requests), CHUNK):
            # Not every change raises the version: comments only leave a line in the history.
            found = Request.filter(id__in=requests[i : i + CHUNK]).annotate(lines=Count("activities"))
            for request_id, version, lines in await found.values_list("id", "version", "lines"):
                self._note_request(request_id, version, lines)

    def _note_request(self, request_id: UUID, version: int, lines: int) -> None:
        if self._known.get(request_id) != (version, lines):
            self._known[request_id] = (version, lines)
            self._wake(Topic.REQUEST, request_id)

    def _note(self, person_id: UUID, version: int, seq: int) -> None:
        before = self._known.get(person_id)
        self._known[person_id] = (version, seq)
        # Of somebody new it is not known what changed between their signing in and this look.
        if before is None or before[0] != version:
            self._wake(Topic.ACCESS, person_id)
        elif before[1] != seq:
            self._wake(Topic.NEWS, person_id)

    async def ping(self) -> bool:
        """Whether Redis answers; True where none is configured."""
        try:
            async with asyncio.timeout(ANSWER):
                return self._redis is None or bool(await self._redis.ping())
        except (RedisError, OSError):
            return False

    async def close(self) -> None:
        """Closes the connection to Redis."""
        if self._redis is not None:
            await self._redis.aclose()
            self._redis = None


async def _send(redis: Redis, messages: list[str]) -> None:
    try:
        for message in messages:
            await redis.publish(CHANNEL, message)
    except (RedisError, OSError) as error:
        log.warning("bus.publish_failed", error=type(error).__name__)


bus = Bus()
