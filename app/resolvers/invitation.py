"""Invitations: what is handed to somebody so that they get in, and the messages that carry it."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from tortoise.expressions import Q

from app.auth import policy, throttle
from app.auth.policy import Rows
from app.auth.secrets import link_token, token_hash
from app.auth.viewer import Viewer
from app.models import Delivery, Invitation, Person, Workspace, nouns
from app.models.audit_event import AuditKind
from app.models.base import now
from app.models.database import after_commit
from app.models.delivery import Channel
from app.models.invitation import TYPED, WAYS_IN, InvitationState, Method, Purpose, lifetime
from app.models.nouns import Noun
from app.models.refusal import ErrorCode, Refusal
from app.models.workspace import Feature
from app.notify.composing import template_of
from app.notify.outbox import outbox
from app.resolvers.audit_event import note
from app.resolvers.feature import missing
from app.resolvers.finding import narrowed

MISSING_ADDRESS = {Channel.EMAIL: ErrorCode.EMAIL_REQUIRED, Channel.SMS: ErrorCode.PHONE_REQUIRED}
SENDINGS, SENDINGS_WINDOW = 10, 3600
LISTS = {"purpose": "purpose", "method": "method"}
IDS = {"person_id": ("person_id", *nouns.FACES)}
Addresses = Mapping[Channel, str]


def listed(viewer: Viewer, where: dict[str, Any]) -> Rows:
    """The invitations of people to whom the viewer may give a way in, that match every given filter."""
    rows = narrowed(policy.visible(viewer, nouns.INVITATION), where, LISTS, IDS)
    if "state" not in where:
        return rows
    return rows.filter(policy.any_of(*(_standing(viewer, state) for state in dict.fromkeys(where["state"]))))


def _standing(viewer: Viewer, state: InvitationState) -> Q:
    """Those that stand there now: whether a pending one has expired is a matter of time."""
    kept = Q(state=state)
    if state is InvitationState.PENDING:
        return kept & Q(expires_at__gt=viewer.at)
    over = Q(state=InvitationState.PENDING, expires_at__lte=viewer.at)
    return kept | over if state is InvitationState.EXPIRED else kept


def receiver(viewer: Viewer, noun: Noun, invitation: Any) -> Rows:
    """Who is invited, under a face under which the viewer sees them."""
    return policy.visible(viewer, noun).filter(id=invitation["person_id"])


def deliveries(viewer: Viewer, invitation: Any) -> Rows:
    """The messages that carry a visible invitation."""
    return (
        policy.visible(viewer, nouns.DELIVERY, beside=nouns.INVITATION)
        .filter(invitation_id=invitation["id"])
        .order_by("id")
    )


async def invite(
    viewer: Viewer | None, person: Person, purpose: Purpose, method: Method, to: Addresses, **columns: Any
) -> Invitation:
    """Makes an invitation and its messages, inside the transaction of its reason; older ones end.

    Without a viewer the person asked for it themselves: that ends no other way in. `columns` say what else it has.
    Raises FEATURE_NOT_ENABLED where the workspace gives people of the person's portal no access.
    """
    if viewer and (feature := await missing(person, purpose)):
        raise Refusal(ErrorCode.FEATURE_NOT_ENABLED, feature=feature)
    if purpose in WAYS_IN:
        await supersede(person, WAYS_IN if viewer else (purpose,), but=() if viewer else TYPED)
    invitation = Invitation(
        workspace_id=person.workspace_id,
        person_id=person.id,
        purpose=purpose,
        method=method,
        email=to.get(Channel.EMAIL),
        phone=to.get(Channel.SMS),
        expires_at=now() + lifetime(purpose, method),
        **{"created_by_id": viewer.person_id if viewer else None, **columns},
    )
    if method not in TYPED:
        invitation.token_hash = token_hash(link_token(invitation.id))
    await invitation.save(force_create=True)
    await post(invitation, template_of(invitation), to)
    told = {"purpose": purpose, "method": method, "channels": sorted(to)}
    await note(viewer, AuditKind.INVITATION_SENT, person, after=told)
    return invitation


async def outstanding(person: Person) -> Invitation | None:
    """The link by which somebody is invited, though it may have expired; None where it was taken back, or where they
    were handed a password instead."""
    ways_in = await Invitation.filter(person_id=person.id, purpose__in=list(WAYS_IN))
    latest = newest(ways_in)
    is_over = latest is None or latest.method in TYPED or latest.state is InvitationState.REVOKED
    return None if is_over else latest


def newest(invitations: Iterable[Invitation]) -> Invitation | None:
    """The one that counts. Of those that were made, one at most is open; ids follow the clock, which may have been
    put back."""
    return max(invitations, key=lambda each: (each.state is InvitationState.PENDING, each.id), default=None)


async def addresses(person: Person, channels: Collection[Channel], path: str = "channels") -> Addresses:
    """Where the channels lead, which a client chose by the field at `path`.

    Raises EMAIL_REQUIRED, PHONE_REQUIRED or FEATURE_NOT_ENABLED.
    """
    found = {Channel.EMAIL: person.email, Channel.SMS: person.phone}
    for channel in channels:
        if not found[channel]:
            raise Refusal(MISSING_ADDRESS[channel], path, name=person.name)
    if Channel.SMS in channels and not (await Workspace.get(id=person.workspace_id)).has(Feature.SMS):
        raise Refusal(ErrorCode.FEATURE_NOT_ENABLED, path, feature=Feature.SMS)
    return {channel: address for channel, address in found.items() if channel in channels and address}


async def reachable(person: Person) -> Addresses:
    """The one address by which somebody is told without being asked: e-mail, else SMS, else none."""
    if person.email:
        return {Channel.EMAIL: person.email}
    texts = (await Workspace.get(id=person.workspace_id)).has(Feature.SMS)
    return {Channel.SMS: person.phone} if person.phone and texts else {}


async def slow_down(person_id: UUID) -> None:
    """Counts what makes messages about somebody's access leave. Raises TOO_MANY_TRIES after ten within an hour.

    A count lasts whatever becomes of it, so this comes before the transaction.
    """
    if not await throttle.admit("send", str(person_id), SENDINGS, SENDINGS_WINDOW, growing=False):
        raise Refusal(ErrorCode.TOO_MANY_TRIES)


async def post(invitation: Invitation, template: str, channels: Collection[Channel]) -> None:
    """Puts messages about an invitation into the outbox; they leave after the commit."""
    await tell(invitation.person_id, invitation.workspace_id, template, channels, invitation_id=invitation.id)


async def tell(person_id: Any, workspace_id: Any, template: str, channels: Collection[Channel], **ids: Any) -> None:
    """Puts a message to somebody into the outbox, one for each channel; they leave after the commit."""
    for channel in sorted(channels):
        row = {"workspace_id": workspace_id, "recipient_id": person_id, "template": template, **ids}
        await Delivery.create(channel=channel, **row)
    after_commit(outbox.wake)


async def supersede(person: Person, purposes: Collection[Purpose], but: Collection[Method] = ()) -> None:
    """Ends the open invitations of these purposes, because a newer one takes their place."""
    methods = [method for method in Method if method not in but]
    pending = Invitation.filter(person_id=person.id, state=InvitationState.PENDING)
    ended: dict[str, Any] = {"state": InvitationState.SUPERSEDED, "closed_at": now()}
    await pending.filter(purpose__in=list(purposes), method__in=methods).update(**ended)
