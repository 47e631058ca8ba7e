"""Telling somebody live that their own rights, sites or portal have changed."""

from collections.abc import AsyncIterator
from typing import Any

from app.auth.sight import sight_of
from app.auth.viewer import Viewer
from app.models.turns import waited
from app.notify.bus import bus
from app.resolvers.notification import Refresh, present

LOOK = 30.0  # seconds, since grants also end by the clock, and nobody tells of that


async def follow(viewer: Viewer, refresh: Refresh) -> AsyncIterator[Viewer]:
    """The viewer anew, after each change of what they may see or do.

    Raises NOT_SIGNED_IN when the session or the account has ended; the whole connection then ends and says why.
    """
    with bus.watch(viewer.person_id) as news:
        known = await _mark(viewer)
        while True:
            news.clear()
            current = await present(viewer, refresh)
            if (mark := await _mark(current)) != known:
                known = mark
                yield current
            await waited(news, LOOK)


async def _mark(viewer: Viewer) -> tuple[Any, ...]:
    """What decides over rights; versions grow for other reasons too."""
    sight, origins = await sight_of(viewer), frozenset(viewer.held)
    return (sight, origins, viewer.default_site_id, viewer.is_worker, viewer.must_change_password)
