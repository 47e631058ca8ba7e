"""Every open socket and event stream, by the person behind it, so that a lost right ends them at once."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from app.transport.context import Credentials

AT_ONCE = 16

Authenticate = Callable[[Credentials], Awaitable[Any | None]]

log = logging.getLogger("guichet.graph")


@dataclass(eq=False)
class OpenConnection:
    """One socket or event stream of a signed-in person."""

    credentials: Credentials
    viewer: Any
    authenticate: Authenticate
    end: Callable[[], Awaitable[None]]

    async def recheck(self) -> None:
        """End the connection unless its credentials still prove the same session."""
        if not self.is_same(await self._viewer_now()):
            await self.end()

    def is_same(self, viewer: Any | None) -> bool:
        """Whether this viewer is the person and session that opened the connection."""
        mine = (self.viewer.person_id, self.viewer.session_id)
        return viewer is not None and (viewer.person_id, viewer.session_id) == mine

    async def _viewer_now(self) -> Any | None:
        try:
            return await self.authenticate(self.credentials)
        except Exception as error:
            log.warning("a connection was ended: its session could not be checked (%s)", type(error).__name__)
            return None


class OpenSockets:
    """The open connections of this process."""

    def __init__(self) -> None:
        self._open: dict[str, set[OpenConnection]] = defaultdict(set)
        self.rechecks = 0

    async def add(self, connection: OpenConnection, since: int) -> None:
        """Watch a connection. `since` is `rechecks` before it authenticated: a recheck in between missed it."""
        self._open[str(connection.viewer.person_id)].add(connection)
        if self.rechecks != since:
            await connection.recheck()

    def discard(self, connection: OpenConnection) -> None:
        """Forget a connection that closed."""
        person = str(connection.viewer.person_id)
        self._open[person].discard(connection)
        if not self._open[person]:
            del self._open[person]

    @asynccontextmanager
    async def watching(self, connection: OpenConnection, since: int) -> AsyncIterator[None]:
        """Watch a connection for as long as it is open."""
        await self.add(connection, since)
        try:
            yield
        finally:
            self.discard(connection)

    def person_ids(self) -> set[Any]:
        """Who has a connection open."""
        return {connection.viewer.person_id for connections in self._open.values() for connection in connections}

    async def recheck(self, person_id: object) -> None:
        """End the connections of a person that their credentials no longer allow."""
        self.rechecks += 1
        await _recheck(self._open.get(str(person_id), ()))


async def _recheck(connections: Iterable[OpenConnection]) -> None:
    some = asyncio.Semaphore(AT_ONCE)

    async def one(connection: OpenConnection) -> None:
        async with some:
            await connection.recheck()

    await asyncio.gather(*(one(connection) for connection in list(connections)))
