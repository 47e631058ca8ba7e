"""Search: every word must occur, whatever its case and accents."""

from collections.abc import Callable

from tortoise.expressions import Q
from tortoise.functions import Trim

from app.auth.policy import Rows
from app.models.database import is_postgres
from app.models.text import SHORTEST, fold

MAX_WORDS = 8


def searched(rows: Rows, search: str | None, also: Callable[[str], Q] | None = None) -> Rows:
    """The rows whose searched text holds all words; `also` says where else a word may be found."""
    words = fold(search or "")[:200].split()[:MAX_WORDS]
    if short := is_postgres() and any(len(word) < SHORTEST for word in words):
        # For a word without a trigram the index gives all rows of the workspace: this keeps it out of the plan.
        rows = rows.annotate(searched_text=Trim("search_text"))
    for word in words:
        column = "searched_text" if short and len(word) < SHORTEST else "search_text"
        condition: dict[str, str] = {f"{column}__contains": word}
        rows = rows.filter(Q(**condition) | also(word) if also else Q(**condition))
    return rows
