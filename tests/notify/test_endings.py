"""How messages end after they left: reports of Twilio, mails that come back, the other channel."""

import re
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

from app.models import Delivery, Invitation, Person, turns
from app.models.claiming import claim
from app.models.delivery import Channel, DeliveryState
from app.models.invitation import Method, Purpose
from app.notify import outbox
from app.notify.reports import read_bounce
from app.notify.sms import REFUSALS
from app.schema.undelivered import OTHER, REASONS, explained
from tests.ask import Service
from tests.live.database import ended, eventually
from tests.notify.test_outbox import QUICK
from tests.pages.inviting import invited
from tests.servers.guichet import guichet
from tests.servers.smtp import SmtpServer
from tests.servers.twilio import Drop, Refuse, TwilioServer, signature

MAIL, PHONE, PUBLIC = "wes@toits.example", "+15145550101", "https://guichet.example"
NOTIFY = Path(__file__).parents[2] / "app/notify"
BOTH = (Channel.EMAIL, Channel.SMS)


@pytest.fixture
def options(smtp: SmtpServer, twilio: TwilioServer) -> dict[str, object]:
    return {**QUICK, "twilio_timeout": 10.0, "public_url": PUBLIC, **smtp.settings, **twilio.settings}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "IDLE", 0.02)


async def texted(service: Service, twilio: TwilioServer) -> Delivery:
    """An SMS that Twilio has taken."""
    await invited(service, "wes", channels=(Channel.SMS,))
    await twilio.wait_for(PHONE)
    [row] = await ended(1)
    return row


async def report(service: Service, twilio: TwilioServer, row: Delivery, status: str, **more: str) -> int:
    """Twilio's callback, signed over the public URL; `sign` replaces what is signed."""
    path = f"/callbacks/sms/{row.id}"
    sign, sid = more.pop("sign", PUBLIC), more.pop("sid", row.provider_code or "")
    form = {"MessageSid": sid, "MessageStatus": status, **more}
    headers = {"X-Twilio-Signature": signature(twilio.token, f"{sign}{path}", form)}
    return (await service.http.post(path, data=form, headers=headers)).status_code


async def state(row: Delivery) -> DeliveryState:
    return (await Delivery.get(id=row.id)).state


async def test_twilio_is_told_where_to_report(service: Service, twilio: TwilioServer) -> None:
    row = await texted(service, twilio)
    assert twilio.messages[0].callback == f"{PUBLIC}/callbacks/sms/{row.id}"


async def test_reports_move_a_message_forward_and_never_back(service: Service, twilio: TwilioServer) -> None:
    row = await texted(service, twilio)
    for status, expected in (
        ("queued", "SENT"),
        ("sent", "SENT"),
        ("delivered", "DELIVERED"),
        ("delivered", "DELIVERED"),
        ("sent", "DELIVERED"),
        ("failed", "DELIVERED"),
        ("nonsense", "DELIVERED"),
    ):
        assert await report(service, twilio, row, status) == 204
        assert await state(row) == expected
    assert await Delivery.all().count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"sign": "http://guichet.example"},
        {"sign": "https://evil.example"},
        {"sign": f"{PUBLIC}/elsewhere"},
    ],
)
async def test_a_report_signed_for_another_address_counts_for_nothing(
    service: Service, twilio: TwilioServer, wrong: dict[str, str]
) -> None:
    row = await texted(service, twilio)
    assert await report(service, twilio, row, "delivered", **wrong) == 403
    assert await state(row) is DeliveryState.SENT


async def test_a_forged_report_counts_for_nothing(service: Service, twilio: TwilioServer) -> None:
    row = await texted(service, twilio)
    path, form = f"/callbacks/sms/{row.id}", {"MessageSid": "SM1", "MessageStatus": "failed"}
    good = signature(twilio.token, f"{PUBLIC}{path}", {**form, "MessageStatus": "sent"})
    for headers in ({}, {"X-Twilio-Signature": ""}, {"X-Twilio-Signature": good}, {"X-Twilio-Signature": "é"}):
        raw = {name.encode(): value.encode() for name, value in headers.items()}
        assert (await service.http.post(path, data=form, headers=raw)).status_code == 403
    assert (await service.http.post(path, content=b"x" * 100_000)).status_code in (403, 413)
    assert (await service.http.post("/callbacks/sms/nothing", data=form)).status_code == 404
    assert (await service.http.get(path)).status_code == 405
    assert await state(row) is DeliveryState.SENT


