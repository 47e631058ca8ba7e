"""Which requests the figures are about, and into which spans of time they are divided."""

from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from app.auth import policy
from app.auth.denials import Denial
from app.auth.permissions import Permission
from app.auth.policy import Rows
from app.auth.viewer import Viewer
from app.models import Workspace, nouns
from app.models.period import Unit, edges, midnight
from app.models.workspace import Feature
from app.resolvers import request

MOST_PARTS = 400
RECENT, LATE = 7, 30  # days


def counted(viewer: Viewer, where: dict[str, Any], search: str | None) -> Rows:
    """The requests that match: those that the viewer sees, as far as their grants of stats.read reach."""
    return request.listed(viewer, where, search).filter(policy.within(viewer, nouns.REQUEST, Permission.STATS_READ))


async def zone(viewer: Viewer) -> ZoneInfo:
    """The time zone in which the workspace works. Raises FEATURE_NOT_ENABLED if it does without figures."""
    workspace: Workspace = await policy.visible(viewer, nouns.WORKSPACE).get()
    if not workspace.has(Feature.STATISTICS):
        raise Denial("FEATURE_NOT_ENABLED", feature=Feature.STATISTICS)
    return ZoneInfo(workspace.time_zone)


def beginnings(moment: datetime, zone: ZoneInfo) -> list[datetime]:
    """When today began, and the day seven days ago, and the day thirty days ago."""
    today = moment.astimezone(zone).date()
    return [midnight(today - timedelta(days=days), zone) for days in (0, RECENT, LATE)]


def parts(unit: Unit, start: datetime | None, end: datetime | None, zone: ZoneInfo) -> list[datetime]:
    """The edges of a half-open period's parts. Raises INVALID_PERIOD if it has no parts, or too many."""
    if start is None or end is None or start >= end:
        raise Denial("INVALID_PERIOD", most=MOST_PARTS)
    found = list(islice(edges(unit, start, end, zone), MOST_PARTS + 2))
    if len(found) > MOST_PARTS + 1:
        raise Denial("INVALID_PERIOD", most=MOST_PARTS)
    return found
