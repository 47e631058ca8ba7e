"""The mail adapter against a real SMTP server that behaves well and badly."""

import email
import email.policy
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.notify.mail import Mail, Mailer
from app.notify.outcome import Failed, Retry, Sent, Unclear
from app.settings import Settings
from tests.servers.smtp import Security, SmtpServer, Stage

MAIL = Mail(
    to="ana@client.test",
    subject="Chaudière à réviser",
    text="Bonjour Ana,\nla chaudière est prête.\n",
    html="<p>Bonjour <b>Ana</b> : prête&nbsp;!</p>\n",
    message_id="<delivery-1@guichet.test>",
    language="fr",
)
HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
    "Content-Language",
}


@pytest.fixture(scope="module")
def running() -> Iterator[SmtpServer]:
    with SmtpServer(login=("guichet", "correct horse")) as server:
        yield server


@pytest.fixture
def server(running: SmtpServer) -> SmtpServer:
    running.reset()
    return running


def mailer(server: SmtpServer, **changes: Any) -> Mailer:
    settings = {"mail_from": "Guichet <guichet@firm.test>", **server.settings, **changes}
    return Mailer(Settings(_env_file=None, **settings))


async def test_a_mail_arrives_signed_in_and_encrypted(server: SmtpServer) -> None:
    outcome = await mailer(server).send(MAIL)
    [received] = await server.wait_for("ana@client.test")
    assert isinstance(outcome, Sent) and outcome.code == "250"
    assert received.secured and received.login == "guichet"
    assert (received.sender, received.recipients) == ("guichet@firm.test", ["ana@client.test"])
    assert received.text == MAIL.text and received.html == MAIL.html
    message = received.message
    assert message.get_content_type() == "multipart/alternative"
    assert message["From"] == "Guichet <guichet@firm.test>" and message["To"] == "ana@client.test"
    assert message["Subject"] == MAIL.subject and message["Content-Language"] == "fr"
    assert set(message.keys()) == HEADERS


async def test_a_mail_without_html_is_plain_text(server: SmtpServer) -> None:
    await mailer(server).send(replace(MAIL, html=""))
    [received] = server.messages
    assert received.message.get_content_type() == "text/plain" and received.text == MAIL.text


async def test_another_attempt_is_the_same_message(server: SmtpServer) -> None:
    server.drop = {"ANSWER"}
    assert isinstance(await mailer(server).send(MAIL), Unclear)
    server.drop = set()
    assert isinstance(await mailer(server).send(MAIL), Sent)
    assert [mail.message["Message-ID"] for mail in server.messages] == [MAIL.message_id] * 2


async def test_a_bare_message_id_is_completed(server: SmtpServer) -> None:
    await mailer(server).send(replace(MAIL, message_id="0190-7f\r\nBcc: eve@evil.test"))
    await mailer(server).send(replace(MAIL, message_id="0190-80"))
    ids = [mail.message["Message-ID"] for mail in server.messages]
    assert ids == ["<0190-7fBcceve@evil.test>", "<0190-80@firm.test>"]


@pytest.mark.parametrize(
    "name",
    [
        "Eve\r\nBcc: eve@evil.test",
        "Eve\nBcc: eve@evil.test\n\nHello",
        "Eve\rBcc: eve@evil.test",
        "Eve\u2028Bcc: eve@evil.test",
        "Eve\x85Bcc:\x0beve@evil.test\x0c\x1c",
        "=?utf-8?q?Eve=0D=0ABcc:_eve@evil.test?=",
        "=?utf-8?b?RXZlDQpCY2M6IGV2ZUBldmlsLnRlc3Q=?=",
        "==?utf-8?q??=?utf-8?q?=0D=0ABcc:_eve@evil.test?=",
        "Eve\x00\x1b[31m",
        "Eve \ud800",
        "É" * 500 + "\r\nBcc: eve@evil.test",
        "",
    ],
)
async def test_a_hostile_name_adds_no_header_and_no_recipient(server: SmtpServer, name: str) -> None:
    mail = replace(MAIL, subject=f"New request from {name} today", language=name, text=f"{name}\n")
    assert isinstance(await mailer(server).send(mail), Sent)
    [received] = server.messages
    assert received.recipients == [MAIL.to]
    assert set(received.message.keys()) == HEADERS
    subject = received.message["Subject"].strip()
    assert subject.startswith("New request from") and subject.endswith("today")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ana",
        "@client.test",
        "ana@",
        "ana@client.test, eve@evil.test",
        "ana@client.test\r\nRCPT TO:<eve@evil.test>",
        "ana@client.test\n",
        "<ana@client.test> SIZE=1",
        "Ana <ana@client.test>",
        "ana@client.test>\x00",
        "=?utf-8?q?eve?=@evil.test",
        "ana\ud800@client.test",
        "ana@cliént..test",
    ],
)
async def test_what_is_no_address_is_not_sent(server: SmtpServer, address: str) -> None:
    before = server.connections
    outcome = await mailer(server).send(replace(MAIL, to=address))
    assert isinstance(outcome, Failed) and outcome.code == "INVALID_ADDRESS"
    assert server.connections == before and server.messages == []


