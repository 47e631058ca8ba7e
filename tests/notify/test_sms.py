"""The SMS adapter against a stand-in for Twilio that behaves well and badly."""

import socket
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from app.notify.outcome import Failed, Retry, Sent, Unclear
from app.notify.sms import Sms, Texter
from app.settings import Settings
from tests.servers.twilio import Drop, Garble, Hang, Late, Refuse, TwilioServer

SMS = Sms(to="+33612345678", body="Votre code d’accès : 481 516", reference="delivery-1")


def is_sms(body: str) -> bool:
    return body == SMS.body


@pytest.fixture(scope="module")
def running() -> Iterator[TwilioServer]:
    with TwilioServer() as server:
        yield server


@pytest.fixture
def server(running: TwilioServer) -> TwilioServer:
    running.reset()
    return running


@asynccontextmanager
async def texter(server: TwilioServer, **changes: Any) -> AsyncIterator[Texter]:
    texter = Texter(Settings(_env_file=None, **(server.settings | changes)))
    try:
        yield texter
    finally:
        await texter.close()


async def test_an_sms_arrives(server: TwilioServer) -> None:
    async with texter(server) as sender:
        outcome = await sender.send(replace(SMS, callback="https://guichet.test/sms/1"))
    [text] = await server.wait_for(SMS.to)
    assert outcome == Sent(text.sid)
    assert (text.body, text.sender, text.callback) == (
        SMS.body,
        server.settings["twilio_from"],
        "https://guichet.test/sms/1",
    )


async def test_no_callback_is_asked_for_without_one(server: TwilioServer) -> None:
    async with texter(server) as sender:
        await sender.send(SMS)
    assert server.messages[0].callback is None


@pytest.mark.parametrize(
    ("status", "code", "expected", "word"),
    [
        (400, 21610, Failed, "STOPPED_BY_RECIPIENT"),
        (400, 21408, Failed, "COUNTRY_NOT_ALLOWED"),
        (400, 21211, Failed, "INVALID_NUMBER"),
        (400, 21614, Failed, "INVALID_NUMBER"),
        (400, 21617, Failed, "21617"),
        (404, 20404, Failed, "20404"),
        (429, 20429, Retry, "RATE_LIMITED"),
        (500, 20500, Retry, "UNAVAILABLE"),
        (503, 20503, Retry, "UNAVAILABLE"),
        (502, 20502, Unclear, "TIMEOUT"),
        (504, 20504, Unclear, "TIMEOUT"),
    ],
)
async def test_a_refusal_is_put_into_words_and_not_repeated(
    server: TwilioServer, status: int, code: int, expected: type, word: str
) -> None:
    server.script.append(Refuse(status, code))
    async with texter(server) as sender:
        outcome = await sender.send(SMS)
    assert type(outcome) is expected and outcome.code == word
    assert len(outcome.reason) > 20 and server.requests == 1


async def test_a_number_that_answered_stop_keeps_its_own_reason(server: TwilioServer) -> None:
    server.refuse[SMS.to] = Refuse(400, 21610)
    async with texter(server) as sender:
        outcome = await sender.send(SMS)
        other = await sender.send(replace(SMS, to="+33612345679"))
    assert "STOP" in outcome.reason and isinstance(other, Sent)


async def test_a_wrong_token_is_told_without_it(server: TwilioServer) -> None:
    async with texter(server, twilio_auth_token="wr0ng-token") as sender:
        outcome = await sender.send(SMS)
        assert await sender.was_sent(SMS.to, is_sms) is None
    assert isinstance(outcome, Failed) and outcome.code == "AUTH_REFUSED"
    assert "wr0ng" not in outcome.reason and server.messages == []


@pytest.mark.parametrize(
    ("behaviour", "word", "left"),
    [
        (Hang(recorded=True), "TIMEOUT", True),
        (Hang(recorded=False), "TIMEOUT", False),
        (Drop(recorded=True), "DISCONNECTED", True),
        (Drop(recorded=False), "DISCONNECTED", False),
        (Garble(), "BAD_ANSWER", True),
        (Garble("{}"), "BAD_ANSWER", True),
        (Garble('{"sid": null}'), "BAD_ANSWER", True),
        (Garble('{"sid": 5}'), "BAD_ANSWER", True),
        (Garble("null"), "BAD_ANSWER", True),
        (Garble("[1, 2]"), "BAD_ANSWER", True),
        (Garble("", 204), "BAD_ANSWER", True),
        (Garble("", 302), "BAD_ANSWER", True),
        (Garble("", 502), "TIMEOUT", True),
    ],
)
async def test_an_unknown_fate_can_be_looked_up(
    server: TwilioServer, behaviour: Hang | Drop | Garble, word: str, left: bool
) -> None:
    server.script.append(behaviour)
    async with texter(server, twilio_timeout=1.0) as impatient:
        outcome = await impatient.send(SMS)
    async with texter(server) as sender:
        found = await sender.was_sent(SMS.to, is_sms)
    assert isinstance(outcome, Unclear) and outcome.code == word
    assert found is left and server.requests == 1


async def test_a_slow_answer_within_the_limit_is_an_answer(server: TwilioServer) -> None:
    server.script.append(Late(0.3))
    async with texter(server) as sender:
        assert isinstance(await sender.send(SMS), Sent)


