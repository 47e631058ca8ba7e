"""Sends what the tables say has to leave: at least once, never by two processes at a time.

A message is claimed in one statement for the length of a lease; a process that dies leaves it to be
claimed again. Nothing is sent inside a transaction.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any
from uuid import UUID

import structlog
from tortoise.queryset import QuerySet

from app.auth.secrets import fingerprint
from app.models import Delivery
from app.models.claiming import claim as claim_rows
from app.models.claiming import from_now
from app.models.database import transaction
from app.models.delivery import Channel, DeliveryState
from app.models.turns import Turns
from app.notify import digest
from app.notify.composing import compose
from app.notify.ending import end
from app.notify.mail import Mail, Mailer
from app.notify.outcome import Failed, Outcome, Retry, Sent, Unclear
from app.notify.sms import Sms, Texter
from app.notify.words.letter import Words
from app.settings import Settings

log = structlog.get_logger()
BATCH = 20
LAST_WORD = 7.0  # seconds for what is being sent when the process has to end; containers are killed after ten
ATTEMPTED = "attempted"  # in a delivery's data: the fingerprint of the SMS as it was last sent
WORN_OUT = Failed("INTERNAL", "How the attempts went could not be noted; the log has it.")
FOUND = "FOUND"  # the code of an SMS whose earlier attempt had arrived, under an id that is not known
WAITING = (DeliveryState.QUEUED, DeliveryState.SENDING)


class Outbox(Turns):
    """The sender of one process."""

    def __init__(self) -> None:
        super().__init__("outbox")

    async def run(self, settings: Settings) -> None:
        """Sends until cancelled."""
        mailer, texter = Mailer(settings), Texter(settings)
        try:
            await self.take(lambda: self.flush(settings, mailer, texter))
        finally:
            await texter.close()

    async def flush(self, settings: Settings, mailer: Mailer, texter: Texter) -> None:
        """Sends everything that is due. Cancelled, it claims nothing more; what it has claimed may leave."""
        while await _ended(_send_some(settings, mailer, texter)):
            pass
        if await digest.write_due():
            self.wake()


async def _ended(work: Coroutine[Any, Any, bool]) -> bool:
    """What the work gives. A cancellation waits for it: a message cut off half-way would be sent again."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if not task.done():
            await asyncio.wait((task,), timeout=LAST_WORD)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise


async def _send_some(settings: Settings, mailer: Mailer, texter: Texter) -> bool:
    claimed = await claim(settings.send_lease, _pause(settings.outbox_attempts - 1, settings))
    await asyncio.gather(*(_deliver(delivery, settings, mailer, texter) for delivery in claimed))
    return bool(claimed)


async def claim(lease: float, pause: float = 0) -> list[Delivery]:
    """Takes messages that are due; until the lease ends no other process takes them. `pause` is the longest one.

    What was reported in between has ended: it is not unclear any more, and would be sent again.
    """
    ids = await claim_rows(Delivery, WAITING, lease, pause, BATCH, "unclear = (unclear OR state = 'SENDING'), ")
    found = Delivery.filter(id__in=ids, state=DeliveryState.SENDING).select_related(
        "recipient__role", "workspace", "invitation__created_by"
    )
    return await found if ids else []


async def _deliver(delivery: Delivery, settings: Settings, mailer: Mailer, texter: Texter) -> None:
    try:
        outcome = await _send(delivery, settings, mailer, texter)
    except Exception as error:
        log.error("outbox.broken", delivery=str(delivery.id), exc_info=error)
        said = "INTERNAL", "An unexpected error; the log has it."
        outcome = Unclear(*said) if delivery.channel is Channel.SMS else Retry(*said)
    try:
        await _note(delivery, outcome, settings)
    except Exception as error:  # when the lease is over it is taken for one of a dead process
        log.error("outbox.not_noted", delivery=str(delivery.id), code=outcome.code, exc_info=error)
        if _is_worn_out(delivery, settings):
            await _mine(delivery).update(state=DeliveryState.FAILED, provider_code="INTERNAL")


async def _send(delivery: Delivery, settings: Settings, mailer: Mailer, texter: Texter) -> Outcome:
    words = await compose(delivery)
    if words is None:
        return Failed("NOT_VISIBLE", "The recipient may no longer see what the message is about.")
    if delivery.channel is Channel.EMAIL:
        return await _mail(delivery, words, mailer, settings)
    return await _text(delivery, words, texter, settings)


