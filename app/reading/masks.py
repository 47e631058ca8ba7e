"""A viewer and its search words with everything that only ever becomes a parameter replaced by marks.

A statement made for a masked viewer serves every viewer of the same shape: its parameters tell by
their marks which value of the present operation belongs in their places.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from app.auth.viewer import Viewer

IDS = ("person_id", "workspace_id", "organization_id", "department_id", "default_site_id", "session_id")
MARKS: dict[str, UUID] = {name: uuid4() for name in IDS}
WORDS = [f"w{uuid4().hex[:12]}" for _ in range(8)]
MOMENT = datetime(9000, 1, 1, 1, 1, 1, 123457, tzinfo=UTC)

Bind = Callable[[Viewer, Sequence[str]], Any]


def shape(viewer: Viewer) -> tuple[Any, ...]:
    """What of a viewer decides the text of a statement: rights, and which ids there are."""
    present = tuple(getattr(viewer, name) is None for name in IDS)
    grants = frozenset(held.grant for held in viewer.held)
    return (viewer.audience, grants, viewer.all_sites, viewer.is_worker, viewer.must_change_password, present)


def masked(viewer: Viewer) -> Viewer:
    """The viewer with marks for its ids and its instant."""
    marks: dict[str, Any] = {name: mark for name, mark in MARKS.items() if getattr(viewer, name) is not None}
    return replace(viewer, **marks, at=MOMENT)


@dataclass(frozen=True)
class Statement:
    """A text and, for each parameter, a constant or the way to its value."""

    sql: str
    parameters: tuple[Any, ...]

    def values(self, viewer: Viewer, words: Sequence[str]) -> list[Any]:
        """The parameters for one operation."""
        return [each(viewer, words) if callable(each) else each for each in self.parameters]


def statement(sql: str, parameters: Sequence[Any]) -> Statement:
    """A statement whose marked parameters are found."""
    return Statement(sql, tuple(_unmasked(value) for value in parameters))


def _unmasked(value: Any) -> Any:
    for name, mark in MARKS.items():
        if value == mark:
            return _attribute(name, lambda found: found)
        if value == str(mark):
            return _attribute(name, str)
    if value == MOMENT:
        return _attribute("at", lambda found: found)
    if isinstance(value, str):
        for place, word in enumerate(WORDS):
            if word in value:
                return _word(value, word, place)
    return value


def _attribute(name: str, convert: Callable[[Any], Any]) -> Bind:
    return lambda viewer, words: convert(getattr(viewer, name))


def _word(pattern: str, mark: str, place: int) -> Bind:
    return lambda viewer, words: pattern.replace(mark, escape_like(words[place]))


def escape_like(word: str) -> str:
    """The word as it stands inside of a LIKE pattern."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
