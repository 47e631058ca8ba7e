"""A person's calendar by an address of its own: made, ended, and read by whoever holds it."""

from datetime import timedelta
from typing import Any, NamedTuple

from tortoise.expressions import Q

from app.auth import policy, sessions, throttle
from app.auth.people import viewer_of
from app.auth.policy import Rows
from app.auth.secrets import new_token, token_hash
from app.auth.viewer import Viewer
from app.models import CalendarFeed, Person, Request, Workspace, nouns
from app.models.audit_event import AuditKind
from app.models.base import now
from app.models.database import transaction
from app.models.refusal import ErrorCode, Refusal
from app.models.workspace import Feature
from app.resolvers.audit_event import note
from app.resolvers.feature import require_feature
from app.resolvers.outcome import Outcome
from app.settings import settings

PATH = "/calendar"
BEHIND, AHEAD = timedelta(days=90), timedelta(days=366)
MOST_PAST, MOST_AHEAD = 500, 1_000  # events: what calendar programs fetch again and again is bounded
USED_EVERY = timedelta(minutes=5)


class Calendar(NamedTuple):
    """What a feed shows."""

    workspace: Workspace
    requests: list[Request]


def own(viewer: Viewer) -> Rows:
    """The viewer's own feed."""
    return policy.visible(viewer, nouns.CALENDAR_FEED)


async def create(viewer: Viewer) -> Outcome:
    """Makes a new address, shown only now; the one before ends. Raises FEATURE_NOT_ENABLED."""
    await require_feature(viewer, Feature.CALENDAR_FEEDS)
    token = new_token()

    async def body() -> Outcome:
        person = await Person.select_for_update(no_key=True).get(id=viewer.person_id)
        await CalendarFeed.filter(person_id=person.id).delete()
        await CalendarFeed.create(workspace_id=person.workspace_id, person_id=person.id, token_hash=token_hash(token))
        await note(viewer, AuditKind.CALENDAR_FEED_CREATED, person)
        return Outcome(own(viewer), values={"url": f"{settings().public_url}{PATH}/{token}.ics"})

    return await transaction(body)


async def revoke(viewer: Viewer) -> Outcome:
    """Ends the address. Raises NOT_FOUND if there is none."""

    async def body() -> Outcome:
        person = await Person.select_for_update(no_key=True).get(id=viewer.person_id)
        if not await CalendarFeed.filter(person_id=person.id).delete():
            raise Refusal.missing()
        await note(viewer, AuditKind.CALENDAR_FEED_REVOKED, person)
        return Outcome()

    return await transaction(body)


async def read(token: str, address: str) -> Calendar | None:
    """The calendar behind a token, with the rights that its person has now; None for whatever is no such token.

    Raises TOO_MANY_TRIES for an address from which many tokens were tried.
    """
    limits = settings()
    if not await throttle.admit("calendar", address, limits.tries_per_address, limits.tries_window, growing=False):
        raise Refusal(ErrorCode.TOO_MANY_TRIES)
    feed = await CalendarFeed.filter(token_hash=token_hash(token)).select_related("person", "workspace").first()
    if feed is None or not sessions.may_sign_in(feed.person):
        return None
    await throttle.give_back("calendar", address)
    if feed.person.must_change_password or not feed.workspace.has(Feature.CALENDAR_FEEDS):
        return None
    await _touch(feed)
    return Calendar(feed.workspace, await _requests(await viewer_of(feed.person)))


async def _touch(feed: CalendarFeed) -> None:
    moment = now()
    if feed.last_used_at is None or moment - feed.last_used_at > USED_EVERY:
        used: dict[str, Any] = {"last_used_at": moment}
        await CalendarFeed.filter(id=feed.id).update(**used)


async def _requests(viewer: Viewer) -> list[Request]:
    """The planned requests that the viewer sees: what is to come first, then as much of the past as fits."""
    moment = now()
    rows = policy.visible(viewer, nouns.REQUEST).select_related("site")
    to_come = Q(scheduled_start__gte=moment, scheduled_start__lt=moment + AHEAD)
    recent = Q(scheduled_start__gte=moment - BEHIND) | Q(scheduled_end__gt=moment)
    past = Q(recent, scheduled_start__lt=moment)
    ahead = await rows.filter(to_come).order_by("scheduled_start", "id").limit(MOST_AHEAD)
    behind = await rows.filter(past).order_by("-scheduled_start", "-id").limit(MOST_PAST)
    return [*reversed(behind), *ahead]
