"""What a file is made of: a heading, columns, and rows of cells that are texts, instants or nothing."""

from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

Cell = str | None
LONGEST = 32_767  # letters that Excel takes in a cell, those beyond U+FFFF counted twice


@dataclass(frozen=True)
class Heading:
    """A column's title, its width in letters, and whether its cells are instants."""

    title: str
    width: int
    is_instant: bool = False


@dataclass(frozen=True)
class Sheet:
    """Everything about a file but its rows. Instants are local: `2026-11-25T14:05:00`."""

    path: str
    format: str
    title: str
    subtitle: str
    lines: list[str] = field(default_factory=list)  # the filter, the order and the search in words
    headings: list[Heading] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """The sheet as JSON."""
        return asdict(self)

    @classmethod
    def of(cls, found: dict[str, Any]) -> "Sheet":
        """The sheet of its JSON."""
        headings = [Heading(**each) for each in found.pop("headings")]
        return cls(**found, headings=headings)


class Writer(Protocol):
    """Writes one file."""

    def add(self, rows: list[list[Cell]]) -> None:
        """Writes rows."""

    def close(self) -> None:
        """Ends the file, which is whole only now."""
