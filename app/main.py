"""The only place that wires everything: database, bus, outbox, graph, playground and health."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Sequence
from typing import Any

import strawberry
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from structlog.dev import ConsoleRenderer, plain_traceback
from tortoise import connections

from app.auth import identity
from app.auth.secrets import require_key
from app.auth.tally import tally
from app.auth.viewer import Viewer
from app.exports.desk import Desk, content, folder
from app.exports.runner import exports
from app.files import sweeping
from app.files.names import disposition
from app.files.store import Store
from app.models import nouns, upkeep
from app.models.database import PATIENCE, connect, disconnect
from app.models.refusal import Refusal
from app.notify.bus import bus
from app.notify.mail import Mailer
from app.notify.outbox import outbox
from app.notify.reports import sms_reported
from app.pages.calendar import calendar_routes
from app.pages.link import link_routes
from app.pages.page import FILES
from app.pages.portal import portal_routes
from app.reading.fast import FastPath
from app.resolvers import attachment, export_job
from app.schema import build_schema
from app.schema.attachment import PATH
from app.schema.errors import told
from app.schema.export_job import PATH as EXPORTS
from app.settings import Settings, adopt
from app.settings import settings as process_settings
from app.transport.attachments import AttachmentView, Found
from app.transport.callbacks import callback_routes
from app.transport.context import Credentials
from app.transport.files import OwnFiles
from app.transport.headers import SecurityHeaders
from app.transport.inside import Inside
from app.transport.limits import schema_extensions
from app.transport.origin import cors
from app.transport.playground import DemoAccount, playground_routes
from app.transport.sockets import OpenSockets
from app.transport.view import GraphView

MEDIA_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pdf": "application/pdf",
}
# Its own choice shows the local variables, and in those there are links and passwords.
ConsoleRenderer.get_active().exception_formatter = plain_traceback


async def authenticate(credentials: Credentials) -> Viewer | None:
    """The viewer whom credentials prove, as they are now."""
    return await identity.authenticate(credentials.token, credentials.audience)


async def healthz(request: Request) -> Response:
    """The process runs."""
    return PlainTextResponse("ok")


async def readyz(request: Request) -> Response:
    """Whether what the process needs answers, by name."""
    database, redis = await asyncio.gather(_database_answers(), bus.ping())
    checks = {"database": database, "redis": redis}
    return JSONResponse(checks, status_code=200 if all(checks.values()) else 503)


async def _database_answers() -> bool:
    try:
        async with asyncio.timeout(5):
            await connections.get("default").execute_query("SELECT 1")
        return True
    except Exception:
        return False


def attachments(settings: Settings, store: Store) -> AttachmentView:
    """The files on requests."""

    async def attach(viewer: Viewer, language: str, **given: Any) -> dict[str, Any]:
        try:
            row = await attachment.add(viewer, store, settings, attachment.Offered(**given))
        except Refusal as refusal:
            return {"attachment": None, "errors": [vars(told(refusal, language))]}
        shown = {"id": nouns.ATTACHMENT.id(row.id), "name": row.name, "mediaType": row.media_type, "size": row.size}
        return {"attachment": shown, "errors": []}

    async def fetch(viewer: Viewer, text: str) -> Found | None:
        found = await attachment.fetch(viewer, store, text)
        return Found(found[1], found[0].size, found[0].media_type, disposition(found[0].name)) if found else None

    return AttachmentView(settings, authenticate, attach, fetch)


def desk_of(settings: Settings, schema: strawberry.Schema) -> Desk:
    """What exports need; their pages differ in the cursor alone, so that no plan of theirs is worth keeping."""
    return Desk(schema._schema, Inside(schema, settings, FastPath(schema, most=0)), settings)


def export_files(settings: Settings) -> AttachmentView:
    """The files of exports, which are only handed out."""

    async def fetch(viewer: Viewer, text: str) -> Found | None:
        found = await export_job.fetch(viewer, text)
        path = folder(settings) / found[0] if found else None
        if found is None or path is None or not path.is_file():
            return None
        return Found(content(path), path.stat().st_size, MEDIA_TYPES[path.suffix], disposition(found[1]))

    return AttachmentView(settings, authenticate, None, fetch)


def require_means(settings: Settings) -> None:
    """Raises ValueError for what would stop messages and links for ever: it shall stop the start."""
    Mailer(settings)
    require_key()


def create_app(settings: Settings | None = None, demo_accounts: Sequence[DemoAccount] = ()) -> Starlette:
    """The whole service as an ASGI application."""
    settings = settings or process_settings()
    adopt(settings)
    require_means(settings)
    sockets = OpenSockets()
    schema = build_schema(settings, schema_extensions(settings))
    fast = FastPath(schema).begin
    graph = GraphView(schema, settings=settings, authenticate=authenticate, sockets=sockets, fast=fast)
    store = Store(settings)
    files = attachments(settings, store)
    playground = [] if settings.closed else playground_routes(demo_accounts)
    return Starlette(
        routes=[
            Route("/graphql", graph),
            Route(f"{EXPORTS}/{{id}}", export_files(settings)),
            WebSocketRoute("/graphql", graph),
            Route(PATH, files),
            Route(f"{PATH}/{{id}}", files),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            *link_routes(),
            *calendar_routes(),
            *callback_routes(settings, sms_reported),
            Mount("/pages", OwnFiles(directory=FILES)),
            *playground,
            *portal_routes(),
        ],
        middleware=[Middleware(SecurityHeaders, settings=settings), cors(settings)],
        lifespan=lambda _: _running(settings, sockets, store, desk_of(settings, schema)),
    )


@contextlib.asynccontextmanager
async def _running(settings: Settings, sockets: OpenSockets, store: Store, desk: Desk) -> AsyncIterator[None]:
    if settings.redis_url:
        bus.connect(settings.redis_url)
    await connect(settings.database_url)
    bus.on_access, bus.connected = sockets.recheck, sockets.person_ids
    work = [outbox.run(settings), exports.run(desk), sweeping.run(store), upkeep.run(), bus.tick()]
    if settings.redis_url:
        work.append(bus.listen())
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield
    finally:
        await _end(tasks)
        await bus.close()
        await disconnect()
        await tally.close()


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Ends them, but does not wait for ever: a database that hangs lets nobody end."""
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=PATIENCE)


async def work_apart(settings: Settings) -> None:
    """What `guichet worker` does until SIGTERM or SIGINT: messages and exports. Needs the database open."""
    task = asyncio.current_task()
    assert task
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    if settings.redis_url:
        bus.connect(settings.redis_url)
    desk = desk_of(settings, build_schema(settings))
    tasks = [asyncio.create_task(each) for each in (outbox.run(settings), exports.run(desk))]
    try:
        with contextlib.suppress(asyncio.CancelledError):
            [ended, *_], _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            ended.result()  # they never end by themselves
    finally:
        await _end(tasks)
        await bus.close()
