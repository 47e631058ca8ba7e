"""A person's calendar by its own address: what it shows, to whom, and when it ends."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from icalendar import Calendar

from app.auth.secrets import link_token, token_hash
from app.models import AuditEvent, CalendarFeed, Invitation, Person, PersonSite, Request
from app.models.access import end_access
from app.models.base import now
from app.models.database import transaction
from app.models.person import AccountStatus
from app.models.request import RequestStatus
from tests.ask import Service
from tests.cast import PASSWORD, REQUESTS, SEES
from tests.live.database import eventually
from tests.mailbox import Mailbox

OWN = "{ calendarFeed { createdAt lastUsedAt } }"
CREATE = "mutation { createCalendarFeed { url calendarFeed { createdAt lastUsedAt } errors { code } } }"
REVOKE = "mutation { revokeCalendarFeed { errors { code path } } }"
SOON = now().replace(microsecond=0) + timedelta(days=3)


async def address(service: Service, name: str) -> str:
    """A new address of somebody's calendar."""
    payload = (await service.ask(name, CREATE))["createCalendarFeed"]
    assert payload["errors"] == [] and payload["calendarFeed"]["lastUsedAt"] is None
    url: str = payload["url"]
    assert url.startswith(f"{service.url}/calendar/") and url.endswith(".ics")
    return url


async def read(service: Service, url: str, **headers: str) -> httpx2.Response:
    """As a calendar program does: with nothing but the address."""
    async with httpx2.AsyncClient() as http:
        return await http.get(url, headers=headers)


async def events(service: Service, url: str) -> dict[str, Any]:
    """The events by the names of the cast's requests."""
    answer = await read(service, url)
    assert answer.status_code == 200, answer.text
    names = {f"{service.cast.request(name)}@guichet": name for name in REQUESTS}
    found = Calendar.from_ical(answer.content).walk("VEVENT")
    return {names[str(event["uid"])]: event for event in found}


async def plan(service: Service, *names: str, **values: Any) -> None:
    keys = [service.cast.key(name) for name in names]
    await Request.filter(id__in=keys).update(**{"scheduled_start": SOON, **values})


@pytest.mark.requirement(96)
@pytest.mark.parametrize("name", SEES)
async def test_it_shows_the_planned_requests_that_its_owner_sees(service: Service, name: str) -> None:
    planned = set(REQUESTS) - {"roof", "door"}
    await plan(service, *planned)
    url = await address(service, name)
    assert set(await events(service, url)) == SEES[name] & planned
    listed = "{ requests(where: {scheduledBetween: {}}, first: 100) { nodes { id scheduledStart } } }"
    rows = (await service.ask(name, listed))["requests"]["nodes"]
    assert service.cast.requests([row["id"] for row in rows if row["scheduledStart"]]) == SEES[name] & planned


@pytest.mark.requirement(96)
async def test_an_event_tells_what_there_is_to_do(service: Service) -> None:
    cast = service.cast
    words = "Comma, semicolon; back\\slash\r\nNext line\x07"
    end = SOON + timedelta(hours=2)
    await plan(service, "tap", scheduled_end=end, title="Évier;\nbouché \u202e, encore", description=words, version=7)
    await plan(service, "roof", status=RequestStatus.CANCELLED, scheduled_end=SOON)
    url = await address(service, "wes")
    found = await events(service, url)
    tap, row = found["tap"], await Request.get(id=cast.key("tap"))
    assert str(tap["summary"]) == "R-1001 Évier; bouché , encore"
    assert str(tap["description"]) == "Comma, semicolon; back\\slash\nNext line"
    assert (str(tap["location"]), str(tap["status"]), tap["sequence"]) == ("North", "CONFIRMED", 7)
    assert (tap["dtstart"].dt, tap["dtend"].dt, tap["dtstart"].dt.utcoffset()) == (SOON, end, timedelta(0))
    assert tap["last-modified"].dt == row.updated_at.replace(microsecond=0)
    assert str(found["roof"]["status"]) == "CANCELLED" and "dtend" not in found["roof"]
    text = (await read(service, url)).text
    assert f"DTSTART:{SOON:%Y%m%dT%H%M%SZ}\r\n" in text and "BEGIN:VTIMEZONE" not in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


