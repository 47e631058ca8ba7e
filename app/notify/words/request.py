"""The words of a message about a request, in the recipient's language."""

from dataclasses import dataclass
from datetime import datetime

from app.auth import policy
from app.auth.people import own_part, viewer_of
from app.models import Delivery, Notification, Request, nouns
from app.models.activity import ActivityKind
from app.models.text import tidy
from app.notify.hearing import is_gone, may_hear
from app.notify.words.gsm import fitted
from app.notify.words.letter import Letter, Words, colon, spoken, when

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
    K.ATTACHED: {"en": "There is a new file on {number}", "fr": "Il y a un nouveau fichier sur {number}"},
    K.DETACHED: {"en": "A file was removed from {number}", "fr": "Un fichier a été retiré de {number}"},
    K.COMMENTED: {"en": "There is a comment on {number}", "fr": "Il y a un commentaire sur {number}"},
}
LABELS: dict[str, dict[str, str]] = {
    "site": {"en": "Site", "fr": "Site"},
    "start": {"en": "When", "fr": "Quand"},
    "due": {"en": "Due", "fr": "Échéance"},
    "open": {"en": "Open Guichet", "fr": "Ouvrir Guichet"},
}


@dataclass(frozen=True)
class Matter:
    """What a message tells of the request that it is about."""

    title: str
    site: str = ""
    start: datetime | None = None
    due: datetime | None = None

    @classmethod
    def of(cls, request: Request) -> "Matter":
        """What is told of a row; needs `request.site` loaded."""
        site = request.site.name if request.site else ""
        return cls(request.title, site, request.scheduled_start, request.due_at)


async def compose(delivery: Delivery) -> Words | None:
    """The message that a delivery carries, or None if its recipient may no longer see what it is about."""
    notification = await Notification.get(id=delivery.notification_id)
    if is_gone(delivery.recipient.status):
        return None
    viewer = await viewer_of(delivery.recipient, own_part)
    if not await may_hear(viewer, notification.kind, notification.activity_id):
        return None
    seen = policy.visible(viewer, nouns.REQUEST).filter(id=notification.request_id).select_related("site")
    request: Request | None = await seen.first()
    number = await Request.filter(id=notification.request_id).values_list("number", flat=True)
    workspace = delivery.workspace
    language = spoken(viewer.language)
    headline = HEADLINES[notification.kind][language].format(number=f"R-{number[0]}")
    matter = Matter.of(request) if request else None
    return written(language, headline, workspace.name, workspace.time_zone, matter, workspace.base_url)


def written(language: str, headline: str, firm: str, zone: str, matter: Matter | None, link: str) -> Words:
    """One message; `zone` is the workspace's."""
    title = tidy(matter.title) if matter else ""
    letter = Letter(
        language=language,
        subject=with_title(headline, title, language),
        headline=headline,
        title=title,
        facts=_facts(matter, language, zone) if matter else (),
        button=LABELS["open"][language],
        link=link,
        firm=tidy(firm),
    )
    return letter.words(sms=fitted(lambda shown: f"{with_title(headline, shown, language)} {link}", title))


def with_title(headline: str, title: str, language: str) -> str:
    """A headline and the title of the request, where that may be seen."""
    return f"{headline}{colon(language)}{title}" if title else headline


def _facts(matter: Matter, language: str, zone: str) -> list[tuple[str, str]]:
    instants = {"start": matter.start, "due": matter.due}
    found = {"site": tidy(matter.site), **{key: when(at, language, zone) for key, at in instants.items() if at}}
    return [(LABELS[key][language], value) for key, value in found.items() if value]
