"""Telling a worker live: what was missed since a cursor, then what happens, once each and in order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from app.auth import policy
from app.auth.denials import Denial
from app.auth.viewer import Viewer
from app.models import Notification, nouns
from app.models.activity import ActivityKind
from app.notify.bus import Topic, bus

ASSIGNMENTS = (ActivityKind.ASSIGNED, ActivityKind.UNASSIGNED)
BATCH = 50
MOMENT = 5.0
Refresh = Callable[[], Awaitable[Viewer | None]]


async def latest(viewer: Viewer) -> int:
    """The cursor of the newest notification."""
    newest = await policy.visible(viewer, nouns.NOTIFICATION).order_by("-seq").first()
    return newest.seq if newest else 0


async def follow(viewer: Viewer, after: int | None, refresh: Refresh) -> AsyncIterator[tuple[Viewer, Notification]]:
    """Notifications about the viewer's assignments, each with the viewer as it is at that moment.

    Raises INVALID_CURSOR for a cursor that was never given out, and NOT_SIGNED_IN when the session or
    the account has ended. The cursor never skips a row that commits late: sequence numbers are given
    under the recipient's row lock.
    """
    with bus.watch(viewer.person_id) as news:
        cursor = await _start(viewer, after)
        while True:
            news.clear()
            await present(viewer, refresh)
            rows = await _next(viewer, cursor)
            for row in rows:
                cursor = row.seq
                if row.kind in ASSIGNMENTS:
                    yield await present(viewer, refresh), row
            if len(rows) < BATCH:
                await news.wait()


async def _start(viewer: Viewer, after: int | None) -> int:
    newest = await latest(viewer)
    if after is not None and after > newest:
        raise Denial("INVALID_CURSOR")
    return newest if after is None else after


async def present(viewer: Viewer, refresh: Refresh) -> Viewer:
    """The viewer as it is now. Raises NOT_SIGNED_IN when the session or the account has ended."""
    current = await refresh()
    if current is None:
        bus.publish(Topic.ACCESS, viewer.person_id)
        await asyncio.sleep(MOMENT)  # by then the whole connection has ended, and has said why
        raise Denial("NOT_SIGNED_IN")
    return current


async def _next(viewer: Viewer, cursor: int) -> list[Notification]:
    rows = policy.visible(viewer, nouns.NOTIFICATION).filter(seq__gt=cursor)
    return list(await rows.order_by("seq").limit(BATCH))


def cursor(text: str | None) -> int | None:
    """The sequence number in a cursor. Raises INVALID_CURSOR if the text is none."""
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Denial("INVALID_CURSOR")
    return int(text)
