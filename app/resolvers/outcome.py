"""What a mutation leaves behind: the rows that its payload shows, and warnings."""

from dataclasses import dataclass
from typing import Any

from app.models.caution import Caution


@dataclass(frozen=True)
class Outcome:
    """`rows` says which row was changed: `One`, a person's key or a query set; `values` are the other fields."""

    rows: Any = None
    cautions: tuple[Caution, ...] = ()
    values: dict[str, Any] | None = None
