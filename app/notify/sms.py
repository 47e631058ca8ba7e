"""SMS through Twilio. A message whose fate is unknown is never sent a second time without looking it up."""

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    InvalidURL,
    TCPConnector,
    encode_basic_auth,
)
from twilio.base.exceptions import (  # type: ignore[import-untyped]
    TwilioException,
    TwilioRestException,
    TwilioServiceException,
)
from twilio.http import AsyncHttpClient  # type: ignore[import-untyped]
from twilio.http.response import Response  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from app.models.base import now
from app.notify.outcome import Failed, Outcome, Retry, Sent, Unclear, encodable, not_configured, plain
from app.settings import Settings

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
RECENT = 50
CLOCK_DIFFERENCE = timedelta(minutes=2)  # that an answer's way, or its being kept on the way, can make
GATEWAY = (502, 504)  # what stands before Twilio heard nothing from it, or nothing that it understood
NEVER_LEFT = (ClientConnectorError, ConnectionTimeoutError, InvalidURL)
# What the client makes of an answer that is no JSON, or JSON but no message; something between may have written it.
UNREADABLE = (ValueError, TypeError, AttributeError, LookupError)
FATE_UNKNOWN = (ClientError, TimeoutError, OSError, *UNREADABLE)
# Twilio's error codes, at once and in later reports: https://www.twilio.com/docs/api/errors
REFUSALS = {
    20003: ("AUTH_REFUSED", "Twilio refused the account or its token"),
    21211: ("INVALID_NUMBER", "Twilio does not know this phone number"),
    21408: ("COUNTRY_NOT_ALLOWED", "The Twilio account may not send SMS to this country"),
    21610: ("STOPPED_BY_RECIPIENT", "The recipient answered STOP and receives no more SMS"),
    21612: ("COUNTRY_NOT_ALLOWED", "No SMS can be sent to this number from the configured one"),
    21614: ("INVALID_NUMBER", "This phone number cannot receive SMS"),
    30003: ("PHONE_UNREACHABLE", "The phone is switched off or cannot be reached"),
    30004: ("BLOCKED", "The recipient or their operator does not take this message"),
    30005: ("INVALID_NUMBER", "Nobody has this phone number"),
    30006: ("INVALID_NUMBER", "This phone number cannot receive SMS"),
    30007: ("FILTERED", "The operator took the message for spam"),
}


@dataclass(frozen=True, slots=True)
class Sms:
    """One message. `to` is E.164, `reference` the caller's name for it, `callback` a URL told its fate."""

    to: str
    body: str
    reference: str
    callback: str | None = None


