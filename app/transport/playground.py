"""The playground page: GraphiQL with a sign-in bar and saved examples, served from our own files only."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from app.transport.files import PAGE_HEADERS, OwnFiles

FOLDER = Path(__file__).parent.parent / "static" / "playground"

_HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One sign-in that the playground offers in demo mode."""

    role: str
    login: str
    password: str
    workspace: str


def playground_routes(demo_accounts: Sequence[DemoAccount] = ()) -> list[BaseRoute]:
    """The page, its files and, in demo mode, the list of demo sign-ins."""
    template = (FOLDER / "index.html").read_text(encoding="utf-8")
    offered = [asdict(account) for account in demo_accounts]

    async def page(request: Request) -> Response:
        nonce = secrets.token_urlsafe(16)
        html = template.replace("{{ nonce }}", nonce).replace("{{ demo }}", "yes" if offered else "")
        return HTMLResponse(html, headers=_page_headers(request, nonce))

    async def demo(_: Request) -> Response:
        if not offered:
            raise HTTPException(404)
        return JSONResponse(offered, headers=PAGE_HEADERS | {"Cache-Control": "no-store"})

    return [
        Route("/playground", page),
        Route("/playground/demo.json", demo),
        Mount("/playground/static", OwnFiles(directory=FOLDER)),
    ]


def _page_headers(request: Request, nonce: str) -> dict[str, str]:
    return PAGE_HEADERS | {
        "Content-Security-Policy": _content_security_policy(request.headers.get("host", ""), nonce),
        "Cache-Control": "no-store",
    }


def _content_security_policy(host: str, nonce: str) -> str:
    # Older Safari does not count sockets as 'self'. The host comes from the client: only a plain one may pass.
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            # GraphiQL's dialogs and menus add one style element; the nonce admits it without 'unsafe-inline'.
            f"style-src 'self' 'nonce-{nonce}'",
            f"connect-src 'self'{sockets}",
            "img-src 'self' data:",
            "font-src 'self' data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )
