"""Work that waits in a table: taken by one process for the length of a lease, and by another if that one dies."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from tortoise import connections

from app.models.base import Row, now
from app.models.database import is_postgres

MARGIN = 300.0  # seconds by which leases of processes with other settings may be longer
CLAIM = """
UPDATE {table}
SET {also}state = '{held}', attempts = attempts + 1, next_attempt_at = {end}
WHERE id IN (
    SELECT id FROM {table}
    WHERE state IN ({waiting}) AND (next_attempt_at <= {moment} OR next_attempt_at > {far})
    ORDER BY next_attempt_at, id LIMIT {most} {skip_locked}
)
RETURNING id"""


async def claim(
    table: type[Row], waiting: Sequence[StrEnum], lease: float, pause: float, most: int, also: str = ""
) -> list[UUID]:
    """The keys of at most `most` rows that are due, taken in one statement.

    The last of `waiting` is the state of rows that somebody holds. Until `lease` seconds have passed nobody
    else gets them. Due is also what lies further ahead than a lease or the longest `pause` between attempts can:
    it was written by a clock that has been put right since. `also` sets other columns, and ends with a comma.
    The table has the columns `state`, `attempts` and `next_attempt_at`.
    """
    postgres = is_postgres()
    sql = CLAIM.format(
        table=table._meta.db_table,
        held=waiting[-1].value,
        waiting=", ".join(f"'{state.value}'" for state in waiting),
        end="$1" if postgres else "?",
        moment="$2" if postgres else "?",
        far="$3" if postgres else "?",
        most=most,
        also=also,
        skip_locked="FOR UPDATE SKIP LOCKED" if postgres else "",
    )
    moment, far = now(), max(lease, pause) + MARGIN
    values = [moment + timedelta(seconds=lease), moment, moment + timedelta(seconds=far)]
    rows = await connections.get("default").execute_query_dict(sql, values)
    return [UUID(str(row["id"])) for row in rows]
