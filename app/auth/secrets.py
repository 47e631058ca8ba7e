"""One-time secrets and session tokens: unguessable, shown once, kept as a hash.

What an invitation hands out is derived from its id and a key that the database does not hold. So any
process can write it into a mail after the commit, and again after a crash, while no table holds it.
"""

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from uuid import UUID, uuid4

from app.settings import SHORTEST_KEY, settings

LINK_LENGTH = 27  # characters of six bits
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
GROUPS, GROUP = 4, 4
PIN_LENGTH = 6
DIGITS = frozenset("0123456789")
POPULAR = frozenset({"112233", "123321", "147258", "159753", "258456", "321654", "456123", "789456", "963852"})


def new_token() -> str:
    """256 random bits, with a prefix by which scanners of leaked secrets can know it."""
    return f"gst_{secrets.token_urlsafe(32)}"


def token_hash(token: str) -> str:
    """The hash under which a token is kept. It is random enough to need no salt."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def link_token(invitation_id: UUID) -> str:
    """The token in an invitation's link: 162 bits."""
    return base64.urlsafe_b64encode(_derived("link", invitation_id)).decode()[:LINK_LENGTH]


def temporary_password(invitation_id: UUID) -> str:
    """The temporary password that goes with an invitation: 79 bits, easy to type from paper."""
    number = int.from_bytes(_derived("password", invitation_id))
    letters = [LETTERS[number // len(LETTERS) ** place % len(LETTERS)] for place in range(GROUPS * GROUP)]
    return "-".join("".join(letters[i : i + GROUP]) for i in range(0, len(letters), GROUP))


def pin(invitation_id: UUID) -> str:
    """The PIN that goes with an invitation."""
    attempt = 0
    while is_trivial(found := f"{int.from_bytes(_derived(f'pin {attempt}', invitation_id)) % 10**PIN_LENGTH:06}"):
        attempt += 1
    return found


def is_pin(text: str) -> bool:
    """Whether a text is exactly six ASCII digits."""
    return len(text) == PIN_LENGTH and set(text) <= DIGITS


def is_trivial(digits: str) -> bool:
    """Whether a PIN is among those that are tried first: few digits, repetitions, runs and rows of a keypad."""
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(digits)}
    repeats = digits[:3] == digits[3:] or len({digits[i : i + 2] for i in (0, 2, 4)}) == 1
    return len(set(digits)) <= 2 or steps in ({1}, {9}) or repeats or digits in POPULAR


def fingerprint(text: str) -> str:
    """By what a text that may hold a secret can be known again, though nobody can guess it from the table."""
    words = text.strip().encode("utf-8", "replace")
    return hmac.digest(_key(), b"text:" + words, "sha256").hex()


def _derived(what: str, invitation_id: UUID) -> bytes:
    return hmac.digest(_key(), f"{what}:{invitation_id}".encode(), "sha256")


def require_key() -> None:
    """Makes the key of this installation, if there is none. Raises ValueError if it cannot be had."""
    try:
        _key()
    except OSError as error:
        raise ValueError(f"GUICHET_VAR: {settings().var} cannot be written: {error.strerror}") from error


def _key() -> bytes:
    given = settings().secret_key
    return given.get_secret_value().encode() if given else _kept(settings().var / "secret.key")


@lru_cache
def _kept(path: Path) -> bytes:
    """The key of this installation, made by whichever process needs it first."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{uuid4().hex}.key")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)  # whole or not at all, and only once
        draft.unlink()
    key = path.read_bytes()
    if len(key) < SHORTEST_KEY:  # cut off, or emptied: whoever knows an id could work out its link
        raise ValueError(f"{path} is no key: put back the one that was there, or remove it, and open links end")
    return key
