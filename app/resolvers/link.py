"""What whoever holds a link can do with it: look at it, use it once, or have a new one sent to the same address."""

from datetime import datetime
from typing import Any, NamedTuple

from tortoise.expressions import Q

from app.auth import throttle
from app.auth.passwords import hash_password, prepared
from app.auth.secrets import token_hash
from app.models import Invitation, Person
from app.models.access import end_entries, end_invitations
from app.models.audit_event import AuditKind
from app.models.base import now
from app.models.database import after_commit, transaction
from app.models.invitation import InvitationState, Method, Purpose
from app.models.person import GONE, AccountStatus, own_password
from app.models.refusal import ErrorCode, Refusal
from app.notify.bus import Topic, bus
from app.notify.composing import portal_of
from app.resolvers import email
from app.resolvers.audit_event import note
from app.resolvers.invitation import invite, reachable, tell
from app.resolvers.password import way_back

ENTERING = (Purpose.ACTIVATION, Purpose.ACCESS)
CONFIRMING = (Purpose.VERIFY_EMAIL, Purpose.CHANGE_EMAIL)
RENEWABLE = (InvitationState.EXPIRED, InvitationState.SUPERSEDED)
NEW_LINKS, NEW_LINKS_WINDOW = 3, 3600


class Look(NamedTuple):
    """What a link says of itself, without being used. The address is masked, names are as people write them."""

    state: InvitationState
    purpose: Purpose
    method: Method
    first_name: str | None
    login: str | None  # told only while the link can still be used
    firm: str
    zone: str
    portal: str  # where the person signs in
    inviter: str | None
    language: str
    email: str | None
    phone: str | None
    new_email: str | None
    created_at: datetime
    expires_at: datetime
    closed_at: datetime | None  # when it was used, replaced or taken back
    newer_at: datetime | None  # when the link that replaces it was sent
    asks_password: bool
    can_renew: bool


async def look(token: str) -> Look | None:
    """What the link offers now; None for what is no link of ours. Changes nothing."""
    found = await _found(token)
    if found is None:
        return None
    person, state = found.person, found.state_at(now())
    # The open one took its place, even if it seems older because the clock was put back.
    later = Q(created_at__gt=found.created_at) | Q(state=InvitationState.PENDING)
    newer = Invitation.filter(later, person_id=person.id, purpose=found.purpose)
    latest = await newer.order_by("-created_at").first() if state is InvitationState.SUPERSEDED else None
    return Look(
        state=state,
        purpose=found.purpose,
        method=found.method,
        first_name=person.first_name,
        login=(person.username or person.email) if state is InvitationState.PENDING else None,
        firm=found.workspace.name,
        zone=found.workspace.time_zone,
        portal=portal_of(found.workspace, person),
        inviter=found.created_by.name if found.created_by else None,
        language=person.language,
        email=masked(found.email),
        phone=found.phone and f"…{found.phone[-2:]}",
        new_email=masked(found.new_email),
        created_at=found.created_at,
        expires_at=found.expires_at,
        closed_at=found.closed_at,
        newer_at=latest.created_at if latest else None,
        asks_password=found.method is Method.LINK,
        can_renew=await _can_renew(found, state),
    )


def masked(address: str | None) -> str | None:
    """An e-mail address by which only those who know it recognise it: "j…@toits.example"."""
    name, _, domain = (address or "").rpartition("@")
    return f"{name[:1]}…@{domain}" if address else None


async def _can_renew(found: Invitation, state: InvitationState) -> bool:
    """Whether another one may take its place: to the same address, and for what still stands open to the person."""
    person = found.person
    if state not in RENEWABLE or not found.addresses or not _leads_to(found, person):
        return False
    if found.purpose is Purpose.CHANGE_EMAIL:
        return state is InvitationState.EXPIRED
    if found.purpose is Purpose.VERIFY_EMAIL:
        return person.email_verified_at is None
    return await way_back(person) is found.purpose


def _leads_to(found: Invitation, person: Person) -> bool:
    """Whether it was sent to the person as they are now: what a former mailbox or phone holds lets nobody in."""
    is_theirs = found.email in (None, person.email, found.new_email) and found.phone in (None, person.phone)
    return is_theirs and person.status not in GONE


async def _found(token: str) -> Any:
    rows = Invitation.filter(token_hash=token_hash(token))
    return await rows.select_related("person__role", "workspace", "created_by").first()