async def test_the_night_of_the_clock_change_is_told_in_utc(service: Service) -> None:
    """Two works at 2:30 local time, an hour apart: once in summer time, once in winter time."""
    year = now().year + (now().month >= 10)
    last = max(day for day in range(25, 32) if datetime(year, 10, day, tzinfo=UTC).weekday() == 6)
    first, second = (datetime(year, 10, last, hour, 30, tzinfo=UTC) for hour in (0, 1))
    await plan(service, "tap", scheduled_start=first)
    await plan(service, "roof", scheduled_start=second)
    found = await events(service, await address(service, "wes"))
    assert [found[each]["dtstart"].dt for each in ("tap", "roof")] == [first, second]


async def test_rights_are_those_of_the_moment(service: Service) -> None:
    await plan(service, "tap", "roof")
    url = await address(service, "wes")
    assert set(await events(service, url)) == {"tap", "roof"}
    ids = {"requestId": service.cast.request("tap"), "reason": "Ill"}
    assert (await service.change("wes", "declineAssignment", ids))["errors"] == []
    assert set(await events(service, url)) == {"roof"}
    assert (await service.change("ada", "deleteRequest", {"requestId": service.cast.request("roof")}))["errors"] == []
    assert set(await events(service, url)) == set()
    await PersonSite.filter(person_id=service.cast.key("wes")).delete()
    assert set(await events(service, url)) == set()


async def test_the_address_is_shown_once_replaced_and_revoked(service: Service) -> None:
    assert (await service.ask("wes", OWN))["calendarFeed"] is None
    assert (await service.ask("wes", REVOKE))["revokeCalendarFeed"]["errors"] == [{"code": "NOT_FOUND", "path": []}]
    old = await address(service, "wes")
    [row] = await CalendarFeed.all()
    token = old.rpartition("/")[2].removesuffix(".ics")
    assert row.token_hash == token_hash(token) and token not in str(vars(row))
    assert (await service.ask("wil", OWN))["calendarFeed"] is None
    new = await address(service, "wes")
    assert ((await read(service, old)).status_code, (await read(service, new)).status_code) == (404, 200)
    assert (await service.ask("wes", OWN))["calendarFeed"]["lastUsedAt"] is not None
    assert (await service.ask("wes", REVOKE))["revokeCalendarFeed"]["errors"] == []
    assert (await read(service, new)).status_code == 404
    kinds = [event.kind for event in await AuditEvent.filter(actor_id=service.cast.key("wes")).order_by("id")]
    assert kinds == ["CALENDAR_FEED_CREATED", "CALENDAR_FEED_CREATED", "CALENDAR_FEED_REVOKED"]
    assert token not in str([vars(event) for event in await AuditEvent.all()])
    assert await service.refused(None, CREATE) == ["NOT_SIGNED_IN"] == await service.refused(None, REVOKE)


ENDS: dict[str, dict[str, Any]] = {
    "suspended": {"status": AccountStatus.INACTIVE},
    "deleted": {"status": AccountStatus.DELETED},
    "access expired": {"access_expires_at": now() - timedelta(hours=1)},
    "temporary password": {"must_change_password": True},
}


@pytest.mark.requirement(89)
@pytest.mark.parametrize("end", ENDS)
async def test_it_ends_with_its_owners_access(service: Service, end: str) -> None:
    url = await address(service, "wes")
    assert (await read(service, url)).status_code == 200
    await Person.filter(id=service.cast.key("wes")).update(**ENDS[end])
    gone, never = await read(service, url), await read(service, f"{service.url}/calendar/gst_{'x' * 43}.ics")
    assert (gone.status_code, gone.content) == (never.status_code, never.content) == (404, b"Not found.")


@pytest.mark.requirement(34, 89)
async def test_an_account_that_comes_back_comes_without_its_old_address(service: Service) -> None:
    url = await address(service, "wes")
    await transaction(lambda: end_access(service.cast.key("wes")))
    assert (await read(service, url)).status_code == 404 and not await CalendarFeed.all().exists()


