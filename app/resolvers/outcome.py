"""What a mutation leaves behind: the rows that its payload shows, and warnings."""

from dataclasses import dataclass
from typing import Any

from app.models.caution import Caution


@dataclass(frozen=True)
class Outcome:
    """`rows` is a query set of the changed row; `values` are the payload's other fields."""

    rows: Any = None
    cautions: tuple[Caution, ...] = ()
    values: dict[str, Any] | None = None
