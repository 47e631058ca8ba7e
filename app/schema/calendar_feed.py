"""The address of a person's calendar."""

from datetime import datetime

import strawberry

from app.auth.gates import ANYONE, SIGNED_IN
from app.models import nouns
from app.reading.source import Source
from app.resolvers import calendar_feed
from app.schema.base import Info, Node
from app.schema.fields import field, read
from app.schema.payload import Payload, mutation


@strawberry.type(
    description="An address under which calendar programs read the viewer's planned requests. Whoever knows it reads"
    " what its owner may see at that moment; it ends with the owner's access."
)
class CalendarFeed(Node):
    source = Source(nouns.CALENDAR_FEED)

    created_at: datetime | None = field(ANYONE, "When the address was made.")
    last_used_at: datetime | None = field(ANYONE, "When a program last read it, to about five minutes.")


@strawberry.type
class CalendarFeedQuery:
    @read(SIGNED_IN, "The viewer's own calendar feed, if there is one.")
    def calendar_feed(self, info: Info) -> CalendarFeed | None:
        return calendar_feed.own(info.context.viewer)  # type: ignore[return-value]


@strawberry.type(description="What createCalendarFeed did.")
class CreateCalendarFeedPayload(Payload):
    url: str | None = field(ANYONE, "The address, for programs that subscribe to calendars; it is shown only now.")

    @read(ANYONE, "The feed.")
    def calendar_feed(self) -> CalendarFeed | None:
        return self.rows  # type: ignore[no-any-return]


@strawberry.type(description="What revokeCalendarFeed did.")
class RevokeCalendarFeedPayload(Payload):
    """No more than the errors."""


@strawberry.type
class CalendarFeedMutation:
    @mutation(SIGNED_IN, "Makes an address for the viewer's calendar; the one before ends.")
    async def create_calendar_feed(self, info: Info) -> CreateCalendarFeedPayload:
        return await calendar_feed.create(info.context.viewer)  # type: ignore[return-value]

    @mutation(SIGNED_IN, "Ends the address of the viewer's calendar.")
    async def revoke_calendar_feed(self, info: Info) -> RevokeCalendarFeedPayload:
        return await calendar_feed.revoke(info.context.viewer)  # type: ignore[return-value]