@pytest.mark.parametrize(
    ("address", "recipient"),
    [("ana@métro.fr", "ana@xn--mtro-bpa.fr"), ("josé@client.test", "josé@client.test")],
)
async def test_addresses_with_accents_arrive(server: SmtpServer, address: str, recipient: str) -> None:
    assert isinstance(await mailer(server).send(replace(MAIL, to=address)), Sent)
    [received] = server.messages
    assert received.recipients == [recipient] and f"To: {recipient}\r\n".encode() in received.raw


async def test_any_text_survives_the_journey(server: SmtpServer) -> None:
    text = "a\n.\n..b\nFrom me\n" + "long " * 500 + "\n" + "é" * 2000 + "\n"
    assert isinstance(await mailer(server).send(replace(MAIL, text=text)), Sent)
    assert server.messages[0].text == text
    assert max(len(line) for line in server.messages[0].raw.split(b"\r\n")) <= 998


@pytest.mark.parametrize(
    ("reply", "kind", "code"),
    [
        ("550 5.1.1 No such user here", Failed, "INVALID_ADDRESS"),
        ("550 No such user here", Failed, "INVALID_ADDRESS"),
        ("550 5.7.1 Blocked by policy", Failed, "REFUSED"),
        ("554 5.7.1 Relay access denied", Failed, "REFUSED"),
        ("451 4.7.1 Greylisted", Retry, "TRY_LATER"),
        ("452 4.2.2 Mailbox full", Retry, "TRY_LATER"),
        ("421 4.3.2 Shutting down", Retry, "TRY_LATER"),
    ],
)
async def test_a_refused_recipient(server: SmtpServer, reply: str, kind: type, code: str) -> None:
    server.refuse = {MAIL.to: reply}
    outcome = await mailer(server).send(MAIL)
    assert type(outcome) is kind and outcome.code == code
    assert reply in outcome.reason and server.messages == []


async def test_the_reason_shows_no_link(server: SmtpServer) -> None:
    server.refuse = {MAIL.to: "554 5.7.1 Listed link https://guichet.test/invite#s3cret in it"}
    outcome = await mailer(server).send(MAIL)
    assert "s3cret" not in outcome.reason
    assert outcome.reason.endswith("Listed link https://guichet.test/… in it")


async def test_greylisting_ends_with_the_second_attempt(server: SmtpServer) -> None:
    server.greylist = True
    outcomes = [await mailer(server).send(MAIL) for _ in range(2)]
    assert [type(outcome) for outcome in outcomes] == [Retry, Sent]
    assert len(server.messages) == 1


@pytest.mark.parametrize("stage", ["GREETING", "RCPT", "PROMPT"])
async def test_a_server_that_says_nothing_more_is_tried_again(server: SmtpServer, stage: Stage) -> None:
    server.hang = {stage}
    outcome = await mailer(server, smtp_timeout=0.5).send(MAIL)
    assert isinstance(outcome, Retry) and outcome.code == "TIMEOUT"


async def test_a_server_that_dribbles_is_given_up() -> None:
    with SmtpServer("none") as slow:
        slow.pace = 1.2  # each of the six replies comes in time, all of them together too late
        outcome = await mailer(slow, smtp_timeout=3.0).send(MAIL)
        assert isinstance(outcome, Retry) and outcome.code == "TIMEOUT"


@pytest.mark.parametrize(
    ("stage", "code"),
    [
        ("GREETING", "UNREACHABLE"),
        ("RCPT", "DISCONNECTED"),
        ("PROMPT", "DISCONNECTED"),
    ],
)
async def test_a_broken_connection_is_tried_again(server: SmtpServer, stage: Stage, code: str) -> None:
    server.drop = {stage}
    outcome = await mailer(server).send(MAIL)
    assert isinstance(outcome, Retry) and outcome.code == code


@pytest.mark.parametrize("trouble", ["hang", "drop"])
@pytest.mark.parametrize("stage", ["DATA", "ANSWER"])
async def test_what_was_handed_over_may_have_arrived(server: SmtpServer, stage: Stage, trouble: str) -> None:
    setattr(server, trouble, {stage})
    outcome = await mailer(server, smtp_timeout=0.3, outbox_lease=1).send(MAIL)
    assert isinstance(outcome, Unclear) and outcome.code == "NOT_CONFIRMED"
    assert len(server.messages) == (stage == "ANSWER")


