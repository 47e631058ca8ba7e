"""What happened is written once; who is told follows from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from tortoise.expressions import Q

from app.auth.kept import kept
from app.auth.people import direct_grants, facts, own_part, viewer_from
from app.auth.viewer import Viewer
from app.models import Activity, Assignment, Delivery, Notification, Person, Request
from app.models.activity import ActivityKind
from app.models.base import Row
from app.models.database import after_commit
from app.models.delivery import Channel
from app.models.notification import Way
from app.models.workspace import Feature, has_feature
from app.models.writing import Edit, write
from app.notify import digest
from app.notify.bus import Topic, bus
from app.notify.hearing import is_gone, may_hear
from app.notify.outbox import outbox
from app.notify.preferences import Preferences, ways

K = ActivityKind
FOR_ASSIGNEES = (K.COMMENTED, K.CANCELLED, K.REOPENED, K.UPDATED, K.ATTACHED)


@dataclass(frozen=True)
class Told:
    """Somebody who hears of it, and how."""

    person_id: UUID
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Listener:
    """Somebody who may be told: where they are reached, and what they may open."""

    id: UUID
    preferences: Preferences
    addresses: Mapping[Way, str | None]
    viewer: Viewer


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
    watcher_ids: frozenset[UUID] = frozenset()


def concerned(facts: Facts) -> set[UUID]:
    """Whom it is news for. Nobody is told of their own deeds."""
    people: set[UUID | None] = set()
    if facts.kind in (K.ASSIGNED, K.UNASSIGNED):
        people.add(facts.worker_id)
    if facts.kind is K.DECLINED:
        people.add(facts.assigner_id)
    if facts.kind in FOR_ASSIGNEES:
        people |= facts.assignee_ids
    if facts.kind is K.CREATED:
        people |= facts.watcher_ids
    asks_requester = facts.kind in (K.STARTED, K.FINISHED, K.CANCELLED, K.REOPENED, K.COMMENTED)
    if asks_requester and not facts.internal:
        people.add(facts.requester_id)
    return {person_id for person_id in people if person_id} - {facts.actor_id}


def recipients(facts: Facts, preferences: Mapping[UUID, Preferences]) -> list[Told]:
    """Who is told, in the order of their ids (rows are locked in it), by the ways that each prefers."""
    people = [Told(key, ways(facts.kind, preferences.get(key, {}))) for key in sorted(concerned(facts))]
    return [each for each in people if each.ways]


async def record(
    viewer: Viewer,
    request: Request,
    kind: ActivityKind,
    *deeds: Row | Edit,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    internal: bool = False,
    worker_id: UUID | None = None,
    assigner_id: UUID | None = None,
    watcher_ids: frozenset[UUID] = frozenset(),
) -> Activity:
    """Writes what happened, the deeds that are not written yet among it, and the messages that follow.

    Inside the transaction that did it; watchers hear of it as far as they may open the request.
    """
    activity = Activity(
        workspace_id=request.workspace_id,
        request_id=request.id,
        actor_id=viewer.person_id,
        kind=kind,
        before=before or {},
        after=after or {},
        internal=internal,
    )
    await write(*deeds, activity)
    after_commit(lambda: bus.publish(Topic.REQUEST, request.id))
    ids = await _assignees(request) if kind in FOR_ASSIGNEES else frozenset()
    facts = Facts(kind, viewer.person_id, worker_id, request.requester_id, ids, internal, assigner_id, watcher_ids)
    people = {each.id: each for each in await _listeners(concerned(facts), activity.created_at)}
    told = recipients(facts, {key: person.preferences for key, person in people.items()})
    await _tell([(people[each.person_id], each.ways) for each in told if each.person_id in people], activity)
    return activity


async def _assignees(request: Request) -> frozenset[UUID]:
    working = Assignment.filter(request_id=request.id, ended_at__isnull=True)
    return frozenset(UUID(str(key)) for key in await working.values_list("worker_id", flat=True))


async def lock_watchers(workspace_id: UUID, *named: UUID) -> frozenset[UUID]:
    """Who chose to be told of every new request; they and those whom it names are locked, by their ids.

    That is to be done before the request takes its number, since people are locked before the workspace.
    """
    return frozenset(person.id for person in await _locked(workspace_id, named) if person.watches)


@kept
def _locked(workspace_id: UUID, named: tuple[UUID, ...]) -> Any:
    rows = Person.filter(Q(watches=True) | Q(id__in=named), workspace_id=workspace_id)
    return rows.order_by("id").select_for_update(no_key=True)


async def _listeners(ids: set[UUID], moment: datetime) -> list[Listener]:
    """Those who can be told anything: nobody hears after their account has ended."""
    found = await _people(tuple(sorted(ids))) if ids else []
    return [_listener(row, moment) for row in found if not is_gone(row["status"])]


@kept
def _people(ids: tuple[UUID, ...]) -> Any:
    rows = Person.filter(id__in=ids).annotate(direct=direct_grants("people.id"))
    return rows.values("direct", "preferences", "email", "phone", features="workspace__features", **facts())


def _listener(row: Mapping[str, Any], moment: datetime) -> Listener:
    """Somebody by their row. An operator can do without messages to phones."""
    phone = row["phone"] if has_feature(orjson.loads(row["features"]), Feature.SMS) else None
    addresses = {Way.EMAIL: row["email"], Way.SMS: phone}
    eyes = viewer_from(row, moment, own_part)
    return Listener(eyes.person_id, orjson.loads(row["preferences"]), addresses, eyes)


async def _tell(told: Sequence[tuple[Listener, tuple[Way, ...]]], activity: Activity) -> None:
    reached: list[UUID] = []
    for person, by in told:
        if await may_hear(person.viewer, activity.kind, activity.id):
            await _notify(person, by, activity)
            reached.append(person.id)
    if reached:
        after_commit(lambda: bus.publish(Topic.NEWS, *reached))
        after_commit(outbox.wake)


async def _notify(person: Listener, by: tuple[Way, ...], activity: Activity) -> None:
    tenant: dict[str, Any] = {"workspace_id": activity.workspace_id, "recipient_id": person.id}
    notification = Notification(
        **tenant,
        request_id=activity.request_id,
        activity_id=activity.id,
        kind=activity.kind,
        live=Way.LIVE in by,
        digest=Way.DIGEST in by,
    )
    ways = [way for way in by if person.addresses.get(way)]
    ids = {"notification_id": notification.id, "template": "request"}
    await write(notification, *(Delivery(**tenant, **ids, channel=Channel(way)) for way in ways))
    if Way.DIGEST in by:  # last, since the person's row is to be locked before the digest's
        await digest.schedule(person.id, activity.workspace_id)
