"""The inbox: what the viewer was told, what of it is unread, and hearing of more live."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from app.auth.gates import ANYONE, SIGNED_IN
from app.models import nouns
from app.models.activity import ActivityKind
from app.reading.page import One, Order, Page
from app.reading.source import Source
from app.resolvers import notification
from app.schema.base import After, Connection, First, Info, Node
from app.schema.fields import about, argument, field, given, read, related, rows, subscription
from app.schema.live import refreshing
from app.schema.payload import Payload, mutation
from app.schema.person import Card
from app.schema.session import Viewer

if TYPE_CHECKING:
    from app.schema.request import Request


@strawberry.type(description="Something that the viewer was told.")
class Notification(Node):
    source = Source(nouns.NOTIFICATION)

    seq: int | None = field(ANYONE, "Its number: later ones of the same person have greater ones.")
    kind: ActivityKind | None = field(ANYONE, "What happened.")
    created_at: datetime | None = field(ANYONE, "When it was told.")
    read_at: datetime | None = field(ANYONE, "When it was marked as read; null while it is unread.")
    request: Annotated["Request", strawberry.lazy("app.schema.request")] | None = related(
        ANYONE, "The request that it is about, if the viewer may see it now."
    )

    @rows(ANYONE, "Who did it, while the viewer may see that it happened.")
    def actor(self, info: Info) -> Card | None:
        return notification.actor(info.context.viewer, self)  # type: ignore[return-value]


@strawberry.input(description="Which notifications; all given fields must match.")
class NotificationFilter:
    is_unread: bool | None = about("Whether they are still unread.", default=None)
    kind: list[ActivityKind] | None = about("About any of these happenings.", default=None)


@strawberry.type
class NotificationQuery:
    @read(SIGNED_IN, "The viewer's inbox, newest first.")
    def notifications(
        self,
        info: Info,
        where: Annotated[NotificationFilter | None, argument("Which ones.")] = None,
        first: First = 25,
        after: After = None,
    ) -> Connection[Notification] | None:
        rows = notification.listed(info.context.viewer, given(where))
        return Page(rows, (Order("seq", descending=True),), first, after)  # type: ignore[return-value]


@strawberry.input(description="Marks notifications as read: either some, or all up to one.")
class MarkNotificationsReadInput:
    ids: list[strawberry.ID] | None = about("These ones, at most 100.", default=None)
    up_to: int | None = about("All whose `seq` is not greater than this.", default=None)


@strawberry.type(description="What markNotificationsRead did.")
class MarkNotificationsReadPayload(Payload):
    @read(ANYONE, "The viewer, with what is still unread.")
    def viewer(self) -> Viewer | None:
        return self.rows  # type: ignore[no-any-return]


@strawberry.type
class NotificationMutation:
    @mutation(SIGNED_IN, "Marks notifications of the viewer as read; those that are stay as they are.")
    async def mark_notifications_read(
        self, info: Info, input: MarkNotificationsReadInput
    ) -> MarkNotificationsReadPayload:
        return await notification.mark_read(info.context.viewer, input.ids, input.up_to)  # type: ignore[return-value, arg-type]


@strawberry.type(description="News for the viewer.")
class NotificationEvent:
    rows: strawberry.Private[object]

    cursor: str = field(ANYONE, "The place of the event: give it as `after` to go on from here.")

    @read(ANYONE, "What the viewer is told.")
    def notification(self) -> Notification | None:
        return self.rows  # type: ignore[return-value]

    @read(ANYONE, "How many notifications the viewer has not read.")
    def unread(self, info: Info) -> int | None:
        return notification.unread(info.context.viewer)  # type: ignore[return-value]


@strawberry.type
class NotificationSubscription:
    @subscription(SIGNED_IN, "Tells live what comes into the viewer's inbox.")
    async def notification_received(
        self,
        info: Info,
        after: Annotated[
            str | None, argument("Begin with what came after this cursor; without it, with what comes now.")
        ] = None,
    ) -> AsyncIterator[NotificationEvent]:
        start = notification.cursor(after)
        async for told in notification.follow(info.context.viewer, start, refreshing(info)):
            yield NotificationEvent(rows=One(nouns.NOTIFICATION, told.id), cursor=str(told.seq))
