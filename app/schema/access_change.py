"""Following one's own rights live."""

from collections.abc import AsyncIterator

import strawberry

from app.auth.gates import ANYONE, SIGNED_IN
from app.models import nouns
from app.reading.page import One
from app.resolvers import access_change
from app.schema.base import Info
from app.schema.fields import field, read, subscription
from app.schema.live import refreshing
from app.schema.session import Viewer


@strawberry.type(description="The viewer after their own rights have changed.")
class AccessChange:
    rows: strawberry.Private[object]

    version: int = field(ANYONE, "The version of the viewer's access; it never falls.")

    @read(ANYONE, "The viewer with the rights that hold now.")
    def viewer(self) -> Viewer | None:
        return self.rows  # type: ignore[return-value]


@strawberry.type
class AccessChangeSubscription:
    @subscription(
        SIGNED_IN,
        "Tells the viewer that their own rights, sites, company or portal have changed, so that a page can ask anew."
        " All other subscriptions follow by themselves. When the session or the account ends, the connection closes:"
        " a socket with 4403 and the reason in the viewer's language.",
    )
    async def access_changed(self, info: Info) -> AsyncIterator[AccessChange]:
        async for viewer in access_change.follow(info.context.viewer, refreshing(info)):
            yield AccessChange(rows=One(nouns.VIEWER, viewer.person_id), version=viewer.version)