async def opened(token: str, *purposes: Purpose) -> Any:
    """The open invitation of a token. Raises LINK_UNKNOWN, or why it cannot be used any more."""
    found = await _found(token)
    if found is None or found.purpose not in purposes:
        raise Refusal(ErrorCode.LINK_UNKNOWN, "token")
    found.require_open()
    return found


async def accept(token: str, password: str | None, address: str = "", **profile: Any) -> Person:
    """Lets an invited person in, with the password that they choose if they have none yet.

    Raises LINK_UNKNOWN, LINK_EXPIRED, LINK_REPLACED, LINK_REVOKED, LINK_USED, or what is wrong with the password.
    """
    found = await opened(token, *ENTERING)
    hashed = await _hashed(found, password)

    async def body() -> Person:
        person = await _locked(found)
        await found.accept()
        proven = {"email_verified_at": person.email_verified_at or now()} if _proves_email(found, person) else {}
        await person.activate(**profile, **proven, **(own_password(hashed) if hashed else {}))
        return await _entered(person, found, AuditKind.INVITATION_ACCEPTED, address)

    return await transaction(body)


async def reset(token: str, password: str, address: str = "") -> Person:
    """Sets a new password by a reset link and ends every session. Raises what `accept` raises."""
    found = await opened(token, Purpose.RESET)
    hashed = await hash_password(prepared(password, found.person))

    async def body() -> Person:
        person = await _locked(found)
        await found.accept()
        await person.change(**own_password(hashed))
        await end_entries(person.id)
        await tell(person.id, person.workspace_id, "password_changed", await reachable(person))
        return await _entered(person, found, AuditKind.PASSWORD_RESET, address)

    return await transaction(body)


async def confirm(token: str, password: str | None, address: str = "", *purposes: Purpose) -> Person:
    """Confirms an e-mail address, with a password where the account has none.

    Raises what `accept` raises, or EMAIL_IN_USE.
    """
    found = await opened(token, *(purposes or CONFIRMING))
    hashed = await _hashed(found, password)

    async def body() -> Person:
        person = await _locked(found)
        await found.accept()
        if found.purpose is Purpose.CHANGE_EMAIL:
            await email.confirm_change(person, found, address)
        else:
            await person.change(email_verified_at=now(), **(own_password(hashed) if hashed else {}))
            await note(None, AuditKind.EMAIL_VERIFIED, person, address=address)
        return person

    return await transaction(body)


async def request_new_link(token: str, address: str = "") -> None:
    """Sends a new link to the address of the old one. Raises LINK_UNKNOWN, or why there is none to be had."""
    found = await _found(token)
    if found is None:
        raise Refusal(ErrorCode.LINK_UNKNOWN, "token")
    if not await _can_renew(found, found.state_at(now())):
        found.require_open()
        raise Refusal(ErrorCode.WRONG_STATE, "token")
    if not await throttle.admit("new link", str(found.person_id), NEW_LINKS, NEW_LINKS_WINDOW, growing=False):
        raise Refusal(ErrorCode.TOO_MANY_TRIES)

    async def body() -> None:
        person = await _locked(found)
        if found.purpose is Purpose.CHANGE_EMAIL:
            await email.renew(person, found)
        else:
            method = found.method if person.password_hash else Method.LINK
            inviter = {"created_by_id": found.created_by_id}
            await invite(None, person, found.purpose, method, found.addresses, **inviter)

    await transaction(body)


async def _hashed(found: Invitation, password: str | None) -> str | None:
    """The hash of the chosen password; None where the person keeps their own."""
    if found.method is Method.CONFIRM:
        return None
    return await hash_password(prepared(password or "", found.person))


async def _locked(found: Invitation) -> Person:
    """The invited person, locked. Raises LINK_REVOKED if they were suspended, or have another address now."""
    person = await Person.filter(id=found.person_id).select_for_update(no_key=True).first()
    if person is None or not _leads_to(found, person):
        raise Refusal(ErrorCode.LINK_REVOKED, "token")
    return person


def _proves_email(found: Invitation, person: Person) -> bool:
    """Whether the link can only have come from the mailbox of the person."""
    return found.email is not None and found.email == person.email and found.phone is None


async def _entered(person: Person, found: Invitation, kind: AuditKind, address: str) -> Person:
    """What follows each use of a link that lets somebody in: no other way that was handed out stays open."""
    await end_invitations(person.id, InvitationState.SUPERSEDED)
    told = {"purpose": found.purpose, "method": found.method, "status": AccountStatus.ACTIVE}
    await note(None, kind, person, after=told, address=address)
    after_commit(lambda: bus.publish(Topic.ACCESS, person.id))
    return person
