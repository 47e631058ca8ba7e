"""Servers and people for the tests of the transport."""

import logging
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.transport.door import Door, Opener, running
from tests.transport.graph import DESK, Desk, Viewer


class Keeper(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    @property
    def text(self) -> str:
        """Everything that was logged, tracebacks included."""
        return "\n".join(logging.Formatter().format(record) for record in self.records)


@pytest.fixture(scope="session")
async def shared_door() -> AsyncIterator[Door]:
    async with running() as door:
        yield door


@pytest.fixture
def door(shared_door: Door) -> Door:
    """The server with ordinary settings."""
    return shared_door


@pytest.fixture
def open_door() -> Opener:
    """Starts a server with settings of one's own."""
    return running


@pytest.fixture(autouse=True)
def desk() -> Desk:
    """The desk, with two people at it."""
    DESK.__init__()  # type: ignore[misc]
    DESK.sessions |= {"ann-token": Viewer("ann", "s1"), "remi-token": Viewer("remi", "s2", "fr")}
    return DESK


@pytest.fixture
def logged() -> Iterator[Keeper]:
    """Whatever is logged at warning or above, by anybody."""
    keeper = Keeper()
    loggers = [logging.getLogger(name) for name in ("", "uvicorn")]
    for logger in loggers:
        logger.addHandler(keeper)
    yield keeper
    for logger in loggers:
        logger.removeHandler(keeper)


@pytest.fixture(scope="session")
async def shared_closed_door() -> AsyncIterator[Door]:
    """A server in closed mode."""
    async with running(closed=True) as door:
        yield door