async def test_it_is_only_read_and_never_kept(service: Service) -> None:
    await plan(service, "tap")
    url = await address(service, "wes")
    answer = await read(service, url)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")
    assert answer.headers["content-disposition"] == 'attachment; filename="guichet.ics"'
    assert (await read(service, url)).content == answer.content
    unchanged = await read(service, url, **{"If-None-Match": answer.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    await Request.filter(id=service.cast.key("tap")).update(title="Other", updated_at=now())
    assert (await read(service, url, **{"If-None-Match": answer.headers["etag"]})).status_code == 200
    head = await service.http.head(url)
    assert (head.status_code, head.content) == (200, b"")
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert (await service.http.request(method, url)).status_code == 405


@pytest.mark.parametrize("options", [{"tries_per_address": 4}])
async def test_guessing_is_slowed_and_reading_is_not(service: Service) -> None:
    url = await address(service, "wes")
    for _ in range(6):
        assert (await read(service, url)).status_code == 200
    guesses = [await read(service, f"{service.url}/calendar/gst_{n}.ics") for n in range(6)]
    assert [each.status_code for each in guesses] == [404] * 4 + [429] * 2


async def test_its_size_is_bounded_and_what_is_to_come_goes_first(service: Service) -> None:
    cast = service.cast
    ids: dict[str, Any] = {"workspace_id": cast.key("toits"), "created_by_id": cast.key("ada")}
    start = now().replace(microsecond=0)
    rows = [
        Request(
            number=5000 + n, title=f"Job {n}", scheduled_start=start + timedelta(hours=n + 1 if n % 2 else -n), **ids
        )
        for n in range(2_600)
    ]
    await Request.bulk_create(rows)
    answer = await read(service, await address(service, "ada"))
    found: list[Any] = Calendar.from_ical(answer.content).walk("VEVENT")
    starts = [event["dtstart"].dt for event in found]
    assert starts == sorted(starts) and len(starts) == 1_500
    assert sum(each >= start for each in starts) >= 1_000 and len(answer.content) < 1_000_000


async def test_two_new_addresses_at_once_leave_one(service: Service) -> None:
    await service.token("wes")
    urls = await asyncio.gather(*(address(service, "wes") for _ in range(5)))
    codes = [(await read(service, url)).status_code for url in urls]
    assert sorted(codes) == [200, 404, 404, 404, 404]


@pytest.mark.parametrize("status", [AccountStatus.NO_ACCESS, AccountStatus.INVITED])
async def test_without_access_there_is_nothing_to_see(service: Service, status: AccountStatus) -> None:
    """Whoever signed up, or whose access was taken back, signs in and sees only themselves, here as well."""
    await plan(service, *REQUESTS)
    url = await address(service, "max")
    assert await events(service, url) != {}
    await Person.filter(id=service.cast.key("max")).update(status=status, email_verified_at=now())
    assert await events(service, url) == {}


@pytest.mark.requirement(90)
@pytest.mark.parametrize(
    ("mutation", "given"),
    [
        ("sendCredentials", {"channels": [], "method": "LINK"}),
        ("sendPasswordReset", {"channels": ["EMAIL"]}),
        ("setTemporaryPassword", {"password": "seven herons wait in line"}),
    ],
)
async def test_it_ends_when_an_administrator_resets_the_password(
    service: Service, mutation: str, given: dict[str, Any]
) -> None:
    url = await address(service, "wes")
    assert (await read(service, url)).status_code == 200
    given = {"personId": service.cast.worker("wes"), **given}
    assert (await service.change("ada", mutation, given))["errors"] == []
    assert (await read(service, url)).status_code == 404
    assert not await CalendarFeed.all().exists()


@pytest.mark.requirement(90)
async def test_it_ends_with_a_link_that_its_owner_asked_for(service: Service) -> None:
    """Whoever stole the password may have made it."""
    url = await address(service, "wes")
    assert (await service.change(None, "requestPasswordReset", {"login": "wes@toits.example"}))["errors"] == []
    link = await eventually(lambda: Invitation.get_or_none(person_id=service.cast.key("wes")), bool)
    assert (await read(service, url)).status_code == 200
    chosen = {"token": link_token(link.id), "password": "seven herons wait in line"}
    assert (await service.change(None, "resetPassword", chosen))["errors"] == []
    assert (await read(service, url)).status_code == 404


@pytest.mark.requirement(69)
@pytest.mark.parametrize("options", [{"demo": True}])
@pytest.mark.parametrize(("language", "words"), [("en", "calendar program"), ("fr", "Un agenda")])
async def test_a_changed_password_leaves_it_and_the_mail_says_so(
    service: Service, tmp_path: Path, language: str, words: str
) -> None:
    await Person.filter(id=service.cast.key("wes")).update(language=language)
    mailbox = Mailbox(tmp_path)
    changed = {"currentPassword": PASSWORD, "newPassword": "grey otters swim at dawn"}
    assert (await service.change("wes", "changePassword", changed))["errors"] == []
    assert words not in (await mailbox.take("wes@toits.example")).text
    url = await address(service, "wes")
    changed = {"currentPassword": changed["newPassword"], "newPassword": "seven herons wait in line"}
    assert (await service.change("wes", "changePassword", changed))["errors"] == []
    letter = await mailbox.take("wes@toits.example")
    assert words in letter.text and words in letter.html
    assert (await read(service, url)).status_code == 200