class Texter:
    """Sends SMS through the Twilio account that the settings name; to be closed in the loop that used it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._http: _Http | None = None

    async def send(self, sms: Sms) -> Outcome:
        """Asks Twilio once to send a message and says how it ended; Unclear if the message may have left."""
        if self._missing:
            return await self._not_configured(sms)
        if not E164.fullmatch(sms.to):
            return Failed("INVALID_NUMBER", f"“{plain(sms.to)}” is not an international phone number")
        try:
            message = await self._messages.create_async(
                to=sms.to,
                from_=self._settings.twilio_from,
                body=encodable(sms.body),
                status_callback=sms.callback,
            )
        except (TwilioRestException, TwilioServiceException) as error:
            return _refusal(error)
        except NEVER_LEFT as error:
            return Retry("UNREACHABLE", f"Twilio cannot be reached: {plain(error)}")
        except FATE_UNKNOWN as error:
            return _unclear(error)
        sid = message.sid
        return Sent(sid) if sid and isinstance(sid, str) else _unclear(ValueError())

    async def was_sent(self, to: str, is_it: Callable[[str], bool], since: datetime | None = None) -> bool | None:
        """Whether Twilio has such a text for this number among its latest 50; None: it cannot be asked.

        `since` (aware, UTC) leaves out older messages, for the same words may be sent on two occasions. It is
        a time of our clock; Twilio's may differ. What is still to come was told by a clock that was wrong.
        """
        if self._missing:
            return None
        try:
            latest = await self._messages.list_async(to=to, page_size=RECENT, limit=RECENT)
        except (TwilioException, *FATE_UNKNOWN):
            return None
        ahead = self._http.ahead if self._http else timedelta()
        earliest = since - ahead - CLOCK_DIFFERENCE if since and since <= now() else None
        return any(
            is_it(message.body or "")
            and (earliest is None or message.date_created is None or message.date_created >= earliest)
            for message in latest
        )

    async def close(self) -> None:
        """Closes the connections; a later message opens new ones."""
        http, self._http = self._http, None
        if http is not None:
            await http.session.close()

    @property
    def _missing(self) -> list[str]:
        names = ("twilio_account_sid", "twilio_auth_token", "twilio_from")
        return [name for name in names if not getattr(self._settings, name)]

    @property
    def _messages(self) -> Any:
        token = self._settings.twilio_auth_token
        assert token is not None
        self._http = self._http or _Http(self._settings)
        sid = self._settings.twilio_account_sid
        return Client(sid, token.get_secret_value(), http_client=self._http).messages

    async def _not_configured(self, sms: Sms) -> Failed:
        content = encodable(f"To: {sms.to}\nReference: {sms.reference}\n\n{sms.body}\n").encode()
        name = f"sms/{sms.reference}.txt"
        return await asyncio.to_thread(not_configured, "SMS", self._settings, name, content)


class _Http(AsyncHttpClient):  # type: ignore[misc]
    """Twilio's requests, to the configured address, with time limits that hold: their own client has none."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(logging.getLogger(__name__), is_async=True)
        self._base = urlsplit(settings.twilio_base_url)
        self.ahead = timedelta()  # by which our clock is ahead of Twilio's
        limit = settings.twilio_timeout
        self.session = ClientSession(
            timeout=ClientTimeout(total=limit, connect=limit / 2),
            # On a kept connection that just closed nobody could say whether a message had left.
            connector=TCPConnector(force_close=True),
        )

    async def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] = ("", ""),
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        there = urlsplit(uri)
        path = self._base.path.rstrip("/") + there.path
        url = there._replace(scheme=self._base.scheme, netloc=self._base.netloc, path=path).geturl()
        sent = {**(headers or {}), "Authorization": encode_basic_auth(*auth)}
        async with self.session.request(
            method, url, params=params, data=data, headers=sent, allow_redirects=allow_redirects
        ) as answer:
            text = await answer.text()
            with suppress(ValueError, TypeError):
                self.ahead = now() - parsedate_to_datetime(answer.headers.get("Date", "")).astimezone(UTC)
            return Response(answer.status, text, answer.headers)


def refusal_name(code: str) -> str:
    """Our name for one of Twilio's error codes; the code itself where we have none."""
    known = REFUSALS.get(int(code)) if code.isascii() and code.isdigit() else None
    return known[0] if known else code


def _unclear(error: Exception) -> Unclear:
    if isinstance(error, TimeoutError):
        return Unclear("TIMEOUT", "Twilio did not answer in time; the SMS may have left")
    if isinstance(error, UNREADABLE):
        return Unclear("BAD_ANSWER", "Twilio's answer cannot be read; the SMS may have left")
    return Unclear("DISCONNECTED", "The connection to Twilio broke; the SMS may have left")


def _refusal(error: TwilioRestException | TwilioServiceException) -> Outcome:
    status, code = int(error.status), error.code or error.status
    words = next(filter(None, (getattr(error, name, None) for name in ("msg", "detail", "title"))), "")
    said = f"(Twilio {code}: {plain(str(words).removeprefix('Unable to create record: '))})"
    if status in GATEWAY:
        return _unclear(TimeoutError())
    if status < 400:
        return _unclear(ValueError())
    if status == 429:
        return Retry("RATE_LIMITED", f"Twilio asks to send more slowly {said}")
    if status >= 500:
        return Retry("UNAVAILABLE", f"Twilio is out of order for the moment {said}")
    name, reason = REFUSALS.get(code, (str(code), "Twilio refused the message"))
    return Failed(name, f"{reason} {said}")
