"""Security headers on every answer."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import Settings

GRAPH_PATH = "/graphql"
ALWAYS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
HSTS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
UNSTORED = [(b"cache-control", b"no-store")]


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
                given = list(message.get("headers", ()))
                names = {name.lower() for name, _ in given}
                message["headers"] = given + [pair for pair in headers if pair[0] not in names]
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
