"""The only place that wires everything: database, bus, outbox, graph, playground and health."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from tortoise import connections

from app.auth import sessions
from app.auth.viewer import Viewer
from app.models.database import connect, disconnect
from app.notify.bus import bus
from app.notify.outbox import outbox
from app.schema import build_schema
from app.settings import Settings
from app.settings import settings as process_settings
from app.transport.context import Credentials
from app.transport.headers import SecurityHeaders
from app.transport.origin import cors
from app.transport.playground import DemoAccount, playground_routes
from app.transport.sockets import OpenSockets
from app.transport.view import GraphView


async def authenticate(credentials: Credentials) -> Viewer | None:
    """The viewer whom credentials prove, as they are now."""
    return await sessions.authenticate(credentials.token, credentials.audience)


async def healthz(request: Request) -> Response:
    """The process runs."""
    return PlainTextResponse("ok")


async def readyz(request: Request) -> Response:
    """Whether what the process needs answers, by name."""
    checks = {"database": await _database_answers(), "redis": await bus.ping()}
    return JSONResponse(checks, status_code=200 if all(checks.values()) else 503)


async def _database_answers() -> bool:
    try:
        async with asyncio.timeout(5):
            await connections.get("default").execute_query("SELECT 1")
        return True
    except Exception:
        return False


def create_app(settings: Settings | None = None, demo_accounts: Sequence[DemoAccount] = ()) -> Starlette:
    """The whole service as an ASGI application."""
    settings = settings or process_settings()
    sockets = OpenSockets()
    graph = GraphView(build_schema(settings), settings=settings, authenticate=authenticate, sockets=sockets)
    playground = [] if settings.closed else playground_routes(demo_accounts)
    return Starlette(
        routes=[
            Route("/graphql", graph),
            WebSocketRoute("/graphql", graph),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            *playground,
        ],
        middleware=[Middleware(SecurityHeaders, settings=settings), cors(settings)],
        lifespan=lambda _: _running(settings, sockets),
    )


@contextlib.asynccontextmanager
async def _running(settings: Settings, sockets: OpenSockets) -> AsyncIterator[None]:
    await connect(settings.database_url)
    bus.on_access, bus.connected = sockets.recheck, sockets.person_ids
    work = [outbox.run(settings), bus.tick()]
    if settings.redis_url:
        work.append(bus.listen(settings.redis_url))
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await bus.close()
        await disconnect()