async def test_after_the_last_dot_a_server_is_waited_for_longer(server: SmtpServer) -> None:
    server.delay = 1.5
    outcome = await mailer(server, smtp_timeout=0.5).send(replace(MAIL, text=".\n..two\n"))
    assert isinstance(outcome, Sent) and server.messages[0].text == ".\n..two\n"


@pytest.mark.parametrize("trouble", ["hang", "drop"])
async def test_a_bad_goodbye_does_not_unsend_a_mail(server: SmtpServer, trouble: str) -> None:
    setattr(server, trouble, {"QUIT"})
    assert isinstance(await mailer(server).send(MAIL), Sent)


async def test_a_slow_server_is_waited_for(server: SmtpServer) -> None:
    server.delay = 0.3
    assert isinstance(await mailer(server).send(MAIL), Sent)


async def test_a_server_that_is_down_and_comes_back(server: SmtpServer) -> None:
    server.stop()
    outcome = await mailer(server).send(MAIL)
    server.start()
    assert isinstance(outcome, Retry) and outcome.code == "UNREACHABLE"
    assert isinstance(await mailer(server).send(MAIL), Sent)


async def test_a_wrong_password_is_told_without_it(server: SmtpServer) -> None:
    outcome = await mailer(server, smtp_password="wrong battery").send(MAIL)
    assert isinstance(outcome, Failed) and outcome.code == "AUTH_REFUSED"
    assert "battery" not in outcome.reason and server.messages == []


async def test_nothing_goes_to_a_server_with_an_unknown_certificate(server: SmtpServer) -> None:
    outcome = await mailer(server, smtp_ca_file=None).send(MAIL)
    assert isinstance(outcome, Retry) and outcome.code == "TLS_FAILED"
    assert "certificate" in outcome.reason and server.messages == []


async def test_nothing_goes_out_in_the_clear_when_tls_is_asked_for() -> None:
    with SmtpServer("none") as plain:
        outcome = await mailer(plain, smtp_start_tls=True).send(MAIL)
        assert isinstance(outcome, Retry) and outcome.code == "NOT_OFFERED"
        assert "STARTTLS" in outcome.reason and plain.messages == []


@pytest.mark.parametrize(("security", "secured"), [("tls", True), ("none", False)])
async def test_other_kinds_of_servers(security: Security, secured: bool) -> None:
    with SmtpServer(security) as other:
        assert isinstance(await mailer(other).send(MAIL), Sent)
        assert [mail.secured for mail in other.messages] == [secured]


async def test_tls_from_the_first_byte_checks_the_certificate_too() -> None:
    with SmtpServer("tls") as other:
        outcome = await mailer(other, smtp_ca_file=None).send(MAIL)
        assert isinstance(outcome, Retry) and outcome.code == "TLS_FAILED"


async def test_without_a_server_the_mail_fails_and_is_not_kept(tmp_path: Path) -> None:
    outcome = await Mailer(Settings(_env_file=None, smtp_host=None, var=tmp_path)).send(MAIL)
    assert outcome == Failed("NOT_CONFIGURED", "E-mail is not configured")
    assert list(tmp_path.iterdir()) == []


async def test_the_demo_keeps_the_mail_in_a_readable_file(tmp_path: Path) -> None:
    outcome = await Mailer(Settings(_env_file=None, smtp_host=None, demo=True, var=tmp_path)).send(MAIL)
    [file] = (tmp_path / "mail").iterdir()
    assert file.suffix == ".eml" and stat.S_IMODE(file.stat().st_mode) == 0o600
    written = f"E-mail is not configured; the message was written to {file}"
    assert outcome == Failed("NOT_CONFIGURED", written)
    assert "Subject: Chaudière à réviser" in file.read_text() and MAIL.text in file.read_text()
    assert email.message_from_bytes(file.read_bytes(), policy=email.policy.default)["To"] == MAIL.to


async def test_a_demo_file_stays_in_its_folder(tmp_path: Path) -> None:
    mail = replace(MAIL, message_id="../../../etc/x@y")
    await Mailer(Settings(_env_file=None, smtp_host=None, demo=True, var=tmp_path / "var")).send(mail)
    assert [path.parent for path in tmp_path.rglob("*.eml")] == [tmp_path / "var" / "mail"]


async def test_a_demo_that_cannot_write_says_so(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("not a folder")
    outcome = await Mailer(Settings(_env_file=None, smtp_host=None, demo=True, var=tmp_path)).send(MAIL)
    assert isinstance(outcome, Failed) and "could not be written" in outcome.reason
