"""No secret stays anywhere: each flow is gone through, then tables, log and files are searched."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.models import Delivery, Person, Workspace
from app.models.delivery import DeliveryState
from tests.ask import Service
from tests.cast import PASSWORD
from tests.conftest import Stage
from tests.live.database import eventually, opened
from tests.live.leaking import Secrets, files, tables, verbose
from tests.live.program import Program
from tests.pages.inviting import SAME_SITE
from tests.servers.guichet import guichet
from tests.servers.smtp import SmtpServer
from tests.servers.twilio import TwilioServer
from tests.test_calendar_feed import CREATE, read
from tests.test_credential import change_password
from tests.test_session import sign_in

LINK = re.compile(r"/l/([\w-]+)")
PASSWORD_IN_MAIL = re.compile(r"\b(?:[a-z2-9]{4}-){3}[a-z2-9]{4}\b")
PIN_IN_TEXT = re.compile(r"\b\d{6}\b")
SMTP_LOGIN = ("guichet", "harvest lantern nineteen")
KEY = "the key of one installation, long enough zq"
ENDED = (DeliveryState.SENT, DeliveryState.FAILED)


class Day:
    """A service whose messages arrive, and the secrets of those who use it."""

    def __init__(self, service: Service, smtp: SmtpServer, twilio: TwilioServer, program: Program) -> None:
        self.service, self.smtp, self.twilio, self.program = service, smtp, twilio, program
        self.secrets = Secrets()
        self._passwords = 0

    def password(self) -> str:
        """A password that somebody thinks of."""
        self._passwords += 1
        return self.secrets.note(f"password {self._passwords}", f"quiet «harbour» nö & {self._passwords}zq")

    async def does(self, name: str | None, mutation: str, select: str = "", **given: Any) -> dict[str, Any]:
        """The payload of a mutation that is done."""
        payload = await self.service.change(name, mutation, given, select)
        assert payload["errors"] == [], (mutation, payload)
        for field in ("token", "temporaryPassword"):
            if payload.get(field):
                self.secrets.note(f"{field} of {mutation}", payload[field])
        if payload.get("acceptUrl"):
            self.secrets.note(f"link of {mutation}", payload["acceptUrl"].rpartition("/")[2])
        return payload

    async def mailed(self, to: str, pattern: re.Pattern[str] = LINK, count: int = 1) -> str:
        """The secret in the newest of so many mails to an address."""
        mail = (await self.smtp.wait_for(to, count))[-1]
        return self.secrets.note(f"mail to {to}", pattern.findall(mail.text)[0])

    async def texted(self, pattern: re.Pattern[str], count: int = 1) -> str:
        """The secret in the newest of so many SMS."""
        await eventually(lambda: _value(len(self.twilio.messages)), lambda found: found >= count)
        return self.secrets.note("SMS", pattern.findall(self.twilio.messages[-1].body)[0])

    async def signs_in(self, login: str, password: str) -> str:
        """The token of a session."""
        payload = (await sign_in(self.service, login, password)).json()["data"]["signIn"]
        assert payload["errors"] == [], login
        return self.secrets.note(f"session of {login}", payload["token"])


async def _value(found: Any) -> Any:
    return found


@asynccontextmanager
async def a_day(stage: Stage, folder: Path) -> AsyncIterator[Day]:
    """A real process that logs all it can, between a real mail server and a stand-in for Twilio."""
    with SmtpServer(login=SMTP_LOGIN) as smtp, TwilioServer() as twilio:
        async with opened(stage) as url:
            settings = {**smtp.settings, **twilio.settings, "outbox_backoff": 0.2, "secret_key": KEY}
            with Program(folder, url, **settings) as program:
                program.environment |= verbose(folder)
                service = program.service(stage.cast, stage)
                await Workspace.filter(id=stage.cast.key("toits")).update(policies={"sign_up_open": True})
                await program.serve()
                day = Day(service, smtp, twilio, program)
                day.secrets.note("password of the mail server", SMTP_LOGIN[1])
                day.secrets.note("token of Twilio", twilio.token)
                day.secrets.note("the key of secrets", KEY)
                yield day
                await service.close()


async def invitations_by_link(day: Day) -> None:
    """Accepted over the API, and on the page; looked at and mistyped before."""
    worker: dict[str, Any] = {
        "lastName": "Roy",
        "email": "nia@toits.example",
        "siteIds": [day.service.cast.site("north")],
    }
    await day.does("ada", "createWorker", **worker, sendInvitation=True)
    token = await day.mailed("nia@toits.example")
    await day.service.ask(None, f'{{ invitationByToken(token: "{token}") {{ state }} }}')
    given = {"token": token, "client": "API"}
    await day.service.change(None, "acceptInvitation", {**given, "password": day.secrets.note("short", "Z7zq!")})
    await day.does(None, "acceptInvitation", "token", **given, password=day.password())

    shown = await day.does("ada", "sendCredentials", "acceptUrl", personId=day.service.cast.worker("ned"))
    async with httpx2.AsyncClient() as browser:
        for place in (shown["acceptUrl"], f"{shown['acceptUrl']}x", f"{shown['acceptUrl']}?password=zq-in-a-query"):
            await browser.get(place)
        form = {"password": day.password()}
        entered = await browser.post(shown["acceptUrl"], data=form, headers=SAME_SITE)
        assert entered.status_code == 303
        day.secrets.note("cookie", next(iter(browser.cookies.jar)).value or "")
    day.secrets.note("in a query", "zq-in-a-query")


async def what_is_typed(day: Day) -> None:
    """Temporary passwords and PINs: made up or thought of, by mail, SMS or aloud; tried wrongly, then changed."""
    wes = {"personId": day.service.cast.worker("wes")}
    await day.does("ada", "sendCredentials", **wes, method="TEMPORARY_PASSWORD", channels=["EMAIL"])
    temporary = await day.mailed("wes@toits.example", PASSWORD_IN_MAIL)
    await sign_in(day.service, "wes@toits.example", day.secrets.note("a wrong guess", "quite wrong zq 77"))
    token = await day.signs_in("wes@toits.example", temporary)
    own = day.password()
    assert (await change_password(day.service, token, newPassword=temporary))["errors"] != []
    assert (await change_password(day.service, token, newPassword=own))["errors"] == []
    assert (await change_password(day.service, token, currentPassword=own, newPassword=day.password()))[
        "errors"
    ] == []

    await day.does("ada", "sendCredentials", **wes, method="PIN", channels=["SMS"])
    await day.signs_in("wes@toits.example", await day.texted(PIN_IN_TEXT))
    await day.does("ada", "setTemporaryPassword", **wes, pin=day.secrets.note("PIN", "704913"))
    await day.does("ada", "setTemporaryPassword", **wes, password=day.password())
    await day.does("ada", "setTemporaryPassword", "temporaryPassword", **wes)
    for _ in range(5):
        await sign_in(day.service, "wes@toits.example", "quite wrong zq 77")
    await day.does("ada", "unlockAccount", **wes)
    database = {"database_url": day.service.database_url}
    printed = await guichet(day.program.folder, "reset-password", "--generate", "wil@toits.example", **database)
    await day.signs_in("wil@toits.example", day.secrets.note("printed password", printed.stdout.split()[-1]))


async def forgotten_passwords(day: Day) -> None:
    """Asked for by oneself, and sent by an administrator."""
    await day.does(None, "requestPasswordReset", login="sam@toits.example")
    token = await day.mailed("sam@toits.example")
    await day.does(None, "resetPassword", "token", token=token, password=day.password(), client="API")
    await day.does("ada", "sendPasswordReset", personId=day.service.cast.worker("sol"))
    token = await day.mailed("sol@toits.example")
    await day.does(None, "resetPassword", "token", token=token, password=day.password(), client="API")


async def sign_up_and_access(day: Day) -> None:
    """An account of one's own, confirmed, and given access; the same for whoever has one already."""
    password = day.password()
    someone = {"workspace": "toits", "email": "sofi@mail.example", "password": password, "lastName": "Roy"}
    await day.does(None, "signUp", **someone)
    await day.does(None, "verifyEmail", token=await day.mailed("sofi@mail.example"))
    await day.does(None, "signUp", **{**someone, "password": day.password()})
    await day.smtp.wait_for("sofi@mail.example", 2)
    sofi = await Person.get(email="sofi@mail.example")
    await day.does("ada", "grantAccess", personId=f"usr_{sofi.id.hex}")
    await day.does(None, "acceptInvitation", token=await day.mailed("sofi@mail.example", count=3))
    await day.signs_in("sofi@mail.example", password)


