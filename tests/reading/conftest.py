"""One furnished database for each module of these tests, opened without a server."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from tortoise.backends.base.executor import EXECUTOR_CACHE

from app.auth import identity
from app.models.database import connect, disconnect
from app.resolvers import node
from tests.cast import Cast
from tests.conftest import Stage
from tests.reading.house import House
from tests.reading.record import record
from tests.reading.scenery import furnish


async def _nothing(*_: object) -> None:
    """Notes nothing."""


@pytest.fixture(scope="module")
async def house(stage: Stage) -> AsyncIterator[House]:
    """The cast and the scenery in a database of their own."""
    EXECUTOR_CACHE.clear()
    url = stage.copy()
    cast = Cast()
    cast.keys = dict(stage.cast.keys)
    await connect(url)
    try:
        await furnish(cast)
        await record(cast)
        house = House(cast)
        with pytest.MonkeyPatch.context() as patch:  # looking leaves no traces: they would be rows, too
            patch.setattr(identity, "SEEN_EVERY", timedelta(days=1))
            patch.setattr(node, "note_hidden", _nothing)
            await house.look()
            yield house
    finally:
        await disconnect()
        stage.drop(url)
