"""Work that is done in turns: at once when somebody wakes it, and after a while in any case."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import asyncpg  # type: ignore[import-untyped]
import structlog
from redis.exceptions import RedisError
from tortoise.exceptions import OperationalError

from app.models.refusal import ErrorCode, Refusal

log = structlog.get_logger()
AWAY = (
    OSError,
    RedisError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.LockNotAvailableError,
)
IDLE = 2.0  # seconds between looks when nobody wakes it


async def waited(event: asyncio.Event, seconds: float) -> None:
    """Waits for the event, but not longer than this.

    `asyncio.wait_for` of Python 3.11 loses a cancellation that comes together with the event.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def told_to_end() -> bool:
    """Whether the present task was cancelled, even if what it was in the midst of made another error of it."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _is_away(error: Exception) -> bool:
    """Whether something that work needs is away or busy for a while, as opposed to a fault of the work."""
    if isinstance(error, OperationalError):  # so is a statement that does not fit the tables
        return "locked" in str(error) or "unable to open" in str(error)
    return isinstance(error, AWAY) or (isinstance(error, Refusal) and error.code is ErrorCode.BUSY)


class Turns:
    """The turns of one kind of work in one process; `name` is what the log calls it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Looks now instead of at the next turn."""
        self._woken.set()

    async def take(self, turn: Callable[[], Awaitable[None]], pause: float | None = None) -> None:
        """Takes turns until cancelled, whatever becomes of each, with so many seconds between them."""
        while True:
            try:
                await turn()
            except Exception as error:
                self._tell(error)
            if told_to_end():
                raise asyncio.CancelledError
            await waited(self._woken, pause or IDLE)
            self._woken.clear()

    def _tell(self, error: Exception) -> None:
        if _is_away(error):
            log.warning(f"{self.name}.failed", error=type(error).__name__)
        else:
            log.error(f"{self.name}.failed", error=type(error).__name__, exc_info=error)
