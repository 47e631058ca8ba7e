"""A database with the cast, opened in the process of the tests."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from tortoise.backends.base.executor import EXECUTOR_CACHE

from app.auth.people import viewer_of
from app.auth.viewer import Viewer
from app.models import Activity, Delivery, Notification, Person, Request, Workspace
from app.models.activity import ActivityKind
from app.models.database import connect, disconnect
from app.models.delivery import DeliveryState
from app.models.nouns import REQUEST
from app.models.person import next_notification
from app.resolvers import assignment
from tests.cast import Cast
from tests.conftest import Stage

T = TypeVar("T")
ENDED = (DeliveryState.SENT, DeliveryState.FAILED)


@asynccontextmanager
async def opened(stage: Stage) -> AsyncIterator[str]:
    """The URL of a copy of its own, open for Tortoise."""
    EXECUTOR_CACHE.clear()
    url = stage.copy()
    await connect(url)
    try:
        yield url
    finally:
        await disconnect()
        stage.drop(url)


async def viewer(cast: Cast, name: str) -> Viewer:
    """Somebody of the cast with the rights that hold now."""
    return await viewer_of(await Person.get(id=cast.key(name)))


async def assign(cast: Cast, request: str, worker: str, by: str = "ada") -> None:
    """Gives a request to a worker, as the mutation does."""
    await assignment.assign(await viewer(cast, by), cast.request(request), cast.worker(worker), None)


async def new_requests(cast: Cast, count: int) -> list[str]:
    """The ids of so many requests at the site where wes works."""
    workspace = await Workspace.get(id=cast.key("toits"))
    ids = []
    for number in range(count):
        row = Request(
            workspace_id=workspace.id,
            number=await workspace.next_request_number(),
            title=f"Job {number}",
            created_by_id=cast.key("ada"),
            site_id=cast.key("north"),
        )
        await row.index().save()
        ids.append(REQUEST.id(row.id))
    return ids


async def queue_mails(cast: Cast, count: int) -> None:
    """So many mails for wes about one request."""
    wes = await Person.get(id=cast.key("wes"))
    activity = await Activity.filter(request_id=cast.key("tap")).first()
    assert activity
    ids: dict[str, Any] = {"workspace_id": wes.workspace_id, "recipient_id": wes.id}
    about: dict[str, Any] = {
        "request_id": activity.request_id,
        "activity_id": activity.id,
        "kind": ActivityKind.ASSIGNED,
    }
    notice = await Notification.create(**ids, **about, seq=await next_notification(wes.id))
    mails = [Delivery(**ids, notification_id=notice.id, channel="EMAIL", template="request") for _ in range(count)]
    await Delivery.bulk_create(mails)


async def deliveries() -> dict[str, Delivery]:
    """The deliveries by their channel; only for tests where there is one of each."""
    return {row.channel: row for row in await Delivery.all()}


async def ended(count: int, **those: Any) -> list[Delivery]:
    """The deliveries that have been sent or given up, once there are that many."""

    async def look() -> list[Delivery]:
        return await Delivery.filter(state__in=list(ENDED), **those).order_by("id")

    found: list[Delivery] = await eventually(look, lambda rows: len(rows) >= count)
    return found


async def eventually(look: Callable[[], Any], good: Callable[[Any], bool], timeout: float = 30) -> Any:
    """What `look` finds, once it is good; AssertionError after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not good(found := await look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout} s, found {found}")
        await asyncio.sleep(0.03)
    return found


async def value(found: T) -> T:
    """Something to look at again and again with `eventually`."""
    return found
