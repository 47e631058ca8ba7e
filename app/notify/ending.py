"""How messages end: states only move forward, and what fails for good on one channel takes the other, once."""

from datetime import timedelta
from typing import Any

from app.models import Delivery, Invitation, Person
from app.models.base import now
from app.models.delivery import Channel, DeliveryState
from app.models.invitation import WAYS_IN
from app.models.workspace import Feature
from app.notify import digest
from app.settings import Settings

S = DeliveryState
BEFORE = {S.SENT: (S.QUEUED, S.SENDING), S.DELIVERED: (S.QUEUED, S.SENDING, S.SENT)}
BEFORE[S.FAILED] = BEFORE[S.DELIVERED]
OTHER = {Channel.EMAIL: Channel.SMS, Channel.SMS: Channel.EMAIL}
ADDRESS = {Channel.EMAIL: "email", Channel.SMS: "phone"}
BOUNCED = ("BOUNCED", "INVALID_ADDRESS")  # of an e-mail: the mailbox is not there
INSTEAD = "instead"  # in a delivery's data: the one in whose place it goes
TOGETHER = timedelta(minutes=1)  # messages by both channels are written at once
OF_NO_USE = ("NOT_VISIBLE",)  # on any channel


async def end(delivery: Delivery, state: DeliveryState, settings: Settings, **changes: Any) -> bool:
    """Moves a message to SENT, DELIVERED or FAILED, with what follows; False if it had ended before.

    Inside a transaction. Needs `recipient`, `workspace` and `invitation` loaded.
    """
    rows = Delivery.filter(id=delivery.id, state__in=list(BEFORE[state]))
    sent = {"sent_at": delivery.sent_at or now()} if state is not S.FAILED else {}
    if not await rows.update(state=state, unclear=False, **sent, **changes):
        return False
    code = changes.get("provider_code")
    if state is S.FAILED and code not in OF_NO_USE:
        await _take_other_channel(delivery, settings)
    if delivery.channel is Channel.EMAIL and (code in BOUNCED or state is S.DELIVERED):
        await _remember(delivery, has_bounced=state is S.FAILED)
    return True


async def _take_other_channel(delivery: Delivery, settings: Settings) -> None:
    other = OTHER[delivery.channel]
    if INSTEAD in delivery.data or not _may_go_by(other, delivery, settings):
        return
    same: dict[str, Any] = {"notification_id": delivery.notification_id, "invitation_id": delivery.invitation_id}
    together = (delivery.created_at - TOGETHER, delivery.created_at + TOGETHER)
    twins = Delivery.filter(recipient_id=delivery.recipient_id, template=delivery.template, channel=other, **same)
    if await twins.filter(created_at__range=together).exists():
        return
    if delivery.invitation:  # it is for these addresses alone, also when it is renewed
        column = ADDRESS[other]
        known: dict[str, Any] = {column: getattr(delivery.recipient, column)}
        await Invitation.filter(id=delivery.invitation.id, **{f"{column}__isnull": True}).update(**known)
    await Delivery.create(
        workspace_id=delivery.workspace_id,
        recipient_id=delivery.recipient_id,
        channel=other,
        template=delivery.template,
        data={**delivery.data, INSTEAD: str(delivery.id)},
        **same,
    )


def _may_go_by(other: Channel, delivery: Delivery, settings: Settings) -> bool:
    """A link that proves a mailbox goes nowhere else, and phones are not for news that was meant for a mailbox."""
    person, invitation = delivery.recipient, delivery.invitation
    if delivery.template == digest.TEMPLATE or (invitation and invitation.purpose not in WAYS_IN):
        return False
    if other is Channel.EMAIL:
        return bool(person.email)
    can_text = bool(settings.twilio_account_sid) and delivery.workspace.has(Feature.SMS)
    return bool(person.phone and invitation and can_text)


async def _remember(delivery: Delivery, has_bounced: bool) -> None:
    """Whether mail to the person comes back, as long as the address is still theirs."""
    to = (delivery.invitation and delivery.invitation.email) or delivery.recipient.email
    known: dict[str, Any] = {"email_bounced_at": now() if has_bounced else None}
    await Person.filter(id=delivery.recipient_id, email=to).update(**known)