async def test_a_report_about_an_unknown_message_is_taken_quietly(service: Service, twilio: TwilioServer) -> None:
    row = await texted(service, twilio)
    stranger = Delivery(id=service.cast.key("wes"), provider_code="SM1")
    assert await report(service, twilio, stranger, "failed") == 204
    assert await state(row) is DeliveryState.SENT


@pytest.mark.parametrize("sid", ["SM" + "0" * 32, "SM" + "0" * 300])
async def test_a_report_about_an_earlier_attempt_counts_for_nothing(
    service: Service, twilio: TwilioServer, sid: str
) -> None:
    row = await texted(service, twilio)
    for status in ("undelivered", "delivered"):
        assert await report(service, twilio, row, status, sid=sid) == 204
        assert await state(row) is DeliveryState.SENT
    await Delivery.filter(id=row.id).update(provider_code="FOUND")
    assert await report(service, twilio, row, "delivered", sid=sid) == 204
    assert await state(row) is DeliveryState.DELIVERED


@pytest.mark.requirement(10)
async def test_an_sms_that_never_arrives_takes_the_mail_once(
    service: Service, twilio: TwilioServer, smtp: SmtpServer
) -> None:
    row = await texted(service, twilio)
    for _ in range(3):
        assert await report(service, twilio, row, "undelivered", ErrorCode="30003") == 204
    [mail] = await smtp.wait_for(MAIL)
    await ended(2)
    found = await Delivery.get(id=row.id)
    assert (found.state, found.provider_code) == (DeliveryState.FAILED, "PHONE_UNREACHABLE")
    assert len(smtp.messages) == len(twilio.messages) == 1
    link = re.search(r"https://\S+/l/\S+", mail.text)
    assert link and link[0] in twilio.messages[0].body
    assert (await Invitation.get(id=row.invitation_id)).email == MAIL


@pytest.mark.requirement(10)
@pytest.mark.parametrize("code", [21610, 21408, 21211])
async def test_what_twilio_refuses_takes_the_mail(
    service: Service, twilio: TwilioServer, smtp: SmtpServer, code: int
) -> None:
    twilio.refuse[PHONE] = Refuse(400, code)
    await invited(service, "wes", channels=(Channel.SMS,))
    await smtp.wait_for(MAIL)
    rows = {row.channel: row for row in await ended(2)}
    assert rows[Channel.SMS].provider_code == REFUSALS[code][0]
    assert rows[Channel.EMAIL].state is DeliveryState.SENT


async def test_a_mail_that_is_refused_takes_the_sms(service: Service, twilio: TwilioServer, smtp: SmtpServer) -> None:
    smtp.refuse = {MAIL: "550 5.1.1 No such user"}
    await invited(service, "wes")
    await twilio.wait_for(PHONE)
    assert {row.state for row in await ended(2)} == {DeliveryState.SENT, DeliveryState.FAILED}
    assert (await Person.get(id=service.cast.key("wes"))).email_bounced_at


async def test_where_both_fail_it_ends_there(service: Service, twilio: TwilioServer, smtp: SmtpServer) -> None:
    smtp.refuse = {MAIL: "550 5.1.1 No such user"}
    twilio.refuse[PHONE] = Refuse(400, 21610)
    await invited(service, "wes", channels=(Channel.SMS,))
    await ended(2)
    await invited(service, "wes", channels=BOTH)
    rows = await ended(4)
    assert {row.state for row in rows} == {DeliveryState.FAILED} and len(rows) == 4
    assert not await Delivery.filter(state__in=["QUEUED", "SENDING"]).exists()


