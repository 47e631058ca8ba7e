"""uvicorn with time limits on both ends of a connection."""

import asyncio
import gc
import logging
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from app.settings import Settings
from app.transport.body import WHOLE
from app.transport.stream import STOPPING

MAX_HEADERS = 65_536
STALLED_RESPONSE_SECONDS = 60.0
SLOW_READER_SECONDS = 5.0
UNANSWERED_CLOSE_SECONDS = 12.0  # a little longer than uvicorn itself waits, which cannot drop what is unsent
GRACE_SECONDS = 2
SECRET_PATH = re.compile(r"(^/(?:l|calendar)/)[^/]+")


class HttpProtocol(HttpToolsProtocol):
    """Closes connections whose headers dribble in or never end, or whose reader has stalled."""

    settings: Settings
    deadline: asyncio.TimerHandle | None = None
    stalled: asyncio.TimerHandle | None = None
    begun = in_headers = False
    header_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give the first headers their time."""
        super().connection_made(transport)
        self.stopping = asyncio.Event()
        self._expect_headers()

    def data_received(self, data: bytes) -> None:
        """Anything that comes between two requests is taken for the start of headers."""
        between, self.begun = self._between_requests(), False
        super().data_received(data)
        if between and self._between_requests() and (self.in_headers or not self.begun):
            self._expect_headers()  # those that came whole need no time
        self.header_bytes += len(data)
        if self.in_headers and self.header_bytes > MAX_HEADERS:
            self.in_headers = False
            self.send_400_response("The header section is too large.")

    def on_message_begin(self) -> None:
        """A request starts; the application is to know when the server stops."""
        super().on_message_begin()
        self.scope["state"][STOPPING] = self.stopping
        self.begun = self.in_headers = True
        self.header_bytes = 0

    def on_message_complete(self) -> None:
        """The body is there."""
        self.scope["state"][WHOLE] = True
        super().on_message_complete()

    def on_headers_complete(self) -> None:
        """The headers came in time."""
        self.in_headers = False
        self._headers_done()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._headers_done()
        self.resume_writing()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """End the event streams, which would never end by themselves."""
        self.stopping.set()
        super().shutdown()

    def pause_writing(self) -> None:
        """The reader is behind."""
        super().pause_writing()
        self.stalled = self.loop.call_later(STALLED_RESPONSE_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """The reader has caught up."""
        if self.stalled:
            self.stalled.cancel()
        super().resume_writing()

    def _between_requests(self) -> bool:
        return self.deadline is None and (self.cycle is None or self.cycle.response_complete)

    def _expect_headers(self) -> None:
        self.deadline = self.loop.call_later(self.settings.header_timeout, self.transport.abort)

    def _headers_done(self) -> None:
        if self.deadline:
            self.deadline.cancel()
        self.deadline = None


class SocketProtocol(WebSocketsSansIOProtocol):
    """Cuts sockets whose reader lets too much wait, or does not answer a close."""

    settings: Settings
    stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let as much wait as a slow reader may leave."""
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=self.settings.slow_reader_limit)

    def pause_writing(self) -> None:
        """More waits than may: the reader has a moment to take it."""
        super().pause_writing()
        self.stalled = self.loop.call_later(SLOW_READER_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """The reader has caught up."""
        super().resume_writing()
        if self.stalled:
            self.stalled.cancel()

    async def send(self, message: Any) -> None:
        """Send, and do not wait for ever for the answer to a close."""
        await super().send(message)
        if message["type"] == "websocket.close":
            self.loop.call_later(UNANSWERED_CLOSE_SECONDS, self.transport.abort)


def configure(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """How uvicorn runs the application."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=type("HttpProtocol", (HttpProtocol,), {"settings": settings}),
        ws=type("SocketProtocol", (SocketProtocol,), {"settings": settings}),
        ws_max_size=settings.max_socket_message,
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        server_header=False,
    )
    for name in ("uvicorn.access", "uvicorn.error"):
        logging.getLogger(name).addFilter(without_secrets)
    return config


class Server(uvicorn.Server):
    """Says where it listens, which uvicorn leaves to whoever opened the sockets."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self._log_started_message(sockets or ())


def listen(settings: Settings) -> list[socket.socket]:
    """The sockets to serve on, one for each address of the host.

    Raises SystemExit with words if another program has the port, or the host is none of this machine.
    """
    try:
        return list(_listening(settings.host, settings.port))
    except OSError as error:
        where, why = f"{settings.host}:{settings.port}", str(error.strerror).partition(" (")[0]
        raise SystemExit(f"Guichet cannot listen on {where} (GUICHET_HOST, GUICHET_PORT): {why}.") from error


def _listening(host: str, port: int) -> Iterator[socket.socket]:
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    for family, _, _, _, address in dict.fromkeys(found):
        if _speaks(family):
            yield socket.create_server(address, family=family)


def _speaks(family: socket.AddressFamily) -> bool:
    """Whether this machine has the family: without IPv6 the name localhost may still have an address of it."""
    with suppress(OSError), socket.socket(family):
        return True
    return False


def serve(app: ASGIApp, settings: Settings, sockets: Sequence[socket.socket]) -> None:
    """Serve until SIGTERM or SIGINT; streams and sockets are ended then.

    What is loaded by now, the schema above all, stays for good: collecting garbage need not walk it each time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    Server(configure(app, settings)).run(list(sockets))


def without_secrets(record: logging.LogRecord) -> bool:
    """Keep query strings, where people put secrets, and the tokens of links out of the logs."""
    if isinstance(record.args, tuple):
        record.args = tuple(_harmless(part) if isinstance(part, str) else part for part in record.args)
    return True


def _harmless(part: str) -> str:
    return SECRET_PATH.sub(r"\1…", part.partition("?")[0])