async def test_nothing_left_when_nobody_listens(server: TwilioServer) -> None:
    server.stop()
    async with texter(server) as sender:
        outcome, found = await sender.send(SMS), await sender.was_sent(SMS.to, is_sms)
        server.start()
        assert isinstance(outcome, Retry) and outcome.code == "UNREACHABLE" and found is None
        assert isinstance(await sender.send(SMS), Sent)


async def test_nothing_left_when_the_connection_is_never_made(server: TwilioServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"https://127.0.0.1:{silent.getsockname()[1]}"
        async with texter(server, twilio_base_url=address, twilio_timeout=0.5) as sender:
            outcome = await sender.send(SMS)
    assert isinstance(outcome, Retry) and outcome.code == "UNREACHABLE"


async def test_looking_up_compares_number_words_and_time(server: TwilioServer) -> None:
    async with texter(server) as sender:
        await sender.send(SMS)
        server.messages[0].created = earlier = datetime.now(UTC) - timedelta(hours=1)
        assert await sender.was_sent(SMS.to, is_sms) is True
        assert await sender.was_sent(SMS.to, lambda body: body == "Votre code d’accès : 481 517") is False
        assert await sender.was_sent("+33612345679", is_sms) is False
        assert await sender.was_sent(SMS.to, is_sms, since=earlier) is True
        assert await sender.was_sent(SMS.to, is_sms, since=datetime.now(UTC)) is False


@pytest.mark.parametrize("minutes", [-10, 10])
async def test_looking_up_goes_by_twilio_s_clock(server: TwilioServer, minutes: int) -> None:
    server.ahead = timedelta(minutes=minutes)
    began = datetime.now(UTC)
    async with texter(server) as sender:
        await sender.send(SMS)
        assert await sender.was_sent(SMS.to, is_sms, since=began) is True
        server.messages[0].created -= timedelta(minutes=5)
        assert await sender.was_sent(SMS.to, is_sms, since=began) is False


async def test_a_time_that_is_still_to_come_leaves_out_nothing(server: TwilioServer) -> None:
    """Our clock was a day ahead, and has been put right since."""
    async with texter(server) as sender:
        await sender.send(SMS)
        assert await sender.was_sent(SMS.to, is_sms, since=datetime.now(UTC) + timedelta(days=1)) is True


@pytest.mark.parametrize(
    "number", ["", "0612345678", "+33 6 12", "whatsapp:+33612345678", "+33612345678\n", "+٣٣٦١٢٣"]
)
async def test_what_is_no_number_is_not_sent(server: TwilioServer, number: str) -> None:
    async with texter(server) as sender:
        outcome = await sender.send(replace(SMS, to=number))
    assert isinstance(outcome, Failed) and outcome.code == "INVALID_NUMBER" and server.requests == 0


async def test_strange_characters_are_sent_as_well_as_possible(server: TwilioServer) -> None:
    async with texter(server) as sender:
        assert isinstance(await sender.send(replace(SMS, body="a&To=+1 \ud800 😀")), Sent)
    assert (server.messages[0].to, server.messages[0].body) == (SMS.to, "a&To=+1 ? 😀")


async def test_after_closing_it_opens_again(server: TwilioServer) -> None:
    async with texter(server) as sender:
        await sender.send(SMS)
        await sender.close()
        assert isinstance(await sender.send(SMS), Sent)


@pytest.mark.parametrize("missing", ["twilio_account_sid", "twilio_auth_token", "twilio_from"])
async def test_half_a_configuration_is_none(server: TwilioServer, tmp_path: Path, missing: str) -> None:
    async with texter(server, var=tmp_path, **{missing: None}) as sender:
        outcome, found = await sender.send(SMS), await sender.was_sent(SMS.to, is_sms)
    assert outcome == Failed("NOT_CONFIGURED", "SMS is not configured") and found is None
    assert server.requests == 0 and list(tmp_path.iterdir()) == []


async def test_the_demo_keeps_the_sms_in_a_file(tmp_path: Path) -> None:
    texter = Texter(Settings(_env_file=None, twilio_account_sid=None, demo=True, var=tmp_path))
    outcome = await texter.send(replace(SMS, reference="../delivery 1"))
    [file] = (tmp_path / "sms").iterdir()
    assert outcome == Failed("NOT_CONFIGURED", f"SMS is not configured; the message was written to {file}")
    assert SMS.to in file.read_text() and SMS.body in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_the_reports_of_the_stand_in_are_signed_as_twilio_does(server: TwilioServer) -> None:
    seen: list[tuple[dict[str, str], str]] = []

    async def hear(request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        seen.append((form, request.headers["X-Twilio-Signature"]))
        return web.Response(status=204)

    app = web.Application()
    app.add_routes([web.post("/sms/1", hear)])
    runner = web.AppRunner(app)
    await runner.setup()
    listener = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, listener).start()
    async with texter(server) as sender:
        await sender.send(SMS)
    url, public = f"http://127.0.0.1:{listener.getsockname()[1]}/sms/1", "https://guichet.test/sms/1"
    status = await server.report(url, server.messages[0], "undelivered", error_code=30003, signed_for=public)
    await runner.cleanup()
    [(form, signature)] = seen
    assert status == 204 and (form["MessageStatus"], form["ErrorCode"]) == ("undelivered", "30003")
    validator = RequestValidator(server.token)
    assert validator.validate(public, form, signature)
    assert not validator.validate(public, form | {"MessageStatus": "delivered"}, signature)
