"""One furnished database for each module of these tests, opened without a server."""

from collections.abc import AsyncIterator

import pytest
from tortoise.backends.base.executor import EXECUTOR_CACHE

from app.models.database import connect, disconnect
from tests.cast import Cast
from tests.conftest import Stage
from tests.reading.house import House
from tests.reading.scenery import furnish


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
        house = House(cast)
        await house.look()
        yield house
    finally:
        await disconnect()
        stage.drop(url)
