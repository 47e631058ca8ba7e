"""What an administrator hands to somebody so that they get in: links, temporary passwords, PINs."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from uuid_utils.compat import uuid7

from app.auth import delegation, policy, throttle
from app.auth.passwords import hash_password, prepared
from app.auth.secrets import is_pin, is_trivial, pin, temporary_password
from app.auth.viewer import Viewer
from app.models import Delivery, Invitation, LoginName, Person, Workspace, nouns
from app.models.access import end_entries, end_invitations
from app.models.audit_event import AuditKind
from app.models.base import now
from app.models.caution import Caution
from app.models.database import transaction, write_free
from app.models.delivery import Channel
from app.models.invitation import InvitationState, Method, Purpose
from app.models.person import GONE, AccountStatus, PasswordKind, reserve_login_names
from app.models.refusal import ErrorCode, Refusal, Unfit
from app.models.text import fold, numbered
from app.notify.composing import link_of, secret_of
from app.notify.ending import INSTEAD
from app.resolvers.audit_event import note
from app.resolvers.finding import find
from app.resolvers.invitation import addresses, invite, post, reachable, slow_down
from app.resolvers.outcome import Outcome
from app.resolvers.person import locked, tell_access
from app.settings import settings

ONCE = timedelta(minutes=1)
KINDS = {Method.TEMPORARY_PASSWORD: PasswordKind.TEMPORARY, Method.PIN: PasswordKind.PIN}
USERNAME = 40


class Prepared(NamedTuple):
    """An invitation's id and the hash of its secret: made before the transaction, for hashing takes time."""

    method: Method
    id: UUID
    hashed: str | None


async def prepare(method: Method, chosen: str | None = None) -> Prepared:
    """The secret of a new invitation, which `chosen` replaces where an administrator thought of one."""
    key = uuid7()
    secrets = {Method.TEMPORARY_PASSWORD: temporary_password, Method.PIN: pin}
    secret = chosen or (secrets[method](key) if method in secrets else None)
    return Prepared(method, key, await hash_password(secret) if secret else None)


async def send(viewer: Viewer, text: str, method: Method, channels: Collection[Channel], show: bool) -> Outcome:
    """Sends somebody a way in, by these channels, and shows it once where nothing can be sent, or if asked.

    Raises NOT_FOUND, FORBIDDEN, NOT_YOURSELF, WRONG_STATE, EMAIL_REQUIRED, PHONE_REQUIRED, FEATURE_NOT_ENABLED,
    PIN_NOT_ALLOWED, INVALID_VALUE or TOO_MANY_TRIES.
    """
    if method is Method.CONFIRM:
        raise Refusal(ErrorCode.INVALID_VALUE, "method", reason=method)
    person = await transaction(lambda: entrusted(viewer, text))
    await require_method(person.workspace_id, method)
    await slow_down(person.id)
    secret = await prepare(method)

    async def body() -> Outcome:
        found = await entrusted(viewer, text)
        to = await addresses(found, channels)
        return await outcome(found, await hand_out(viewer, found, secret, to), show)

    return await transaction(body)


async def send_reset(viewer: Viewer, text: str, channels: Collection[Channel]) -> Outcome:
    """Sends a reset link to somebody who is active; asked twice within a minute for the same ways, it is sent once.

    Raises what `send` raises, and WRONG_STATE for people who are not active.
    """

    async def active() -> tuple[Any, Invitation | None]:
        person = await entrusted(viewer, text)
        if person.status is not AccountStatus.ACTIVE:
            raise Refusal(ErrorCode.WRONG_STATE, "personId")
        return person, await _just_sent(viewer, person, channels)

    person, sent = await transaction(active)
    if sent:
        return shown(person, sent)
    await slow_down(person.id)
    secret = await prepare(Method.LINK)

    async def body() -> Outcome:
        found, sent = await active()  # of several at once the others wait for the first to commit
        if sent:
            return shown(found, sent)
        to = await addresses(found, channels)
        return await outcome(found, await hand_out(viewer, found, secret, to), False)

    return await transaction(body)


async def _just_sent(viewer: Viewer, person: Person, channels: Collection[Channel]) -> Invitation | None:
    """The reset link that the viewer sent by the same ways a moment ago, if it is still open."""
    reset = Invitation.filter(person_id=person.id, purpose=Purpose.RESET, method=Method.LINK)
    just_now = reset.filter(
        state=InvitationState.PENDING, created_by_id=viewer.person_id, created_at__range=(now() - ONCE, now())
    )
    sent = await just_now.first()
    messages = await Delivery.filter(invitation_id=sent.id) if sent else []
    asked_for = {each.channel for each in messages if INSTEAD not in each.data}
    return sent if asked_for == set(channels) else None


