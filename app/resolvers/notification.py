"""What somebody was told: the inbox, and live what was missed since a cursor, then what happens, in order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from typing import Any

from tortoise.expressions import Subquery

from app.auth import policy
from app.auth.denials import Denial
from app.auth.policy import Rows
from app.auth.viewer import Viewer
from app.models import Notification, nouns
from app.models.activity import ActivityKind
from app.models.base import now
from app.models.database import transaction
from app.models.refusal import ErrorCode, Refusal, Unfit
from app.notify.bus import Topic, bus
from app.reading.page import Count, One
from app.resolvers.finding import keys, narrowed
from app.resolvers.outcome import Outcome

EVERYTHING = frozenset(ActivityKind)
ASSIGNMENTS = frozenset({ActivityKind.ASSIGNED, ActivityKind.UNASSIGNED})
MOST_AT_ONCE = 100
BATCH = 50
MOMENT = 5.0
Refresh = Callable[[], Awaitable[Viewer | None]]


def listed(viewer: Viewer, where: dict[str, Any]) -> Rows:
    """The viewer's notifications that match every given filter."""
    rows = narrowed(policy.visible(viewer, nouns.NOTIFICATION), where, {"kind": "kind"}, {})
    if "is_unread" in where:
        rows = rows.filter(read_at__isnull=where["is_unread"])
    return rows


def unread(viewer: Viewer) -> Count:
    """How many the viewer has not read."""
    return Count(listed(viewer, {"is_unread": True}))


def actor(viewer: Viewer, notification: Any) -> Rows:
    """Who did what a notification tells, if the viewer may still see that it happened.

    The request is asked for by its id: of a long inbox, each row would else look at all requests that are visible.
    """
    request = policy.visible(viewer, nouns.REQUEST).filter(id=notification["request_id"])
    told = policy.visible(viewer, nouns.ACTIVITY, beside=nouns.REQUEST).filter(id=notification["activity_id"])
    seen = told.filter(request_id__in=Subquery(request.values("id")))
    return policy.visible(viewer, nouns.CARD).filter(id__in=Subquery(seen.values("actor_id")))


async def mark_read(viewer: Viewer, ids: list[str] | None, up_to: int | None) -> Outcome:
    """Marks some notifications, or all up to a number, as read; those that are stay as they are.

    Raises REQUIRED or INVALID_VALUE unless just one of both is given, TOO_MANY and NOT_FOUND.
    """
    if (ids is None) is (up_to is None):
        code = ErrorCode.REQUIRED if ids is None else ErrorCode.INVALID_VALUE
        raise Refusal(code, "ids", reason=Unfit.BOTH)

    async def body() -> Outcome:
        rows = policy.visible(viewer, nouns.NOTIFICATION)
        rows = rows.filter(seq__lte=up_to) if ids is None else await _given(rows, ids)
        await rows.filter(read_at__isnull=True).update(read_at=now())
        return Outcome(One(nouns.VIEWER, viewer.person_id))

    return await transaction(body)


async def _given(rows: Rows, ids: list[str]) -> Rows:
    if len(ids) > MOST_AT_ONCE:
        raise Refusal(ErrorCode.TOO_MANY, "ids", limit=MOST_AT_ONCE)
    rows = rows.filter(id__in=keys(nouns.NOTIFICATION, ids))
    found = {nouns.NOTIFICATION.id(row.id) for row in await rows}
    if missing := [place for place, text in enumerate(ids) if text not in found]:
        raise Refusal.missing("ids", str(missing[0]))
    return rows


async def latest(viewer: Viewer) -> int:
    """The cursor of the newest notification."""
    newest = await policy.visible(viewer, nouns.NOTIFICATION).order_by("-seq").first()
    return newest.seq if newest else 0


async def follow(
    viewer: Viewer, after: int | None, refresh: Refresh, kinds: Collection[ActivityKind] = EVERYTHING
) -> AsyncIterator[Notification]:
    """The viewer's notifications of these kinds, each while the viewer may still be told.

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
                if row.kind in kinds:
                    await present(viewer, refresh)
                    yield row
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
