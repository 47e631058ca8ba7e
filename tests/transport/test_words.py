"""The word table: complete in both languages, and used."""

import re
from pathlib import Path
from string import Formatter

import pytest

import app.transport
from app.transport.words import LANGUAGES, WORDS, preferred_language, say

FOLDER = Path(app.transport.__path__[0])
SOURCES = [path.read_text() for path in FOLDER.glob("*.py") if path.stem not in ("words", "playground")]


def blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("code", WORDS)
def test_each_code_has_a_sentence_in_each_language_with_the_same_blanks(code: str) -> None:
    sentences = WORDS[code]
    assert set(sentences) == set(LANGUAGES)
    assert all(sentence.strip() for sentence in sentences.values())
    assert len({frozenset(blanks(sentence)) for sentence in sentences.values()}) == 1
    assert "{detail}" in sentences["en"] or sentences["en"] != sentences["fr"]


def test_every_code_in_use_has_words_and_every_word_is_in_use() -> None:
    used = set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+|INTERNAL|TIMEOUT|UNAUTHENTICATED)"', "".join(SOURCES)))
    constants = {"BLOCK_STRING", "STAFF", "WORKER", "CONTACT"}
    assert used - constants == set(WORDS)


def test_sentences_are_filled_in() -> None:
    assert say("TOKEN_LIMIT", "fr", limit=5) == "Le document contient plus de 5 éléments lexicaux."


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("fr", "fr"),
        ("FR-ca", "fr"),
        ("fr_FR", "fr"),
        ("en, fr", "en"),
        ("fr, en", "fr"),
        ("en;q=0.2, fr;q=0.9", "fr"),
        ("de, it", "en"),
        ("xx;q=1, fr;q=0.1", "fr"),
        ("fr;q=0", "en"),
        ("fr;q=x", "en"),
        ("frisian", "en"),
        (";;;,,,q=", "en"),
        ("*", "en"),
    ],
)
def test_the_language_of_a_client(accept: str | None, language: str) -> None:
    assert preferred_language(accept) == language
