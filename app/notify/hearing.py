"""Who may hear of what: asked when something happens, and again when the message leaves."""

from uuid import UUID

from app.auth import policy
from app.auth.viewer import viewer_of
from app.models import Person, nouns
from app.models.activity import ActivityKind
from app.models.person import GONE


async def may_hear(person: Person, kind: ActivityKind, activity_id: UUID) -> bool:
    """Nothing is told that the person could not open; that something was taken away is no secret to them.

    Needs `person.role` loaded.
    """
    if person.status in GONE:
        return False
    if kind is ActivityKind.UNASSIGNED:
        return True
    viewer = await viewer_of(person)
    return await policy.visible(viewer, nouns.ACTIVITY).filter(id=activity_id).exists()
