"""Texts as the database compares them: without case, accents or stray spaces."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import count

import phonenumbers

LONGEST_FOLDED = 4_000  # sorting long runs of accents takes quadratic time, and nothing that is compared is longer
SHORTEST = 3  # letters of a word that PostgreSQL's index of trigrams can find
UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and signs that leave their place empty
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def fold(text: str) -> str:
    """`text` without case and accents, spaces squeezed: "Émile  ROY" becomes "emile roy"."""
    spread = unicodedata.normalize("NFKD", text[:LONGEST_FOLDED].casefold())
    plain = "".join(c for c in spread if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())


def tidy(words: str) -> str:
    """A user's words on one line, without the marks that would turn around what stands beside them.

    Nothing is left of words that cannot be seen.
    """
    kept = (character for character in words if character not in TURNING)
    line = " ".join("".join(" " if unicodedata.category(c) == "Cc" else c for c in kept).split())
    return line if is_visible(line) else ""


def is_visible(words: str) -> bool:
    """Whether there is anything to see: a letter, a number, a sign."""
    return any(unicodedata.category(c)[0] in "LNPS" and c not in UNSEEN for c in words)


def search_text(*parts: str | None) -> str:
    """The folded text in which `search` looks for words."""
    return fold(" ".join(part for part in parts if part))[:2000]


def numbered(name: str, separator: str = "") -> Iterator[str]:
    """The name, and then the same with the numbers from 2 on."""
    yield name
    yield from (f"{name}{separator}{number}" for number in count(2))


def phone_words(phone: str | None) -> str:
    """A number in E.164 as people of its country write it, and with dashes, dots and nothing between its parts."""
    try:
        number = phonenumbers.parse(phone or "")
    except phonenumbers.NumberParseException:
        return ""
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    parts = re.findall("[0-9]+", national)
    return " ".join([national, *(between.join(parts) for between in ("-", ".", ""))])
