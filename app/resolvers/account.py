"""Suspending accounts, taking them back, and deleting people."""

from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

from app.auth import delegation
from app.auth.viewer import Viewer
from app.models import ApiToken, ContactNote, Invitation, Person, SavedView, Session, Workspace, nouns
from app.models.access import end_access
from app.models.audit_event import AuditKind
from app.models.caution import Caution, WarningCode
from app.models.database import transaction
from app.models.erasing import erase
from app.models.person import AccountStatus
from app.models.refusal import ErrorCode, Refusal
from app.resolvers.audit_event import note
from app.resolvers.details import REASON, text_of
from app.resolvers.handover import Handover, hand_over, lock_open_work, still_assigned
from app.resolvers.outcome import Outcome
from app.resolvers.person import locked, tell_access

LOST = {
    "notes": ContactNote,
    "saved_views": SavedView,
    "sessions": Session,
    "tokens": ApiToken,
    "invitations": Invitation,
}
Work = Callable[[Any], Awaitable[Outcome]]


async def deactivate(viewer: Viewer, text: str, reason: str | None) -> Outcome:
    """Suspends an account: whatever lets the person in ends with it, and open work stays where it is.

    Raises NOT_FOUND, FORBIDDEN, NOT_YOURSELF, WRONG_STATE, TOO_LONG or LAST_ADMINISTRATOR.
    """
    why = text_of(reason, "reason", REASON)

    async def work(person: Any) -> Outcome:
        await suspend(viewer, person, why)
        return Outcome(person.id, await still_assigned(person))

    return await _changed(viewer, text, work)


async def suspend(viewer: Viewer, person: Person, reason: str | None) -> None:
    """Suspends a locked account inside a transaction. Raises WRONG_STATE or LAST_ADMINISTRATOR."""
    before = {"status": person.status}
    await person.deactivate()
    await end_access(person.id)
    await note(
        viewer, AuditKind.DEACTIVATED, person, before=before, after={"status": person.status, "reason": reason}
    )
    await delegation.keep_an_administrator(viewer.workspace_id)


async def reactivate(viewer: Viewer, text: str) -> Outcome:
    """Takes an account back to the state before, without its old sessions and links.

    Raises NOT_FOUND, FORBIDDEN, NOT_YOURSELF or WRONG_STATE.
    """

    async def work(person: Any) -> Outcome:
        before = {"status": person.status}
        await person.reactivate()
        await note(viewer, AuditKind.REACTIVATED, person, before=before, after={"status": person.status})
        shut = Caution(WarningCode.CANNOT_LOG_IN, "personId", {"name": person.name})
        return Outcome(person.id, () if person.password_hash and person.status is AccountStatus.ACTIVE else (shut,))

    return await _changed(viewer, text, work)


async def _changed(viewer: Viewer, text: str, work: Work) -> Outcome:
    async def body() -> Outcome:
        person = await _another(viewer, text)
        tell_access(person.id)
        return await work(person)

    return await transaction(body)


async def _another(viewer: Viewer, text: str) -> Any:
    person = await locked(viewer, text, "personId")
    if person.id == viewer.person_id:
        raise Refusal(ErrorCode.NOT_YOURSELF, "personId")
    return person


async def delete(viewer: Viewer, text: str, to: Handover) -> Outcome:
    """Leaves a tombstone of a person, once all open work is moved or released.

    Raises NOT_FOUND, FORBIDDEN, NOT_YOURSELF, WRONG_STATE, CONFLICT, OPEN_WORK, OUT_OF_SCOPE,
    WORKER_INACTIVE, WORKER_OUT_OF_SITE, INVALID_VALUE or LAST_ADMINISTRATOR.
    """

    async def body() -> Outcome:
        key = next((key for face in nouns.FACES if (key := face.key(text))), None)
        successor = nouns.WORKER.key(to.worker_id or "")
        work = await lock_open_work(viewer, key, successor) if key else set()
        person = await _another(viewer, text)
        moved = await hand_over(viewer, person, work, to)
        return await _bury(viewer, text, person, moved, to)

    return await transaction(body)


async def _bury(viewer: Viewer, text: str, person: Person, moved: int, to: Handover) -> Outcome:
    before: dict[str, Any] = {"status": person.status}
    number = await (await Workspace.get(id=viewer.workspace_id)).next_tombstone()
    await end_access(person.id)
    lost = await erase(person, number)
    after = {"status": person.status, "tombstone": number, "openWork": moved, "reassignTo": to.worker_id}
    await note(viewer, AuditKind.PERSON_DELETED, person, before=before, after=after)
    await delegation.keep_an_administrator(viewer.workspace_id)
    tell_access(person.id)
    counts = {name: lost[model] for name, model in LOST.items()}
    told = {
        "deleted_person_id": text,
        "name": person.name,
        "moved_requests": moved,
        "lost": SimpleNamespace(**counts),
    }
    return Outcome(values=told)
