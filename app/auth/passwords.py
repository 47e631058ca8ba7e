"""Passwords: which ones are taken, and how they are hashed with Argon2id (RFC 9106), a few at a time, in threads."""

import asyncio
import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn.frequency_lists import FREQUENCY_LISTS  # type: ignore[import-untyped]

from app.models import Person
from app.models.refusal import ErrorCode, Refusal, Unfit
from app.models.text import fold
from app.settings import settings

MIN_LENGTH, MAX_LENGTH = 8, 128
LONGEST_TYPED = 4 * MAX_LENGTH  # characters that are looked at: keyboards may send a letter and its accents apart
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's minimum for Argon2id


def normal(password: str) -> str:
    """The password as it is hashed, whatever keyboard it comes from: OpaqueString of RFC 8265 (NFC, one space)."""
    spaced = "".join(" " if unicodedata.category(c) == "Zs" else c for c in password)
    return unicodedata.normalize("NFC", spaced)


def prepared(password: str, person: Person, *path: str) -> str:
    """A password that somebody chose, ready to be hashed.

    Raises REQUIRED, PASSWORD_TOO_SHORT, TOO_LONG, INVALID_VALUE for control characters, or PASSWORD_TOO_COMMON
    for what guessers try first: the commonest ones, and the person's own names.
    """
    at = path or ("password",)
    text = normal(password[: LONGEST_TYPED + 1])
    if not text:
        raise Refusal(ErrorCode.REQUIRED, *at)
    if len(text) < MIN_LENGTH:
        raise Refusal(ErrorCode.PASSWORD_TOO_SHORT, *at, limit=MIN_LENGTH)
    if len(text) > MAX_LENGTH or len(password) > LONGEST_TYPED:
        raise Refusal(ErrorCode.TOO_LONG, *at, limit=MAX_LENGTH)
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in text):
        raise Refusal(ErrorCode.INVALID_VALUE, *at, reason=Unfit.INVISIBLE)
    own = {fold(name) for name in (person.username, person.email, person.name, person.phone) if name}
    if fold(text) in own or fold(text) in _common():
        raise Refusal(ErrorCode.PASSWORD_TOO_COMMON, *at)
    return text


@lru_cache
def _common() -> frozenset[str]:
    return frozenset(FREQUENCY_LISTS["passwords"])


@lru_cache
def _dummy() -> str:
    return _hasher.hash("the password of nobody")


@lru_cache
def _slots(loop: asyncio.AbstractEventLoop) -> asyncio.Semaphore:
    return asyncio.Semaphore(settings().password_hashers)


async def hash_password(password: str) -> str:
    """The encoded hash of a password."""
    async with _slots(asyncio.get_running_loop()):
        return await asyncio.to_thread(_hasher.hash, normal(password))


async def verify_password(hashed: str | None, password: str) -> bool:
    """Whether the password is the one hashed. Without a hash it takes as long and says no."""
    text = normal(password[:LONGEST_TYPED])
    async with _slots(asyncio.get_running_loop()):
        matches = await asyncio.to_thread(_verify, hashed or _dummy(), text[:MAX_LENGTH])
    return matches and hashed is not None and len(text) <= MAX_LENGTH


def _verify(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password.encode("utf-8", "replace"))
    except (VerificationError, InvalidHashError):
        return False
