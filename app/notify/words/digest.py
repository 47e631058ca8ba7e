"""The words of the daily e-mail."""

from collections.abc import Sequence

from app.models.text import tidy
from app.notify.words.gsm import fitted
from app.notify.words.letter import Letter, Words, colon
from app.notify.words.request import LABELS as REQUEST_LABELS

LABELS: dict[str, dict[str, str]] = {
    "unread": {"en": "What you have not read yet ({count})", "fr": "Ce que vous n'avez pas encore lu ({count})"},
    "older": {"en": "Older, not shown: {count}", "fr": "Plus anciens, non affichés : {count}"},
}


def written(language: str, firm: str, news: Sequence[str], count: int, link: str) -> Words:
    """The news, newest first; `count` tells how many there are, those that are not shown included."""
    headline, firm = LABELS["unread"][language].format(count=count), tidy(firm)
    older = [LABELS["older"][language].format(count=count - len(news))] if count > len(news) else []
    letter = Letter(
        language=language,
        subject=f"{firm}{colon(language)}{headline}",
        headline=headline,
        before=[*news, *older],
        button=REQUEST_LABELS["open"][language],
        link=link,
        firm=firm,
    )
    return letter.words(sms=fitted(lambda shown: f"{shown}{colon(language)}{headline} {link}", firm))
