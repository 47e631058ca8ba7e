"""The daily e-mail: what somebody has not read since the last one, as far as they may open it by then.

News schedules it, in the transaction that writes them; when it is due one process writes a delivery, under
the lock of the digest's row. From there on it is a message of the outbox like any other.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise.queryset import QuerySet

from app.auth import policy
from app.auth.people import own_part, viewer_of
from app.models import Delivery, Digest, Notification, Request, Workspace, nouns
from app.models.base import now
from app.models.database import transaction
from app.models.delivery import Channel
from app.models.text import tidy
from app.notify.hearing import is_gone, openable
from app.notify.words.digest import written
from app.notify.words.letter import Words, spoken
from app.notify.words.request import HEADLINES, with_title

HOUR = time(7)  # where the workspace is
BATCH = 20
LONGEST = 50  # news in one e-mail; the rest is counted
TEMPLATE = "digest"
DAY = timedelta(days=1)


def next_due(moment: datetime, zone: ZoneInfo, last_on: date | None) -> datetime:
    """The next instant of the hour on a day after that of the last digest, in UTC.

    Days, not instants, are compared, so that no day has two of them when the clock is moved back. A day of
    the last one that lies in the far future came from a wrong clock and counts for nothing.
    """
    today = moment.astimezone(zone).date()
    done = last_on if last_on and last_on <= today + DAY else None
    days = (today + n * DAY for n in range(4))
    due = (datetime.combine(day, HOUR, zone).astimezone(UTC) for day in days if done is None or day > done)
    return next(instant for instant in due if instant > moment)


async def schedule(person_id: UUID, workspace_id: UUID) -> None:
    """Something waits for the person's next digest; inside a transaction that holds the person's row."""
    row, _ = await Digest.get_or_create(person_id=person_id, defaults={"workspace_id": workspace_id})
    row = await Digest.filter(id=row.id).select_for_update(no_key=True).get()
    if row.due_at is None:
        await row.schedule(next_due(now(), await _zone(workspace_id), row.last_on))


async def write_due() -> bool:
    """Makes a delivery of each digest that is due and has something to tell; whether there was one."""
    due = await Digest.filter(due_at__lte=now()).order_by("due_at").limit(BATCH).values_list("id", flat=True)
    for key in due:
        await transaction(partial(_write, UUID(str(key))), lasting=True)
    return bool(due)


async def _write(key: UUID) -> None:
    row = await Digest.filter(id=key, due_at__lte=now()).select_for_update(no_key=True).first()
    if row is None:  # another process was faster
        return
    newest = await _waiting(row.person_id, row.upto).order_by("-seq").first()
    if newest is not None:
        await Delivery.create(
            workspace_id=row.workspace_id,
            recipient_id=row.person_id,
            channel=Channel.EMAIL,
            template=TEMPLATE,
            data={"after": row.upto, "upto": newest.seq},
        )
    zone = await _zone(row.workspace_id)
    await row.close(now().astimezone(zone).date(), newest.seq if newest else row.upto)


async def compose(delivery: Delivery) -> Words | None:
    """The digest that a delivery carries, or None if nothing of it is left that its recipient may open."""
    person, workspace = delivery.recipient, delivery.workspace
    if is_gone(person.status):
        return None
    viewer = await viewer_of(person, own_part)
    told = _waiting(person.id, delivery.data["after"]).filter(openable(viewer), seq__lte=delivery.data["upto"])
    news = await told.order_by("-seq").limit(LONGEST)
    if not news:
        return None
    language, keys = spoken(viewer.language), [each.request_id for each in news]
    numbers = dict(await Request.filter(id__in=keys).values_list("id", "number"))
    titles = dict(await policy.visible(viewer, nouns.REQUEST).filter(id__in=keys).values_list("id", "title"))
    lines = []
    for each in news:
        headline = HEADLINES[each.kind][language].format(number=f"R-{numbers[each.request_id]}")
        lines.append(with_title(headline, tidy(titles.get(each.request_id, "")), language))
    return written(language, workspace.name, lines, await told.count(), workspace.base_url)


def _waiting(person_id: UUID, after: int) -> QuerySet[Notification]:
    return Notification.filter(recipient_id=person_id, digest=True, read_at__isnull=True, seq__gt=after)


async def _zone(workspace_id: UUID) -> ZoneInfo:
    return ZoneInfo((await Workspace.get(id=workspace_id)).time_zone)
