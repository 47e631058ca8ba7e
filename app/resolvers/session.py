"""Signing in and out."""

from typing import Any
from uuid import UUID

from app.auth import sessions, throttle
from app.auth.passwords import verify_password
from app.auth.sessions import Started
from app.auth.viewer import Viewer
from app.models import AuditEvent, LoginName, Person
from app.models.audit_event import AuditKind
from app.models.base import now
from app.models.database import after_commit, later, transaction
from app.models.refusal import ErrorCode, Refusal
from app.models.session import Client
from app.models.text import fold
from app.notify.bus import Topic, bus
from app.settings import settings

LONGEST_LOGIN = 254


async def sign_in(login: str, password: str, client: Client, address: str, user_agent: str) -> Started:
    """Opens a session. Raises INVALID_CREDENTIALS, one answer for wrong, locked, inactive and unknown."""
    limits = settings()
    # Many people may share an address: it waits no longer than others, and who is let in was no guesser.
    if not await throttle.admit("address", address, limits.tries_per_address, limits.tries_window, growing=False):
        raise Refusal(ErrorCode.TOO_MANY_TRIES)
    key = fold(login)[:LONGEST_LOGIN]
    judged = await throttle.admit("login", key, limits.tries_per_account, limits.tries_window)
    name = await LoginName.filter(key=key).select_related("person__role").first()
    person: Person | None = name.person if name else None
    right = await verify_password(person.password_hash if person else None, password)
    if not (judged and right and person and sessions.may_sign_in(person)):
        later(_audit_failure(person, address))
        raise Refusal(ErrorCode.INVALID_CREDENTIALS)
    await throttle.forgive("login", key)
    await throttle.give_back("address", address)
    return await transaction(lambda: _open(person, client, address, user_agent))


async def enter(person_id: UUID, client: Client, address: str, user_agent: str) -> Started:
    """Opens a session for whoever has just proved by a link who they are.

    Raises INVALID_CREDENTIALS if the account cannot sign in now.
    """
    person = await Person.get(id=person_id).select_related("role")
    if not sessions.may_sign_in(person):
        raise Refusal(ErrorCode.INVALID_CREDENTIALS)
    return await transaction(lambda: _open(person, client, address, user_agent))


async def _open(person: Person, client: Client, address: str, user_agent: str) -> Started:
    # Whoever suspends the account or changes the password meanwhile ends the sessions that they find.
    unchanged = Person.filter(id=person.id, status=person.status, password_hash=person.password_hash)
    if not await unchanged.update(last_login_at=now()):
        raise Refusal(ErrorCode.INVALID_CREDENTIALS)
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


async def _audit_failure(person: Person | None, address: str) -> None:
    if person is not None:
        await _audit(AuditKind.SIGN_IN_FAILED, person, address, {})


async def sign_out(viewer: Viewer) -> None:
    """Ends the session of this operation, and what it had open."""
    assert viewer.session_id is not None
    session_id = viewer.session_id

    async def body() -> None:
        await sessions.revoke(session_id)
        person = await Person.get(id=viewer.person_id)
        await _audit(AuditKind.SIGNED_OUT, person, "", {})
        after_commit(lambda: bus.publish(Topic.ACCESS, viewer.person_id))

    await transaction(body)
