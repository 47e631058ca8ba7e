"""The words about somebody's account: ways in, confirmations, and what was changed.

Each template has a file per language, with one block for each of `BLOCKS`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from jinja2 import Template

from app.models.text import tidy
from app.notify.words.gsm import fitted
from app.notify.words.letter import Letter, Words, colon, environment, when

TEMPLATES = (
    "access_granted",
    "access_unregistered",
    "activation_link",
    "change_email_new",
    "change_email_old",
    "email_changed",
    "password_changed",
    "password_set",
    "pin",
    "reset_asked",
    "reset_sent",
    "sign_up_known",
    "temporary_password",
    "verify_email",
)
BLOCKS = ("headline", "before", "button", "after", "sms")


@dataclass(frozen=True)
class Facts:
    """What the templates may tell; what does not apply stays empty.

    `login` is the name to sign in with, `secret` a temporary password or PIN, `address` an e-mail address,
    `until` the end of the secret's or link's life, `at` when it happened, `feed_at` when a calendar
    address was made that still works.
    """

    language: str
    zone: str
    firm: str
    name: str
    link: str
    inviter: str = ""
    login: str = ""
    secret: str = ""
    address: str = ""
    until: datetime | None = None
    at: datetime | None = None
    feed_at: datetime | None = None

    def values(self) -> dict[str, str]:
        """The names in the templates, harmless on one line."""
        words = {each: tidy(getattr(self, each)) for each in ("firm", "name", "inviter", "login", "address")}
        instants = {"until": self.until, "at": self.at, "feed_at": self.feed_at}
        times = {key: when(at, self.language, self.zone) if at else "" for key, at in instants.items()}
        return {**words, **times, "link": self.link, "secret": self.secret}


def written(template: str, facts: Facts) -> Words:
    """One message. Raises TemplateNotFound or KeyError for a template or block that there is not."""
    blocks = environment().get_template(f"{facts.language}/{template}.txt")
    values = facts.values()
    headline = _line(blocks, "headline", values)
    letter = Letter(
        language=facts.language,
        subject=headline,
        headline=headline,
        firm=values["firm"],
        before=_paragraphs(blocks, "before", values),
        secret=facts.secret,
        button=_line(blocks, "button", values),
        link=facts.link,
        after=_paragraphs(blocks, "after", values),
    )

    def sms(firm: str) -> str:
        return _line(blocks, "sms", {**values, "from": f"{firm}{colon(facts.language)}" if firm else ""})

    return letter.words(sms=fitted(sms, values["firm"]))


def _line(blocks: Template, name: str, values: Mapping[str, str]) -> str:
    return " ".join(_said(blocks, name, values).split())


def _paragraphs(blocks: Template, name: str, values: Mapping[str, str]) -> list[str]:
    parts = re.split(r"\n[ ]*\n", _said(blocks, name, values))
    return [" ".join(part.split()) for part in parts if part.strip()]


def _said(blocks: Template, name: str, values: Mapping[str, str]) -> str:
    return "".join(blocks.blocks[name](blocks.new_context({"from": "", **values})))
