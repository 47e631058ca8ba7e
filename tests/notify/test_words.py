"""The words of messages: both languages, and nothing that a name or title could break."""

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from app.models.activity import ActivityKind
from app.models.base import now
from app.models.text import tidy
from app.notify.mail import Mail, Mailer
from app.notify.outcome import Sent
from app.notify.words import digest
from app.notify.words.gsm import SINGLE, segments
from app.notify.words.letter import Words, colon, spoken
from app.notify.words.request import HEADLINES, LABELS, Matter, written
from app.settings import Settings
from tests.servers.smtp import SmtpServer

LINK = "https://guichet.test"
HEADLINE = "R-1001 is assigned to you"
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></h1><a href='https://evil.test'>Sign in</a>",
    "{{ 7 * 7 }} {% raw %}",
    "Tap\r\nBcc: eve@evil.test",
    "Tap\n\nYour password has expired: https://evil.test",
    "Tap\u2028Bcc:\x0beve@evil.test\x85\x0c",
    "=?utf-8?q?Eve=0D=0ABcc:_eve@evil.test?=",
    "invoice\u202efdp.exe",
    "\u2066\u2067\u2068\u2069\u202a\u202b\u202c\u202d tap",
    "حنفية المطبخ",
    "É\u0301 \U0001f6b0 👩‍🔧",
    "\x1b[31mred\x07",
    "x" * 5000,
    "é" * 5000,
    "a b" * 1700,
    " ",
]


def write(title: str = "Sink", firm: str = "Toits", site: str = "North", language: str = "en") -> Words:
    return written(language, HEADLINE, firm, "America/Toronto", Matter(title, site, start=now()), LINK)


def test_every_kind_has_its_words_in_every_language() -> None:
    assert set(HEADLINES) == set(ActivityKind)
    for words in (*HEADLINES.values(), *LABELS.values(), *digest.LABELS.values()):
        assert set(words) == {"en", "fr"} and all(words.values())
    for words in HEADLINES.values():
        assert all(text.count("{number}") == 1 for text in words.values())


@pytest.mark.requirement(69)
@pytest.mark.parametrize(("language", "when"), [("en", "When"), ("fr", "Quand")])
def test_the_message_is_in_the_recipient_s_language(language: str, when: str) -> None:
    words = write(language=language)
    assert words.language == language and f'lang="{language}"' in words.html
    assert f"{when}{colon(language)}" in words.text and f"<strong>{when}</strong>" in words.html


@pytest.mark.parametrize(
    ("language", "found"), [("fr", "fr"), ("fr-CA", "fr"), ("FR_ca", "fr"), ("en", "en"), ("xx", "en"), ("", "en")]
)
def test_an_unknown_language_is_written_to_in_english(language: str, found: str) -> None:
    with structlog.testing.capture_logs() as logs:
        assert spoken(language) == found
    assert [entry["event"] for entry in logs] == (["words.unknown_language"] if language in ("xx", "") else [])


@pytest.mark.parametrize("where", ["title", "firm", "site"])
@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_stay_words(where: str, hostile: str) -> None:
    harmless: Any = {where: "HERE"}
    plain, words = write(**harmless), write(**{where: hostile})
    found = re.sub(r"<[^>]*>", "", words.html)
    assert tidy(hostile) in html.unescape(found)
    assert re.findall(r"<[^>]*>", words.html) == re.findall(r"<[^>]*>", plain.html) or not tidy(hostile)
    if tidy(hostile):
        assert words.text == plain.text.replace("HERE", tidy(hostile))
    assert "\n" not in words.subject + words.sms and "\r" not in words.subject + words.text
    assert segments(words.sms) == 1 and words.sms.endswith(LINK) and words.sms.startswith(HEADLINE)


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\r\nb\u2028c\x85d\x00e", "a b c d e"),
        ("  a   b ", "a b"),
        ("حنفية المطبخ", "حنفية المطبخ"),
        ("👩‍🔧", "👩‍🔧"),
        ("\u202e\u2066\n", ""),
    ],
)
def test_what_is_left_of_words(given: str, left: str) -> None:
    assert tidy(given) == left


def test_a_long_link_leaves_the_headline_of_an_sms() -> None:
    link = f"https://{'guichet.' * 30}test"
    words = written("en", HEADLINE, "Toits", "UTC", Matter("Sink"), link)
    assert words.sms == f"{HEADLINE} {link}" and len(link) > SINGLE


def test_without_the_request_nothing_of_it_is_told() -> None:
    words = written("fr", "R-1001 ne vous est plus attribuée", "Toits", "UTC", None, LINK)
    assert words.subject == "R-1001 ne vous est plus attribuée"
    assert words.text == f"R-1001 ne vous est plus attribuée\n\nOuvrir Guichet :\n{LINK}\n\nToits"


@pytest.fixture(scope="module")
def server() -> Iterator[SmtpServer]:
    with SmtpServer("none") as server:
        yield server


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_hostile_words_add_no_header_to_a_mail(server: SmtpServer, hostile: str) -> None:
    server.reset()
    words = write(hostile, hostile, hostile)
    mail = Mail("wes@toits.test", words.subject, words.text, words.html, "<1@guichet>", words.language)
    mailer = Mailer(Settings(_env_file=None, mail_from="Guichet <guichet@firm.test>", **server.settings))
    assert isinstance(await mailer.send(mail), Sent)
    [received] = server.messages
    assert received.recipients == ["wes@toits.test"] and received.message["Bcc"] is None
    assert received.text.rstrip() == words.text.rstrip() and received.html.strip() == words.html.strip()
    assert received.message["Subject"].strip().startswith(HEADLINE)
    assert received.message["From"] == "Guichet <guichet@firm.test>"
