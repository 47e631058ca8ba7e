"""What an operation knows about whoever sent it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import HTTPConnection
from starlette.responses import Response

from app.settings import Settings
from app.transport.cookies import AUDIENCES, clear_session_cookie, cookie_name, set_session_cookie
from app.transport.documents import Checked
from app.transport.words import known_language, preferred_language

AUDIENCE_HEADER = "X-Guichet-Audience"


@dataclass(frozen=True)
class Credentials:
    """What a connection shows to prove who it is. An empty token was given but cannot be one."""

    token: str | None = field(repr=False)
    audience: str | None
    from_cookie: bool
    address: str
    user_agent: str


@dataclass
class Context:
    """One per operation, never shared between two operations of a socket."""

    credentials: Credentials
    viewer: Any | None
    language: str
    response: Response | None
    is_socket: bool
    settings: Settings = field(repr=False)
    checked: Checked | None = field(default=None, repr=False)  # so that the schema need not check again

    def remember(self, audience: str, token: str) -> None:
        """Give the browser the token of a new session, in the cookie of its portal."""
        if self.response is not None:
            set_session_cookie(self.response, audience, token, self.settings.session_lifetime, self.settings)

    def forget(self, audience: str) -> None:
        """Make the browser forget the session of a portal."""
        if self.response is not None:
            clear_session_cookie(self.response, audience, self.settings)


def request_credentials(request: HTTPConnection, settings: Settings) -> Credentials:
    """What an HTTP request shows: a bearer header, or the cookie of the audience that it names."""
    audience = _audience(request.headers.get(AUDIENCE_HEADER))
    bearer = _bearer(request.headers.get("authorization"))
    return _credentials(request, bearer, _cookie(request, audience, settings), audience)


def socket_credentials(socket: HTTPConnection, params: Mapping[str, Any], settings: Settings) -> Credentials:
    """What connection_init shows. A cookie counts only from a page, whose Origin the handshake has checked."""
    audience = _audience(params.get("audience"))
    given = next((value for key, value in params.items() if key.lower() == "authorization"), None)
    bearer = None if given is None else _bearer(given) or ""
    cookie = _cookie(socket, audience, settings) if "origin" in socket.headers else None
    return _credentials(socket, bearer, cookie, audience)


def language_of(viewer: Any | None, asked: str) -> str:
    """The viewer's language; for a stranger, or a viewer whose language we lack, what was asked or English."""
    if viewer is None:
        return asked
    language = viewer.language
    return known_language(getattr(language, "value", language)) or "en"


def asked_language(connection: HTTPConnection, params: Mapping[str, Any] | None = None) -> str:
    """The language that a connection asks for."""
    named = known_language((params or {}).get("language"))
    return named or preferred_language(connection.headers.get("accept-language"))


def _credentials(
    connection: HTTPConnection, bearer: str | None, cookie: str | None, audience: str | None
) -> Credentials:
    return Credentials(
        token=cookie if bearer is None else bearer,
        audience=audience,
        from_cookie=bearer is None and cookie is not None,
        address=connection.client.host if connection.client else "",
        user_agent=connection.headers.get("user-agent", ""),
    )


def _audience(name: object) -> str | None:
    audience = str(name).upper()
    return audience if audience in AUDIENCES else None


def _bearer(header: object) -> str | None:
    scheme, _, token = str(header or "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _cookie(connection: HTTPConnection, audience: str | None, settings: Settings) -> str | None:
    return connection.cookies.get(cookie_name(audience, settings)) or None if audience else None
