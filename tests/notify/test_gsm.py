"""How long an SMS is, and what is cut so that it stays one."""

import pytest

from app.notify.words.gsm import fitted, is_gsm, segments, simplified

LINK = "https://guichet.test/l/gst_0123456789"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("é" * 160, 1),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" * 77, 3),  # a letter of two septets is not torn between two segments
        ("ê" * 70, 1),
        ("ê" * 71, 2),
        ("ê" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("ê" * 66 + "😀" * 34, 3),  # nor one of two units
    ],
)
def test_segments(text: str, count: int) -> None:
    assert segments(text) == count


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("Évier bouché", "Évier bouché"),
        ("reçu à l’hôtel « Cœur »", 'recu à l\'hotel " Coeur "'),
        ("Ångström — 5 €…", "Ångström - 5 €..."),
        ("e\u0301te\u0301", "e\u0301te\u0301".replace("\u0301", "")),
        ("حنفية", "حنفية"),
        ("François 😀", "François 😀"),  # nothing is gained by taking the accent away
    ],
)
def test_accents_that_gsm_lacks_are_dropped_where_that_saves_an_sms(given: str, sent: str) -> None:
    assert simplified(given) == sent
    assert is_gsm(simplified(given)) or simplified(given) == given


def say(title: str) -> str:
    return f"R-1: {title} {LINK}" if title else f"R-1 {LINK}"


@pytest.mark.parametrize("title", ["Sink", "x" * 5000, "Sink 😀" * 20, "ê" * 500, "حنفية المطبخ " * 20, "€" * 200])
def test_a_title_is_shortened_and_the_link_never(title: str) -> None:
    text = fitted(say, title)
    assert segments(text) == 1
    assert text.startswith("R-1") and text.endswith(f" {LINK}")
    assert (title in text) == (title == "Sink")


def test_as_much_is_kept_as_fits() -> None:
    assert len(fitted(say, "x" * 5000)) == 160
    assert len(fitted(say, "ش" * 5000)) == 70


def test_where_nothing_fits_the_title_goes() -> None:
    assert fitted(lambda title: f"{title}{'y' * 200}", "Sink") == "y" * 200
