"""One server process: `python -m bench.serve fast|ordinary|floor PORT`."""

import asyncio
import sys
from typing import Any

from starlette.applications import Starlette
from starlette.types import ASGIApp

from app.main import create_app
from app.notify.outbox import outbox
from app.settings import Settings, settings
from app.transport.server import listen, serve
from app.transport.view import GraphView
from bench.floor import create_floor

KINDS = ("floor", "fast", "ordinary")


def _guichet(configured: Settings, *, fast: bool) -> ASGIApp:
    """Guichet itself. Messages are queued and not sent: that is not what is measured."""
    outbox.run = _send_nothing  # type: ignore[assignment, method-assign]
    app = create_app(configured)
    if not fast:
        _take_ordinary_path(app)
    return app


async def _send_nothing(_: Settings) -> None:
    await asyncio.Event().wait()


def _take_ordinary_path(app: Starlette) -> None:
    views: list[Any] = [getattr(route, "endpoint", None) for route in app.routes]
    for view in views:
        if isinstance(view, GraphView):
            view.fast = None


def main() -> None:
    """Serves until ended."""
    kind, port = sys.argv[1:]
    configured = settings().model_copy(update={"port": int(port)})
    serve(
        create_floor(configured.database_url) if kind == "floor" else _guichet(configured, fast=kind == "fast"),
        configured,
        listen(configured),
    )


if __name__ == "__main__":
    main()
