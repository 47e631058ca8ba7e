"""Sign-in state: opaque tokens, looked up at every operation."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from app.auth.secrets import new_token, token_hash
from app.auth.viewer import Viewer, viewer_of
from app.models import Person, Session
from app.models.base import now
from app.models.person import AccountStatus
from app.models.session import Client
from app.settings import settings

SEEN_EVERY = timedelta(minutes=1)


class Started(NamedTuple):
    """A new session and its token, which is shown only now."""

    session: Session
    token: str


def may_sign_in(person: Person) -> bool:
    """Whether the account is in a state to sign in: a temporary password lets an invited person in."""
    moment = now()
    if person.access_expires_at and person.access_expires_at <= moment:
        return False
    if person.locked_until and person.locked_until > moment:
        return False
    invited = person.status is AccountStatus.INVITED and person.must_change_password
    return person.status is AccountStatus.ACTIVE or invited


async def start(person: Person, client: Client, address: str, user_agent: str) -> Started:
    """Opens a session in the portal of the person's role. Needs `person.role` loaded."""
    token = new_token()
    session = await Session.create(
        workspace_id=person.workspace_id,
        person_id=person.id,
        audience=person.role.audience,
        client=client,
        token_hash=token_hash(token),
        expires_at=now() + timedelta(seconds=settings().session_lifetime),
        ip=address[:45],
        user_agent=user_agent[:300].replace("\0", ""),
    )
    return Started(session, token)


async def authenticate(token: str | None, audience: str | None = None) -> Viewer | None:
    """The viewer behind a token, with the rights that hold now; None if the session or account ended.

    A session of one portal is not accepted by another: neither under another `audience`, nor after
    the person's role has moved to another portal.
    """
    if not token:
        return None
    session = await Session.filter(token_hash=token_hash(token)).select_related("person__role").first()
    if session is None or not _is_open(session) or audience not in (None, session.audience):
        return None
    person: Person = session.person
    if not may_sign_in(person) or person.role.audience is not session.audience:
        return None
    await _touch(session)
    return await viewer_of(person, session_id=session.id, session_ends_at=session.expires_at)


def _is_open(session: Session) -> bool:
    moment: datetime = now()
    idle_since = moment - timedelta(seconds=settings().session_idle)
    return session.revoked_at is None and session.expires_at > moment and session.last_seen_at > idle_since


async def _touch(session: Session) -> None:
    moment = now()
    if moment - session.last_seen_at > SEEN_EVERY:
        await Session.filter(id=session.id).update(last_seen_at=moment)


async def revoke(session_id: UUID) -> None:
    """Ends a session; inside a transaction, so that it ends with whatever ends it."""
    changes: dict[str, Any] = {"revoked_at": now()}
    await Session.filter(id=session_id, revoked_at__isnull=True).update(**changes)
