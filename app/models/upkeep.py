"""What SQLite has to be asked for: PostgreSQL looks at its tables by itself."""

from tortoise import connections

from app.models.database import is_postgres
from app.models.turns import Turns

EVERY = 300.0  # seconds
SAMPLE = 1_000  # rows of an index that are looked at, so that it takes milliseconds whatever the size


async def run() -> None:
    """Looks at the tables until cancelled."""
    if not is_postgres():
        await Turns("upkeep").take(analyze, EVERY)


async def analyze() -> None:
    """Notes how many rows there are of each kind: without that SQLite takes a workspace for ten rows, and reads
    all of them where an index of a request or a person leads to a few.
    """
    connection = connections.get("default")
    await connection.execute_query(f"PRAGMA analysis_limit = {SAMPLE}")
    await connection.execute_query("ANALYZE")
