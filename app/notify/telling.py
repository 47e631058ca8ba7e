"""What happened is written once; who is told follows from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.auth.viewer import Viewer
from app.models import Activity, Assignment, Delivery, Notification, Person, Request
from app.models.activity import ActivityKind
from app.models.database import after_commit
from app.models.delivery import Channel
from app.notify.bus import Topic, bus
from app.notify.hearing import may_hear
from app.notify.outbox import outbox

K = ActivityKind
LIVE: tuple[Channel, ...] = ()
MAIL = (Channel.EMAIL,)
MAIL_AND_TEXT = (Channel.EMAIL, Channel.SMS)


@dataclass(frozen=True)
class Told:
    """Somebody who hears of it: always live, and by these channels besides."""

    person_id: UUID
    channels: tuple[Channel, ...]


@dataclass(frozen=True)
class Facts:
    """What decides who is told."""

    kind: ActivityKind
    actor_id: UUID
    worker_id: UUID | None
    requester_id: UUID | None
    assignee_ids: frozenset[UUID]
    internal: bool
    assigner_id: UUID | None = None


def recipients(facts: Facts) -> list[Told]:
    """Who is told, in the order of their ids (rows are locked in it). Nobody is told of their own deeds."""
    told: dict[UUID, tuple[Channel, ...]] = {}
    if facts.kind in (K.ASSIGNED, K.UNASSIGNED) and facts.worker_id:
        told[facts.worker_id] = MAIL_AND_TEXT if facts.kind is K.ASSIGNED else MAIL
    if facts.kind is K.DECLINED and facts.assigner_id:
        told[facts.assigner_id] = MAIL
    if facts.kind in (K.COMMENTED, K.CANCELLED, K.REOPENED, K.UPDATED):
        told |= dict.fromkeys(facts.assignee_ids, LIVE if facts.kind is K.UPDATED else MAIL)
    asks_requester = facts.kind in (K.STARTED, K.FINISHED, K.CANCELLED, K.REOPENED, K.COMMENTED)
    if facts.requester_id and asks_requester and not facts.internal:
        told[facts.requester_id] = MAIL
    return [Told(person_id, told[person_id]) for person_id in sorted(told) if person_id != facts.actor_id]


async def record(
    viewer: Viewer,
    request: Request,
    kind: ActivityKind,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    internal: bool = False,
    worker_id: UUID | None = None,
    assigner_id: UUID | None = None,
) -> Activity:
    """Writes what happened and the messages that follow; inside the transaction that did it."""
    activity = await Activity.create(
        workspace_id=request.workspace_id,
        request_id=request.id,
        actor_id=viewer.person_id,
        kind=kind,
        before=before or {},
        after=after or {},
        internal=internal,
    )
    after_commit(lambda: bus.publish(Topic.REQUEST, request.id))
    assignees = await Assignment.filter(request_id=request.id, ended_at__isnull=True).values_list(
        "worker_id", flat=True
    )
    ids = frozenset(UUID(str(assignee)) for assignee in assignees)
    facts = Facts(kind, viewer.person_id, worker_id, request.requester_id, ids, internal, assigner_id)
    await _tell(recipients(facts), activity)
    return activity


async def _tell(told: Iterable[Told], activity: Activity) -> None:
    reached: list[UUID] = []
    for each in told:
        person = await Person.filter(id=each.person_id).select_related("role").first()
        if person is not None and await may_hear(person, activity.kind, activity.id):
            await _notify(person, each.channels, activity)
            reached.append(person.id)
    if reached:
        after_commit(lambda: bus.publish(Topic.NEWS, *reached))
        after_commit(outbox.wake)


async def _notify(person: Person, channels: tuple[Channel, ...], activity: Activity) -> None:
    notification = await Notification.create(
        workspace_id=activity.workspace_id,
        recipient_id=person.id,
        request_id=activity.request_id,
        activity_id=activity.id,
        kind=activity.kind,
        seq=await person.next_notification(),
    )
    addresses = {Channel.EMAIL: person.email, Channel.SMS: person.phone}
    for channel in channels:
        if addresses[channel]:
            await Delivery.create(
                workspace_id=activity.workspace_id,
                recipient_id=person.id,
                notification_id=notification.id,
                channel=channel,
                template="request",
            )
