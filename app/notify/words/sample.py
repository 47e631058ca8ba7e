"""Made-up people and messages, so that an operator can look at every mail and SMS without sending one."""

from collections.abc import Iterator
from datetime import UTC, datetime

from app.models.activity import ActivityKind
from app.models.workspace import LANGUAGES
from app.notify.words import account, digest, request
from app.notify.words.letter import Words

ZONE, FIRM, PUBLIC = "America/Toronto", "Toits Roy & Fils", "https://guichet.example"
LINK = f"{PUBLIC}/l/2Vn8Qk3mZx_7Rb5tLw9Ys1Dc4-F"
AT = datetime(2026, 3, 9, 15, 30, tzinfo=UTC)
TITLES = {"fr": "Évier bouché, cuisine du 3e", "en": "Blocked sink, kitchen on the 3rd floor"}
WITH_LINK_HOME = ("email_changed", "password_changed", "password_set", "pin", "sign_up_known", "temporary_password")
SECRETS = {"pin": "481516", "temporary_password": "k7mw-2xpd-h4vn-9rtc"}


def samples() -> Iterator[tuple[str, Words]]:
    """Every message in every language, by the name of a file."""
    for language in LANGUAGES:
        for template in account.TEMPLATES:
            yield f"{template}.{language}", account.written(template, _facts(template, language))
        for kind in ActivityKind:
            yield f"request_{kind.lower()}.{language}", _about_request(kind, language)
        yield f"digest.{language}", _digest(language)


def _facts(template: str, language: str) -> account.Facts:
    return account.Facts(
        language=language,
        zone=ZONE,
        firm=FIRM,
        name="Zoé Lefèvre",
        link=PUBLIC if template in WITH_LINK_HOME else LINK,
        inviter="Ada Roy",
        login="zoe.lefevre" if template in SECRETS else "",
        secret=SECRETS.get(template, ""),
        address="zoe@lefevre.example",
        until=AT,
        at=AT,
        feed_at=AT,
    )


def _about_request(kind: ActivityKind, language: str) -> Words:
    headline = request.HEADLINES[kind][language].format(number="R-1042")
    matter = request.Matter(TITLES[language], site="Résidence des Ormes", start=AT)
    return request.written(language, headline, FIRM, ZONE, matter, PUBLIC)


def _digest(language: str) -> Words:
    headlines = [request.HEADLINES[kind][language].format(number="R-1042") for kind in ActivityKind]
    news = [request.with_title(headline, TITLES[language], language) for headline in headlines]
    return digest.written(language, FIRM, news, len(news) + 7, PUBLIC)
