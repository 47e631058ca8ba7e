"""Texts as the database compares them: without case, accents or stray spaces."""

import unicodedata


def fold(text: str) -> str:
    """`text` without case and accents, spaces squeezed: "Émile  ROY" becomes "emile roy"."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())


def search_text(*parts: str | None) -> str:
    """The folded text in which `search` looks for words."""
    return fold(" ".join(part for part in parts if part))[:2000]