async def test_a_link_that_proves_a_mailbox_takes_no_other_way(
    service: Service, twilio: TwilioServer, smtp: SmtpServer
) -> None:
    smtp.refuse = {MAIL: "550 5.1.1 No such user"}
    await invited(service, "wes", Purpose.VERIFY_EMAIL, Method.CONFIRM, by=None)
    [row] = await ended(1)
    assert row.state is DeliveryState.FAILED and twilio.messages == []
    assert await Delivery.all().count() == 1


async def test_a_report_settles_what_was_unclear(service: Service, twilio: TwilioServer) -> None:
    """Twilio took it, the answer was lost: its report keeps it from being sent again."""
    twilio.script.append(Drop(recorded=True))
    await invited(service, "wes", channels=(Channel.SMS,))
    row = await eventually(
        lambda: Delivery.filter(channel=Channel.SMS).first(), lambda row: bool(row and row.provider_code)
    )
    await report(service, twilio, row, "delivered", sid=twilio.messages[0].sid)
    found = await eventually(
        lambda: Delivery.get(id=row.id), lambda row: row.state in (DeliveryState.DELIVERED, DeliveryState.SENT)
    )
    assert found.unclear is False and len(twilio.messages) == 1


async def test_what_is_reported_while_it_is_claimed_is_not_sent(
    service: Service, twilio: TwilioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report of an earlier attempt comes just after the message was taken up again."""

    async def overtaken(*given: Any) -> list[UUID]:
        ids = await claim(*given)
        await Delivery.filter(id__in=ids).update(state=DeliveryState.DELIVERED, unclear=False)
        return ids

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "claim_rows", overtaken)
        await invited(service, "wes", channels=(Channel.SMS,))
        await eventually(lambda: Delivery.filter(state=DeliveryState.DELIVERED).count(), bool)
    await invited(service, "wes", channels=(Channel.SMS,))
    await ended(1)
    assert len(twilio.messages) == 1  # the second


async def test_no_secret_of_an_sms_stays_in_the_table(service: Service, twilio: TwilioServer) -> None:
    row = await texted(service, twilio)
    token = twilio.messages[0].body.rpartition("/")[2]
    found = await Delivery.get(id=row.id)
    assert len(token) > 20 and token not in str(found.data)
    assert set(found.data) == {"attempted"} and re.fullmatch("[0-9a-f]{64}", found.data["attempted"])


def returned(message_id: str, action: str = "failed", status: str = "5.1.1", whole: bool = False) -> bytes:
    """A mail server's report, as RFC 3464 has it."""
    lines = [
        "From: MAILER-DAEMON@mx.example",
        "To: guichet@firm.test",
        "Subject: Undelivered Mail Returned to Sender",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain",
        "",
        "I'm sorry to have to inform you that your message could not be delivered.",
        "",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.example",
        "",
        f"Final-Recipient: rfc822; {MAIL}",
        f"Action: {action}",
        f"Status: {status}",
        f"Diagnostic-Code: smtp; {status.replace('.', '')[:3]} {status} no such user https://x.example/secret",
        "",
        "--b",
        f"Content-Type: {'message/rfc822' if whole else 'text/rfc822-headers'}",
        "",
        "From: guichet@firm.test",
        f"Message-ID: {message_id}",
        "Subject: Your account",
        "",
        "" if not whole else "Hello",
        "--b--",
        "",
    ]
    return "\r\n".join(lines).encode()


@pytest.mark.requirement(14)
@pytest.mark.parametrize("whole", [True, False])
async def test_a_mail_that_came_back_is_noted_and_goes_by_sms(
    service: Service, twilio: TwilioServer, smtp: SmtpServer, tmp_path: Path, whole: bool
) -> None:
    await invited(service, "wes")
    [mail] = await smtp.wait_for(MAIL)
    [row] = await ended(1)
    raw = returned(mail.message["Message-ID"], whole=whole).decode()
    told = await guichet(tmp_path, "bounce", stdin=raw, database_url=service.database_url, twilio_account_sid="AC1")
    assert (told.returncode, told.stdout) == (0, f"FAILED: {row.id}\n"), told.stderr
    found = await Delivery.get(id=row.id)
    assert (found.state, found.provider_code) == (DeliveryState.FAILED, "BOUNCED")
    assert "no such user" in str(found.provider_reason) and "secret" not in str(found.provider_reason)
    person = await Person.get(id=service.cast.key("wes"))
    assert person.email_bounced_at
    await twilio.wait_for(PHONE)
    await person.change(email="wes.roy@toits.example")
    assert (await Person.get(id=person.id)).email_bounced_at is None


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (returned("<0197c000-0000-7000-8000-000000000001@guichet>"), DeliveryState.FAILED),
        (returned("<0197c000-0000-7000-8000-000000000001@guichet>", "delivered", "2.0.0"), DeliveryState.DELIVERED),
        (returned("<0197c000-0000-7000-8000-000000000001@guichet>", "delayed", "4.4.1"), None),
        (returned("<0197c000-0000-7000-8000-000000000001@guichet>", "failed", "4.4.7"), None),
        (returned("<0197c000-0000-7000-8000-000000000001@other.example>"), None),
        (returned("<not-ours@guichet>"), None),
        (b"", None),
        (b"\xff\xfe\x00", None),
        (b"From: a@b.example\n\nIs there anybody at the counter?", None),
        (b"Content-Type: multipart/report; boundary=x\n\nnothing", None),
        (b"Content-Type: multipart/report\n\n", None),
    ],
)
def test_only_reports_about_our_messages_are_read(raw: bytes, found: DeliveryState | None) -> None:
    bounce = read_bounce(raw)
    assert (bounce.state if bounce else None) == found


