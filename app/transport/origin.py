"""Which pages may use the API."""

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from app.settings import Settings
from app.transport.context import AUDIENCE_HEADER
from app.transport.headers import GRAPH_PATH
from app.transport.problems import refusal


def check_origin(connection: HTTPConnection, settings: Settings) -> None:
    """Refuse foreign pages. SameSite cookies do not: a page on another port of our host is the same site."""
    origins = connection.headers.getlist("origin")
    if not origins and connection.headers.get("sec-fetch-site", "none") in ("same-origin", "none"):
        return
    if not origins or not settings.origins.issuperset(origins):
        raise refusal("FORBIDDEN_ORIGIN", 403)


class Cors(CORSMiddleware):
    """Spares the graph what only caches need to know: its answers are stored nowhere."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what no page asks."""
        is_plain = scope.get("path") == GRAPH_PATH and all(name != b"origin" for name, _ in scope["headers"])
        await (self.app if is_plain else super().__call__)(scope, receive, send)


def cors(settings: Settings) -> Middleware:
    """Answers the preflights of the configured front ends."""
    return Middleware(
        Cors,
        allow_origins=settings.allowed_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", AUDIENCE_HEADER],
        expose_headers=["Content-Disposition"],
        allow_credentials=True,
        max_age=600,
    )
