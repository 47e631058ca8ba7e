"""Who waits for news of what, in this process."""

import asyncio
import contextlib
from collections.abc import Iterator
from uuid import UUID


class Watchers:
    """The events to set, by the row that they are about."""

    def __init__(self) -> None:
        self._events: dict[UUID, set[asyncio.Event]] = {}

    def __iter__(self) -> Iterator[UUID]:
        return iter(self._events)

    @contextlib.contextmanager
    def holding(self, key: UUID, event: asyncio.Event) -> Iterator[None]:
        """Sets the event at each `wake`, for as long as the context is open."""
        self._events.setdefault(key, set()).add(event)
        try:
            yield
        finally:
            watching = self._events[key]
            watching.discard(event)
            if not watching:
                del self._events[key]

    def wake(self, key: UUID) -> None:
        """Tells whoever waits for news of this row."""
        for event in self._events.get(key, ()):
            event.set()