async def resend(viewer: Viewer, text: str, show: bool) -> Outcome:
    """Sends an invitation again, to where it went and with a new secret; the older one ends.

    Raises NOT_FOUND, what `send` raises, or WRONG_STATE for one that was used or that nobody waits for any more, and
    for a change of address.
    """
    old: Invitation = await find(viewer, nouns.INVITATION, text, "invitationId")
    text = await _face(viewer, old)
    person = await transaction(lambda: entrusted(viewer, text))
    is_active = person.status is AccountStatus.ACTIVE
    is_over = {Purpose.ACCESS: person.status is not AccountStatus.INVITED, Purpose.ACTIVATION: is_active}.get(
        old.purpose
    )
    if is_over or old.state is InvitationState.ACCEPTED or old.purpose is Purpose.CHANGE_EMAIL:
        raise Refusal(ErrorCode.WRONG_STATE, "invitationId")
    await require_method(person.workspace_id, old.method)
    await slow_down(person.id)
    secret = await prepare(old.method)

    async def body() -> Outcome:
        found = await entrusted(viewer, text)
        to = await addresses(found, old.addresses, "invitationId")
        if old.purpose in (Purpose.ACTIVATION, Purpose.RESET):
            return await outcome(found, await hand_out(viewer, found, secret, to), show)
        return await outcome(found, await invite(viewer, found, old.purpose, old.method, to), show)

    return await transaction(body)


async def revoke(viewer: Viewer, text: str) -> Outcome:
    """Takes an open invitation back, with the one of the other mailbox that shall confirm the same address.

    Raises NOT_FOUND, FORBIDDEN or WRONG_STATE.
    """

    async def body() -> Outcome:
        invitation: Invitation = await find(viewer, nouns.INVITATION, text, "invitationId")
        person = await entrusted(viewer, await _face(viewer, invitation))
        await invitation.revoke()
        if invitation.purpose is Purpose.CHANGE_EMAIL:
            await end_invitations(person.id, InvitationState.REVOKED, purpose=Purpose.CHANGE_EMAIL)
        told = {"purpose": invitation.purpose, "method": invitation.method}
        await note(viewer, AuditKind.INVITATION_REVOKED, person, after=told)
        return Outcome(person.id, values={"invitation_id": invitation.id})

    return await transaction(body)


async def _face(viewer: Viewer, invitation: Invitation) -> str:
    """The id of the person under a face that the viewer sees. Raises NOT_FOUND."""
    for noun in nouns.FACES:
        if await policy.visible(viewer, noun).filter(id=invitation.person_id).exists():
            return noun.id(invitation.person_id)
    raise Refusal.missing("invitationId")


async def unlock(viewer: Viewer, text: str) -> Outcome:
    """Ends the pause after too many wrong passwords. Raises NOT_FOUND, FORBIDDEN, NOT_YOURSELF or WRONG_STATE."""

    async def body() -> Outcome:
        person = await entrusted(viewer, text)
        await person.change(locked_until=None)
        await note(viewer, AuditKind.UNLOCKED, person)
        return Outcome(person.id)

    found = await transaction(body)
    await throttle.forgive("login", str(found.rows))
    return found


async def entrusted(viewer: Viewer, text: str) -> Any:
    """The person to whom the viewer may give a way in, locked.

    Raises NOT_FOUND, FORBIDDEN, NOT_YOURSELF, or WRONG_STATE if they were suspended or deleted.
    """
    person = await locked(viewer, text, "personId", allows=delegation.can_entrust)
    if person.id == viewer.person_id:
        raise Refusal(ErrorCode.NOT_YOURSELF, "personId")
    if person.status in GONE:
        raise Refusal(ErrorCode.WRONG_STATE, "personId")
    return person


async def require_method(workspace_id: UUID, method: Method) -> None:
    """Raises PIN_NOT_ALLOWED where the workspace does without them."""
    if method is Method.PIN and not (await Workspace.get(id=workspace_id)).rules.pin_allowed:
        raise Refusal(ErrorCode.PIN_NOT_ALLOWED, "method")


