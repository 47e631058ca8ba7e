"""What providers say about a message after they took it: by Twilio's callbacks, and by mails that come back."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, NamedTuple
from uuid import UUID

from tortoise.expressions import Q

from app.models import Delivery
from app.models.database import after_commit, transaction
from app.models.delivery import Channel, DeliveryState
from app.notify.ending import end
from app.notify.outbox import FOUND, outbox
from app.notify.outcome import plain
from app.notify.sms import refusal_name
from app.settings import settings

SMS_STATES = {
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.DELIVERED,
    "undelivered": DeliveryState.FAILED,
    "failed": DeliveryState.FAILED,
}
OUR_ID = re.compile(r"<([0-9a-f-]{36})@guichet>")


class Bounce(NamedTuple):
    """What one report of a mail server says: of which delivery, how it ended, and why."""

    delivery_id: UUID
    state: DeliveryState
    reason: str


async def sms_reported(delivery_id: UUID, sid: str, status: str, error_code: str | None) -> None:
    """Notes what became of an SMS. What is unknown, of another message or older than what is known is ignored."""
    state = SMS_STATES.get(status)
    if state is None:
        return
    code = refusal_name(error_code or "UNDELIVERED") if state is DeliveryState.FAILED else sid
    reason = plain(f"Twilio: {status} {error_code or ''}") if state is DeliveryState.FAILED else None
    # Once it was sent its code is Twilio's id; an earlier attempt has another one.
    ours = Q(channel=Channel.SMS) & (Q(state__not=DeliveryState.SENT) | Q(provider_code__in=(sid[:60], FOUND)))
    await _ended(delivery_id, ours, state, code, reason)


async def mail_reported(raw: bytes) -> Bounce | None:
    """Notes what a mail server's report says; None for what is no report about a message of ours."""
    bounce = read_bounce(raw)
    if bounce is not None:
        code = "BOUNCED" if bounce.state is DeliveryState.FAILED else "250"
        await _ended(bounce.delivery_id, Q(channel=Channel.EMAIL), bounce.state, code, bounce.reason)
    return bounce


async def _ended(key: UUID, ours: Q, state: DeliveryState, code: str, reason: str | None) -> None:
    async def body() -> None:
        found = Delivery.filter(ours, id=key).select_related("recipient", "workspace", "invitation")
        if delivery := await found.select_for_update(no_key=True, of=("deliveries",)).first():
            await end(delivery, state, settings(), provider_code=code[:60], provider_reason=reason)
            after_commit(outbox.wake)

    await transaction(body, lasting=True)


def read_bounce(raw: bytes) -> Bounce | None:
    """The report in a mail (RFC 3464), if it is about a message of ours and says how that ended for good."""
    mail = message_from_bytes(raw, policy=policy.default)
    if not isinstance(mail, EmailMessage) or mail.get_content_type() != "multipart/report":
        return None
    found = _original(mail)
    fields = next((part for part in mail.walk() if part.get_content_type() == "message/delivery-status"), None)
    blocks: Any = fields.get_payload() if fields else None
    # The first block is about the message, the second about its one recipient.
    if found is None or not isinstance(blocks, list) or len(blocks) < 2:
        return None
    about = blocks[1]
    action, status = str(about.get("Action", "")).strip().lower(), str(about.get("Status", "")).strip()
    reason = plain(about.get("Diagnostic-Code") or status)
    if action == "failed" and not status.startswith("4"):
        return Bounce(found, DeliveryState.FAILED, reason)
    return Bounce(found, DeliveryState.DELIVERED, reason) if action == "delivered" else None


def _original(mail: EmailMessage) -> UUID | None:
    """The delivery whose message came back: servers return it whole, or its headers."""
    for part in mail.walk():
        if part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
            inner: Any = part.get_payload()
            text = inner[0].as_string() if isinstance(inner, list) else str(part.get_content())
            if found := OUR_ID.search(text):
                return UUID(found[1])
    return None
