"""Invitations on bad days: servers that fail in every way, rollbacks, and a clock that is moved."""

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.auth import throttle
from app.models import Attempt, Delivery, Invitation, Person
from app.models.base import now
from app.models.database import transaction
from app.models.delivery import Channel
from app.models.invitation import Method, Purpose
from app.models.refusal import ErrorCode, Refusal
from app.resolvers.invitation import invite
from tests.ask import Service
from tests.live.database import ended, eventually, viewer
from tests.notify.test_outbox import QUICK
from tests.pages.inviting import NEW_PASSWORD, Read, invited, path
from tests.servers.smtp import SmtpServer
from tests.servers.twilio import Behaviour, Drop, Hang, Refuse, TwilioServer
from tests.test_credential import accept, code, codes, send, set_password

MAIL, PHONE = "wes@toits.example", "+15145550101"
LINK = re.compile(r"/l/([\w-]+)")
SENT = """{ invitations { nodes {
  state createdBy { name } person { name } deliveries { channel state providerCode reason }
} } }"""


@pytest.fixture
def options(smtp: SmtpServer, twilio: TwilioServer) -> dict[str, object]:
    limits = {"outbox_attempts": 4, "outbox_backoff": 0.5, "outbox_lease": 2, "smtp_timeout": 0.5}
    return {**QUICK, **smtp.settings, **twilio.settings, **limits}


async def arrived(service: Service) -> list[tuple[str, str, str | None]]:
    """What an administrator sees of the messages of the one invitation: channel, state and code."""
    [node] = (await service.ask("ada", SENT))["invitations"]["nodes"]
    assert (node["state"], node["createdBy"], node["person"]) == ("PENDING", {"name": "Ada Roy"}, {"name": "Wes Roy"})
    assert all(each["reason"] for each in node["deliveries"] if each["state"] == "FAILED")
    return [(each["channel"], each["state"], each["providerCode"]) for each in node["deliveries"]]


async def lets_in(service: Service, text: str) -> None:
    """The link in a message works."""
    token = LINK.findall(text)[0]
    assert codes(await service.change(None, "resetPassword", {"token": token, "password": NEW_PASSWORD})) == []


TROUBLES: dict[str, Callable[[SmtpServer], Any]] = {
    "greylisting": lambda smtp: setattr(smtp, "greylist", True),
    "refusing for now": lambda smtp: smtp.refuse.update({MAIL: "452 4.2.2 Mailbox full"}),
    "hanging at the greeting": lambda smtp: smtp.hang.add("GREETING"),
    "hanging amid the mail": lambda smtp: smtp.hang.add("DATA"),
    "dropping amid the mail": lambda smtp: smtp.drop.add("DATA"),
    "dropping instead of the answer": lambda smtp: smtp.drop.add("ANSWER"),
}


