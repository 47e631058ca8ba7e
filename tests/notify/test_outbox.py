"""Messages from the tables to real servers: once each, however the servers and the processes behave."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.main import create_app
from app.models import Delivery, Person, PersonSite, Request, claiming, turns
from app.models.base import now
from app.models.delivery import DeliveryState
from app.models.person import AccountStatus
from app.notify import outbox
from app.notify.outbox import Outbox, claim
from app.notify.outcome import Outcome
from app.notify.sms import Sms, Texter
from app.settings import Settings
from tests.ask import Service
from tests.cast import Cast
from tests.conftest import Stage
from tests.live.database import assign, deliveries, ended, eventually, opened, queue_mails
from tests.servers.smtp import SmtpServer
from tests.servers.twilio import Drop, Garble, Hang, Refuse, TwilioServer

MAIL, PHONE = "wes@toits.example", "+15145550101"
QUICK = {"outbox_backoff": 0.02, "smtp_timeout": 2.0, "twilio_timeout": 0.5, "mail_from": "Toits <box@toits.example>"}


@pytest.fixture(scope="module")
def smtp_server() -> Iterator[SmtpServer]:
    with SmtpServer(login=("guichet", "correct horse")) as server:
        yield server


@pytest.fixture
def options(smtp: SmtpServer, twilio: TwilioServer) -> dict[str, object]:
    return {**QUICK, **smtp.settings, **twilio.settings}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "IDLE", 0.02)


@pytest.fixture
async def cast(stage: Stage) -> AsyncIterator[Cast]:
    """The cast in an open database, without a server."""
    async with opened(stage):
        yield stage.cast


@asynccontextmanager
async def sending(options: dict[str, Any], count: int = 1, **changes: Any) -> AsyncIterator[None]:
    """So many outboxes at work."""
    settings = Settings(_env_file=None, **(options | changes))
    tasks = [asyncio.create_task(Outbox().run(settings)) for _ in range(count)]
    try:
        yield
        assert not any(task.done() for task in tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def outcomes(count: int = 2) -> dict[str, tuple[str, str | None, int]]:
    """State, code and attempts by channel, once all have ended."""
    rows = await ended(count)
    return {row.channel: (row.state, row.provider_code, row.attempts) for row in rows}


@pytest.mark.requirement(14, 20, 21, 40, 69)
async def test_an_assignment_reaches_the_worker_by_mail_and_sms(
    service: Service, smtp: SmtpServer, twilio: TwilioServer
) -> None:
    cast = service.cast
    await Person.filter(id=cast.key("wes")).update(language="fr")
    await Request.filter(id=cast.key("door")).update(title="<b>Évier</b> \u202ebouché\r\nBcc: eve@evil.test")
    ids = {"requestId": cast.request("door"), "workerId": cast.worker("wes")}
    stale = await service.change("ada", "assignRequest", ids | {"expectedVersion": 7})
    assert [error["code"] for error in stale["errors"]] == ["CONFLICT"] and not await Delivery.exists()
    assert (await service.change("ada", "assignRequest", ids))["errors"] == []
    [mail], [text] = await smtp.wait_for(MAIL), await twilio.wait_for(PHONE)
    assert mail.secured and mail.login == "guichet" and mail.sender == "box@toits.example"
    number = (await Request.get(id=cast.key("door"))).number
    subject = f"R-{number} vous est attribuée : <b>Évier</b> bouché Bcc: eve@evil.test"
    assert mail.message["Subject"] == subject and mail.message["Bcc"] is None
    assert "<b>Évier</b> bouché Bcc: eve@evil.test\nSite : North\n" in mail.text
    assert "&lt;b&gt;Évier&lt;/b&gt; bouché Bcc:" in mail.html and "<b>" not in mail.html
    assert text.body == f"{subject} {service.url}"
    await ended(2)
    rows = await deliveries()
    assert {row.state for row in rows.values()} == {DeliveryState.SENT}
    assert all(row.sent_at and row.attempts == 1 for row in rows.values())
    assert mail.message["Message-ID"] == f"<{rows['EMAIL'].id}@guichet>"
    assert rows["SMS"].provider_code == text.sid
    assert len(smtp.messages) == len(twilio.messages) == 1


async def test_without_settings_it_fails_in_plain_words(cast: Cast, tmp_path: Path) -> None:
    await assign(cast, "door", "wes")
    async with sending({"var": tmp_path}):
        assert await outcomes() == dict.fromkeys(("EMAIL", "SMS"), ("FAILED", "NOT_CONFIGURED", 1))
    rows = await deliveries()
    assert rows["EMAIL"].provider_reason == "E-mail is not configured"
    assert rows["SMS"].provider_reason == "SMS is not configured"
    assert list(tmp_path.iterdir()) == []


async def test_the_demo_keeps_what_it_would_have_sent(cast: Cast, tmp_path: Path) -> None:
    await assign(cast, "door", "wes")
    async with sending({"var": tmp_path, "demo": True}):
        assert await outcomes() == dict.fromkeys(("EMAIL", "SMS"), ("FAILED", "NOT_CONFIGURED", 1))
    [mail], [text] = (tmp_path / "mail").iterdir(), (tmp_path / "sms").iterdir()
    assert "Door squeaks" in mail.read_text() and "Door squeaks" in text.read_text()


async def test_what_is_put_off_is_sent_later(
    cast: Cast, options: dict[str, Any], smtp: SmtpServer, twilio: TwilioServer
) -> None:
    smtp.greylist = True
    twilio.script.extend([Refuse(429, 20429), Refuse(503, 20503)])
    await assign(cast, "door", "wes")
    async with sending(options):
        ends = await outcomes()
    assert ends["EMAIL"] == ("SENT", "250", 2) and ends["SMS"] == ("SENT", twilio.messages[0].sid, 3)
    assert len(smtp.messages) == len(twilio.messages) == 1


async def test_servers_that_were_down_get_it_when_they_are_back(
    cast: Cast, options: dict[str, Any], smtp: SmtpServer, twilio: TwilioServer
) -> None:
    smtp.stop()
    twilio.stop()
    await assign(cast, "door", "wes")
    async with sending(options, outbox_attempts=1000, outbox_backoff=0.001):
        tried = Delivery.filter(attempts__gt=1)
        rows = await eventually(tried.all, lambda rows: len(rows) == 2)
        assert {row.provider_code for row in rows} == {"UNREACHABLE"}
        smtp.start()
        twilio.start()
        assert {state for state, *_ in (await outcomes()).values()} == {"SENT"}
    assert len(smtp.messages) == len(twilio.messages) == 1


async def test_a_refusal_for_good_ends_at_once_in_plain_words(
    cast: Cast, options: dict[str, Any], smtp: SmtpServer, twilio: TwilioServer
) -> None:
    smtp.refuse = {MAIL: "550 5.1.1 No such user"}
    twilio.refuse = {PHONE: Refuse(400, 21610)}
    await assign(cast, "door", "wes")
    async with sending(options):
        ends = await outcomes()
    assert ends == {"EMAIL": ("FAILED", "INVALID_ADDRESS", 1), "SMS": ("FAILED", "STOPPED_BY_RECIPIENT", 1)}
    rows = await deliveries()
    assert "does not know the address" in str(rows["EMAIL"].provider_reason)
    assert "answered STOP" in str(rows["SMS"].provider_reason)


async def test_after_the_last_attempt_it_fails(
    cast: Cast, options: dict[str, Any], smtp: SmtpServer, twilio: TwilioServer
) -> None:
    smtp.refuse = {MAIL: "451 4.7.1 Later"}
    twilio.refuse = {PHONE: Refuse(503, 20503)}
    await assign(cast, "door", "wes")
    async with sending(options, outbox_attempts=3):
        ends = await outcomes()
    assert ends == {"EMAIL": ("FAILED", "TRY_LATER", 3), "SMS": ("FAILED", "UNAVAILABLE", 3)}
    assert twilio.requests == 3 and smtp.messages == []


async def test_the_pauses_double(cast: Cast, options: dict[str, Any], smtp: SmtpServer) -> None:
    smtp.refuse = {MAIL: "451 4.7.1 Later"}
    await assign(cast, "door", "wes")
    pauses = []
    async with sending(options, outbox_backoff=600):
        for attempt in range(1, 4):
            tried = Delivery.filter(channel="EMAIL", attempts=attempt, state=DeliveryState.QUEUED)
            [row] = await eventually(tried.all, bool)
            pauses.append((row.next_attempt_at - now()) / timedelta(minutes=1))
            await tried.update(next_attempt_at=now())
    assert pauses == [pytest.approx(minutes, abs=2) for minutes in (10, 20, 40)]


@pytest.mark.parametrize(
    "trouble",
    [Hang(recorded=True), Drop(recorded=True), Hang(recorded=False), Garble("{}"), Garble("[1, 2]"), Garble("", 502)],
)
async def test_an_sms_whose_fate_is_unknown_is_looked_up_and_never_sent_twice(
    cast: Cast, options: dict[str, Any], twilio: TwilioServer, trouble: Hang | Drop | Garble
) -> None:
    """Not even when the request has another title by then."""
    twilio.script.append(trouble)
    await assign(cast, "door", "wes")
    async with sending(options, outbox_backoff=600):
        sms = Delivery.filter(channel="SMS")
        await eventually(lambda: sms.get(), lambda row: row.unclear and row.state is DeliveryState.QUEUED)
        await Request.filter(id=cast.key("door")).update(title="Door squeaks no more")
        await sms.update(next_attempt_at=now())
        ends = await outcomes()
    expected = "FOUND" if getattr(trouble, "recorded", True) else twilio.messages[0].sid
    assert ends["SMS"] == ("SENT", expected, 2) and len(twilio.messages) == 1


async def test_a_mail_that_may_have_arrived_is_sent_once_more_at_most(
    cast: Cast, options: dict[str, Any], smtp: SmtpServer
) -> None:
    """What is put off in between does not count."""
    smtp.drop = {"ANSWER"}
    await queue_mails(cast, 1)
    async with sending(options, outbox_backoff=600):
        first = await eventually(Delivery.get, lambda row: row.unclear and row.state is DeliveryState.QUEUED)
        assert (first.provider_code, first.attempts) == ("NOT_CONFIRMED", 1)
        smtp.refuse = {MAIL: "451 4.7.1 Later"}
        await Delivery.all().update(next_attempt_at=now())
        await eventually(Delivery.get, lambda row: row.provider_code == "TRY_LATER")
        smtp.refuse = {}
        await Delivery.all().update(next_attempt_at=now())
        [row] = await ended(1)
    assert (row.state, row.provider_code, row.attempts) == (DeliveryState.FAILED, "NOT_CONFIRMED", 3)
    assert len(smtp.messages) == 2


async def test_an_sms_is_found_though_twilio_s_clock_is_behind(
    cast: Cast, options: dict[str, Any], twilio: TwilioServer
) -> None:
    twilio.ahead = -timedelta(minutes=10)
    twilio.script.append(Drop(recorded=True))
    await assign(cast, "door", "wes")
    async with sending(options):
        ends = await outcomes()
    assert ends["SMS"] == ("SENT", "FOUND", 2) and len(twilio.messages) == 1


@pytest.mark.parametrize("change", ["taken away", "site lost", "deactivated"])
async def test_whoever_may_no_longer_see_the_request_gets_nothing(
    cast: Cast, options: dict[str, Any], smtp: SmtpServer, twilio: TwilioServer, change: str
) -> None:
    await assign(cast, "door", "wes")
    if change == "taken away":
        await Request.filter(id=cast.key("door")).update(site_id=cast.key("south"))
    elif change == "site lost":
        await PersonSite.filter(person_id=cast.key("wes")).delete()
    else:
        await Person.filter(id=cast.key("wes")).update(status=AccountStatus.INACTIVE)
    async with sending(options):
        assert await outcomes() == dict.fromkeys(("EMAIL", "SMS"), ("FAILED", "NOT_VISIBLE", 1))
    assert smtp.messages == [] and twilio.messages == []


async def test_what_a_dead_process_had_claimed_is_taken_again_by_exactly_one(
    cast: Cast, options: dict[str, Any], smtp: SmtpServer, twilio: TwilioServer
) -> None:
    await assign(cast, "door", "wes")
    assert len(await claim(lease=90)) == 2  # and then its process dies
    assert await claim(lease=90) == []
    await Delivery.all().update(next_attempt_at=now())  # the lease is over
    async with sending(options, count=4):
        ends = await outcomes()
    assert {(state, attempts) for state, _, attempts in ends.values()} == {("SENT", 2)}
    assert len(smtp.messages) == len(twilio.messages) == 1


@pytest.mark.parametrize("state", [DeliveryState.QUEUED, DeliveryState.SENDING])
async def test_what_a_clock_that_was_ahead_put_off_does_not_wait(
    cast: Cast, options: dict[str, Any], smtp: SmtpServer, state: DeliveryState
) -> None:
    await queue_mails(cast, 2)
    early, late = await Delivery.all().order_by("id")
    tried: dict[str, Any] = {"state": state, "attempts": 1}
    await Delivery.filter(id=early.id).update(next_attempt_at=now() + timedelta(minutes=10), **tried)
    await Delivery.filter(id=late.id).update(next_attempt_at=now() + timedelta(days=1), **tried)
    async with sending(options, outbox_backoff=30.0):  # so that ten minutes are a pause there can be
        await ended(1)
        await asyncio.sleep(0.2)
    assert {row.id: (row.state, row.attempts) for row in await Delivery.all()} == {
        early.id: (state, 1),
        late.id: (DeliveryState.SENT, 2),
    }


@pytest.mark.parametrize("stage", ["postgres"], indirect=True)  # SQLite is of one machine
@pytest.mark.parametrize("minutes", [5, -5])
async def test_machines_whose_clocks_differ_go_by_that_of_the_database(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    await queue_mails(cast, 1)
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(claiming, "now", lambda: now() + timedelta(minutes=minutes))
        assert len(await claim(lease=90)) == 1
        again: dict[str, Any] = {"state": DeliveryState.QUEUED, "next_attempt_at": claiming.from_now(90)}
        ours = Delivery.all()
        assert await claim(lease=90) == [] and await ours.update(**again) == 1
    assert abs((await Delivery.get()).next_attempt_at - now() - timedelta(seconds=90)) < timedelta(seconds=20)
    assert await claim(lease=90) == []
    await Delivery.all().update(next_attempt_at=claiming.from_now(-1))
    assert len(await claim(lease=90)) == 1


async def test_what_a_machine_whose_clock_is_ahead_writes_leaves_at_once(cast: Cast) -> None:
    await queue_mails(cast, 1)
    await Delivery.all().update(next_attempt_at=now() + timedelta(minutes=4))
    assert len(await claim(lease=90)) == 1


@pytest.mark.parametrize(
    ("values", "lease"),
    [
        ({"smtp_timeout": 60}, 90),
        ({"smtp_timeout": 60, "smtp_host": "mail.test"}, 180),
        ({"smtp_timeout": 60, "smtp_host": "mail.test", "outbox_lease": 600}, 600),
        ({"twilio_timeout": 45, "twilio_account_sid": "AC", "twilio_auth_token": "x", "twilio_from": "+1"}, 135),
    ],
)
def test_a_lease_is_longer_than_any_send(values: dict[str, Any], lease: float) -> None:
    """A mail takes twice its limit, an SMS is looked up and sent."""
    assert Settings(_env_file=None, **values).send_lease == lease


async def test_no_message_is_claimed_by_two(cast: Cast) -> None:
    await queue_mails(cast, 400)
    claimed: list[UUID] = []

    async def drain() -> None:
        while found := await claim(lease=90):
            claimed.extend(row.id for row in found)

    await asyncio.gather(*(drain() for _ in range(8)))
    assert len(claimed) == len(set(claimed)) == 400


async def test_whoever_lost_a_claim_does_not_say_how_it_went(
    cast: Cast, options: dict[str, Any], smtp: SmtpServer
) -> None:
    """A sender that is slower than its lease finds that another has taken over."""
    smtp.delay = 0.5
    await assign(cast, "hair", "wil")
    async with sending(options):
        await smtp.wait_for("wil@toits.example")
        await Delivery.all().update(attempts=5, next_attempt_at=now() + timedelta(minutes=5))
        await asyncio.sleep(1)
        assert (await Delivery.get()).state is DeliveryState.SENDING


async def test_one_broken_message_does_not_hold_up_the_others(
    cast: Cast, options: dict[str, Any], smtp: SmtpServer, twilio: TwilioServer
) -> None:
    await assign(cast, "door", "wes")
    broken: dict[str, Any] = {"notification_id": None}
    await Delivery.filter(channel="SMS").update(**broken)
    async with sending(options, outbox_attempts=2):
        ends = await outcomes()
    assert ends == {"EMAIL": ("SENT", "250", 1), "SMS": ("FAILED", "INTERNAL", 2)}


async def test_what_cannot_be_noted_ends_with_the_last_attempt(
    cast: Cast, options: dict[str, Any], smtp: SmtpServer, twilio: TwilioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any, **__: Any) -> bool:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(outbox, "end", broken)
    await assign(cast, "door", "wes")
    quick = {"outbox_lease": 0.3, "smtp_timeout": 0.2, "twilio_timeout": 0.2}
    async with sending(options | quick, outbox_attempts=2):
        ends = await outcomes()
        await asyncio.sleep(0.5)
    assert ends == dict.fromkeys(("EMAIL", "SMS"), ("FAILED", "INTERNAL", 3))
    assert len(smtp.messages) == 2 and len(twilio.messages) == 1


async def test_an_error_amid_an_sms_does_not_send_it_twice(
    cast: Cast, options: dict[str, Any], twilio: TwilioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = Texter.send

    async def stumbling(texter: Texter, sms: Sms) -> Outcome:
        await send(texter, sms)
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(Texter, "send", stumbling)
    await assign(cast, "door", "wes")
    async with sending(options):
        ends = await outcomes()
    assert ends["SMS"] == ("SENT", "FOUND", 2) and len(twilio.messages) == 1


async def test_a_sender_that_has_to_end_does_not_wait_for_ever(
    cast: Cast, options: dict[str, Any], smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "LAST_WORD", 0.3)
    smtp.hang = {"ANSWER"}
    await queue_mails(cast, outbox.BATCH + 5)
    async with sending(options, smtp_timeout=30):
        await smtp.wait_for(MAIL, outbox.BATCH)
        began = time.monotonic()
    assert 0.2 < time.monotonic() - began < 3
    assert await Delivery.filter(state=DeliveryState.QUEUED, attempts=0).count() == 5


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        ({"mail_from": "nobody"}, ValueError, "GUICHET_MAIL_FROM: “nobody” is not an e-mail address"),
        ({"smtp_host": "127.0.0.1", "smtp_ca_file": "/nowhere/ca.pem"}, OSError, "GUICHET_SMTP_CA_FILE: /nowhere"),
    ],
)
def test_settings_with_which_no_mail_could_leave_stop_the_start(
    wrong: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        create_app(Settings(_env_file=None, **wrong))