async def test_an_answer_out_of_office_is_no_bounce(tmp_path: Path, service: Service) -> None:
    answer = EmailMessage()
    answer["Auto-Submitted"] = "auto-replied"
    answer["In-Reply-To"] = f"<{service.cast.key('wes')}@guichet>"
    answer.set_content("I am away.")
    told = await guichet(tmp_path, "bounce", stdin=answer.as_string(), database_url=service.database_url)
    assert (told.returncode, told.stdout) == (0, "This is no report about a message of Guichet.\n")


@pytest.mark.requirement(69)
def test_every_code_has_its_reason_in_both_languages() -> None:
    sources = "".join(path.read_text() for path in NOTIFY.glob("*.py"))
    codes = set(re.findall(r'(?:Failed|Retry|Unclear)\(\s*"([A-Z_]+)"', sources)) | {
        name for name, _ in REFUSALS.values()
    }
    assert codes | {"BOUNCED"} == set(REASONS)
    for said in REASONS.values():
        assert set(said) == {"en", "fr"} and said["en"] != said["fr"] and all(said.values())
    assert "21617" in explained("21617", "fr") and set(OTHER) == {"en", "fr"}


REASON = "{ deliveries { nodes { channel state providerCode reason } } }"


@pytest.mark.parametrize(("language", "words"), [("en", "answered STOP"), ("fr", "a répondu STOP")])
async def test_the_reason_is_told_in_the_viewer_s_language(
    service: Service, twilio: TwilioServer, smtp: SmtpServer, language: str, words: str
) -> None:
    await Person.filter(id=service.cast.key("ada")).update(language=language)
    twilio.refuse[PHONE] = Refuse(400, 21610)
    await invited(service, "wes", channels=(Channel.SMS,))
    await ended(2)
    nodes = (await service.ask("ada", REASON))["deliveries"]["nodes"]
    assert [(node["state"], node["reason"]) for node in nodes if node["channel"] == "EMAIL"] == [("SENT", None)]
    [failed] = [node for node in nodes if node["channel"] == "SMS"]
    assert failed["providerCode"] == "STOPPED_BY_RECIPIENT" and words in failed["reason"]


async def test_without_twilio_there_is_no_callback(service: Service) -> None:
    async with httpx2.AsyncClient(base_url=service.url) as http:
        assert (await http.post("/callbacks/sms")).status_code == 404
