"""Work that waits in a table: taken by one process for the length of a lease, and by another if that one dies.

On PostgreSQL its clock alone sets and judges the times: the clocks of two machines may differ by more than a lease.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import connections
from tortoise.expressions import Expression, RawSQL, ResolveContext, ResolveResult

from app.models.base import Row, now
from app.models.database import is_postgres

MARGIN = 300.0  # seconds by which leases of processes with other settings may be longer
CLAIM = """
UPDATE {table}
SET {also}state = '{held}', attempts = attempts + 1, next_attempt_at = {end}
WHERE id IN (
    SELECT id FROM {table}
    WHERE state IN ({waiting}) AND (attempts = 0 OR next_attempt_at <= {moment} OR next_attempt_at > {far})
    ORDER BY next_attempt_at, id LIMIT {most} {skip_locked}
)
RETURNING id"""
FROM_NOW = "now() + make_interval(secs => {})"


class FromNow(Expression):
    """An instant by the clock of PostgreSQL, to be written into a row."""

    def __init__(self, seconds: float) -> None:
        self._sql = RawSQL(FROM_NOW.format(float(seconds)))

    def resolve(self, resolve_context: ResolveContext) -> ResolveResult:
        """Its SQL."""
        return ResolveResult(term=self._sql)


def from_now(seconds: float) -> Any:
    """What to write for the instant so many seconds ahead, by the clock that `claim` goes by."""
    return FromNow(seconds) if is_postgres() else now() + timedelta(seconds=seconds)


async def claim(
    table: type[Row], waiting: Sequence[StrEnum], lease: float, pause: float, most: int, also: str = ""
) -> list[UUID]:
    """The keys of at most `most` rows that are due, taken in one statement.

    The last of `waiting` is the state of rows that somebody holds. Until `lease` seconds have passed nobody
    else gets them. What was never tried is due at once. Due is also what lies further ahead than a lease or the
    longest `pause` between attempts can: it was written by a clock that has been put right since.
    `also` sets other columns, and ends with a comma.
    The table has the columns `state`, `attempts` and `next_attempt_at`.
    """
    postgres, ahead = is_postgres(), [lease, 0.0, max(lease, pause) + MARGIN]
    end, moment, far = (FROM_NOW.format(f"${n}") if postgres else "?" for n in (1, 2, 3))
    sql = CLAIM.format(
        table=table._meta.db_table,
        held=waiting[-1].value,
        waiting=", ".join(f"'{state.value}'" for state in waiting),
        end=end,
        moment=moment,
        far=far,
        most=most,
        also=also,
        skip_locked="FOR UPDATE SKIP LOCKED" if postgres else "",
    )
    values = ahead if postgres else [from_now(seconds) for seconds in ahead]
    rows = await connections.get("default").execute_query_dict(sql, values)
    return [UUID(str(row["id"])) for row in rows]
