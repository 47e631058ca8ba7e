"""Access granted to people who have an account already, or will have one; and taken back."""

from typing import Any

from app.auth.viewer import Viewer
from app.models import Invitation, Workspace
from app.models.access import end_access
from app.models.audit_event import AuditKind
from app.models.caution import Caution, WarningCode
from app.models.database import transaction
from app.models.delivery import Channel
from app.models.invitation import Method, Purpose
from app.models.person import AccountStatus, PasswordKind
from app.models.refusal import ErrorCode, Refusal
from app.models.workspace import Feature
from app.resolvers.audit_event import note
from app.resolvers.credential import entrusted, outcome
from app.resolvers.details import told
from app.resolvers.grant import drop_bundles
from app.resolvers.invitation import addresses, invite, slow_down
from app.resolvers.outcome import Outcome
from app.resolvers.person import tell_access
from app.resolvers.role import is_for_own_work


async def grant(viewer: Viewer, text: str, show: bool) -> Outcome:
    """Gives access to somebody by their e-mail address alone: they confirm it, with a password if they have none.

    Raises NOT_FOUND, FORBIDDEN, NOT_YOURSELF, EMAIL_REQUIRED, FEATURE_NOT_ENABLED, TOO_MANY_TRIES, or WRONG_STATE if
    they have access.
    """
    found = await transaction(lambda: entrusted(viewer, text))
    await slow_down(found.id)

    async def body() -> Outcome:
        person = await entrusted(viewer, text)
        if person.status is AccountStatus.ACTIVE:
            raise Refusal(ErrorCode.WRONG_STATE, "personId")
        invitation = await _granted(viewer, person)
        unknown = Caution(WarningCode.UNREGISTERED_EMAIL, "personId", {"name": person.name})
        return await outcome(person, invitation, show, () if invitation.method is Method.CONFIRM else (unknown,))

    return await transaction(body)


async def _granted(viewer: Viewer, person: Any) -> Invitation:
    to = await addresses(person, (Channel.EMAIL,), "personId")
    chose = person.password_hash and person.password_kind is PasswordKind.OWN
    wanted: dict[str, Any] = {"status": AccountStatus.INVITED}
    if chose and person.activated_at is None:  # they signed up, and nobody has said yet whether they take work
        wanted["is_worker"] = person.is_worker or await _takes_work(person)
    changes = {name: value for name, value in wanted.items() if value != getattr(person, name)}
    before = await told({name: getattr(person, name) for name in wanted})
    if changes:
        await person.change(**changes)
    await note(viewer, AuditKind.ACCESS_GRANTED, person, before=before, after=await told(wanted))
    tell_access(person.id)
    method = Method.CONFIRM if chose and person.email_verified_at else Method.LINK
    return await invite(viewer, person, Purpose.ACCESS, method, to)


async def _takes_work(person: Any) -> bool:
    workspace = await Workspace.get(id=person.workspace_id)
    return is_for_own_work(person.role) and workspace.has(Feature.WORKER_ACCOUNTS)


async def revoke(viewer: Viewer, text: str) -> Outcome:
    """Takes access back that was not used yet. Raises NOT_FOUND, FORBIDDEN, NOT_YOURSELF or WRONG_STATE."""

    async def body() -> Outcome:
        person = await entrusted(viewer, text)
        if person.status is not AccountStatus.INVITED:
            raise Refusal(ErrorCode.WRONG_STATE, "personId")
        await end_access(person.id)
        await drop_bundles(person, None)
        await person.refresh_from_db(fields=["version"])
        handed = {"password_hash": None, "password_kind": PasswordKind.OWN, "must_change_password": False}
        kept = {} if person.password_kind is PasswordKind.OWN else handed
        await person.change(status=AccountStatus.NO_ACCESS, **kept)
        await note(
            viewer,
            AuditKind.ACCESS_REVOKED,
            person,
            before={"status": AccountStatus.INVITED},
            after={"status": person.status},
        )
        tell_access(person.id)
        return Outcome(person.id)

    return await transaction(body)
