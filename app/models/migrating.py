"""Bringing a database to the present schema, whole or not at all."""

from pathlib import Path

import asyncpg  # type: ignore[import-untyped]
import structlog
from tortoise import Tortoise, connections
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import OperationalError
from tortoise.migrations.executor import MigrationExecutor
from tortoise.transactions import in_transaction

from app.models.base import now
from app.models.database import bind, make_folder, require_answer, tortoise_config
from app.models.rebuilding import restore_indexes

log = structlog.get_logger()
LOCK = 0x6775696368657400  # our own number among PostgreSQL's advisory locks

# Tortoise has no partial unique index, and its rebuilds of SQLite tables drop indexes: these statements
# run after every migration and change nothing when all is in place.
AFTERWARDS = (
    "CREATE UNIQUE INDEX IF NOT EXISTS uq_assignments_open"
    " ON assignments (request_id, worker_id) WHERE ended_at IS NULL",
    "CREATE INDEX IF NOT EXISTS ix_assignments_worker_open"
    " ON assignments (worker_id, request_id) WHERE ended_at IS NULL",
    "CREATE INDEX IF NOT EXISTS ix_notifications_unread ON notifications (recipient_id, seq) WHERE read_at IS NULL",
    "CREATE INDEX IF NOT EXISTS ix_attachments_unsettled ON attachments (created_at) WHERE state <> 'READY'",
    "CREATE INDEX IF NOT EXISTS ix_deliveries_due"
    " ON deliveries (next_attempt_at) WHERE state IN ('QUEUED', 'SENDING')",
)

# A search looks for parts of words. PostgreSQL finds them by their trigrams, if the server has the extensions
# and lets us use them; SQLite reads the texts in the order of the list, out of an index that holds them.
SEARCHING = {
    "postgres": (
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        "CREATE EXTENSION IF NOT EXISTS btree_gin",
        "CREATE INDEX IF NOT EXISTS ix_people_search ON people USING gin (workspace_id, search_text gin_trgm_ops)",
        "CREATE INDEX IF NOT EXISTS ix_requests_search"
        " ON requests USING gin (workspace_id, search_text gin_trgm_ops)",
        "CREATE INDEX IF NOT EXISTS ix_departments_search"
        " ON departments USING gin (workspace_id, search_text gin_trgm_ops)",
    ),
    "sqlite": (
        "CREATE INDEX IF NOT EXISTS ix_people_search ON people (workspace_id, sort_name, id, search_text)",
        "CREATE INDEX IF NOT EXISTS ix_requests_search ON requests (workspace_id, id, search_text)",
        "CREATE INDEX IF NOT EXISTS ix_departments_search ON departments (workspace_id, search_text, id)",
    ),
}


async def migrate(url: str, backups: Path) -> list[str]:
    """Applies what is missing and returns the names of the migrations applied.

    Raises ConnectionError if the database does not answer. All of it is one transaction behind a lock, so that
    two processes may call it at once. A SQLite file that holds data is copied to `backups` first; foreign keys
    are off while its tables are rebuilt (a rebuild would delete along them) and are checked before the commit.
    """
    config = tortoise_config(url)
    if url.startswith("sqlite://"):
        config["connections"]["default"]["credentials"] |= {"foreign_keys": "OFF", "busy_timeout": 600_000}
        make_folder(url)
    await bind(config)
    try:
        await require_answer()
        if url.startswith("sqlite://"):
            await _back_up(Path(url.removeprefix("sqlite://")), backups)
        async with in_transaction("default") as connection:
            return await _migrate(connection, config["apps"])
    finally:
        await Tortoise.close_connections()


async def _migrate(connection: BaseDBAsyncClient, apps: dict[str, dict[str, str]]) -> list[str]:
    sqlite = connection.capabilities.dialect == "sqlite"
    if not sqlite:
        await connection.execute_query("SET LOCAL lock_timeout = 0")
        await connection.execute_query("SELECT pg_advisory_xact_lock($1)", [LOCK])
    executor = MigrationExecutor(connection, apps)
    # Looking for a table that is not there would end the transaction on PostgreSQL.
    await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))
    applied: list[str] = []
    await executor.migrate(progress=lambda event, _app, name: applied.append(name) if event == "apply_done" else None)
    if sqlite:
        await restore_indexes(connection)
    for statement in AFTERWARDS:
        await connection.execute_query(statement)
    await _ease_searching(connection.capabilities.dialect)
    if sqlite and (broken := await connection.execute_query_dict("PRAGMA foreign_key_check")):
        raise RuntimeError(f"foreign keys broken after the migration, nothing was changed: {broken[:5]}")
    return applied


async def _ease_searching(dialect: str) -> None:
    """Search works without these indexes too: a server that forbids the extensions is no reason to stop."""
    try:
        async with in_transaction("default") as connection:
            for statement in SEARCHING[dialect]:
                await connection.execute_query(statement)
    except (OperationalError, asyncpg.PostgresError) as error:
        log.warning("search.unindexed", reason=str(error))


async def pending(url: str) -> list[str]:
    """The names of the migrations that the open database lacks."""
    executor = MigrationExecutor(connections.get("default"), tortoise_config(url)["apps"])
    return [step.migration.name for step in await executor.plan()]


async def _back_up(database: Path, backups: Path) -> None:
    tables = await connections.get("default").execute_query_dict("SELECT 1 FROM sqlite_master LIMIT 1")
    if tables and await pending(f"sqlite://{database}"):
        target = _backup_path(database, backups)
        await connections.get("default").execute_query("VACUUM INTO ?", [str(target)])


def _backup_path(database: Path, backups: Path) -> Path:
    backups.mkdir(parents=True, exist_ok=True)
    return backups / f"{database.stem}-{now():%Y%m%dT%H%M%S%f}.db"
