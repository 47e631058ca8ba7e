"""The kinds of rows as the graph names them, and their typed ids.

Three nouns share the table of people: a user, a worker and a contact are faces of one person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tortoise.models import Model

from app import models as m
from app.models.attachment import AttachmentState


@dataclass(frozen=True, eq=False)
class Noun:
    """A kind of row: the prefix of its ids, its table, and which rows of the table are of the kind."""

    prefix: str
    model: type[Model]
    where: Mapping[str, Any] = field(default_factory=dict)

    def id(self, key: UUID | str) -> str:
        """The opaque id that clients see: the prefix and a UUID without dashes."""
        return f"{self.prefix}_{str(key).replace('-', '')}"

    def key(self, text: str) -> UUID | None:
        """The row's key in an id of this noun, or None if the text is no such id."""
        prefix, _, digits = text.partition("_")
        if prefix != self.prefix or len(digits) != 32 or not set(digits) <= HEX:
            return None
        return UUID(digits)


HEX = frozenset("0123456789abcdef")

WORKSPACE = Noun("wsp", m.Workspace)
VIEWER = Noun("vwr", m.Person)
USER = Noun("usr", m.Person)
WORKER = Noun("wrk", m.Person, {"is_worker": True})
CONTACT = Noun("con", m.Person, {"organization_id__isnull": False})
CARD = Noun("crd", m.Person)
ROLE = Noun("rol", m.Role)
ORGANIZATION = Noun("org", m.Organization)
DEPARTMENT = Noun("dep", m.Department)
SITE = Noun("sit", m.Site)
REQUEST = Noun("req", m.Request, {"deleted_at__isnull": True})
ASSIGNMENT = Noun("asg", m.Assignment)
COMMENT = Noun("cmt", m.Comment)
ACTIVITY = Noun("act", m.Activity)
CALENDAR_FEED = Noun("cal", m.CalendarFeed)
ATTACHMENT = Noun("att", m.Attachment, {"state": AttachmentState.READY})
CONTACT_NOTE = Noun("cnt", m.ContactNote)
NOTIFICATION = Noun("ntf", m.Notification)
DELIVERY = Noun("dlv", m.Delivery)
INVITATION = Noun("inv", m.Invitation)
SAVED_VIEW = Noun("viw", m.SavedView)
EXPORT_JOB = Noun("exp", m.ExportJob)
SESSION = Noun("ses", m.Session)
AUDIT_EVENT = Noun("aud", m.AuditEvent)

NOUNS = (
    WORKSPACE,
    VIEWER,
    USER,
    WORKER,
    CONTACT,
    CARD,
    ROLE,
    ORGANIZATION,
    DEPARTMENT,
    SITE,
    REQUEST,
    ASSIGNMENT,
    COMMENT,
    ACTIVITY,
    ATTACHMENT,
    CALENDAR_FEED,
    CONTACT_NOTE,
    NOTIFICATION,
    DELIVERY,
    INVITATION,
    SAVED_VIEW,
    EXPORT_JOB,
    SESSION,
    AUDIT_EVENT,
)


# What a person can be.
FACES = (USER, WORKER, CONTACT)


def noun_of(text: str) -> Noun | None:
    """The noun whose prefix an id bears."""
    prefix = text.partition("_")[0]
    return next((noun for noun in NOUNS if noun.prefix == prefix), None)
