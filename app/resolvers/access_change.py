"""Telling somebody live that their own rights, sites or portal have changed."""

from collections.abc import AsyncIterator
from typing import Any

from app.auth.viewer import Viewer
from app.models import PersonSite
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
    sites = await PersonSite.filter(person_id=viewer.person_id).order_by("site_id").values_list("site_id", flat=True)
    places = (viewer.all_sites, viewer.default_site_id, viewer.organization_id, viewer.department_id, *sites)
    return (frozenset(viewer.held), viewer.is_worker, viewer.must_change_password, *places)
