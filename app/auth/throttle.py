"""Guessing is counted before it is judged, the same for accounts that do not exist.

With Redis the tries of a window are counted there, without it in the table. A pause is a row of the table
in either case: a Redis that is lost, or comes back empty, ends no pause and gives one more window at most.
"""

import hashlib
from datetime import timedelta
from typing import Any, NamedTuple

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F
from tortoise.transactions import in_transaction

from app.auth.tally import tally
from app.models import Attempt
from app.models.attempt import LONGEST_BLOCK
from app.models.base import now
from app.models.database import transaction


class Try(NamedTuple):
    """Whether a try may be judged, and whether it is the last one before a pause."""

    judged: bool
    locks: bool

    def __bool__(self) -> bool:
        return self.judged


def _key(kind: str, name: str) -> str:
    return hashlib.sha256(f"{kind}:{name}".encode("utf-8", "replace")).hexdigest()


async def admit(kind: str, name: str, limit: int, window_seconds: int, growing: bool = True) -> Try:
    """Counts one try and tells whether it may be judged.

    `limit` tries are judged in a window, then a pause of its length follows. If the pauses are
    `growing`, each further try doubles them, up to a day; otherwise counting begins anew.
    Tries during a pause are not judged at all.
    """
    key, window = _key(kind, name), timedelta(seconds=window_seconds)
    kept = await Attempt.get_or_none(key=key)
    if kept and kept.pauses_at(now()):
        return Try(False, False)
    grows = bool(kept and growing and kept.count >= limit)
    seen = 0 if grows else await tally.add(key, 1, window) or 0
    if seen and seen != limit:
        return Try(seen < limit, False)
    return await transaction(lambda: _admit(key, limit, window, growing, seen), lasting=True)


async def _admit(key: str, limit: int, window: timedelta, growing: bool, seen: int) -> Try:
    attempt = await _locked(key)
    moment = now()
    if attempt.pauses_at(moment):
        return Try(False, False)
    is_over = not moment <= attempt.window_ends_at <= moment + window
    if is_over and (attempt.count < limit or not growing):
        attempt.count = 0
    if attempt.count == 0:
        attempt.window_ends_at = moment + window
    attempt.count = max(attempt.count + 1, seen)
    if attempt.count >= limit:
        attempt.blocked_until = moment + min(window * 2 ** min(attempt.count - limit, 20), LONGEST_BLOCK)
    await attempt.save(update_fields=["count", "window_ends_at", "blocked_until"])
    return Try(True, attempt.count >= limit)


async def _locked(key: str) -> Attempt:
    while True:
        try:
            async with in_transaction("default"):
                await Attempt.create(key=key)
        except IntegrityError:
            pass
        if attempt := await Attempt.select_for_update(no_key=True).get_or_none(
            key=key
        ):  # else it was forgiven in between
            return attempt


async def pauses(kind: str, name: str) -> bool:
    """Whether tries of a name are not judged now."""
    kept = await Attempt.get_or_none(key=_key(kind, name))
    return bool(kept and kept.pauses_at(now()))


async def forgive(kind: str, name: str) -> None:
    """Forgets the tries of a name, after a success or by an operator."""
    key = _key(kind, name)
    await Attempt.filter(key=key).delete()
    await tally.forget(key)


async def give_back(kind: str, name: str) -> None:
    """Takes one try back: it was no guess."""
    key = _key(kind, name)
    changes: dict[str, Any] = {"count": F("count") - 1, "blocked_until": None}
    await Attempt.filter(key=key, count__gt=0).update(**changes)
    await tally.add(key, -1, LONGEST_BLOCK)
