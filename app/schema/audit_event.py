"""What was done to whose access: the record that nobody changes."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from app.auth import policy
from app.auth.gates import ANYONE, Requires
from app.auth.permissions import Permission
from app.models import nouns
from app.models.audit_event import AuditKind
from app.reading.page import Order, Page
from app.reading.source import Source
from app.resolvers import audit_event
from app.schema.base import After, Connection, First, Info, Node, TimeRange
from app.schema.enums import described
from app.schema.fields import about, argument, computed, field, given, read, related
from app.schema.person import Card

# Where somebody was before, and what the firm noted for itself.
INSIDE = ("defaultSite", "department", "note", "openWork", "organization", "reason", "reassignTo", "sites")
K = AuditKind
described(
    AuditKind,
    "What was done to somebody's access, or tried.",
    {
        K.SIGNED_IN: "Signed in.",
        K.SIGN_IN_FAILED: "Tried to sign in, in vain.",
        K.SIGNED_OUT: "Signed out.",
        K.SESSION_REVOKED: "Ended other sessions of their own.",
        K.ADMIN_CREATED: "The operator made an administrator.",
        K.PERSON_CREATED: "A person was added.",
        K.PERSON_UPDATED: "A person's details were changed.",
        K.PERSON_DELETED: "A person was deleted.",
        K.ROLE_SET: "A person got another role.",
        K.GRANTS_SET: "A person's own grants were changed.",
        K.DEACTIVATED: "An account was suspended.",
        K.REACTIVATED: "An account was taken back.",
        K.UNLOCKED: "Failed tries to sign in were forgiven.",
        K.PASSWORD_RESET: "A password was reset.",
        K.PASSWORD_RESET_REQUESTED: "Somebody asked for a link to set a new password.",
        K.ROLE_CREATED: "A role was made.",
        K.ROLE_UPDATED: "A role was changed.",
        K.ROLE_DELETED: "A role was deleted.",
        K.WORKSPACE_CREATED: "The workspace was founded.",
        K.SETTINGS_CHANGED: "The settings of the workspace were changed.",
        K.PLACE_CREATED: "An organization, department or site was set up.",
        K.PLACE_UPDATED: "An organization, department or site was changed.",
        K.ACCESS_REVIEWED: "Somebody's access was reviewed.",
        K.LOOKED_UP_HIDDEN: "Somebody asked for a row that is hidden from them.",
        K.REQUEST_DELETED: "A request was deleted.",
        K.INVITATION_SENT: "A link was sent.",
        K.INVITATION_ACCEPTED: "A link was used.",
        K.INVITATION_REVOKED: "A link was taken back.",
        K.TEMPORARY_PASSWORD_SET: "A temporary password or PIN was set.",
        K.PASSWORD_CHANGED: "A person changed their password.",
        K.ACCESS_GRANTED: "A person got access.",
        K.ACCESS_REVOKED: "A person's access was taken away.",
        K.SIGNED_UP: "Somebody signed up.",
        K.EMAIL_VERIFIED: "A person confirmed their e-mail address.",
        K.EMAIL_CHANGE_REQUESTED: "A person asked for another e-mail address.",
        K.EMAIL_CHANGED: "A person's e-mail address was changed.",
        K.LOCKED: "An account was locked after failed tries.",
        K.CALENDAR_FEED_CREATED: "A person made an address for their calendar.",
        K.CALENDAR_FEED_REVOKED: "A person ended the address of their calendar.",
    },
)


@strawberry.type(description="One value before and after.")
class AuditChange:
    name: str = field(ANYONE, "The name of the value.", name="field")
    before: JSON | None = field(ANYONE, "What it was.")
    after: JSON | None = field(ANYONE, "What it is since.")


@strawberry.type(description="Something that was done to access. No secret is ever in it.")
class AuditEvent(Node):
    source = Source(nouns.AUDIT_EVENT)

    kind: AuditKind | None = field(ANYONE, "What was done.")
    created_at: datetime | None = field(ANYONE, "When it was done.", name="at")
    ip: str | None = field(ANYONE, "The address from which a person signed in, or tried.", name="address")
    actor: Card | None = related(ANYONE, "Who did it; null for the operator.")
    subject: Card | None = related(ANYONE, "To whom it was done; null where it is about no person.")

    @computed(
        ANYONE,
        "What changed, by name. Client administrators do not read where people were before, nor the firm's words.",
        "before",
        "after",
    )
    def changes(self, info: Info) -> list[AuditChange]:
        viewer, kept = info.context.viewer, self.__dict__
        before, after = (policy.readable(viewer, kept[side], INSIDE) for side in ("before", "after"))
        names = sorted(before | after)
        return [AuditChange(name=name, before=before.get(name), after=after.get(name)) for name in names]


@strawberry.input(description="Which events; all given fields must match, a list means any of.")
class AuditEventFilter:
    kind: list[AuditKind] | None = about("Of any of these kinds.", default=None)
    subject_id: list[strawberry.ID] | None = about("About any of these people.", default=None)
    actor_id: list[strawberry.ID] | None = about("By any of these people.", default=None)
    at: TimeRange | None = about("At this time.", default=None)


@strawberry.type
class AuditEventQuery:
    @read(Requires(Permission.AUDIT_READ), "The record of access, newest first.")
    def audit_events(
        self,
        info: Info,
        where: Annotated[AuditEventFilter | None, argument("Which ones.")] = None,
        first: First = 25,
        after: After = None,
    ) -> Connection[AuditEvent] | None:
        rows = audit_event.listed(info.context.viewer, given(where))
        return Page(rows, (Order("id", descending=True),), first, after)  # type: ignore[return-value]
