"""A real SMTP server on a free local port, in its own thread, which can be told to behave badly."""

import asyncio
import email
import email.policy
import socket
import ssl
import tempfile
import warnings
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any, AnyStr, Literal, Self, cast

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.waiting import arrived

Stage = Literal["GREETING", "RCPT", "PROMPT", "DATA", "ANSWER", "QUIT"]
Security = Literal["starttls", "tls", "none"]


@dataclass(frozen=True)
class Received:
    """One accepted mail with its envelope; `secured` if it came over TLS, `login` if the sender signed in."""

    sender: str
    recipients: list[str]
    message: EmailMessage
    raw: bytes
    secured: bool
    login: str | None

    @property
    def text(self) -> str:
        """The plain text part."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The HTML part."""
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        assert part is not None, f"the mail has no {kind} part"
        return str(part.get_content()).replace("\r\n", "\n")


class SmtpServer:
    """Accepts every mail, unless told otherwise; each of these may be changed while it runs:

    `refuse`: address → reply with which RCPT is refused · `greylist`: refuse each sender and recipient once ·
    `hang`, `drop`: stages at which it says nothing more, or cuts the connection · `delay`: seconds before it
    accepts · `pace`: seconds before each reply. Of the stages, GREETING is the very start, PROMPT before
    it asks for the mail, DATA amid the transfer, ANSWER after the mail has been taken.
    """

    def __init__(self, security: Security = "starttls", login: tuple[str, str] | None = None) -> None:
        self.security, self.login = security, login
        self.messages: list[Received] = []
        self.connections = 0
        self.reset()
        self._folder = tempfile.TemporaryDirectory(prefix="guichet-smtp-")
        self.ca_file = Path(self._folder.name) / "ca.pem"
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.ca_file)
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1", "localhost").configure_cert(self._tls)
        self.port = 0
        self._controller: _Controller | None = None

    def reset(self) -> None:
        """Behaves well again and forgets what it has received."""
        self.messages.clear()
        self.refuse: dict[str, str] = {}
        self.greylist = False
        self._seen: set[tuple[str | None, str]] = set()
        self.hang: set[Stage] = set()
        self.drop: set[Stage] = set()
        self.delay = 0.0
        self.pace = 0.0

    def start(self) -> None:
        """Listens; after a stop, on the same port as before."""
        self._controller = _Controller(self, self._tls)
        self._controller.start()
        self.port = self._controller.port

    def stop(self) -> None:
        """Cuts all connections and refuses new ones, until started again."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.stop()
        self._folder.cleanup()

    @property
    def settings(self) -> dict[str, Any]:
        """The keyword arguments that make Settings use this server as it is."""
        user, password = self.login or (None, None)
        return {
            "smtp_host": "127.0.0.1",
            "smtp_port": self.port,
            "smtp_username": user,
            "smtp_password": password,
            "smtp_start_tls": self.security == "starttls",
            "smtp_tls": self.security == "tls",
            "smtp_ca_file": self.ca_file,
        }

    def sent_to(self, to: str | None = None) -> list[Received]:
        """What came for one address, in order; for any address without one."""
        return [mail for mail in self.messages if to is None or to in mail.recipients]

    async def wait_for(self, to: str | None = None, count: int = 1, timeout: float = 30) -> list[Received]:
        """What came for an address, once that is at least `count` mails; AssertionError after `timeout` s."""
        return await arrived(lambda: self.sent_to(to), count, timeout)

    async def handle_RCPT(
        self, server: "_Smtp", session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Decides about one recipient."""
        await server.misbehave("RCPT")
        if address in self.refuse:
            return self.refuse[address]
        if self.greylist and (envelope.mail_from, address) not in self._seen:
            self._seen.add((envelope.mail_from, address))
            return "451 4.7.1 Greylisted, please come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: "_Smtp", session: Session, envelope: Envelope) -> str:
        """Takes one mail."""
        raw = envelope.original_content or b""
        message = email.message_from_bytes(raw, policy=email.policy.default)
        user = cast("LoginPassword | None", session.auth_data)
        self.messages.append(
            Received(
                sender=envelope.mail_from or "",
                recipients=list(envelope.rcpt_tos),
                message=message,
                raw=raw,
                secured=session.ssl is not None or self.security == "tls",
                login=user.login.decode() if user else None,
            )
        )
        await server.misbehave("ANSWER")
        await asyncio.sleep(self.delay)
        return f"250 OK taken as {len(self.messages)}"

    async def handle_QUIT(self, server: "_Smtp", session: Session, envelope: Envelope) -> str:
        """Says goodbye."""
        await server.misbehave("QUIT")
        return "221 Bye"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        """Checks a login. `handled=False` lets the server say no; otherwise it would say nothing at all."""
        good = self.login is not None and (data.login.decode(), data.password.decode()) == self.login
        return AuthResult(success=good, handled=False, auth_data=data)


class _Smtp(SMTP):
    """The protocol of one connection."""

    def __init__(self, owner: SmtpServer, **options: Any) -> None:
        super().__init__(owner, **options)
        self._owner = owner
        self._greeted = False

    async def misbehave(self, stage: Stage) -> None:
        if stage in self._owner.drop:
            cast(asyncio.Transport, self.transport).abort()
        if stage in self._owner.drop | self._owner.hang:
            await asyncio.Event().wait()  # ends with the connection

    async def push(self, status: AnyStr) -> None:
        if not self._greeted:
            self._greeted = True
            self._owner.connections += 1
            await self.misbehave("GREETING")
        if status[3:4] not in ("-", b"-"):
            await asyncio.sleep(self._owner.pace)
        await super().push(status)

    async def smtp_DATA(self, arg: str) -> None:
        await self.misbehave("PROMPT")
        if "DATA" in self._owner.drop | self._owner.hang:
            await self.push("354 Go on")
            await self._reader.readuntil(b"\r\n")
            await self.misbehave("DATA")
        await super().smtp_DATA(arg)


class _Controller(Controller):
    def __init__(self, owner: SmtpServer, tls: ssl.SSLContext) -> None:
        self._owner, self._certificate = owner, tls
        self._socket = socket.create_server(("127.0.0.1", owner.port))
        super().__init__(
            owner, "127.0.0.1", self._socket.getsockname()[1], ssl_context=tls if owner.security == "tls" else None
        )

    def factory(self) -> SMTP:
        owner = self._owner
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of logins without TLS, which some tests want
            return _Smtp(
                owner,
                hostname="mail.test",
                enable_SMTPUTF8=True,
                tls_context=self._certificate if owner.security == "starttls" else None,
                require_starttls=owner.security == "starttls",
                auth_required=owner.login is not None,
                auth_require_tls=owner.security == "starttls",
                authenticator=owner.authenticate,
                loop=self.loop,
            )

    async def _create_server(self) -> asyncio.AbstractServer:
        return await self.loop.create_server(self._factory_invoker, sock=self._socket, ssl=self.ssl_context)
