"""The own password: changed by whoever knows it, and asked for anew by whoever forgot it."""

from app.auth import throttle
from app.auth.passwords import hash_password, prepared, verify_password
from app.auth.viewer import Viewer
from app.models import Invitation, LoginName, Person
from app.models.access import end_invitations, end_sessions
from app.models.audit_event import AuditKind
from app.models.base import now
from app.models.database import later, transaction
from app.models.invitation import TYPED, InvitationState, Method, Purpose
from app.models.person import AccountStatus, PasswordKind, login_key, own_password
from app.models.refusal import ErrorCode, Refusal
from app.resolvers.audit_event import note
from app.resolvers.feature import missing
from app.resolvers.invitation import invite, outstanding, reachable, tell
from app.resolvers.outcome import Outcome
from app.resolvers.person import tell_access
from app.settings import settings

RESETS, RESETS_WINDOW = 3, 3600


async def change(viewer: Viewer, current: str | None, new: str) -> Outcome:
    """Replaces the viewer's password and ends their other sessions; whoever had a temporary one is active then.

    The old one is asked for, unless it was temporary. Raises INVALID_CREDENTIALS, PASSWORD_REUSED, CONFLICT or
    what is wrong with the new one.
    """
    if not viewer.must_change_password:
        await require_password(viewer, current or "", "currentPassword")
    before = await Person.get(id=viewer.person_id)
    text = prepared(new, before, "newPassword")
    if await verify_password(before.password_hash, text):
        raise Refusal(ErrorCode.PASSWORD_REUSED, "newPassword")
    hashed = await hash_password(text)

    async def body() -> Outcome:
        person = await Person.filter(id=viewer.person_id).select_for_update(no_key=True).get()
        if person.password_hash != before.password_hash:
            raise Refusal(ErrorCode.CONFLICT, "currentPassword")
        await _changed(viewer, person, hashed)
        return Outcome(person.id)

    return await transaction(body)


async def _changed(viewer: Viewer, person: Person, hashed: str) -> None:
    was_temporary = person.password_kind is not PasswordKind.OWN
    if person.status is AccountStatus.INVITED and person.must_change_password:
        await person.activate(**own_password(hashed))
    else:
        await person.change(**own_password(hashed))
    if was_temporary:
        typed = Invitation.filter(person_id=person.id, method__in=list(TYPED), state=InvitationState.PENDING)
        await typed.update(state=InvitationState.ACCEPTED, closed_at=now())
    await end_invitations(person.id, InvitationState.SUPERSEDED)
    await end_sessions(person.id, but=viewer.session_id)
    await note(viewer, AuditKind.PASSWORD_CHANGED, person, after={"wasTemporary": was_temporary})
    await tell(person.id, person.workspace_id, "password_changed", await reachable(person))
    tell_access(person.id)


async def require_password(viewer: Viewer, password: str, path: str = "password") -> None:
    """Raises INVALID_CREDENTIALS unless it is the viewer's; guesses count as those at the sign-in."""
    limits, account = settings(), str(viewer.person_id)
    judged = await throttle.admit("login", account, limits.tries_per_account, limits.tries_window)
    person = await Person.get(id=viewer.person_id)
    right = await verify_password(person.password_hash, password)
    if not (judged and right):
        raise Refusal(ErrorCode.INVALID_CREDENTIALS, path)
    await throttle.forgive("login", account)


async def request_reset(login: str, address: str) -> None:
    """Sends a link to whoever has this login name, if anybody; the answer and its time never tell.

    Raises TOO_MANY_TRIES for an address that asks for too many.
    """
    limits = settings()
    if not await throttle.admit("address", address, limits.tries_per_address, limits.tries_window, growing=False):
        raise Refusal(ErrorCode.TOO_MANY_TRIES)
    later(_send_reset(login_key(login), address))


async def _send_reset(key: str, address: str) -> None:
    if not await throttle.admit("reset", key, RESETS, RESETS_WINDOW, growing=False):
        return

    async def body() -> None:
        found = await LoginName.filter(key=key).first()
        if found is None:
            return
        person = await Person.filter(id=found.person_id).select_for_update(no_key=True).get()
        to = await reachable(person)
        if to and (purpose := await way_back(person)):
            await note(None, AuditKind.PASSWORD_RESET_REQUESTED, person, address=address)
            await invite(None, person, purpose, Method.LINK, to)

    await transaction(body, lasting=True)


async def way_back(person: Person) -> Purpose | None:
    """What a link for somebody is for who cannot sign in: whoever was invited by a link gets it again."""
    if person.status is AccountStatus.ACTIVE:
        return Purpose.RESET
    if person.status is AccountStatus.INVITED:
        latest = await outstanding(person)
        return latest.purpose if latest and not await missing(person, latest.purpose) else None
    has_own = person.status is AccountStatus.NO_ACCESS and person.password_hash and person.email_verified_at
    return Purpose.RESET if has_own else None
