"""Everything by which a person gets in, ended together."""

from typing import Any
from uuid import UUID

from tortoise.expressions import F

from app.models.api_token import ApiToken
from app.models.base import now
from app.models.calendar_feed import CalendarFeed
from app.models.export_job import OPEN, ExportJob, ExportReason, ExportState
from app.models.invitation import Invitation, InvitationState
from app.models.person import Person
from app.models.session import Session


async def end_sessions(person_id: UUID, but: UUID | None = None) -> int:
    """Ends the person's sessions, all but one, and tells how many; inside the transaction of its reason.

    The person's version grows: by it other processes see that they have something to close.
    """
    ended: dict[str, Any] = {"revoked_at": now()}
    count = await Session.filter(person_id=person_id, revoked_at__isnull=True).exclude(id=but).update(**ended)
    if count:
        await Person.filter(id=person_id).update(version=F("version") + 1)
    return int(count)


async def end_entries(person_id: UUID) -> None:
    """Ends what a stolen password may have opened: sessions and the calendar address."""
    await end_sessions(person_id)
    await CalendarFeed.filter(person_id=person_id).delete()


async def end_invitations(person_id: UUID, state: InvitationState, **condition: Any) -> int:
    """Closes the person's open links, temporary passwords and PINs, and tells how many."""
    closed: dict[str, Any] = {"state": state, "closed_at": now()}
    pending = Invitation.filter(person_id=person_id, state=InvitationState.PENDING, **condition)
    return int(await pending.update(**closed))


async def end_access(person_id: UUID) -> None:
    """Ends sessions, tokens and links at once: nothing that was given out lets the person in any more."""
    await end_entries(person_id)
    ended: dict[str, Any] = {"revoked_at": now()}
    await ApiToken.filter(owner_id=person_id, revoked_at__isnull=True).update(**ended)
    await end_invitations(person_id, InvitationState.REVOKED)
    await end_exports(person_id)


async def end_exports(person_id: UUID) -> None:
    """Cancels the exports that still run for the person; whoever writes them looks before each step."""
    ended: dict[str, Any] = {
        "state": ExportState.CANCELLED,
        "reason": ExportReason.ACCESS_ENDED,
        "finished_at": now(),
    }
    await ExportJob.filter(owner_id=person_id, state__in=list(OPEN)).update(**ended)
