"""Looking over who may do what, once in a while: keep, reduce or remove."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from tortoise.expressions import Q

from app.auth import delegation, policy
from app.auth.permissions import Permission
from app.auth.policy import Rows
from app.auth.viewer import Viewer
from app.models import DirectGrant, Person, Workspace, nouns
from app.models.audit_event import AuditKind
from app.models.base import now
from app.models.caution import Caution
from app.models.database import transaction
from app.models.refusal import ErrorCode, Refusal
from app.models.role import grant_word
from app.resolvers.account import suspend
from app.resolvers.audit_event import note
from app.resolvers.details import REASON, text_of
from app.resolvers.handover import still_assigned
from app.resolvers.outcome import Outcome
from app.resolvers.person import listed as people
from app.resolvers.person import locked, tell_access


class Review(StrEnum):
    """What a look at somebody's access led to."""

    KEEP = "KEEP"
    REDUCE = "REDUCE"
    REMOVE = "REMOVE"


async def listed(viewer: Viewer, where: dict[str, Any], search: str | None) -> Rows:
    """The accounts that the viewer reviews; with `is_due`, those that are or are not due for it."""
    rows = people(viewer, nouns.USER, Permission.USER_MANAGE, where, search)
    if "is_due" in where:
        since = viewer.at - timedelta(days=await review_days(viewer))
        rows = rows.filter(_looked_at(since, "lte" if where["is_due"] else "gt"))
    return rows


async def review_days(viewer: Viewer) -> int:
    """For how many days a review holds."""
    workspace: Workspace = await policy.visible(viewer, nouns.WORKSPACE).get()
    return workspace.rules.access_review_days


def _looked_at(since: datetime, compared: str) -> Q:
    """Whoever was never looked at counts from the day on which the account was made."""
    looked: dict[str, Any] = {f"reviewed_at__{compared}": since}
    made: dict[str, Any] = {"reviewed_at__isnull": True, f"created_at__{compared}": since}
    return Q(**looked) | Q(**made)


async def review(viewer: Viewer, text: str, decision: Review, words: str | None) -> Outcome:
    """Notes that somebody's access was looked at, and takes away what is not needed any more.

    Raises NOT_FOUND, FORBIDDEN, NOT_YOURSELF, WRONG_STATE, TOO_LONG or LAST_ADMINISTRATOR.
    """
    said = text_of(words, "note", REASON)

    async def body() -> Outcome:
        person = await locked(viewer, text, "personId")
        if person.id == viewer.person_id and decision is not Review.KEEP:
            raise Refusal(ErrorCode.NOT_YOURSELF, "personId")
        await person.change(reviewed_at=now())
        cautions = await _decide(viewer, person, decision, said)
        tell_access(person.id)
        return Outcome(person.id, cautions)

    return await transaction(body)


async def _decide(viewer: Viewer, person: Person, decision: Review, said: str | None) -> tuple[Caution, ...]:
    grants = await DirectGrant.filter(person_id=person.id).order_by("id")
    before = {"grants": [grant_word(each.permission, each.scope) for each in grants]}
    after = {"decision": decision, "note": said}
    await note(viewer, AuditKind.ACCESS_REVIEWED, person, before=before, after=after)
    if decision is Review.REMOVE:
        await suspend(viewer, person, said)
        return await still_assigned(person)
    if decision is Review.REDUCE:
        await DirectGrant.filter(person_id=person.id).delete()
        await delegation.keep_an_administrator(viewer.workspace_id)
    return ()
