"""Signing in and out, and the sessions of one's own."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from ua_parser import parse

from app.auth import policy, sessions, throttle
from app.auth.passwords import verify_password
from app.auth.policy import Rows
from app.auth.sessions import Started
from app.auth.viewer import Viewer
from app.models import AuditEvent, Invitation, LoginName, Person, Session, nouns
from app.models.access import end_sessions
from app.models.audit_event import AuditKind
from app.models.base import now
from app.models.database import after_commit, later, transaction
from app.models.invitation import TYPED
from app.models.person import PasswordKind, login_key
from app.models.refusal import ErrorCode, Refusal
from app.models.session import Client
from app.notify.bus import Topic, bus
from app.resolvers.audit_event import note
from app.resolvers.finding import find
from app.resolvers.invitation import newest
from app.resolvers.outcome import Outcome
from app.settings import settings

NOBODY = UUID(int=0)


async def sign_in(login: str, password: str, client: Client, address: str, user_agent: str) -> Started:
    """Opens a session. Raises INVALID_CREDENTIALS, one answer for wrong, locked, inactive and unknown."""
    limits = settings()
    # Many people may share an address: it waits no longer than others, and who is let in was no guesser.
    if not await throttle.admit("address", address, limits.tries_per_address, limits.tries_window, growing=False):
        raise Refusal(ErrorCode.TOO_MANY_TRIES)
    key = login_key(login)
    name = await LoginName.filter(key=key).select_related("person__role").first()
    person: Person | None = name.person if name else None
    account = str(person.id) if person else key  # an account with two names has no more tries than others
    handed = await _handed_out(person)
    judged = await throttle.admit("login", account, limits.tries_per_account, limits.tries_window)
    counted = handed.count_try() if handed and judged else _uncounted(handed)
    # Together, so that the time of the answer is that of the hashing alone.
    fresh, right = await asyncio.gather(counted, verify_password(person.password_hash if person else None, password))
    if not (judged and fresh and right and person and sessions.may_sign_in(person)):
        later(_audit_failure(person, address, judged.locks))
        raise Refusal(ErrorCode.INVALID_CREDENTIALS)
    await throttle.forgive("login", account)
    await throttle.give_back("address", address)
    return await transaction(lambda: _open(person, handed, client, address, user_agent), lasting=True)


async def enter(person_id: UUID, client: Client, address: str, user_agent: str) -> Started:
    """Opens a session for whoever has just proved by a link who they are.

    Raises INVALID_CREDENTIALS if the account cannot sign in now.
    """
    person = await Person.get(id=person_id).select_related("role")
    if not sessions.may_sign_in(person):
        raise Refusal(ErrorCode.INVALID_CREDENTIALS)
    return await transaction(lambda: _open(person, None, client, address, user_agent), lasting=True)


async def _handed_out(person: Person | None) -> Invitation | None:
    """The invitation that brought the temporary password or PIN with which the person signs in."""
    found = await Invitation.filter(person_id=person.id if person else NOBODY, method__in=list(TYPED))
    return newest(found) if person and person.password_kind is not PasswordKind.OWN else None


async def _uncounted(handed: Invitation | None) -> bool:
    return handed is None


async def _open(person: Person, handed: Invitation | None, client: Client, address: str, user_agent: str) -> Started:
    # Whoever suspends the account or changes the password meanwhile ends the sessions that they find.
    unchanged = Person.filter(id=person.id, status=person.status, password_hash=person.password_hash)
    if not await unchanged.update(last_login_at=now()):
        raise Refusal(ErrorCode.INVALID_CREDENTIALS)
    if handed:
        await handed.give_back_try()
    started = await sessions.start(person, client, address, user_agent)
    await _audit(AuditKind.SIGNED_IN, person, address, {"client": client})
    return started


async def _audit(kind: AuditKind, person: Person, address: str, after: dict[str, Any]) -> None:
    await AuditEvent.create(
        workspace_id=person.workspace_id,
        actor_id=person.id,
        subject_id=person.id,
        organization_id=person.organization_id,
        kind=kind,
        after=after,
        ip=address[:45],
    )


async def _audit_failure(person: Person | None, address: str, locks: bool) -> None:
    if person is not None:
        await _audit(AuditKind.LOCKED if locks else AuditKind.SIGN_IN_FAILED, person, address, {})


async def listed(viewer: Viewer) -> Rows:
    """The viewer's open sessions. Not for plans that are kept: no mark counts the idle time back from the moment."""
    used = viewer.at - timedelta(seconds=settings().session_idle)
    return policy.visible(viewer, nouns.SESSION).filter(expires_at__gt=viewer.at, last_seen_at__gt=used)


async def revoke(viewer: Viewer, text: str) -> Outcome:
    """Ends one of the viewer's sessions, and what it had open. Raises NOT_FOUND."""

    async def body() -> Outcome:
        session: Session = await find(viewer, nouns.SESSION, text, "sessionId", lock=True)
        await sessions.revoke(session.id)
        before = {"client": session.client, "device": device_of(session.user_agent), "address": session.ip}
        await _told(viewer, AuditKind.SESSION_REVOKED, before)
        return Outcome()

    return await transaction(body, lasting=True)


async def revoke_others(viewer: Viewer) -> Outcome:
    """Ends all of the viewer's sessions but this one, and tells how many."""

    async def body() -> Outcome:
        count = await end_sessions(viewer.person_id, but=viewer.session_id)
        if count:
            await _told(viewer, AuditKind.SESSION_REVOKED, {"sessions": count})
        return Outcome(values={"count": count})

    return await transaction(body, lasting=True)


async def _told(viewer: Viewer, kind: AuditKind, before: dict[str, Any]) -> None:
    person = await Person.get(id=viewer.person_id)
    await note(viewer, kind, person, before=before)
    after_commit(lambda: bus.publish(Topic.ACCESS, viewer.person_id))


def device_of(user_agent: str) -> str | None:
    """Browser and system of a user agent, as people know them: “Firefox, Windows”."""
    found = parse(user_agent)
    words = [part.family for part in (found.user_agent, found.os) if part and part.family != "Other"]
    return ", ".join(words) or None


async def sign_out(viewer: Viewer) -> None:
    """Ends the session of this operation, and what it had open."""
    assert viewer.session_id is not None
    session_id = viewer.session_id

    async def body() -> None:
        await sessions.revoke(session_id)
        person = await Person.get(id=viewer.person_id)
        await _audit(AuditKind.SIGNED_OUT, person, "", {})
        after_commit(lambda: bus.publish(Topic.ACCESS, viewer.person_id))

    await transaction(body, lasting=True)
