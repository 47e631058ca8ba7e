"""Work that is done in turns ends when it is told to, whatever else happens in that moment."""

import asyncio

import pytest

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
