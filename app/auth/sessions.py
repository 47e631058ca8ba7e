"""Sessions: opened at sign-in, ended at will. Who a token proves is the business of `identity`."""

from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from tortoise.expressions import F, Subquery

from app.auth import identity
from app.auth.secrets import new_token, token_hash
from app.models import Person, Session
from app.models.base import now
from app.models.session import Client
from app.settings import settings


class Started(NamedTuple):
    """A new session and its token, which is shown only now."""

    session: Session
    token: str


def may_sign_in(person: Person) -> bool:
    """Whether the account is in a state to sign in now."""
    until = (person.access_expires_at, person.locked_until)
    proven = person.email_verified_at is not None
    return identity.may_sign_in(person.status, person.must_change_password, proven, *until, now())


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


async def revoke(session_id: UUID) -> None:
    """Ends a session; inside a transaction, so that it ends with whatever ends it.

    The person's version grows: by it other processes see that they have something to close.
    """
    changes: dict[str, Any] = {"revoked_at": now()}
    if await Session.filter(id=session_id, revoked_at__isnull=True).update(**changes):
        owner = Session.filter(id=session_id).values("person_id")
        await Person.filter(id__in=Subquery(owner)).update(version=F("version") + 1)
