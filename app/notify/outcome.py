"""How an attempt to send a message ended, in words that an administrator can act on."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from app.settings import Settings

LINK = re.compile(r"(https?://[^\s/?#]+)\S*", re.IGNORECASE)
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider has taken the message; `code` is its answer or the name it gave to the message."""

    code: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """The message has not left; the same attempt may succeed later."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The message has not left, and trying again without a change would end the same way."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """The message may have left: ask the provider before sending it again; a mail server can tell nothing."""

    code: str
    reason: str


Outcome = Sent | Retry | Failed | Unclear


def plain(words: object) -> str:
    """A stranger's words as one short line. Links are cut to their host: they may hold one-time secrets."""
    line = " ".join("".join(c if c.isprintable() else " " for c in str(words)).split())
    return LINK.sub(r"\1/…", line)[:LONGEST_REASON]


def encodable(words: str) -> str:
    """The words without what UTF-8 cannot carry (lone surrogates)."""
    return words.encode("utf-8", "replace").decode()


def not_configured(channel: str, settings: Settings, name: str, content: bytes) -> Failed:
    """How a channel without settings ends; in demo mode `content` is kept in the file `name` below `var`."""
    reason = f"{channel} is not configured"
    if settings.demo:
        folder, _, file = name.partition("/")
        path = settings.var / folder / re.sub(r"[^A-Za-z0-9._@-]+", "_", file).lstrip(".")
        reason = f"{reason}; {_keep(path, content)}"
    return Failed("NOT_CONFIGURED", reason)


def _keep(path: Path, content: bytes) -> str:
    draft = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        draft.replace(path)
    except OSError as error:
        return f"the message could not be written to {path}: {error.strerror}"
    return f"the message was written to {path}"
