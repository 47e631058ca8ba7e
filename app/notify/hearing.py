"""Who may hear of what: asked when something happens, and again when the message leaves."""

from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery

from app.auth import policy
from app.auth.kept import kept
from app.auth.viewer import Viewer
from app.models import nouns
from app.models.activity import ActivityKind
from app.models.person import GONE


def is_gone(status: str) -> bool:
    """Whether an account of this status has ended: nobody hears anything there."""
    return status in GONE


async def may_hear(viewer: Viewer, kind: ActivityKind, activity_id: UUID) -> bool:
    """Nothing is told that the person could not open; that something was taken away is no secret to them."""
    return kind is ActivityKind.UNASSIGNED or bool(await _seen(viewer, activity_id))


@kept
def _seen(viewer: Viewer, activity_id: UUID) -> Any:
    return policy.visible(viewer, nouns.ACTIVITY).filter(id=activity_id).values("id")


def openable(viewer: Viewer) -> Q:
    """The same for notifications that are there already: those of which their recipient may hear now."""
    seen = policy.visible(viewer, nouns.ACTIVITY).values("id")
    return Q(kind=ActivityKind.UNASSIGNED) | Q(activity_id__in=Subquery(seen))
