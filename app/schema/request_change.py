"""Following one request live."""

from collections.abc import AsyncIterator
from typing import Annotated

import strawberry

from app.auth.gates import ANYONE, Requires
from app.auth.permissions import Permission
from app.resolvers import request_change
from app.schema.base import Info
from app.schema.fields import argument, read, subscription
from app.schema.live import refreshing
from app.schema.request import Request


@strawberry.type(description="A request after something happened to it.")
class RequestChange:
    rows: strawberry.Private[object]

    @read(ANYONE, "The request as the viewer sees it now.")
    def request(self) -> Request | None:
        return self.rows  # type: ignore[return-value]


@strawberry.type
class RequestChangeSubscription:
    @subscription(
        Requires(Permission.REQUEST_READ),
        "Shows a request now and after each change that the viewer may see; changes that come close together are"
        " told as one. It ends with the error NO_LONGER_VISIBLE when the request is deleted or out of reach.",
    )
    async def request_changed(
        self, info: Info, id: Annotated[strawberry.ID, argument("Its id, or its number (R-1042).")]
    ) -> AsyncIterator[RequestChange]:
        async for rows in request_change.follow(info.context.viewer, id, refreshing(info)):
            yield RequestChange(rows=rows)