@pytest.mark.requirement(10, 36)
@pytest.mark.parametrize("trouble", TROUBLES)
async def test_a_mail_server_in_trouble_gets_the_same_mail_again(
    service: Service, smtp: SmtpServer, trouble: str
) -> None:
    TROUBLES[trouble](smtp)
    assert codes(await send(service, "ada", "wes", channels=["EMAIL"])) == []
    await eventually(lambda: Delivery.get(channel="EMAIL"), lambda row: row.provider_code)
    smtp.refuse, smtp.hang, smtp.drop = {}, set(), set()
    [row] = await ended(1)
    assert await arrived(service) == [("EMAIL", "SENT", "250")]
    assert {mail.message["Message-ID"] for mail in smtp.messages} == {f"<{row.id}@guichet>"}
    assert len(smtp.messages) == 1 or trouble == "dropping instead of the answer"  # nobody can know of that one
    await lets_in(service, smtp.messages[-1].text)


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        ([Refuse(429, 20429)], [("SMS", "SENT")]),
        ([Refuse(503, 20503), Refuse(500, 20500)], [("SMS", "SENT")]),
        ([Hang(recorded=True)], [("SMS", "SENT")]),
        ([Hang(recorded=False)], [("SMS", "SENT")]),
        ([Drop(recorded=True)], [("SMS", "SENT")]),
        ([Refuse(400, 21211)], [("SMS", "FAILED"), ("EMAIL", "SENT")]),
        ([Refuse(400, 21610)], [("SMS", "FAILED"), ("EMAIL", "SENT")]),
        ([Refuse(401, 20003)], [("SMS", "FAILED"), ("EMAIL", "SENT")]),
    ],
)
async def test_twilio_in_trouble_gets_it_once_or_the_mail_goes(
    service: Service, smtp: SmtpServer, twilio: TwilioServer, script: list[Behaviour], outcome: list[tuple[str, str]]
) -> None:
    twilio.script.extend(script)
    assert codes(await send(service, "ada", "wes", channels=["SMS"])) == []
    await ended(len(outcome))
    assert [(channel, state) for channel, state, _ in await arrived(service)] == outcome
    assert (len(twilio.messages), len(smtp.messages)) == ((1, 0) if len(outcome) == 1 else (0, 1))
    await lets_in(service, twilio.messages[0].body if twilio.messages else smtp.messages[0].text)


async def test_a_twilio_that_takes_no_connection_is_waited_for(service: Service, twilio: TwilioServer) -> None:
    twilio.stop()
    assert codes(await send(service, "ada", "wes", channels=["SMS"])) == []
    await eventually(lambda: Delivery.get(channel="SMS"), lambda row: row.provider_code == "UNREACHABLE")
    twilio.start()
    await ended(1)
    assert [(channel, state) for channel, state, _ in await arrived(service)] == [("SMS", "SENT")]


@pytest.mark.requirement(58)
async def test_a_phone_without_its_country_is_told_and_the_mail_goes(service: Service, smtp: SmtpServer) -> None:
    phone: dict[str, Any] = {"phone": "514 555-0101"}
    await Person.filter(id=service.cast.key("wes")).update(**phone)  # as an older program may have left it
    assert codes(await send(service, "ada", "wes", channels=["SMS"])) == []
    await ended(2)
    assert await arrived(service) == [("SMS", "FAILED", "INVALID_NUMBER"), ("EMAIL", "SENT", "250")]
    await lets_in(service, smtp.messages[0].text)


@pytest.mark.parametrize("options", [{}])
@pytest.mark.requirement(10, 11)
async def test_without_a_mail_server_the_link_is_shown_once(service: Service, options: dict[str, object]) -> None:
    payload = await send(service, "ada", "wes", channels=["EMAIL"])
    assert codes(payload) == []
    await ended(1)
    assert await arrived(service) == [("EMAIL", "FAILED", "NOT_CONFIGURED")]
    await lets_in(service, payload["acceptUrl"])


@pytest.mark.requirement(21, 111)
async def test_a_rollback_after_the_invitation_leaves_nothing(service: Service, smtp: SmtpServer) -> None:
    ada, wes = await viewer(service.cast, "ada"), await Person.get(id=service.cast.key("wes"))

    async def body() -> None:
        await invite(ada, wes, Purpose.RESET, Method.LINK, {Channel.EMAIL: MAIL})
        raise Refusal(ErrorCode.CONFLICT)

    with pytest.raises(Refusal):
        await transaction(body)
    assert not await Invitation.exists() and not await Delivery.exists()
    await send(service, "ada", "wil", channels=["EMAIL"])  # whatever woke the outbox, it sends this one alone
    await ended(1)
    assert [mail.recipients for mail in smtp.messages] == [["wil@toits.example"]]


