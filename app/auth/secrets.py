"""Random tokens: shown once, kept as a hash."""

import hashlib
import secrets


def new_token() -> str:
    """256 random bits, with a prefix by which scanners of leaked secrets can know it."""
    return f"gst_{secrets.token_urlsafe(32)}"


def token_hash(token: str) -> str:
    """The hash under which a token is kept. It is random enough to need no salt."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
