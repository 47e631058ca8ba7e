"""Invitations: what is handed to somebody so that they get in, and the messages that carry it."""

from collections.abc import Collection
from typing import Any

from app.auth.secrets import link_token, token_hash
from app.auth.viewer import Viewer
from app.models import Delivery, Invitation, Person, Workspace
from app.models.audit_event import AuditKind
from app.models.base import now
from app.models.database import after_commit
from app.models.delivery import Channel
from app.models.invitation import TYPED, WAYS_IN, InvitationState, Method, Purpose, lifetime
from app.models.refusal import ErrorCode, Refusal
from app.models.workspace import Feature
from app.notify.composing import template_of
from app.notify.outbox import outbox
from app.resolvers.audit_event import note

MISSING_ADDRESS = {Channel.EMAIL: ErrorCode.EMAIL_REQUIRED, Channel.SMS: ErrorCode.PHONE_REQUIRED}


async def invite(
    viewer: Viewer | None,
    person: Person,
    purpose: Purpose,
    method: Method,
    channels: Collection[Channel],
    **columns: Any,
) -> Invitation:
    """Makes an invitation and its messages, inside the transaction of its reason; older ones end.

    Without a viewer the person asked for it themselves. Raises EMAIL_REQUIRED, PHONE_REQUIRED or
    FEATURE_NOT_ENABLED for a channel that does not lead to the person.
    """
    addresses = await _addresses(person, channels)
    if purpose in WAYS_IN:
        await supersede(person, WAYS_IN)
    invitation = Invitation(
        workspace_id=person.workspace_id,
        person_id=person.id,
        purpose=purpose,
        method=method,
        expires_at=now() + lifetime(purpose, method),
        created_by_id=viewer.person_id if viewer else None,
        **{"email": addresses.get(Channel.EMAIL), "phone": addresses.get(Channel.SMS), **columns},
    )
    if method not in TYPED:
        invitation.token_hash = token_hash(link_token(invitation.id))
    await invitation.save(force_create=True)
    await post(invitation, template_of(invitation), addresses)
    told = {"purpose": purpose, "method": method, "channels": sorted(addresses)}
    await note(viewer, AuditKind.INVITATION_SENT, person, after=told)
    return invitation


async def _addresses(person: Person, channels: Collection[Channel]) -> dict[Channel, str]:
    found = {Channel.EMAIL: person.email, Channel.SMS: person.phone}
    for channel in channels:
        if not found[channel]:
            raise Refusal(MISSING_ADDRESS[channel], "channels", name=person.name)
    if Channel.SMS in channels and not (await Workspace.get(id=person.workspace_id)).has(Feature.SMS):
        raise Refusal(ErrorCode.FEATURE_NOT_ENABLED, "channels", feature=Feature.SMS)
    return {channel: address for channel, address in found.items() if channel in channels and address}


async def post(invitation: Invitation, template: str, channels: Collection[Channel]) -> None:
    """Puts the invitation's messages into the outbox; they leave after the commit."""
    for channel in Channel:
        if channel in channels:
            await Delivery.create(
                workspace_id=invitation.workspace_id,
                recipient_id=invitation.person_id,
                invitation_id=invitation.id,
                channel=channel,
                template=template,
            )
    after_commit(outbox.wake)


async def supersede(person: Person, purposes: Collection[Purpose]) -> None:
    """Ends the open invitations of these purposes, because a newer one takes their place."""
    pending = Invitation.filter(person_id=person.id, state=InvitationState.PENDING, purpose__in=list(purposes))
    ended: dict[str, Any] = {"state": InvitationState.SUPERSEDED, "closed_at": now()}
    await pending.update(**ended)
