"""Whatever is said is said in both languages."""

import string

import pytest

from app.auth.denials import DENIALS
from app.auth.words import BUNDLE_WORDS, NAMES, PERMISSION_WORDS
from app.models.activity import ActivityKind
from app.models.caution import WarningCode
from app.models.refusal import ErrorCode
from app.notify.words import digest
from app.notify.words.request import HEADLINES, LABELS
from app.schema.meanings import CAUTIONS, MEANINGS
from app.schema.messages import AT_A_FIELD, MESSAGES
from app.schema.reasons import SENTENCES


def placeholders(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.requirement(69)
def test_every_message_is_there_in_both_languages() -> None:
    assert set(MEANINGS) == set(ErrorCode)
    assert set(CAUTIONS) == set(WarningCode)
    assert set(MESSAGES) == {*ErrorCode, *WarningCode}
    assert set(HEADLINES) == set(ActivityKind)
    every: list[dict[str, str]] = [
        *MESSAGES.values(),
        *PERMISSION_WORDS.values(),
        *BUNDLE_WORDS.values(),
        *DENIALS.values(),
        *HEADLINES.values(),
    ]
    assert all(set(names) == set(kind) for kind, names in NAMES.items())  # type: ignore[call-overload]
    every += [said for names in NAMES.values() for said in names.values()]
    every += AT_A_FIELD.values()
    every += [*LABELS.values(), *digest.LABELS.values(), *SENTENCES.values()]
    for said in every:
        assert set(said) == {"en", "fr"}
        assert all(said.values())
        assert placeholders(said["en"]) == placeholders(said["fr"]), said
    differ = [
        said for said in (*MESSAGES.values(), *DENIALS.values(), *HEADLINES.values()) if said["en"] == said["fr"]
    ]
    assert differ == []
