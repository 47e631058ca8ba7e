"""An operation and its viewer with everything that only ever becomes a parameter replaced by marks.

A statement made for marks serves every viewer of the same shape and all ids and search words: its parameters
tell by their marks which value of the present operation belongs in their places.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from secrets import randbelow
from typing import Any
from uuid import UUID, uuid4

from app.auth.viewer import IDS, Viewer
from app.models.text import SHORTEST

MARKS: dict[str, UUID] = {name: uuid4() for name in IDS}
HASH = uuid4().hex  # of a token
KEYS = [uuid4() for _ in range(32)]
WORDS = [f"w{uuid4().hex[:12]}" for _ in range(8)]
# Short words are looked for in another way, so their marks are as short: letters that no alphabet has.
SHORT_WORDS = ["".join(chr(0xF0000 + randbelow(0xFFF0)) for _ in range(SHORTEST - 1)) for _ in WORDS]
NEAR = timedelta(days=3660)
MOMENT = datetime(9000, 1, 1, 1, 1, 1, 123457, tzinfo=UTC)


class Unsupported(Exception):
    """No plan can be kept: the ordinary path has to do it."""


@dataclass(frozen=True)
class Given:
    """What one operation puts into the places of the marks."""

    viewer: Viewer | None = None
    words: Sequence[str] = ()
    keys: Sequence[UUID] = ()
    token: str = ""


Bind = Callable[[Given], Any]


def masked(viewer: Viewer) -> Viewer:
    """The viewer with marks for its ids and its instant."""
    marks: dict[str, Any] = {name: mark for name, mark in MARKS.items() if getattr(viewer, name) is not None}
    return replace(viewer, **marks, at=MOMENT)


@dataclass(frozen=True)
class Statement:
    """A text and, for each parameter, a constant or the way to its value."""

    sql: str
    parameters: tuple[Any, ...]

    def values(self, given: Given) -> list[Any]:
        """The parameters for one operation."""
        return [each(given) if callable(each) else each for each in self.parameters]


def statement(sql: str, parameters: Sequence[Any]) -> Statement:
    """A statement whose marked parameters are found. Raises Unsupported where a value was made out of a mark."""
    return Statement(sql, tuple(_unmasked(value) for value in parameters))


def plain(sql: str, parameters: Sequence[Any]) -> Statement:
    """A statement for one operation, with its own values."""
    return Statement(sql, tuple(parameters))


def _unmasked(value: Any) -> Any:
    if isinstance(value, UUID | str | datetime) and value in BINDS:
        return BINDS[value]
    if isinstance(value, datetime) and value.microsecond == MOMENT.microsecond and abs(value - MOMENT) < NEAR:
        distance = value - MOMENT  # “since 90 days” is as far from the instant of each operation
        return _attribute("at", lambda found: found + distance)
    if isinstance(value, date) and value.year >= MOMENT.year - 1:
        raise Unsupported("worked out from the instant of the operation")
    if isinstance(value, str):
        for place, marks in enumerate(zip(WORDS, SHORT_WORDS, strict=True)):
            for mark in marks:
                if mark in value:
                    return _word(value, mark, place)
    return value


def word_mark(place: int, word: str) -> str:
    """What stands for a search word at its place among all of them."""
    return (WORDS if len(word) >= SHORTEST else SHORT_WORDS)[place]


def _attribute(name: str, convert: Callable[[Any], Any]) -> Bind:
    return lambda given: convert(getattr(given.viewer, name))


def _key(place: int, convert: Callable[[Any], Any]) -> Bind:
    return lambda given: convert(given.keys[place])


def _word(pattern: str, mark: str, place: int) -> Bind:
    return lambda given: pattern.replace(mark, escape_like(given.words[place]))


def escape_like(word: str) -> str:
    """The word as it stands inside of a LIKE pattern."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _itself(value: Any) -> Any:
    return value


BINDS: dict[Any, Bind] = {
    MOMENT: _attribute("at", _itself),
    str(MOMENT): _attribute("at", str),
    HASH: lambda given: given.token,
    **{mark: _attribute(name, _itself) for name, mark in MARKS.items()},
    **{str(mark): _attribute("texts", itemgetter(name)) for name, mark in MARKS.items()},
    **{mark: _key(place, _itself) for place, mark in enumerate(KEYS)},
    **{str(mark): _key(place, str) for place, mark in enumerate(KEYS)},
}
