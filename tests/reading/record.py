"""The record of access and the sessions of the scenery: people here and there, nobody, and ids that were tried."""

from typing import Any

from app.models import AuditEvent, Session
from app.models.audit_event import AuditKind
from app.models.role import Audience
from app.models.session import Client
from tests.cast import Cast
from tests.reading.scenery import FAR, LONG_AGO, ODD, PRECISE

ABOUT = (("ada", "cyn", "maple"), ("max", "wes", None), (None, "win", None), ("win", None, None), (None, None, None))
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def record(cast: Cast) -> None:
    """Writes the rows into the open database."""
    for number, (actor, subject, company) in enumerate(ABOUT * 2):
        await AuditEvent.create(
            workspace_id=cast.key("toits"),
            actor_id=actor and cast.key(actor),
            subject_id=subject and cast.key(subject),
            organization_id=company and cast.key(company),
            kind=AuditKind.PERSON_UPDATED if number < 5 else AuditKind.LOOKED_UP_HIDDEN,
            before={"lastName": ODD, "role_id": "x"} if number % 2 else {},
            after={"lastName": None, "sites": ["a", 1], "isActive": True},
            ip="2001:db8::1",
            created_at=LONG_AGO if number % 2 else PRECISE,
        )
    for number, (ends, revoked) in enumerate(((FAR, None), (FAR, LONG_AGO), (LONG_AGO, None))):
        owner: dict[str, Any] = {"workspace_id": cast.key("toits"), "person_id": cast.key("wes")}
        facts: dict[str, Any] = {"audience": Audience.WORKER, "client": Client.WEB, "user_agent": FIREFOX}
        await Session.create(**owner, **facts, token_hash=f"hash {number}", expires_at=ends, revoked_at=revoked)
