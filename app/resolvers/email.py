"""The e-mail address of an account: until the first activation it is corrected, later both mailboxes confirm it."""

from typing import Any

from app.auth import delegation
from app.auth.viewer import Viewer
from app.models import Invitation, LoginName, Person
from app.models.access import end_invitations
from app.models.audit_event import AuditKind
from app.models.base import now
from app.models.database import transaction, unless_taken
from app.models.delivery import Channel
from app.models.invitation import InvitationState, Method, Purpose
from app.models.person import PasswordKind, login_key, reserve_login_names
from app.models.refusal import ErrorCode, Refusal
from app.resolvers.audit_event import note
from app.resolvers.feature import missing
from app.resolvers.invitation import invite, post, slow_down, supersede
from app.resolvers.outcome import Outcome
from app.resolvers.password import require_password
from app.resolvers.profile import email_of

CHANGE = (Purpose.CHANGE_EMAIL,)


async def request_change(viewer: Viewer, address: str, password: str) -> Outcome:
    """Asks the present and the new mailbox to confirm the viewer's new address; whether it is taken is not told,
    neither by the answer nor by what is written down: whoever has the mailbox is asked in either case.

    Raises INVALID_EMAIL, TOO_LONG, REQUIRED, INVALID_CREDENTIALS or TOO_MANY_TRIES.
    """
    wanted = email_of(address)
    if wanted is None:
        raise Refusal(ErrorCode.REQUIRED, "email")
    await require_password(viewer, password)
    await slow_down(viewer.person_id)

    async def body() -> Outcome:
        person = await Person.filter(id=viewer.person_id).select_for_update(no_key=True).get()
        await propose(viewer, person, wanted)
        return Outcome(person.id)

    return await transaction(body)


async def propose(viewer: Viewer, person: Person, address: str) -> None:
    """Begins to change the address of somebody who has been active, inside a transaction: nothing changes
    before both mailboxes have confirmed it, or the new one alone where mail to the former comes back. A later one
    replaces an earlier one.
    """
    await supersede(person, CHANGE)
    began = now()  # by which the two belong together
    former = None if person.email_bounced_at else person.email
    for mailbox in filter(None, (former, address)):
        to = {Channel.EMAIL: mailbox}
        await invite(viewer, person, Purpose.CHANGE_EMAIL, Method.CONFIRM, to, new_email=address, created_at=began)
    await note(viewer, AuditKind.EMAIL_CHANGE_REQUESTED, person, after={"email": address})


async def is_taken(person: Person, address: str) -> bool:
    """Whether somebody else signs in with the address."""
    return bool(await LoginName.filter(key=login_key(address)).exclude(person_id=person.id).exists())


async def renew(person: Person, found: Invitation) -> None:
    """A new link for one of the two mailboxes, inside a transaction."""
    same = ("new_email", "created_at", "created_by_id")
    columns = {name: getattr(found, name) for name in same}
    await invite(None, person, found.purpose, found.method, found.addresses, **columns)


async def readdress(viewer: Viewer, person: Any) -> None:
    """After an address or phone was corrected, inside the same transaction: what was sent to the old one ends, and
    a new link goes to the new one, if the viewer may give the person a way in at all, and the workspace does."""
    rows = Invitation.filter(person_id=person.id, state=InvitationState.PENDING)
    pending = await rows.exclude(purpose=Purpose.CHANGE_EMAIL).order_by("-id").first()
    present = {Channel.EMAIL: person.email, Channel.SMS: person.phone}
    if pending is None or all(present[channel] == address for channel, address in pending.addresses.items()):
        return
    await end_invitations(person.id, InvitationState.REVOKED)
    former = {"email": pending.email, "phone": pending.phone}
    await note(viewer, AuditKind.INVITATION_REVOKED, person, after=former)
    if person.password_kind is not PasswordKind.OWN:
        await person.change(password_hash=None, password_kind=PasswordKind.OWN, must_change_password=False)
    if not delegation.can_entrust(viewer, person) or await missing(person, pending.purpose):
        return
    if to := {channel: address for channel in pending.addresses if (address := present[channel])}:
        method = Method.CONFIRM if pending.method is Method.CONFIRM else Method.LINK
        await invite(viewer, person, pending.purpose, method, to)


async def confirm_change(person: Person, found: Invitation, address: str) -> None:
    """Counts the confirmation of one mailbox; once all have confirmed, the address changes.

    Raises EMAIL_IN_USE for whoever confirms the mailbox of a taken address: they have it, while the asker may not.
    """
    wanted = found.new_email
    if wanted and found.email == wanted and await is_taken(person, wanted):
        raise Refusal(ErrorCode.EMAIL_IN_USE, "token")
    sent = await Invitation.filter(person_id=person.id, purpose=Purpose.CHANGE_EMAIL, created_at=found.created_at)
    confirmed = {each.email: each for each in sent if each.state is InvitationState.ACCEPTED}
    if not {wanted, *(each.email for each in sent)} <= confirmed.keys():
        return
    before = person.email
    async with unless_taken(Refusal(ErrorCode.EMAIL_IN_USE, "token")):
        await person.change(email=wanted, email_verified_at=now())
        await reserve_login_names(person)
    await end_invitations(person.id, InvitationState.SUPERSEDED)  # the former mailbox may hold some
    told: dict[str, Any] = {"before": {"email": before}, "after": {"email": person.email}}
    await note(None, AuditKind.EMAIL_CHANGED, person, address=address, **told)
    if before in confirmed:
        await post(confirmed[before], "email_changed", (Channel.EMAIL,))
