"""What a computed field needs to know of other rows than its own: how many there are, or their columns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.queryset import QuerySet

from app.auth.viewer import Viewer
from app.reading.page import Count


@dataclass(frozen=True)
class Columns:
    """A list of objects with these columns of a query set's rows."""

    rows: QuerySet[Any]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """Named parts, found below a row for a viewer; the field reads them as `self.nested[name]`, in their order."""

    name: str
    parts: Callable[[Viewer, Any], Sequence[Count | Columns]]