async def hand_out(viewer: Viewer, person: Person, secret: Prepared, to: Any) -> Invitation:
    """Gives somebody a way in, inside a transaction; who has none to sign in with gets a username.

    Of somebody active the sessions and the calendar address end, and a new password is due.
    """
    active = person.status is AccountStatus.ACTIVE
    await name(person)
    changes: dict[str, Any] = {} if active else {"status": AccountStatus.INVITED}
    if secret.hashed:
        changes |= {"password_hash": secret.hashed, "password_kind": KINDS[secret.method]}
    if secret.hashed or active:
        changes["must_change_password"] = True
    elif person.password_kind is not PasswordKind.OWN:
        changes |= {"password_hash": None, "password_kind": PasswordKind.OWN, "must_change_password": False}
    await person.change(**changes)
    await end_entries(person.id)
    tell_access(person.id)
    return await invite(
        viewer, person, Purpose.RESET if active else Purpose.ACTIVATION, secret.method, to, id=secret.id
    )


async def name(person: Person) -> None:
    """Gives a username, made of the name, to somebody who has neither one nor an e-mail address."""
    if person.username or person.email:
        return
    base = "".join(c if c.isascii() and c.isalnum() else "." for c in fold(person.name))[:USERNAME]
    base = ".".join(filter(None, base.split("."))) or "user"
    taken = {each.key for each in await LoginName.filter(key__startswith=base)}

    async def reserve(username: str) -> None:
        person.username = username
        await reserve_login_names(person)

    await write_free((each for each in numbered(base) if each not in taken), reserve)
    await person.change(username=person.username)


async def outcome(person: Person, invitation: Invitation, show: bool, cautions: tuple[Caution, ...] = ()) -> Outcome:
    """What the payload tells; the secret is in it only this once, if asked for or where nothing can be sent."""
    values: dict[str, Any] = {"invitation_id": invitation.id, "username": person.username}
    configured = {Channel.EMAIL: settings().can_mail, Channel.SMS: settings().can_text}
    if show or not any(configured[channel] for channel in invitation.addresses):
        workspace = await Workspace.get(id=person.workspace_id)
        values |= {"accept_url": link_of(workspace, invitation) if invitation.token_hash else None}
        values |= {"temporary_password": secret_of(invitation)}
    return Outcome(person.id, cautions, values)


async def set_temporary(
    viewer: Viewer, text: str, password: str | None, digits: str | None, must_change: bool
) -> Outcome:
    """Sets a password or PIN that an administrator thought of, or a made up one, which is shown once.

    Raises what `send` raises, PASSWORD_NOT_ALLOWED, INVALID_PIN, RESET_REQUIRED, or what is wrong with the password.
    """
    if password is not None and digits is not None:
        raise Refusal(ErrorCode.INVALID_VALUE, "pin", reason=Unfit.BOTH)
    person = await transaction(lambda: entrusted(viewer, text))
    method = Method.TEMPORARY_PASSWORD if digits is None else Method.PIN
    chosen = await _chosen(person, password, digits)
    if not must_change:
        await _require_harmless(person, method)
    await slow_down(person.id)
    secret = await prepare(method, chosen)

    async def body() -> Outcome:
        found = await entrusted(viewer, text)
        invitation = await hand_out(viewer, found, secret, {})
        if not must_change:
            await _chosen(found, password, digits)  # the settings may be others by now
            await _require_harmless(found, method)
            await invitation.accept()
            await found.activate(must_change_password=False)
        after = {"method": method, "mustChangePassword": must_change, "isGenerated": chosen is None}
        await note(viewer, AuditKind.TEMPORARY_PASSWORD_SET, found, after=after)
        await post(invitation, "password_set", await reachable(found))
        return await outcome(found, invitation, chosen is None) if chosen is None else shown(found, invitation)

    return await transaction(body)


def shown(person: Person, invitation: Invitation) -> Outcome:
    """What the payload tells of a secret that the administrator knows already."""
    return Outcome(person.id, values={"invitation_id": invitation.id, "username": person.username})


async def _chosen(person: Person, password: str | None, digits: str | None) -> str | None:
    rules = (await Workspace.get(id=person.workspace_id)).rules
    if digits is None:
        if not rules.manual_passwords_allowed:
            raise Refusal(ErrorCode.PASSWORD_NOT_ALLOWED, "password")
        return None if password is None else prepared(password, person)
    if not rules.pin_allowed:
        raise Refusal(ErrorCode.PIN_NOT_ALLOWED, "pin")
    if not is_pin(digits) or is_trivial(digits):
        raise Refusal(ErrorCode.INVALID_PIN, "pin")
    return digits


async def _require_harmless(person: Person, method: Method) -> None:
    """A PIN may stay only for people without an e-mail address and without a privileged grant: RESET_REQUIRED."""
    mighty = Person.filter(delegation.privileged(person.workspace_id), id=person.id)
    if method is not Method.PIN or person.email or await mighty.exists():
        raise Refusal(ErrorCode.RESET_REQUIRED, "requirePasswordReset", name=person.name)