async def test_two_people_with_the_same_link_at_once(service: Service) -> None:
    token = (await send(service, "ada", "ned"))["acceptUrl"].rpartition("/")[2]
    given = [accept(service, token, f"{NEW_PASSWORD} {number}") for number in range(6)]
    found = [codes(payload) for payload in await asyncio.gather(*given)]
    assert sorted(found) == [[], *[[("LINK_USED", "token")]] * 5]
    [number] = [number for number in range(6) if found[number] == []]
    assert await code(service, "ned.roy", f"{NEW_PASSWORD} {number}") is None


# The clock: the rows stay where they are, and the present moves.


async def move_clock(back: timedelta) -> None:
    """Puts the clock back: what was just made now lies in the future."""
    for row in await Invitation.all():
        moved = {"created_at": row.created_at + back, "expires_at": row.expires_at + back}
        if row.closed_at:
            moved["closed_at"] = row.closed_at + back
        await Invitation.filter(id=row.id).update(**moved)
    for attempt in await Attempt.all():
        until = attempt.blocked_until and attempt.blocked_until + back
        changes: dict[str, Any] = {"window_ends_at": attempt.window_ends_at + back, "blocked_until": until}
        await Attempt.filter(id=attempt.id).update(**changes)


@pytest.mark.parametrize("back", [timedelta(hours=3), timedelta(days=400)])
async def test_a_link_from_the_future_works_and_the_newest_counts(service: Service, back: timedelta) -> None:
    old = await invited(service, "wes")
    await move_clock(back)
    newer = await invited(service, "wes")
    assert newer.created_at < (await Invitation.get(id=old.id)).created_at
    page = Read(await service.http.get(path(old)))
    assert "There is a newer link" in page.text and f"{newer.created_at:%B} {newer.created_at.day}" in page.text
    given = {"token": path(newer).rpartition("/")[2], "password": NEW_PASSWORD}
    assert codes(await service.change(None, "acceptInvitation", given)) == []


async def test_a_link_expires_by_the_clock_forwards(service: Service) -> None:
    link = await invited(service, "wes")
    await move_clock(-timedelta(days=8))
    given = {"token": path(link).rpartition("/")[2], "password": NEW_PASSWORD}
    assert codes(await service.change(None, "acceptInvitation", given)) == [("LINK_EXPIRED", "token")]
    [node] = (await service.ask("ada", SENT))["invitations"]["nodes"]
    assert node["state"] == "EXPIRED"


async def test_the_newest_pin_counts_though_the_clock_was_put_back(
    service: Service,
) -> None:
    assert codes(await set_password(service, "ned", pin="704913")) == []
    first = await Invitation.get(person_id=service.cast.key("ned"))
    assert codes(await set_password(service, "ned", pin="593802")) == []
    second = await Invitation.exclude(id=first.id).get()
    assert second.id > first.id
    await Delivery.filter(invitation_id=second.id).delete()
    await second.delete()
    second.id = UUID(int=first.id.int - 1)  # as if it had been made before
    await second.save(force_create=True)
    assert await code(service, "ned.roy", "593802") is None
    assert await code(service, "ned.roy", "704913") == "INVALID_CREDENTIALS"


async def test_a_reset_is_sent_although_the_last_one_lies_in_the_future(service: Service, smtp: SmtpServer) -> None:
    given = {"personId": service.cast.worker("wes")}
    assert codes(await service.change("ada", "sendPasswordReset", given)) == []
    await move_clock(timedelta(days=2))
    assert codes(await service.change("ada", "sendPasswordReset", given)) == []
    assert len(await smtp.wait_for(MAIL, 2)) == 2


async def test_a_pause_from_the_far_future_is_none(service: Service) -> None:
    for _ in range(50):
        await throttle.admit("address", "127.0.0.1", 50, 900, growing=False)
    assert await code(service, MAIL, "wrong") == "TOO_MANY_TRIES"
    await move_clock(timedelta(days=400))
    for _ in range(3):
        assert await code(service, MAIL, "wrong") == "INVALID_CREDENTIALS"
    assert (await Attempt.get(key=throttle._key("address", "127.0.0.1"))).window_ends_at < now() + timedelta(hours=1)
