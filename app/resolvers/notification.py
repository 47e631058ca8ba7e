"""Telling a worker live: what was missed since a cursor, then what happens, once each and in order."""

from collections.abc import AsyncIterator, Awaitable, Callable

from app.auth import policy
from app.auth.denials import Denial
from app.auth.viewer import Viewer
from app.models import Notification, nouns
from app.models.activity import ActivityKind
from app.notify.bus import bus

ASSIGNMENTS = (ActivityKind.ASSIGNED, ActivityKind.UNASSIGNED)
BATCH = 50
Refresh = Callable[[], Awaitable[Viewer | None]]


async def latest(viewer: Viewer) -> int:
    """The cursor of the newest notification."""
    newest = await policy.visible(viewer, nouns.NOTIFICATION).order_by("-seq").first()
    return newest.seq if newest else 0


async def follow(viewer: Viewer, after: int | None, refresh: Refresh) -> AsyncIterator[tuple[Viewer, Notification]]:
    """Notifications about the viewer's assignments, each with the viewer as it is at that moment.

    Ends when the session or the account has ended. The cursor never skips a row that commits late:
    sequence numbers are given under the recipient's row lock.
    """
    with bus.watch(viewer.person_id) as news:
        cursor = await latest(viewer) if after is None else after
        while True:
            news.clear()
            current = await refresh()
            if current is None:
                return
            rows = await _next(current, cursor)
            for row in rows:
                cursor = row.seq
                if row.kind in ASSIGNMENTS:
                    yield current, row
            if len(rows) < BATCH:
                await news.wait()


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
