"""How people came to their access: check boxes, invitations and the latest sign-in."""

from datetime import timedelta

from app.auth.permissions import BUNDLES, Bundle
from app.demo.house import House, Member
from app.models import AuditEvent, DirectGrant, Invitation
from app.models.audit_event import AuditKind
from app.models.invitation import InvitationState, Method, Purpose
from app.models.person import AccountStatus

LINK_LIFETIME, PASSWORD_LIFETIME = timedelta(days=7), timedelta(hours=72)
SETTLED, LOOKED_BACK = timedelta(days=60), timedelta(days=300)


def open_access(house: House, member: Member) -> None:
    """Adds the rows that go with the person's account."""
    person = member.person
    if person.status is not AccountStatus.DELETED:
        _tick_boxes(house, member)
    if person.status is AccountStatus.INVITED and person.email:
        _send_link(house, member)
    elif person.status is AccountStatus.INVITED:
        _set_temporary_password(house, member)
    _audit(house, member)
    _look_over(house, member)


def _look_over(house: House, member: Member) -> None:
    """Most who have been here for long were looked over once, some too long ago."""
    moment = house.clock.moment
    since = max(member.joined, moment - LOOKED_BACK)
    if member.person.status is not AccountStatus.DELETED and moment - since > SETTLED and house.chance(0.7):
        member.person.reviewed_at = house.clock.between(since, moment)


def _tick_boxes(house: House, member: Member) -> None:
    given = member.joined + timedelta(minutes=5)
    for bundle in member.boxes:
        for grant in BUNDLES[Bundle(bundle)]:
            house.add(
                DirectGrant,
                given,
                person_id=member.person.id,
                permission=grant.permission,
                scope=grant.scope,
                bundle=bundle,
                granted_by_id=house.admin.id,
                created_at=given,
            )


def _send_link(house: House, member: Member) -> None:
    sent = house.clock.between(house.clock.moment - timedelta(days=13), house.clock.moment)
    expires = sent + LINK_LIFETIME
    expired = expires < house.clock.moment
    house.add(
        Invitation,
        sent,
        person_id=member.person.id,
        purpose=Purpose.ACTIVATION,
        method=Method.LINK,
        token_hash=f"{house.random.getrandbits(256):064x}",  # of no token: nobody was sent one
        email=member.person.email,
        expires_at=expires,
        state=InvitationState.EXPIRED if expired else InvitationState.PENDING,
        created_by_id=house.admin.id,
        created_at=sent,
        closed_at=expires if expired else None,
    )


def _set_temporary_password(house: House, member: Member) -> None:
    sent = house.clock.between(house.clock.moment - timedelta(hours=40), house.clock.moment)
    member.person.password_hash, member.person.must_change_password = house.password_hash, True
    house.add(
        Invitation,
        sent,
        person_id=member.person.id,
        purpose=Purpose.ACTIVATION,
        method=Method.TEMPORARY_PASSWORD,
        expires_at=sent + PASSWORD_LIFETIME,
        created_by_id=house.admin.id,
        created_at=sent,
    )


def _audit(house: House, member: Member) -> None:
    """The founding of the workspace, and the last sign-in of each person."""
    person = member.person
    entries = [(AuditKind.ADMIN_CREATED, member.joined, None)] if member.role == "ADMIN" else []
    for kind, at, actor in [*entries, (AuditKind.SIGNED_IN, person.last_login_at, person.id)]:
        if at is not None:
            house.add(
                AuditEvent,
                at,
                actor_id=actor,
                subject_id=person.id,
                organization_id=person.organization_id,
                kind=kind,
                after={"client": "WEB"} if actor else {},
                ip=f"203.0.113.{house.random.randrange(1, 255)}" if actor else "",
                created_at=at,
            )
