"""Search: every word must occur, whatever its case and accents."""

from collections.abc import Callable

from tortoise.expressions import Q

from app.auth.policy import Rows
from app.models.text import fold

MAX_WORDS = 8


def searched(rows: Rows, search: str | None, also: Callable[[str], Q] | None = None) -> Rows:
    """The rows whose searched text holds all words; `also` says where else a word may be found."""
    for word in fold(search or "")[:200].split()[:MAX_WORDS]:
        holds = Q(search_text__contains=word)
        rows = rows.filter(holds | also(word) if also else holds)
    return rows
