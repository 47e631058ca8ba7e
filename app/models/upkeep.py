"""What SQLite has to be asked for: PostgreSQL looks at its tables by itself."""

import asyncio

import structlog
from tortoise import connections

from app.models.database import is_postgres

log = structlog.get_logger()
EVERY = 300.0  # seconds
SAMPLE = 1_000  # rows of an index that are looked at, so that it takes milliseconds whatever the size


async def run() -> None:
    """Looks at the tables until cancelled."""
    while not is_postgres():
        try:
            await analyze()
        except Exception as error:  # another process may be writing for long
            log.warning("database.unanalyzed", error=type(error).__name__)
        await asyncio.sleep(EVERY)


async def analyze() -> None:
    """Notes how many rows there are of each kind: without that SQLite takes a workspace for ten rows, and reads
    all of them where an index of a request or a person leads to a few.
    """
    connection = connections.get("default")
    await connection.execute_query(f"PRAGMA analysis_limit = {SAMPLE}")
    await connection.execute_query("ANALYZE")
