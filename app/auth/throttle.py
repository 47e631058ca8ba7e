"""Guessing is counted before it is judged, the same for accounts that do not exist."""

import hashlib
from datetime import timedelta

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from app.models import Attempt
from app.models.base import now
from app.models.database import transaction

LONGEST_BLOCK = timedelta(hours=24)


def _key(kind: str, name: str) -> str:
    return hashlib.sha256(f"{kind}:{name}".encode("utf-8", "replace")).hexdigest()


async def admit(kind: str, name: str, limit: int, window_seconds: int) -> bool:
    """Counts one try and tells whether it may be judged.

    `limit` tries are judged in a window; each further one waits for a pause that starts at the
    window's length and doubles, up to a day. Tries during a pause are not judged at all.
    """
    key, window = _key(kind, name), timedelta(seconds=window_seconds)
    return await transaction(lambda: _admit(key, limit, window))


async def _admit(key: str, limit: int, window: timedelta) -> bool:
    attempt = await _locked(key)
    moment = now()
    if attempt.blocked_until and moment < attempt.blocked_until:
        return False
    if attempt.count < limit and moment > attempt.window_ends_at:
        attempt.count = 0
    if attempt.count == 0:
        attempt.window_ends_at = moment + window
    attempt.count += 1
    if attempt.count >= limit:
        attempt.blocked_until = moment + min(window * 2 ** min(attempt.count - limit, 20), LONGEST_BLOCK)
    await attempt.save(update_fields=["count", "window_ends_at", "blocked_until"])
    return True


async def _locked(key: str) -> Attempt:
    try:
        async with in_transaction("default"):
            await Attempt.create(key=key)
    except IntegrityError:
        pass
    return await Attempt.select_for_update().get(key=key)


async def forgive(kind: str, name: str) -> None:
    """Forgets the tries of a name, after a success or by an operator."""
    await Attempt.filter(key=_key(kind, name)).delete()