async def another_address(day: Day) -> None:
    """Confirmed from both mailboxes."""
    await day.does("cal", "requestEmailChange", email="callum@maple.example", password=PASSWORD)
    for mailbox in ("cal@maple.example", "callum@maple.example"):
        await day.does(None, "confirmEmailChange", token=await day.mailed(mailbox))


async def tokens(day: Day) -> None:
    """A calendar's address, the tokens of sessions at every door, and operations that fail with secrets in them."""
    feed = (await day.service.ask("cora", CREATE))["createCalendarFeed"]["url"]
    assert (await read(day.service, feed)).status_code == 200
    day.secrets.note("calendar", feed.rpartition("/")[2].removesuffix(".ics"))
    async with day.service.socket("cora") as socket:
        await socket.subscribe("subscription { assignments { cursor } }")
    for name, token in day.service._tokens.items():
        day.secrets.note(f"session of {name}", token)
    wrong = day.secrets.note("in a broken operation", "zq-literal-77-zq")
    sign_in_with = 'mutation { signIn(input: {login: "ada", password: '
    for query in (f'{sign_in_with}"{wrong}" ', f'{sign_in_with}"{wrong}", colour: RED}}) {{ token }} }}'):
        assert await day.service.refused(None, query) != []
    for headers in ({"Authorization": f"Bearer {wrong}"}, {"Cookie": f"guichet_staff={wrong}"}):
        await day.service.http.get(f"/graphql?query={{viewer{{name}}}}&token={wrong}", headers=headers)
    await day.service.post(None, "query($login: Int!) { viewer { name } }", login=wrong)


