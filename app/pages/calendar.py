"""`/calendar/<token>.ics`: somebody's requests for calendar programs (RFC 5545). It can only be read."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from unicodedata import category

from icalendar import Calendar, Event
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.models import Request as WorkRequest
from app.models import nouns
from app.models.refusal import Refusal
from app.models.request import RequestStatus
from app.models.text import tidy
from app.resolvers import calendar_feed
from app.resolvers.calendar_feed import PATH

UNSTORED = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
REFRESH = timedelta(hours=1)
LONGEST_DESCRIPTION = 2_000


async def serve(request: Request) -> Response:
    """The calendar; the same answer for every token that is none, or no longer."""
    address = request.client.host if request.client else ""
    try:
        found = await calendar_feed.read(request.path_params["token"], address)
    except Refusal:
        return PlainTextResponse("Too many tries. Wait a while.", 429, UNSTORED)
    if found is None:
        return PlainTextResponse("Not found.", 404, UNSTORED)
    body = await asyncio.to_thread(written, found)  # a thousand events take half a second
    headers = UNSTORED | {"ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"'}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = 'attachment; filename="guichet.ics"'
    return Response(body, headers=headers, media_type="text/calendar")


def calendar_routes() -> list[Route]:
    """Where it is served."""
    return [Route(f"{PATH}/{{token}}.ics", serve, methods=["GET", "HEAD"])]


def written(found: calendar_feed.Calendar) -> bytes:
    """The calendar as text. The same requests always give the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", "-//Guichet//Guichet//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", tidy(found.workspace.name))
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    for request in found.requests:
        calendar.add_component(_event(request, found.workspace.base_url))
    return bytes(calendar.to_ical())


def _event(request: WorkRequest, link: str) -> Event:
    start, end = request.scheduled_start, request.scheduled_end
    assert start is not None, "only planned requests are in a calendar"
    event = Event()
    event.add("uid", f"{nouns.REQUEST.id(request.id)}@guichet")
    event.add("dtstamp", _utc(request.updated_at))
    event.add("last-modified", _utc(request.updated_at))
    event.add("created", _utc(request.created_at))
    event.add("sequence", request.version)
    event.add("dtstart", _utc(start))
    if end and end > start:
        event.add("dtend", _utc(end))
    event.add("summary", f"R-{request.number} {tidy(request.title)}")
    if request.description:
        event.add("description", _plain(request.description)[:LONGEST_DESCRIPTION])
    if request.site:
        event.add("location", ", ".join(tidy(part) for part in (request.site.name, request.site.address) if part))
    event.add("status", "CANCELLED" if request.status is RequestStatus.CANCELLED else "CONFIRMED")
    event.add("url", link)
    return event


def _utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(microsecond=0)


def _plain(words: str) -> str:
    """Words over several lines, without what calendars may not hold."""
    lines = words.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c == "\n" or category(c) != "Cc")
