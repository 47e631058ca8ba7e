"""Messages that left, or did not."""

from datetime import datetime
from typing import Annotated

import strawberry

from app.auth import policy
from app.auth.gates import ANYONE, Requires
from app.auth.permissions import Permission
from app.models import nouns
from app.models.delivery import Channel, DeliveryState
from app.reading.page import Order, Page
from app.reading.source import Source
from app.resolvers.finding import narrowed
from app.schema.base import After, Connection, First, Info, Node
from app.schema.enums import described
from app.schema.fields import about, argument, computed, field, given, read, related
from app.schema.person import Card
from app.schema.undelivered import explained

described(
    DeliveryState,
    "How far a message has come.",
    {
        DeliveryState.QUEUED: "It will leave, now or after a pause.",
        DeliveryState.SENDING: "It is leaving.",
        DeliveryState.SENT: "The provider has taken it.",
        DeliveryState.DELIVERED: "It has arrived.",
        DeliveryState.FAILED: "It will not arrive; the reason says why.",
    },
)


LEFT = (DeliveryState.SENT, DeliveryState.DELIVERED)


@strawberry.type(description="A message to one person by one channel.")
class Delivery(Node):
    source = Source(nouns.DELIVERY)

    channel: Channel | None = field(ANYONE, "The way it takes.")
    state: DeliveryState | None = field(ANYONE, "How far it has come.")
    attempts: int | None = field(ANYONE, "How often it was tried.")
    next_attempt_at: datetime | None = field(ANYONE, "When it is tried next, while it is queued.")
    provider_code: str | None = field(ANYONE, "The provider's answer, for programs: NOT_CONFIGURED, TIMEOUT, …")
    provider_reason: str | None = field(ANYONE, "The provider's own answer, in English; `reason` says what it means.")

    @computed(
        ANYONE, "Why it has not arrived, in the viewer's language; null once it has left.", "provider_code", "state"
    )
    def reason(self, info: Info) -> str | None:
        code, state = self.__dict__["provider_code"], DeliveryState(self.__dict__["state"])
        return None if code is None or state in LEFT else explained(code, info.context.language)

    created_at: datetime | None = field(ANYONE, "When it was written.")
    sent_at: datetime | None = field(ANYONE, "When the provider took it.")
    recipient: Card | None = related(ANYONE, "Who it is for.")


@strawberry.input(description="Which messages; all given fields must match.")
class DeliveryFilter:
    state: list[DeliveryState] | None = about("In any of these states.", default=None)
    channel: list[Channel] | None = about("By any of these channels.", default=None)


@strawberry.type
class DeliveryQuery:
    @read(Requires(Permission.SETTINGS_MANAGE), "What was sent, newest first, and why what failed did not arrive.")
    def deliveries(
        self,
        info: Info,
        where: Annotated[DeliveryFilter | None, argument("Which ones.")] = None,
        first: First = 25,
        after: After = None,
    ) -> Connection[Delivery] | None:
        rows = policy.visible(info.context.viewer, nouns.DELIVERY)
        rows = narrowed(rows, given(where), {"state": "state", "channel": "channel"}, {})
        return Page(rows, (Order("id", descending=True),), first, after)  # type: ignore[return-value]
