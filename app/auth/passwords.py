"""Passwords are hashed with Argon2id (RFC 9106), a few at a time, in threads."""

import asyncio
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.settings import settings

MAX_LENGTH = 128
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's minimum for Argon2id


@lru_cache
def _dummy() -> str:
    return _hasher.hash("the password of nobody")


@lru_cache
def _slots(loop: asyncio.AbstractEventLoop) -> asyncio.Semaphore:
    return asyncio.Semaphore(settings().password_hashers)


async def hash_password(password: str) -> str:
    """The encoded hash of a password."""
    async with _slots(asyncio.get_running_loop()):
        return await asyncio.to_thread(_hasher.hash, password)


async def verify_password(hashed: str | None, password: str) -> bool:
    """Whether the password is the one hashed. Without a hash it takes as long and says no."""
    async with _slots(asyncio.get_running_loop()):
        matches = await asyncio.to_thread(_verify, hashed or _dummy(), password[:MAX_LENGTH])
    return matches and hashed is not None and len(password) <= MAX_LENGTH


def _verify(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password.encode("utf-8", "replace"))
    except (VerificationError, InvalidHashError):
        return False
