"""A column of a list: a path through the fields of its rows, so that its rights are those of the fields."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

Say = Callable[[Any, str, ZoneInfo], str | None]  # a value in a language, on the clock of a zone


@dataclass(frozen=True)
class Column:
    """A column as clients name it, and its title in both languages."""

    name: str
    path: tuple[str, ...]  # of fields, from a row of the list down to the value
    en: str
    fr: str
    width: int = 12  # in letters, about
    equals: str | None = None  # where given, the column says whether the value is this
    parts: tuple[str, ...] = ()  # what is selected of a value that has parts…
    says: Say | None = None  # …and how they are told

    @property
    def selection(self) -> str:
        """What selects the value of a row."""
        path = (*self.path, " ".join(self.parts)) if self.parts else self.path
        return " { ".join(path) + " }" * (len(path) - 1)

    def title(self, language: str) -> str:
        """The heading."""
        return self.fr if language == "fr" else self.en


def column(path: str, en: str, fr: str, width: int = 12) -> Column:
    """A column named after the field of the row where its path begins."""
    fields = tuple(path.split("."))
    return Column(fields[0], fields, en, fr, width)
