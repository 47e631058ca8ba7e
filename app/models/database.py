"""The connection, and the one way to write: a transaction that survives cancellation."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Sequence
from contextvars import Context, ContextVar
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

import asyncpg  # type: ignore[import-untyped]
import structlog
from tortoise import Tortoise, connections
from tortoise.connection import ConnectionHandler, get_connections
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.transactions import in_transaction

from app.models.refusal import ErrorCode, Refusal
from app.settings import settings

log = structlog.get_logger()
POSTGRES = "tortoise.backends.asyncpg"
LOCK_WAIT = 8  # seconds, less than an operation may take: so that it is told, and others get the connection
PATIENCE = 12.0  # seconds for what is to end, before a process does: longer than anybody waits for a lock
TRIES = 5  # of what nobody would do again
MOST_TRIES = 1_000  # of names that may all be taken
T = TypeVar("T")
_running: set[asyncio.Task[Any]] = set()
_engine = ""
_connections: ConnectionHandler
_effects: ContextVar[list[Callable[[], None]] | None] = ContextVar("effects", default=None)


def tortoise_config(url: str) -> dict[str, Any]:
    """Tortoise's configuration for a `sqlite://PATH` or `postgres://…` database."""
    return {
        "connections": {"default": _connection(url)},
        "apps": {
            "models": {
                "models": ["app.models"],
                "migrations": "app.migrations",
                "default_connection": "default",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


def _connection(url: str) -> dict[str, Any]:
    if url.startswith("sqlite://"):
        path = url.removeprefix("sqlite://")
        pragmas = {"synchronous": "FULL", "busy_timeout": LOCK_WAIT * 1000}
        return {"engine": "app.models.sqlite", "credentials": {"file_path": path, **pragmas}}
    parts = urlsplit(url)
    credentials: dict[str, Any] = {
        "host": parts.hostname,
        "port": parts.port or 5432,
        "user": unquote(parts.username or "postgres"),
        "password": unquote(parts.password or "") or None,
        "database": parts.path.lstrip("/"),
        "minsize": 1,
        "maxsize": 10,
        "server_settings": {
            "jit": "off",
            "plan_cache_mode": "force_generic_plan",
            "timezone": "UTC",
            "lock_timeout": f"{LOCK_WAIT}s",
        },
        "init": _pass_json,
        "reset": _leave,
    }
    options = dict(parse_qsl(parts.query))
    credentials |= {name: int(options[name]) for name in ("minsize", "maxsize") if name in options}
    if "host" in options:
        credentials["host"] = options["host"]
    return {"engine": POSTGRES, "credentials": credentials}


def make_folder(url: str) -> None:
    """Makes the folder of a SQLite database."""
    if url.startswith("sqlite://"):
        Path(url.removeprefix("sqlite://")).parent.mkdir(parents=True, exist_ok=True)


async def _pass_json(connection: Any) -> None:
    """JSON that the database has built passes as its bytes; what is stored is of another type."""
    passing = {"schema": "pg_catalog", "format": "binary", "encoder": bytes, "decoder": bytes}
    await connection.set_type_codec("json", **passing)


async def _leave(connection: Any) -> None:
    """Spares a round trip at each release: nothing here sets what a session would keep."""


async def connect(url: str | None = None) -> None:
    """Opens the database; every task of the process then finds it.

    Raises ConnectionError if SQLite cannot open its file. That is tried at once: a task that is cancelled while it
    makes the only connection would keep its lock for ever.
    """
    url = url or settings().database_url
    make_folder(url)
    await bind(tortoise_config(url))
    if not is_postgres():
        try:
            await require_answer()
        except ConnectionError:
            await disconnect()
            raise


async def bind(config: dict[str, Any]) -> None:
    """Makes the database of a configuration the one of this process."""
    global _engine, _connections
    _engine = config["connections"]["default"]["engine"]
    await Tortoise.init(config=config, _enable_global_fallback=True)
    _connections = get_connections()


async def require_answer() -> None:
    """Raises ConnectionError with the reason if the open database does not answer, or is none."""
    try:
        await connections.get("default").execute_query("SELECT 1")
    except Exception as error:
        raise ConnectionError(f"The database does not answer: {error or type(error).__name__}") from error


async def disconnect() -> None:
    """Lets running transactions end, then closes the database, without its consent if it hangs."""
    try:
        async with asyncio.timeout(PATIENCE):
            while _running:
                await asyncio.wait(_running)
            await Tortoise.close_connections()
    except TimeoutError:
        _drop(_connections.get("default"))


def _drop(client: Any) -> None:
    """Lets go of the database without waiting for it."""
    if is_postgres():
        client._pool.terminate()
    elif client._connection is not None:
        client._connection.stop()


class Left(Exception):
    """Nobody waits for the transaction any more."""


async def transaction(work: Callable[[], Awaitable[T]], *, lasting: bool = False) -> T:
    """Runs `work` in one transaction, in a task of its own. Raises BUSY where others hold what it needs for too long;
    a `lasting` one is tried several times.

    A client that disconnects cancels its operation, and so does the limit of time; a transaction cancelled half-way
    would hold SQLite's lock or PostgreSQL's connection for ever. It goes on to its end, and is rolled back there,
    for what was told to have been stopped must not happen afterwards; only a lasting one is committed. Effects
    asked for with `after_commit` run once the commit has happened, and not at all otherwise.
    """
    is_left = False

    async def body() -> T:
        effects: list[Callable[[], None]] = []
        _effects.set(effects)
        async with _committing():
            result = await work()
            if is_left and not lasting:
                raise Left
        for effect in effects:
            Context().run(effect)
        return result

    task = asyncio.create_task(_insistent(body) if lasting else body())
    _running.add(task)
    task.add_done_callback(_running.discard)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        is_left = True
        raise


async def _insistent(body: Callable[[], Awaitable[T]]) -> T:
    for _ in range(TRIES - 1):
        try:
            return await body()
        except Refusal as refusal:
            if refusal.code is not ErrorCode.BUSY:
                raise
    return await body()


@contextlib.asynccontextmanager
async def _committing() -> AsyncIterator[None]:
    try:
        async with in_transaction("default"):
            yield
    except (OperationalError, asyncpg.LockNotAvailableError) as error:
        if isinstance(error, OperationalError) and "database is locked" not in str(error):
            raise
        raise Refusal(ErrorCode.BUSY) from error  # somebody else held the row, or SQLite's file, for too long


def later(work: Coroutine[Any, Any, Any]) -> None:
    """Runs `work` beside the answer, outside of any transaction; the shutdown waits for it."""
    task = asyncio.get_running_loop().create_task(work, context=Context())
    _running.add(task)
    task.add_done_callback(_told)


def _told(task: asyncio.Task[Any]) -> None:
    _running.discard(task)
    if not task.cancelled() and (error := task.exception()):
        log.error("later.failed", error=type(error).__name__, exc_info=error)


def after_commit(effect: Callable[[], None]) -> None:
    """Runs `effect` after the commit of the present transaction. Raises RuntimeError outside one."""
    effects = _effects.get()
    if effects is None:
        raise RuntimeError("after_commit needs a transaction")
    effects.append(effect)


@contextlib.asynccontextmanager
async def unless_taken(refusal: Refusal) -> AsyncIterator[None]:
    """For writing what only one may have, inside a transaction, which can go on either way. Raises the refusal if
    somebody else has it, though it be since this moment.
    """
    try:
        async with in_transaction("default"):  # a savepoint
            yield
    except IntegrityError as error:
        raise refusal from error


async def write_free(names: Iterable[str], write: Callable[[str], Awaitable[object]]) -> None:
    """Writes under the first of these names that nobody has taken, though it be in this moment; inside a transaction.

    Raises IntegrityError if there is none.
    """
    taken = IntegrityError("no name to write under")
    for name in islice(names, MOST_TRIES):
        try:
            async with in_transaction("default"):  # a savepoint, so that the next name can be tried
                await write(name)
            return
        except IntegrityError as error:
            taken = error
    raise taken


async def fetch_row(sql: str, values: Sequence[Any]) -> Any:
    """The first row of a statement as the driver has it, or None."""
    rows = await fetch(sql, values)
    return rows[0] if rows else None


async def fetch(sql: str, values: Sequence[Any]) -> Sequence[Any]:
    """The rows of a statement as the driver has them: the shortest way to the database and back."""
    client: Any = _connections.get("default")
    if not is_postgres():
        return (await client.execute_query(sql, values))[1]  # type: ignore[no-any-return]
    client.log.debug("%s: %s", sql, values)
    async with client.acquire_connection() as connection:
        return await connection.fetch(sql, *values)  # type: ignore[no-any-return]


def is_postgres() -> bool:
    """Whether the open database is PostgreSQL."""
    return _engine == POSTGRES


TORTOISE = tortoise_config(settings().database_url)
