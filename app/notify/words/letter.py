"""The one layout of all messages: the same words as subject, text, HTML and SMS."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from babel.dates import format_date, format_time, get_timezone_gmt, get_timezone_name
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.models.workspace import LANGUAGES

log = structlog.get_logger()
TEMPLATES = Path(__file__).parent.parent / "templates"


@dataclass(frozen=True)
class Words:
    """One message, ready to send."""

    language: str
    subject: str
    text: str
    html: str
    sms: str


@dataclass(frozen=True)
class Letter:
    """What a message says. Whatever a user wrote has been through `tidy`; the HTML escapes all of it.

    `facts` are pairs of label and value; `secret` is shown to be copied; `button` and `link` go together.
    """

    language: str
    subject: str
    headline: str
    firm: str
    button: str
    link: str
    title: str = ""
    before: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    secret: str = ""
    after: Sequence[str] = ()

    def words(self, sms: str) -> Words:
        """The letter as a mail, beside the SMS that says the same."""
        html = environment().get_template("letter.html").render(letter=self)
        return Words(self.language, self.subject, self._text(), html, sms)

    def _text(self) -> str:
        points = colon(self.language)
        facts = [*filter(None, [self.title]), *(f"{label}{points}{value}" for label, value in self.facts)]
        way_in = [f"{self.button}{points.rstrip()}", self.link] if self.link else []
        blocks = [[self.headline], *([each] for each in self.before), facts, [self.secret], way_in]
        blocks += [*([each] for each in self.after), [self.firm]]
        return "\n\n".join("\n".join(block) for block in blocks if any(block))


@lru_cache
def environment() -> Environment:
    """The templates; HTML escapes what it is given, and a name that a template lacks is an error."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def spoken(language: str) -> str:
    """The language in which to write to somebody: English if we lack theirs."""
    base = language.lower().replace("_", "-").partition("-")[0]
    if base in LANGUAGES:
        return base
    log.warning("words.unknown_language", language=language)
    return "en"


def when(instant: datetime, language: str, zone: str) -> str:
    """An instant, to the minute, as people where the workspace is write it."""
    there = instant.astimezone(ZoneInfo(zone))
    date, time = format_date(there, "long", locale=language), format_time(there, "short", locale=language)
    if language == "fr" and there.day == 1:
        date = date.replace("1", "1er", 1)
    return f"{date}, {time} {_clock(there, language)}"


def _clock(there: datetime, language: str) -> str:
    """The short name of a moment's clock: as the language has it, as its own country has it, or by its distance."""
    names = (get_timezone_name(there, "short", locale=language), there.tzname() or "")
    return next((name for name in names if name.isalpha()), get_timezone_gmt(there, "long", locale=language))


def colon(language: str) -> str:
    """What stands between a label and its value."""
    return " : " if language == "fr" else ": "
