"""A service that the tests of a module share, because they only look."""

from collections.abc import AsyncIterator

import pytest

from tests.ask import Service
from tests.auth.gallery import furnish
from tests.conftest import Stage, serving


@pytest.fixture(scope="module")
async def gallery(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """The cast, furnished; nobody changes anything in here."""
    async with serving(stage, tmp_path_factory.mktemp("gallery"), {"max_cost": 10**9}) as service:
        await furnish(service.cast)
        yield service