async def _mail(delivery: Delivery, words: Words, mailer: Mailer, settings: Settings) -> Outcome:
    # An invitation is for one address alone, whatever became of the person's.
    to = (delivery.invitation and delivery.invitation.email) or delivery.recipient.email
    if not to:
        return Failed("NO_ADDRESS", "The recipient has no e-mail address.")
    if _is_worn_out(delivery, settings):
        return WORN_OUT
    message_id = f"<{delivery.id}@guichet>"
    mail = Mail(to, words.subject, words.text, words.html, message_id, words.language)
    return await mailer.send(mail)


async def _text(delivery: Delivery, words: Words, texter: Texter, settings: Settings) -> Outcome:
    to = (delivery.invitation and delivery.invitation.phone) or delivery.recipient.phone
    if not to:
        return Failed("NO_ADDRESS", "The recipient has no phone number.")
    if delivery.unclear:
        earlier = delivery.data.get(ATTEMPTED, fingerprint(words.sms))
        arrived = await texter.was_sent(to, lambda body: fingerprint(body) == earlier, since=delivery.created_at)
        if arrived is None:
            return Unclear("CANNOT_TELL", "Whether an earlier attempt arrived cannot be found out yet.")
        if arrived:
            return Sent(FOUND, "An earlier attempt had arrived.")
    if _is_worn_out(delivery, settings):
        return WORN_OUT
    # By now a name or a title may be another; the words themselves may hold a secret.
    attempted: dict[str, Any] = {"data": {**delivery.data, ATTEMPTED: fingerprint(words.sms)}}
    await Delivery.filter(id=delivery.id).update(**attempted)
    return await texter.send(Sms(to, words.sms, str(delivery.id), callback_url(delivery.id, settings)))


def callback_url(key: UUID, settings: Settings) -> str | None:
    """Where Twilio is to report the fate of an SMS; it takes no addresses that only this machine knows."""
    base = settings.public_url
    return f"{base}/callbacks/sms/{key}" if base.startswith("https://") else None


async def _note(delivery: Delivery, outcome: Outcome, settings: Settings) -> None:
    state = _state(delivery, outcome, settings)
    said: dict[str, Any] = {"provider_code": outcome.code[:60], "provider_reason": outcome.reason[:500] or None}

    async def body() -> None:
        # Only whoever still holds the claim may say how it went.
        mine = _mine(delivery)
        if not await mine.select_for_update(no_key=True).first():
            return
        if state is DeliveryState.QUEUED:
            due = from_now(_pause(delivery.attempts, settings))
            again: dict[str, Any] = {"next_attempt_at": due, "unclear": _is_unclear(delivery, outcome)}
            await mine.update(state=state, **again, **said)
        else:
            await end(delivery, state, settings, **said)

    await transaction(body, lasting=True)
    log.info(
        "outbox.attempt",
        delivery=str(delivery.id),
        channel=delivery.channel,
        state=state,
        code=outcome.code,
        attempt=delivery.attempts,
    )


def _mine(delivery: Delivery) -> QuerySet[Delivery]:
    """The message, as long as the claim of this attempt holds."""
    return Delivery.filter(id=delivery.id, attempts=delivery.attempts, state=DeliveryState.SENDING)


def _is_worn_out(delivery: Delivery, settings: Settings) -> bool:
    """Whether it had its last attempt before: then no process lived, or was able, to say how that went."""
    return delivery.attempts > settings.outbox_attempts


def _pause(attempts: int, settings: Settings) -> float:
    """Seconds after so many attempts; it doubles ten times at most."""
    return float(settings.outbox_backoff * 2 ** min(attempts - 1, 10))


def _is_unclear(delivery: Delivery, outcome: Outcome) -> bool:
    """Whether an attempt may have arrived. An SMS that was sent again had been looked up; a mail cannot be."""
    return isinstance(outcome, Unclear) or (delivery.unclear and delivery.channel is Channel.EMAIL)


def _state(delivery: Delivery, outcome: Outcome, settings: Settings) -> DeliveryState:
    if isinstance(outcome, Sent):
        return DeliveryState.SENT
    is_over = isinstance(outcome, Failed) or delivery.attempts >= settings.outbox_attempts
    if delivery.channel is Channel.EMAIL and delivery.unclear:  # nobody can be asked, and two of a kind are enough
        is_over = is_over or isinstance(outcome, Unclear)
    return DeliveryState.FAILED if is_over else DeliveryState.QUEUED


outbox = Outbox()
