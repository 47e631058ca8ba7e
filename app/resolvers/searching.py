"""Search: every word must occur, whatever its case and accents."""

from app.auth.policy import Rows
from app.models.text import fold

MAX_WORDS = 8


def searched(rows: Rows, search: str | None) -> Rows:
    """The rows whose searched text holds all words."""
    for word in fold(search or "")[:200].split()[:MAX_WORDS]:
        rows = rows.filter(search_text__contains=word)
    return rows
