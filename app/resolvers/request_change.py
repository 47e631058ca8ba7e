"""Following one request live: as it is now, then after each change, until it is out of sight."""

from collections.abc import AsyncIterator
from uuid import UUID

from tortoise.expressions import Subquery
from tortoise.functions import Count

from app.auth import policy
from app.auth.denials import Denial
from app.auth.viewer import Viewer
from app.models import nouns
from app.notify.bus import bus
from app.reading.page import One
from app.resolvers import request
from app.resolvers.notification import Refresh, present

Mark = tuple[int, int, int]


async def follow(viewer: Viewer, text: str, refresh: Refresh) -> AsyncIterator[One]:
    """The visible request, now and whenever something that the viewer may see has happened to it.

    Raises NOT_FOUND if it cannot be seen, NO_LONGER_VISIBLE when that ends, and NOT_SIGNED_IN when the
    session or the account has ended. Events that come close together may be told as one.
    """
    rows = request.one(viewer, text)
    found = await rows.first() if rows is not None else None
    if found is None:
        raise Denial("NOT_FOUND")
    told: Mark | None = None
    with bus.watch(viewer.person_id, found.id) as news:
        while True:
            news.clear()
            viewer = await present(viewer, refresh)
            mark = await _mark(viewer, found.id)
            if mark is None:
                raise Denial("NO_LONGER_VISIBLE")
            if mark != told:
                told = mark
                yield One(nouns.REQUEST, found.id)
            await news.wait()


async def _mark(viewer: Viewer, key: UUID) -> Mark | None:
    """What tells one state from the next: versions, and the lines of the history that the viewer reads.

    In one statement: a change that is committed between two would look like two.
    """
    lines = policy.visible(viewer, nouns.ACTIVITY, beside=nouns.REQUEST).filter(request_id=key)
    counted = Subquery(lines.annotate(count=Count("id")).values("count"))
    rows = policy.visible(viewer, nouns.REQUEST).filter(id=key).annotate(lines=counted)
    found = await rows.values_list("version", "lines")
    return (*found[0], viewer.version) if found else None
