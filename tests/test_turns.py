"""Work that is done in turns ends when it is told to, whatever else happens in that moment."""

import asyncio

import asyncpg  # type: ignore[import-untyped]
import pytest
import structlog
from redis.exceptions import ConnectionError as RedisConnectionError
from tortoise.exceptions import DBConnectionError, IntegrityError, OperationalError

from app.models.refusal import ErrorCode, Refusal
from app.models.turns import Turns


async def _nothing() -> None:
    """A turn with nothing to do."""


@pytest.mark.parametrize("steps", range(6))
async def test_a_wake_does_not_swallow_the_end(steps: int) -> None:
    turns = Turns("test")
    task = asyncio.create_task(turns.take(_nothing))
    await asyncio.sleep(0.01)
    turns.wake()
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=1.5)
    if not done:  # so that the failure is told and does not hang
        task.cancel()
    assert done and task.cancelled()


@pytest.mark.parametrize("made_of_it", [ConnectionError, None])
async def test_a_turn_does_not_swallow_the_end_on_its_way_out(made_of_it: type[Exception] | None) -> None:
    async def turn() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if made_of_it:
                raise made_of_it from None

    task = asyncio.create_task(Turns("test").take(turn))
    await asyncio.sleep(0.01)
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=1.5)
    if not done:
        task.cancel()
    assert done and task.cancelled()


AWAY = (
    ConnectionError("away"),
    TimeoutError("away"),
    OperationalError("database is locked"),
    DBConnectionError("away"),
    RedisConnectionError("away"),
    asyncpg.CannotConnectNowError("away"),
    Refusal(ErrorCode.BUSY),
)
FAULTS = (KeyError("name"), IntegrityError("a row that is wrong"), Refusal(ErrorCode.REQUIRED))


@pytest.mark.parametrize("error", [*AWAY, *FAULTS], ids=repr)
async def test_a_fault_of_the_work_is_logged_with_its_place(error: Exception) -> None:
    turns, again = Turns("test"), asyncio.Event()

    async def turn() -> None:
        if failed:
            again.set()
            return
        failed.append(error)
        turns.wake()
        raise error

    failed: list[Exception] = []
    with structlog.testing.capture_logs() as logs:
        task = asyncio.create_task(turns.take(turn))
        await asyncio.wait_for(again.wait(), 1)  # the next turn is taken in either case
        task.cancel()
        await asyncio.wait([task])
    [line] = logs
    assert (line["event"], line["error"]) == ("test.failed", type(error).__name__)
    assert line.get("exc_info") is (error if error in FAULTS else None)
    assert line["log_level"] == ("error" if error in FAULTS else "warning")
