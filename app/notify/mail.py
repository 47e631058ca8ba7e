"""E-mail over SMTP: one connection per message, secured as the settings say, every ending put into words."""

import asyncio
import email.policy
import re
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import localtime, parseaddr
from typing import Any, Literal
from urllib.parse import urlsplit

import aiosmtplib
from aiosmtplib.protocol import normalize_message_line_endings
from aiosmtplib.typing import Default, SMTPStatus
from email_validator import validate_email

from app.notify.outcome import Failed, Outcome, Retry, Sent, Unclear, encodable, not_configured, plain
from app.settings import Settings

# Lines up to this long stay readable in a file; SMTP allows 998.
POLICY = email.policy.SMTP.clone(max_line_length=900)
READABLE = email.policy.default.clone(utf8=True)
SPECIAL = r"\s<>()\[\],:;@\"\\"
ADDRESS = re.compile(rf"([^{SPECIAL}]+)@([^{SPECIAL}]+)")
UNKNOWN_MAILBOX = re.compile(r"5\.1\.\d|(?!\d\.)", re.ASCII)
GOODBYE = 2.0
PATIENCE = 0.9  # the part of a lease that a send may take
LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Mail:
    """One message. `to` is a bare address, `message_id` is the same at each attempt, `html` may be empty."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    language: str


class Mailer:
    """Sends mails through the server that the settings name."""

    def __init__(self, settings: Settings) -> None:
        """Raises ValueError for an unusable `mail_from` and OSError for an unusable certificate file."""
        self._settings = settings
        self._sender = _sender(settings)
        self._tls = _tls(settings)

    async def send(self, mail: Mail) -> Outcome:
        """Hands one message to the mail server and says how it ended; a server's faults never raise."""
        try:
            message = self._message(mail)
        except ValueError as error:
            return Failed("INVALID_ADDRESS", plain(error))
        if not self._settings.smtp_host:
            return await asyncio.to_thread(
                not_configured,
                "E-mail",
                self._settings,
                f"mail/{message['Message-ID'].strip('<>')}.eml",
                message.as_bytes(policy=READABLE),
            )
        return await self._hand_over(message)

    async def _hand_over(self, message: EmailMessage) -> Outcome:
        to = message["To"].addresses[0].addr_spec
        client = self._client()
        try:
            # Each step has its own limit; a server that dribbles must not outlive the lease of the message.
            async with asyncio.timeout(2 * self._settings.smtp_timeout) as client.limit:
                await client.connect()
                _, answer = await client.send_message(message, sender=self._sender.addr_spec, recipients=[to])
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=GOODBYE)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            return _not_confirmed(error) if client.handed_over else _ending(error)
        finally:
            client.close()
        return Sent("250", plain(answer))

    def _client(self) -> "_Client":
        settings = self._settings
        password = settings.smtp_password
        return _Client(
            asyncio.get_running_loop().time() + settings.send_lease * PATIENCE,
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_username,
            password=password.get_secret_value() if password else None,
            timeout=settings.smtp_timeout,
            use_tls=settings.smtp_tls,
            start_tls=settings.smtp_start_tls and not settings.smtp_tls,
            tls_context=self._tls,
            local_hostname=_own_name(settings.public_url),
        )

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage(policy=POLICY)
        message["From"] = self._sender
        message["To"] = _address(mail.to)
        message["Subject"] = one_line(mail.subject)
        message["Date"] = localtime()
        message["Message-ID"] = _message_id(mail.message_id, self._sender.domain)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(encodable(mail.text))
        if mail.html:
            message.add_alternative(encodable(mail.html), subtype="html")
        # Last, because the parts take over the Content- headers that exist when they are added.
        message["Content-Language"] = one_line(mail.language)
        return message


class _Client(aiosmtplib.SMTP):
    """A connection that knows when the message is handed over: from then on it may arrive, and only waiting helps.

    Servers look at a message before they answer its final dot; RFC 5321, 4.5.3.2.6, asks for patience there.
    """

    limit: asyncio.Timeout

    def __init__(self, latest: float, **options: Any) -> None:
        super().__init__(**options)
        self.handed_over = False  # and not refused
        self._latest = latest

    async def data(
        self, message: str | bytes, /, *, timeout: float | Literal[Default.token] | None = Default.token
    ) -> aiosmtplib.SMTPResponse:
        """The library's own, but for the limit of the last answer. Raises SMTPDataError for a refusal."""
        answer = await self.execute_command(b"DATA", timeout=timeout)
        if answer.code == SMTPStatus.start_input and self.protocol:
            lines = message.encode("ascii") if isinstance(message, str) else message
            self.limit.reschedule(self._latest)
            self.handed_over = True
            self.protocol.write(LEADING_DOT.sub(b"..", normalize_message_line_endings(lines)) + b".\r\n")
            answer = await self.protocol.read_response()
            self.handed_over = not 400 <= answer.code < 600
        if answer.code != SMTPStatus.completed:
            raise aiosmtplib.SMTPDataError(answer.code, answer.message)
        return answer


