"""The daily e-mail: once a day, at the hour of the workspace, what is unread and may be opened by then."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.models import Activity, Assignment, Delivery, Digest, Notification, Person, PersonSite, Request, Workspace
from app.models.activity import ActivityKind
from app.models.base import now
from app.models.database import transaction
from app.models.delivery import Channel, DeliveryState
from app.models.person import AccountStatus, next_notification
from app.notify import digest
from app.notify.digest import compose, next_due, write_due
from app.notify.telling import record
from app.settings import settings
from tests.cast import Cast
from tests.conftest import Stage
from tests.live.database import ended, eventually, opened, value, viewer
from tests.live.program import Program
from tests.servers.smtp import SmtpServer

K = ActivityKind
MAIL = "wes@toits.example"
HOUR = timedelta(hours=1)
TORONTO, PARIS, UTC_ZONE = ZoneInfo("America/Toronto"), ZoneInfo("Europe/Paris"), ZoneInfo("UTC")


def at(text: str) -> datetime:
    """An instant."""
    return datetime.fromisoformat(text)


# zone, now, the day of the last one, when the next is due
DUE = [
    (UTC_ZONE, "2026-11-25T06:59:59Z", None, "2026-11-25T07:00:00Z"),
    (UTC_ZONE, "2026-11-25T07:00:00Z", None, "2026-11-26T07:00:00Z"),
    (UTC_ZONE, "2026-11-25T23:30:00Z", "2026-11-25", "2026-11-26T07:00:00Z"),
    (TORONTO, "2026-07-01T10:30:00Z", None, "2026-07-01T11:00:00Z"),
    (TORONTO, "2026-07-02T01:00:00Z", "2026-07-01", "2026-07-02T11:00:00Z"),  # there it is still the first
    # The nights in which an hour is missing, and in which one comes twice: seven o'clock stays seven o'clock.
    (TORONTO, "2026-03-07T13:00:00Z", "2026-03-07", "2026-03-08T11:00:00Z"),
    (TORONTO, "2026-10-31T12:00:00Z", "2026-10-31", "2026-11-01T12:00:00Z"),
    (PARIS, "2026-03-28T12:00:00Z", "2026-03-28", "2026-03-29T05:00:00Z"),
    (PARIS, "2026-10-24T12:00:00Z", "2026-10-24", "2026-10-25T06:00:00Z"),
    # The clock was moved back after the last one: no second one on its day.
    (UTC_ZONE, "2026-11-25T06:30:00Z", "2026-11-25", "2026-11-26T07:00:00Z"),
    (UTC_ZONE, "2026-11-24T23:00:00Z", "2026-11-25", "2026-11-26T07:00:00Z"),
    # The clock had been years ahead: that one counts for nothing.
    (UTC_ZONE, "2026-11-25T06:30:00Z", "2031-01-01", "2026-11-25T07:00:00Z"),
]


@pytest.mark.parametrize(("zone", "moment", "last_on", "due"), DUE)
def test_when_the_next_one_is_due(zone: ZoneInfo, moment: str, last_on: str | None, due: str) -> None:
    assert next_due(at(moment), zone, date.fromisoformat(last_on) if last_on else None) == at(due)


@pytest.mark.parametrize(
    "zone", [TORONTO, PARIS, UTC_ZONE, ZoneInfo("Pacific/Apia"), ZoneInfo("Australia/Lord_Howe")]
)
def test_every_day_of_a_year_has_one(zone: ZoneInfo) -> None:
    moment = at("2026-01-01T00:00:00Z")
    days: list[date] = []
    for _ in range(365):
        last = days[-1] if days else None
        moment = next_due(moment, zone, last)
        local = moment.astimezone(zone)
        assert (local.hour, local.minute) == (7, 0) and moment.tzinfo is UTC
        days.append(local.date())
    assert all(after - before == timedelta(days=1) for before, after in pairwise(days))


@pytest.fixture
async def cast(stage: Stage) -> AsyncIterator[Cast]:
    """The cast in an open database; wes has chosen the digest for everything that may be chosen."""
    async with opened(stage):
        await choose(stage.cast)
        yield stage.cast


async def choose(cast: Cast) -> None:
    """wes wants comments by digest alone, and assignments live and by digest."""
    wes = await Person.get(id=cast.key("wes"))
    both = ["LIVE", "DIGEST"]
    await wes.prefer({"COMMENTED": ["DIGEST"], "ASSIGNED": both, "UNASSIGNED": both})


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator["Clock"]:
    """A clock that the test sets; the digest looks at it alone."""
    clock = Clock()
    monkeypatch.setattr(digest, "now", lambda: clock.moment)
    yield clock


class Clock:
    """The moment that it is."""

    moment = at("2026-11-25T05:00:00Z")


async def happens(cast: Cast, name: str, kind: ActivityKind, **facts: Any) -> None:
    """ada does something to a request."""
    actor, request = await viewer(cast, "ada"), await Request.get(id=cast.key(name))
    await transaction(lambda: record(actor, request, kind, **facts))


async def digests() -> list[Delivery]:
    """The digests that have been written."""
    return await Delivery.filter(template="digest").order_by("id").select_related("recipient__role", "workspace")


async def text(cast: Cast) -> str:
    """What the last digest says now; empty if there is nothing to say."""
    words = await compose((await digests())[-1])
    return words.text if words else ""


async def test_it_tells_what_is_unread_at_its_hour_and_nothing_when_there_is_nothing(
    cast: Cast, clock: Clock
) -> None:
    assert not await write_due()
    await happens(cast, "tap", K.COMMENTED)
    await happens(cast, "roof", K.COMMENTED)
    assert not await write_due() and await digests() == []
    clock.moment = at("2026-11-25T07:00:00Z")
    assert await write_due()
    [row] = await digests()
    assert (row.recipient_id, row.channel, row.state) == (cast.key("wes"), Channel.EMAIL, DeliveryState.QUEUED)
    assert (await text(cast)).split("\n\n") == [
        "What you have not read yet (2)",
        "There is a comment on R-1002: Roof leaks",
        "There is a comment on R-1001: Évier bouché",
        f"Open Guichet:\n{settings().public_url}",
        "Toits",
    ]
    for hours in range(1, 72):
        clock.moment = at("2026-11-25T07:00:00Z") + hours * HOUR
        assert not await write_due()
    assert len(await digests()) == 1


async def test_each_tells_what_came_since_the_last(cast: Cast, clock: Clock) -> None:
    for day in (25, 26, 27):
        clock.moment = at(f"2026-11-{day}T05:00:00Z")
        await happens(cast, "tap" if day == 26 else "roof", K.COMMENTED)
        clock.moment = at(f"2026-11-{day}T09:30:00Z")  # no process ran at seven
        assert await write_due()
        assert ("Évier" in await text(cast)) is (day == 26) and "(1)" in await text(cast)
        await happens(cast, "roof", K.UPDATED)  # not for the digest
        assert not await write_due()
    assert [(row.data["after"], row.data["upto"]) for row in await digests()] == [(0, 1), (1, 3), (3, 5)]


async def test_what_was_read_is_not_told(cast: Cast, clock: Clock) -> None:
    await happens(cast, "tap", K.COMMENTED)
    await Notification.filter(recipient_id=cast.key("wes")).update(read_at=now())
    clock.moment += 3 * HOUR
    assert await write_due()  # looked at, and nothing to tell
    assert await digests() == []
    await happens(cast, "roof", K.COMMENTED)
    clock.moment += 24 * HOUR
    assert await write_due() and len(await digests()) == 1


async def test_no_day_has_two_when_the_clock_is_moved_back(cast: Cast, clock: Clock) -> None:
    await happens(cast, "tap", K.COMMENTED)
    clock.moment = at("2026-11-25T07:10:00Z")
    assert await write_due()
    clock.moment = at("2026-11-25T06:00:00Z")
    await happens(cast, "roof", K.COMMENTED)
    clock.moment = at("2026-11-25T23:00:00Z")
    assert not await write_due()
    clock.moment = at("2026-11-26T07:00:00Z")
    assert await write_due()
    assert len(await digests()) == 2


async def test_the_hour_is_that_of_the_workspace(cast: Cast, clock: Clock) -> None:
    await Workspace.filter(id=cast.key("toits")).update(time_zone="America/Toronto")
    await happens(cast, "tap", K.COMMENTED)
    assert [row.due_at for row in await Digest.all()] == [at("2026-11-25T12:00:00Z")]


@pytest.mark.parametrize("change", ["site lost", "taken away", "read", "deactivated"])
async def test_it_tells_only_what_may_be_opened_when_it_leaves(cast: Cast, clock: Clock, change: str) -> None:
    await happens(cast, "tap", K.COMMENTED)
    await happens(cast, "roof", K.COMMENTED)
    clock.moment += 3 * HOUR
    assert await write_due() and "(2)" in await text(cast)
    tap, wes = cast.key("tap"), cast.key("wes")
    left = "(1)"
    if change == "site lost":
        await Request.filter(id=tap).update(site_id=cast.key("south"))
    elif change == "taken away":
        await Assignment.filter(request_id=tap, worker_id=wes).update(ended_at=now())
    elif change == "read":
        await Notification.filter(request_id=tap).update(read_at=now())
    else:
        await Person.filter(id=wes).update(status=AccountStatus.INACTIVE)
        left = ""
    words = await text(cast)
    assert left in words and "Évier" not in words and bool(words) is bool(left)
    await PersonSite.filter(person_id=wes).delete()
    assert await text(cast) == ""


async def test_a_taking_away_is_told_by_its_number_alone(cast: Cast, clock: Clock) -> None:
    await Person.filter(id=cast.key("wes")).update(language="fr")
    await happens(cast, "gate", K.UNASSIGNED, worker_id=cast.key("wes"))
    clock.moment += 3 * HOUR
    assert await write_due()
    assert (await text(cast)).split("\n\n")[:2] == [
        "Ce que vous n'avez pas encore lu (1)",
        "R-1003 ne vous est plus attribuée",
    ]


async def test_a_long_one_shows_the_newest_and_counts_the_rest(cast: Cast, clock: Clock) -> None:
    wes = await Person.get(id=cast.key("wes"))
    activity = await Activity.filter(request_id=cast.key("tap")).first()
    assert activity
    ids: dict[str, Any] = {"workspace_id": wes.workspace_id, "recipient_id": wes.id, "activity_id": activity.id}
    for _ in range(120):
        seq = await next_notification(wes.id)
        await Notification.create(**ids, request_id=activity.request_id, kind=K.COMMENTED, seq=seq, digest=True)
    await digest.schedule(wes.id, wes.workspace_id)
    clock.moment += 3 * HOUR
    assert await write_due()
    lines = (await text(cast)).split("\n\n")
    assert lines[0].endswith("(120)") and lines[51] == "Older, not shown: 70" and len(lines) == 54


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", "a\r\nBcc: eve@evil.test", "\u202egpj.exe", "é" * 200]
)
async def test_hostile_titles_stay_words(cast: Cast, clock: Clock, hostile: str) -> None:
    await Request.filter(id=cast.key("tap")).update(title=hostile)
    await Workspace.filter(id=cast.key("toits")).update(name=hostile)
    await happens(cast, "tap", K.COMMENTED)
    clock.moment += 3 * HOUR
    await write_due()
    words = await compose((await digests())[-1])
    assert words and "<script" not in words.html and "\u202e" not in words.text + words.html
    assert "\n" not in words.subject and "\r" not in words.text and len(words.text.split("\n\n")) == 4


async def test_eight_at_once_write_each_digest_once(cast: Cast, clock: Clock) -> None:
    await (await Person.get(id=cast.key("wil"))).prefer({"COMMENTED": ["DIGEST"]})
    await happens(cast, "roof", K.COMMENTED)
    clock.moment += 3 * HOUR
    await asyncio.gather(*(write_due() for _ in range(8)))
    rows = await digests()
    assert sorted(map(str, (row.recipient_id for row in rows))) == sorted(str(cast.key(n)) for n in ("wes", "wil"))


@pytest.mark.requirement(14, 69)
async def test_two_processes_send_it_once_though_one_is_killed(stage: Stage, tmp_path: Path) -> None:
    async with opened(stage) as url:
        cast = stage.cast
        await choose(cast)
        await happens(cast, "tap", K.COMMENTED)
        with SmtpServer("none") as one, SmtpServer("none") as two:
            one.hang = {"DATA"}
            quick = {"smtp_timeout": 2, "outbox_backoff": 0.1, "outbox_lease": 3}
            first, second = (Program(tmp_path / str(s.port), url, **s.settings, **quick) for s in (one, two))
            with first, second:
                first.spawn("worker")
                await Digest.all().update(due_at=now())
                await eventually(lambda: value(one.connections), lambda count: count > 0)
                first.kill()  # it had written the digest, and was sending it
                second.spawn("worker")
                third = Program(tmp_path / "third", url, **two.settings, **quick)
                with third:
                    third.spawn("worker")
                    [row] = await ended(1, template="digest")
                    await Digest.all().update(due_at=now())  # a second look finds nothing to tell
                    await eventually(lambda: Digest.filter(due_at__isnull=False).count(), lambda count: count == 0)
            assert row.state is DeliveryState.SENT and one.messages == []
            [mail] = two.sent_to(MAIL)
            assert mail.message["Subject"] == "Toits: What you have not read yet (1)"
            assert "There is a comment on R-1001: Évier bouché" in mail.text and "Évier" in mail.html
            assert await Delivery.filter(template="digest").count() == 1


async def test_a_rollback_schedules_nothing(cast: Cast) -> None:
    actor, request = await viewer(cast, "ada"), await Request.get(id=cast.key("tap"))

    async def work() -> None:
        await record(actor, request, K.COMMENTED)
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="the disk is full"):
        await transaction(work)
    assert not await Digest.exists()
