"""A stand-in for Twilio's message API over HTTP, in its own thread, which can be told to behave badly."""

import asyncio
import base64
import hashlib
import hmac
import itertools
import socket
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import TracebackType
from typing import Any, Self, cast

import aiohttp
from aiohttp import web

from tests.servers.waiting import arrived

NAMES = {
    20003: "Authenticate",
    20429: "Too many requests",
    21211: "The 'To' number is not a valid phone number.",
    21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number.",
    21610: "Attempt to send to unsubscribed recipient",
    21614: "'To' number is not a valid mobile number",
}


@dataclass(frozen=True)
class Refuse:
    """Answers with an error, and records nothing."""

    status: int = 400
    code: int = 21211


@dataclass(frozen=True)
class Late:
    """Records the message at once and answers after so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Hang:
    """Never answers; the message is recorded or not."""

    recorded: bool


@dataclass(frozen=True)
class Drop:
    """Cuts the connection instead of an answer; the message is recorded or not."""

    recorded: bool


@dataclass(frozen=True)
class Garble:
    """Records the message and answers with something else than the message."""

    text: str = "<html>Welcome to this hotel</html>"
    status: int = 201


Behaviour = Refuse | Late | Hang | Drop | Garble


@dataclass
class Text:
    """One recorded message. `status` may be set; it is what the list and the reports tell."""

    sid: str
    to: str
    sender: str
    body: str
    callback: str | None
    status: str = "queued"
    created: datetime = field(default_factory=lambda: datetime.now(UTC))  # by the server's clock


class TwilioServer:
    """Records each SMS, unless told otherwise.

    `script`: what happens to the next requests, one each; `refuse`: what always happens to a number;
    `ahead`: by how much its clock differs from that of this machine.
    """

    def __init__(self) -> None:
        self.sid, self.token, self.port = f"AC{'0' * 32}", "stand-in-token", 0
        self.messages: list[Text] = []
        self.script: deque[Behaviour] = deque()
        self.refuse: dict[str, Refuse] = {}
        self.requests = 0
        self.ahead = timedelta()
        self._numbers = itertools.count(1)
        self._thread: threading.Thread | None = None

    def reset(self) -> None:
        """Behaves well again and forgets what it has received."""
        self.messages.clear()
        self.script.clear()
        self.refuse.clear()
        self.requests = 0
        self.ahead = timedelta()

    def start(self) -> None:
        """Listens; after a stop, on the same port as before."""
        listener = socket.create_server(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(listener,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Cuts all connections and refuses new ones, until started again."""
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.stop()

    @property
    def settings(self) -> dict[str, Any]:
        """The keyword arguments that make Settings use this server."""
        return {
            "twilio_account_sid": self.sid,
            "twilio_auth_token": self.token,
            "twilio_from": "+15005550006",
            "twilio_base_url": f"http://127.0.0.1:{self.port}",
        }

    def sent_to(self, to: str | None = None) -> list[Text]:
        """What was recorded for one number, in order; for any number without one."""
        return [text for text in list(self.messages) if to in (None, text.to)]

    async def wait_for(self, to: str | None = None, count: int = 1, timeout: float = 30) -> list[Text]:
        """What came for a number, once that is at least `count` texts; AssertionError after `timeout` s."""
        return await arrived(lambda: self.sent_to(to), count, timeout)

    def report_of(self, url: str, text: Text, error_code: int | None = None) -> tuple[dict[str, str], str]:
        """The form of a status callback about `text`, and its signature for `url`."""
        form = {
            "AccountSid": self.sid,
            "ApiVersion": "2010-04-01",
            "From": text.sender,
            "To": text.to,
            "MessageSid": text.sid,
            "SmsSid": text.sid,
            "MessageStatus": text.status,
            "SmsStatus": text.status,
        } | ({"ErrorCode": str(error_code)} if error_code else {})
        return form, signature(self.token, url, form)

    async def report(
        self,
        url: str,
        text: Text,
        status: str = "delivered",
        *,
        error_code: int | None = None,
        signed_for: str | None = None,
    ) -> int:
        """POSTs a signed status callback and gives the HTTP status of the answer.

        `signed_for` is the URL that the signature is made for, when it is not the one that is called.
        """
        text.status = status
        form, signed = self.report_of(signed_for or url, text, error_code)
        headers = {"X-Twilio-Signature": signed}
        async with aiohttp.ClientSession() as client, client.post(url, data=form, headers=headers) as answer:
            return answer.status

    def _run(self, listener: socket.socket) -> None:
        asyncio.set_event_loop(self._loop)
        app = web.Application()
        path = f"/2010-04-01/Accounts/{self.sid}/Messages.json"
        app.add_routes([web.post(path, self._create), web.get(path, self._list)])
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.01, access_log=None)
        self._loop.run_until_complete(runner.setup())
        self._loop.run_until_complete(web.SockSite(runner, listener).start())
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    async def _create(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        form = {name: str(value) for name, value in (await request.post()).items()}
        if not self._known(request):
            return _error(Refuse(401, 20003))
        behaviour = self.refuse.get(form["To"]) or (self.script.popleft() if self.script else Late(0))
        if isinstance(behaviour, Refuse):
            return _error(behaviour)
        text = self._record(form) if getattr(behaviour, "recorded", True) else None
        return await self._answer(request, behaviour, text)

    async def _answer(self, request: web.Request, behaviour: Behaviour, text: Text | None) -> web.StreamResponse:
        match behaviour:
            case Late(seconds):
                await asyncio.sleep(seconds)
            case Garble(words, status):
                return web.Response(text=words, status=status)
            case Drop():
                cast(asyncio.Transport, request.transport).abort()
        if text is None or isinstance(behaviour, Hang | Drop):
            await asyncio.Event().wait()  # ends with the connection
        return web.json_response(self._as_json(cast(Text, text)), status=201)

    def _record(self, form: Mapping[str, str]) -> Text:
        sid = f"SM{next(self._numbers):032x}"
        text = Text(sid, form["To"], form["From"], form["Body"], form.get("StatusCallback"))
        text.created += self.ahead
        self.messages.append(text)
        return text

    async def _list(self, request: web.Request) -> web.StreamResponse:
        if not self._known(request):
            return _error(Refuse(401, 20003))
        size = int(request.query.get("PageSize", 50))
        latest = self.sent_to(request.query.get("To"))[::-1][:size]
        page = {"messages": [self._as_json(text) for text in latest], "next_page_uri": None}
        date = format_datetime(datetime.now(UTC) + self.ahead, usegmt=True)
        return web.json_response(page | {"page": 0, "page_size": size}, headers={"Date": date})

    def _known(self, request: web.Request) -> bool:
        given = request.headers.get("Authorization", "")
        expected = base64.b64encode(f"{self.sid}:{self.token}".encode()).decode()
        return given == f"Basic {expected}"

    def _as_json(self, text: Text) -> dict[str, Any]:
        return {
            "sid": text.sid,
            "account_sid": self.sid,
            "to": text.to,
            "from": text.sender,
            "body": text.body,
            "status": text.status,
            "direction": "outbound-api",
            "date_created": format_datetime(text.created, usegmt=True),
            "date_updated": format_datetime(text.created, usegmt=True),
            "date_sent": None,
            "error_code": None,
            "error_message": None,
            "num_segments": "1",
            "num_media": "0",
        }


def signature(token: str, url: str, form: Mapping[str, str]) -> str:
    """Twilio's signature of a callback, as its documentation defines it: HMAC-SHA1 of the URL and the form."""
    words = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), words.encode(), hashlib.sha1).digest()).decode()


def _error(refusal: Refuse) -> web.Response:
    message = NAMES.get(refusal.code, "Service unavailable")
    body = {"code": refusal.code, "message": message, "status": refusal.status, "more_info": ""}
    return web.json_response(body, status=refusal.status)