def one_line(words: str) -> str:
    """Words from a user as a harmless header value: no line ends, no control characters, no encoded words.

    Python decodes `=?…?=` in a value that it is given, line ends included, so that those could add headers.
    """
    printable = "".join(c if c.isprintable() or c == "\u200d" else " " for c in words)
    return " ".join(printable.replace("=?", "= ?").split())


def _sender(settings: Settings) -> Address:
    name, address = parseaddr(settings.mail_from)
    try:
        return Address(one_line(name), addr_spec=str(_address(address)))
    except ValueError as error:
        raise ValueError(f"GUICHET_MAIL_FROM: {error}") from error


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if not (settings.smtp_host and (settings.smtp_tls or settings.smtp_start_tls)):
        return None
    try:
        return ssl.create_default_context(cafile=settings.smtp_ca_file)
    except OSError as error:
        raise OSError(f"GUICHET_SMTP_CA_FILE: {settings.smtp_ca_file} cannot be used: {error}") from error


def _address(given: str) -> Address:
    found = ADDRESS.fullmatch(given)
    if not found or not given.isprintable() or "=?" in given:
        raise ValueError(f"“{plain(given)}” is not an e-mail address")
    name, domain = found.groups()
    if not domain.isascii():
        domain = validate_email(f"someone@{domain}", check_deliverability=False).ascii_domain
    return Address(username=name, domain=domain)


def _message_id(given: str, domain: str) -> str:
    name = re.sub(r"[^A-Za-z0-9@!#$%&'*+/=?^_`{|}~.-]", "", given)
    return f"<{name}>" if "@" in name else f"<{name}@{domain}>"


def _own_name(public_url: str) -> str:
    """The name for EHLO; left to the library it would be looked up in the DNS, without a time limit."""
    host = urlsplit(public_url).hostname or "localhost"
    if ":" in host or not host.isascii():
        return "localhost"
    return f"[{host}]" if host[-1].isdigit() else host


def _ending(error: Exception) -> Retry | Failed:
    cause = error.__cause__ if isinstance(error.__cause__, ssl.SSLError) else error
    match cause:
        case aiosmtplib.SMTPAuthenticationError(code=code) if code >= 500:
            return Failed("AUTH_REFUSED", f"The mail server refused the user name or the password ({code})")
        case aiosmtplib.SMTPRecipientsRefused(recipients=[refused, *_]):
            return _answer(refused.code, refused.message, about_recipient=True)
        case aiosmtplib.SMTPResponseException():
            return _answer(cause.code, cause.message)
        case aiosmtplib.SMTPNotSupported():
            return Failed("INVALID_ADDRESS", "The mail server takes no addresses with accents")
        case TimeoutError():
            return Retry("TIMEOUT", "The mail server did not answer in time")
        case aiosmtplib.SMTPServerDisconnected():
            return Retry("DISCONNECTED", "The mail server closed the connection")
        case ssl.SSLError():
            return Retry("TLS_FAILED", f"The connection to the mail server is not safe: {plain(cause)}")
        case OSError():
            return Retry("UNREACHABLE", f"The mail server cannot be reached: {plain(cause)}")
        case aiosmtplib.SMTPException():
            return Retry("NOT_OFFERED", f"The mail server lacks what the settings require: {plain(cause)}")
    return Failed("INVALID_MESSAGE", f"The message cannot be sent: {plain(cause)}")


def _not_confirmed(error: Exception) -> Unclear:
    why = "did not answer in time" if isinstance(error, TimeoutError) else "broke off"
    return Unclear("NOT_CONFIRMED", f"The mail server {why} after it was given the message; it may have arrived")


def _answer(code: int, words: str, about_recipient: bool = False) -> Retry | Failed:
    answer = plain(f"{code} {words}")
    if not 500 <= code < 600:
        return Retry("TRY_LATER", f"The mail server asks to try again later: {answer}")
    if about_recipient and code in {550, 551, 553} and UNKNOWN_MAILBOX.match(words):
        return Failed("INVALID_ADDRESS", f"The mail server does not know the address: {answer}")
    return Failed("REFUSED", f"The mail server refused the message: {answer}")
