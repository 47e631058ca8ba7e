"""Security headers on every answer."""

from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import Settings

GRAPH_PATH = "/graphql"
ALWAYS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
HSTS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
UNSTORED = [(b"cache-control", b"no-store")]


class IndexedHeaders(Headers):
    """Headers that are looked up rather than searched; of several of one name, the first."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope=scope)
        self._first = dict(reversed(self._list))

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a header."""
        value = self._first.get(key.lower().encode("latin-1"))
        return default if value is None else value.decode("latin-1")


class IndexedRequest(Request):
    """A request of whose headers many are asked for."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        super().__init__(scope, receive)
        self.indexed = IndexedHeaders(scope)

    @property
    def headers(self) -> Headers:
        """The headers."""
        return self.indexed


class SecurityHeaders:
    """ASGI middleware; what the application sets itself wins."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.headers = _raw(ALWAYS | (HSTS if settings.secure_cookies else {}))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, with the headers added to the start of a response."""
        headers = self.headers + (UNSTORED if scope.get("path") == GRAPH_PATH else [])

        async def send_with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                given = message.get("headers", ())
                names = {name for name, _ in given}  # ASGI has them in lower case
                message["headers"] = [*given, *(pair for pair in headers if pair[0] not in names)]
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
