"""The words of a message about a request, in the recipient's language."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from babel.dates import format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.auth import policy
from app.auth.viewer import viewer_of
from app.models import Delivery, Notification, Request, nouns
from app.models.activity import ActivityKind
from app.models.text import tidy
from app.notify.hearing import may_hear
from app.settings import Settings

log = structlog.get_logger()
K = ActivityKind
HEADLINES: dict[ActivityKind, dict[str, str]] = {
    K.CREATED: {"en": "{number} was handed in", "fr": "{number} a été déposée"},
    K.UPDATED: {"en": "{number} was changed", "fr": "{number} a été modifiée"},
    K.ASSIGNED: {"en": "{number} is assigned to you", "fr": "{number} vous est attribuée"},
    K.UNASSIGNED: {"en": "{number} is no longer assigned to you", "fr": "{number} ne vous est plus attribuée"},
    K.ACKNOWLEDGED: {"en": "{number} was acknowledged", "fr": "{number} a été confirmée"},
    K.DECLINED: {"en": "{number} was given back to you", "fr": "{number} vous a été rendue"},
    K.STARTED: {"en": "Work on {number} has begun", "fr": "Le travail sur {number} a commencé"},
    K.HELD: {"en": "{number} is on hold", "fr": "{number} est en attente"},
    K.FINISHED: {"en": "{number} is done", "fr": "{number} est terminée"},
    K.CANCELLED: {"en": "{number} was cancelled", "fr": "{number} a été annulée"},
    K.REOPENED: {"en": "{number} was opened again", "fr": "{number} a été rouverte"},
    K.COMMENTED: {"en": "There is a comment on {number}", "fr": "Il y a un commentaire sur {number}"},
}
LABELS: dict[str, dict[str, str]] = {
    "site": {"en": "Site", "fr": "Site"},
    "start": {"en": "When", "fr": "Quand"},
    "due": {"en": "Due", "fr": "Échéance"},
    "open": {"en": "Open Guichet", "fr": "Ouvrir Guichet"},
}
SMS_LENGTH = 160


@dataclass(frozen=True)
class Words:
    """One message, ready to send."""

    language: str
    subject: str
    text: str
    html: str
    sms: str


@lru_cache
def _templates() -> Environment:
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)


async def compose(delivery: Delivery, settings: Settings) -> Words | None:
    """The message that a delivery carries, or None if its recipient may no longer see what it is about."""
    notification = await Notification.get(id=delivery.notification_id)
    if not await may_hear(delivery.recipient, notification.kind, notification.activity_id):
        return None
    viewer = await viewer_of(delivery.recipient)
    seen = policy.visible(viewer, nouns.REQUEST).filter(id=notification.request_id).select_related("site")
    request: Request | None = await seen.first()
    number = await Request.filter(id=notification.request_id).values_list("number", flat=True)
    workspace = delivery.workspace
    link = workspace.public_url or settings.public_url
    language = spoken(viewer.language)
    headline = HEADLINES[notification.kind][language].format(number=f"R-{number[0]}")
    return written(language, headline, workspace.name, workspace.time_zone, request, link)


def spoken(language: str) -> str:
    """The language in which to write to somebody: English if we lack theirs."""
    base = language.lower().replace("_", "-").partition("-")[0]
    if base in LABELS["open"]:
        return base
    log.warning("words.unknown_language", language=language)
    return "en"


def written(language: str, headline: str, firm: str, zone: str, request: Request | None, link: str) -> Words:
    """The same facts as subject, text, HTML and SMS."""
    facts = [*_facts(request, language, zone)]
    labels = {key: words[language] for key, words in LABELS.items()}
    title, firm = tidy(request.title) if request else "", tidy(firm)
    html = (
        _templates()
        .get_template("request.html")
        .render(language=language, headline=headline, firm=firm, title=title, facts=facts, link=link, labels=labels)
    )
    lines = [
        headline,
        "",
        *([title] if title else []),
        *(f"{label}: {value}" for label, value in facts),
        "",
        link,
        firm,
    ]
    subject = f"{headline}: {title}" if title else headline
    sms = f"{subject} {link}"
    if len(sms) > SMS_LENGTH:
        sms = f"{subject[: max(len(headline), SMS_LENGTH - len(link) - 2)]}… {link}"
    return Words(language, subject, "\n".join(lines), html, sms)


def _facts(request: Request | None, language: str, zone: str) -> list[tuple[str, str]]:
    if request is None:
        return []
    found = [(LABELS["site"][language], tidy(request.site.name))] if request.site else []
    for key, instant in (("start", request.scheduled_start), ("due", request.due_at)):
        if instant is not None:
            words = format_datetime(instant, "long", tzinfo=ZoneInfo(zone), locale=language)
            found.append((LABELS[key][language], words))
    return found
