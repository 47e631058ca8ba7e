"""How often something was tried, counted in Redis for all processes; where there is none, the database counts."""

import time
from datetime import timedelta

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from app.settings import settings

log = structlog.get_logger()
PREFIX = "guichet:tries:"
ANSWER = 1.0
REST = 5.0  # so that not every sign-in waits for a Redis that hangs


class Tally:
    """The counts in the Redis that the settings name. One per process."""

    def __init__(self) -> None:
        self._redis: Redis | None = None
        self._rests_until = 0.0

    async def add(self, key: str, tries: int, window: timedelta) -> int | None:
        """Adds to what was tried since the first try of a window, and tells how much that is.

        None where no Redis is configured, or it does not answer.
        """
        if (redis := self._open()) is None:
            return None
        try:
            async with redis.pipeline() as both:
                both.incrby(PREFIX + key, tries)
                both.expire(PREFIX + key, window, nx=True)
                return int((await both.execute())[0])
        except (RedisError, OSError) as error:
            self._rest(error)
            return None

    async def forget(self, key: str) -> None:
        """Begins anew with nothing tried."""
        if (redis := self._open()) is None:
            return
        try:
            await redis.delete(PREFIX + key)
        except (RedisError, OSError) as error:
            self._rest(error)

    def _open(self) -> Redis | None:
        if self._redis is None and (url := settings().redis_url):
            # Once more on a new connection: after a restart of Redis each kept one is found broken at its next use.
            again = Retry(NoBackoff(), 1)
            self._redis = Redis.from_url(url, retry=again, socket_timeout=ANSWER, socket_connect_timeout=ANSWER)
        return self._redis if time.monotonic() >= self._rests_until else None

    def _rest(self, error: Exception) -> None:
        self._rests_until = time.monotonic() + REST
        log.warning("tally.lost", error=type(error).__name__)

    async def close(self) -> None:
        """Closes the connections; the next use opens new ones."""
        if self._redis is not None:
            await self._redis.aclose()
        self._redis, self._rests_until = None, 0.0


tally = Tally()