async def trouble(day: Day) -> None:
    """A message that cannot be written, and one that both providers refuse: the log tells of them at length."""
    shown = await day.does("ada", "sendCredentials", "acceptUrl", personId=day.service.cast.worker("win"), show=True)
    assert shown["acceptUrl"]
    win = await Person.get(id=day.service.cast.key("win"))
    invitation = await win.invitations.order_by("-id").first()  # type: ignore[attr-defined]
    same: dict[str, Any] = {"workspace_id": win.workspace_id, "recipient_id": win.id, "invitation_id": invitation.id}
    await Delivery.create(**same, channel="EMAIL", template="nonsense")
    day.smtp.refuse["win@toits.example"] = "550 5.7.1 No"
    await Delivery.create(**same, channel="EMAIL", template="activation_link")
    await eventually(lambda: Delivery.filter(template="nonsense").first(), lambda row: row.attempts > 1)


FLOWS = (
    invitations_by_link,
    what_is_typed,
    forgotten_passwords,
    sign_up_and_access,
    another_address,
    tokens,
    trouble,
)


@pytest.mark.requirement(64, 90, 98)
async def test_after_every_flow_no_secret_is_anywhere(stage: Stage, tmp_path: Path) -> None:
    async with a_day(stage, tmp_path) as day:
        for flow in FLOWS:
            await flow(day)
        done = Delivery.exclude(template="nonsense").exclude(state__in=list(ENDED))
        await eventually(done.count, lambda count: count == 0)
        await day.program.stop()
        log = (tmp_path / "log").read_text()
        assert "INSERT INTO" in log and "outbox.broken" in log
        assert len(day.secrets.kept) > 40
        places = [*(await tables()).items(), *files(tmp_path)]
        if stage.server is None:
            places += files(stage.folder)
        assert {where: found for where, text in places if (found := day.secrets.found_in(text))} == {}
