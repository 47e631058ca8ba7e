"""The words about accounts: a template for each occasion in each language, complete and harmless."""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jinja2 import TemplateNotFound

from app.models.text import tidy
from app.models.workspace import LANGUAGES
from app.notify.words import account
from app.notify.words.account import BLOCKS, TEMPLATES, Facts, written
from app.notify.words.gsm import is_gsm, segments
from app.notify.words.letter import TEMPLATES as FOLDER
from app.notify.words.letter import environment
from app.notify.words.preview import write_previews
from app.notify.words.sample import samples
from tests.notify.test_words import HOSTILE
from tests.servers.guichet import guichet

EVERY = dict(samples())
LINK = "https://guichet.test/l/0123456789abcdefghijklmnop_"
AT = datetime(2026, 3, 9, 15, 30, tzinfo=UTC)
PLAIN = Facts(language="en", zone="UTC", firm="Toits", name="Wes", link=LINK, inviter="Ada", until=AT, at=AT)


@pytest.mark.requirement(69)
def test_every_template_is_there_in_every_language() -> None:
    files = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.txt")}
    assert files == {f"{language}/{name}.txt" for language in LANGUAGES for name in TEMPLATES}
    for file in files:
        assert tuple(environment().get_template(file).blocks) == BLOCKS, file


@pytest.mark.requirement(69)
@pytest.mark.parametrize("template", TEMPLATES)
def test_the_languages_differ_and_tell_the_same(template: str) -> None:
    texts = {language: (FOLDER / language / f"{template}.txt").read_text() for language in LANGUAGES}
    names = {language: sorted(re.findall(r"\{\{ (\w+) \}\}", text)) for language, text in texts.items()}
    assert set(names["en"]) == set(names["fr"])
    english, french = (EVERY[f"{template}.{language}"] for language in ("en", "fr"))
    shared = set(english.text.splitlines()) & set(french.text.splitlines())
    assert not any(" " in line and line != "Toits Roy & Fils" for line in shared), shared


def test_what_is_missing_is_an_error() -> None:
    with pytest.raises(TemplateNotFound):
        written("birthday", PLAIN)
    with pytest.raises(TemplateNotFound):
        written("pin", replace(PLAIN, language="xx"))


@pytest.mark.parametrize("name", EVERY)
def test_each_message_is_whole(name: str) -> None:
    words = EVERY[name]
    assert all((words.subject, words.text, words.html))
    assert words.sms or name.startswith("digest"), "what is told by SMS as well has words for it"
    assert "\n" not in words.subject + words.sms and "{{" not in words.text + words.html
    assert segments(words.sms) == 1 and is_gsm(words.sms)
    [button, address] = re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)</a>', words.html)
    assert button[0] == address[0] == address[1] and address[1] in words.text
    assert button[1] and "<img" not in words.html


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_without_an_inviter_it_still_reads(template: str, language: str) -> None:
    words = written(template, replace(PLAIN, language=language, inviter="", login="wes", address="w@x.test"))
    for broken in ("  ", " ,", " .", "None", "()"):
        assert broken not in words.text + words.sms


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("where", ["firm", "name", "inviter", "address", "login"])
def test_hostile_names_stay_names(where: str, hostile: str) -> None:
    facts = replace(PLAIN, login="wes", address="wes@toits.test")
    harmless: Any = {where: "HERE"}
    harmful: Any = {where: hostile}
    for template in TEMPLATES:
        plain, words = written(template, replace(facts, **harmless)), written(template, replace(facts, **harmful))
        assert "\n" not in words.subject + words.sms
        if tidy(hostile):
            assert words.text.splitlines() == plain.text.replace("HERE", tidy(hostile)).splitlines()
            assert re.findall(r"<[^>]*>", words.html) == re.findall(r"<[^>]*>", plain.html)
            assert tidy(hostile) in html.unescape(words.html) or "HERE" not in plain.html


@pytest.mark.parametrize(
    "firm", ["Toits Roy & Fils, réparations et rénovations de toitures depuis 1924", "Crêperie 😀", "شركة السقوف" * 8]
)
@pytest.mark.parametrize("template", ["activation_link", "reset_asked", "verify_email"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_long_name_of_the_firm_is_shortened_and_the_link_never(firm: str, template: str, language: str) -> None:
    sms = written(template, replace(PLAIN, firm=firm, language=language)).sms
    assert segments(sms) == 1 and sms.endswith(LINK)


def test_secrets_and_links_are_shown_as_they_are() -> None:
    facts = replace(PLAIN, login="wes", secret="a&<b>  c_d")
    words = written("temporary_password", facts)
    assert "a&<b>  c_d" in words.text and "a&amp;&lt;b&gt;  c_d" in words.html


def test_the_preview_has_a_page_for_each_message(tmp_path: Path) -> None:
    index = write_previews(tmp_path / "preview")
    written_files = {path.name for path in index.parent.iterdir()}
    assert written_files == {"index.html"} | {f"{name}.{kind}" for name in EVERY for kind in ("html", "txt")}
    page = index.read_text()
    assert all(f'href="{name}.html"' in page for name in EVERY)
    assert {name.partition(".")[0] for name in EVERY} >= set(account.TEMPLATES)


async def test_the_command_tells_where_to_look(tmp_path: Path) -> None:
    told = await guichet(tmp_path, "mail-preview")
    assert (told.returncode, told.stdout) == (0, "Open var/preview/index.html in a browser.\n")
    assert (tmp_path / "var/preview/activation_link.fr.html").is_file()
