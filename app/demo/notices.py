"""What people have been told, and the notes that the office keeps about its clients."""

from datetime import timedelta
from uuid import UUID

from app.demo.house import EVERYTHING, House, Member
from app.demo.phrases import CONTACT_NOTES
from app.models import Activity, Assignment, ContactNote, Delivery, Notification, Request
from app.models.activity import ActivityKind
from app.models.delivery import Channel, DeliveryState
from app.models.person import ASSIGNABLE
from app.models.request import CLOSED

RECENT, UNREAD, MAILED = timedelta(days=90), timedelta(days=6), timedelta(days=21)
BOUNCE = ("550", "5.1.1 The mailbox does not exist")


def tell_everybody(house: House) -> None:
    """Adds a notification for all news of late, and for every open assignment of work to do."""
    people = {member.person.id: member for member in house.members}
    current = _current(house)
    for activity, told in sorted(house.news, key=lambda news: (news[0].created_at, news[0].id)):
        for person_id in told:
            recent = activity.created_at > house.clock.moment - RECENT
            to_do = activity.kind is ActivityKind.ASSIGNED and (activity.request_id, person_id) in current
            if (recent or to_do) and people[person_id].person.status in ASSIGNABLE:
                notification = _notify(house, people[person_id], activity, current)
                _mail(house, people[person_id], notification)


def _current(house: House) -> dict[tuple[UUID, UUID], Assignment]:
    """The open assignments of requests that are not closed, by request and worker."""
    closed = {request.id for request in house.all(Request) if request.status in CLOSED}
    return {
        (each.request_id, each.worker_id): each
        for each in house.all(Assignment)
        if each.ended_at is None and each.request_id not in closed
    }


def _notify(
    house: House, member: Member, activity: Activity, current: dict[tuple[UUID, UUID], Assignment]
) -> Notification:
    member.person.notification_seq += 1
    notification = house.add(
        Notification,
        activity.created_at,
        recipient_id=member.person.id,
        request_id=activity.request_id,
        activity_id=activity.id,
        kind=activity.kind,
        seq=member.person.notification_seq,
        created_at=activity.created_at,
    )
    assignment = current.get((activity.request_id, member.person.id))
    age = house.clock.moment - activity.created_at
    if assignment and activity.kind is ActivityKind.ASSIGNED:
        notification.read_at = assignment.acknowledged_at
    elif member.signs_in and house.chance(0.97 if age > UNREAD else 0.4):
        notification.read_at = house.clock.soon(activity.created_at, timedelta(hours=9))
    return notification


def _mail(house: House, member: Member, notification: Notification) -> None:
    """Mails of the last weeks, sent long ago or given up: loading the demo sends nothing."""
    age = house.clock.moment - notification.created_at
    if not member.person.email or notification.kind is not ActivityKind.ASSIGNED or age > MAILED:
        return
    bounced = house.chance(0.03)
    house.add(
        Delivery,
        notification.created_at,
        recipient_id=member.person.id,
        notification_id=notification.id,
        channel=Channel.EMAIL,
        template="request",
        state=DeliveryState.FAILED if bounced else DeliveryState.SENT,
        attempts=1,
        next_attempt_at=notification.created_at,
        provider_code=BOUNCE[0] if bounced else None,
        provider_reason=BOUNCE[1] if bounced else None,
        created_at=notification.created_at,
        sent_at=None if bounced else notification.created_at + timedelta(seconds=2),
    )


def note_contacts(house: House) -> None:
    """Adds notes about a third of the contacts."""
    keepers = house.with_role("ADMIN", "MANAGER")
    keepers += [m for m in house.with_role("STAFF") if {"CLIENT_LIST", *EVERYTHING} & set(m.boxes)]
    keepers = [m for m in keepers if m.left is None and m.signs_in]
    for member in house.members:
        if member.client is None or not house.chance(0.35):
            continue
        for text in house.random.sample(CONTACT_NOTES, house.random.choice((1, 1, 2))):
            author = house.random.choice(keepers)
            written = house.clock.between(max(member.joined, author.joined), house.clock.moment)
            house.add(
                ContactNote,
                written,
                contact_id=member.person.id,
                author_id=author.person.id,
                body=text.to(house.firm.language),
                created_at=written,
            )
