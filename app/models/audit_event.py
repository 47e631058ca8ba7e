"""Every change of access and every sign-in: append-only, never a secret."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields

from app.models.base import WorkspaceRow, now, reference


class AuditKind(StrEnum):
    """What was done to somebody's access, or tried; and what was deleted."""

    SIGNED_IN = "SIGNED_IN"
    SIGN_IN_FAILED = "SIGN_IN_FAILED"
    SIGNED_OUT = "SIGNED_OUT"
    SESSION_REVOKED = "SESSION_REVOKED"
    ADMIN_CREATED = "ADMIN_CREATED"
    PERSON_CREATED = "PERSON_CREATED"
    PERSON_UPDATED = "PERSON_UPDATED"
    PERSON_DELETED = "PERSON_DELETED"
    ROLE_SET = "ROLE_SET"
    GRANTS_SET = "GRANTS_SET"
    DEACTIVATED = "DEACTIVATED"
    REACTIVATED = "REACTIVATED"
    UNLOCKED = "UNLOCKED"
    PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105 (what was done)
    ROLE_CREATED = "ROLE_CREATED"
    ROLE_UPDATED = "ROLE_UPDATED"
    ROLE_DELETED = "ROLE_DELETED"
    WORKSPACE_CREATED = "WORKSPACE_CREATED"
    SETTINGS_CHANGED = "SETTINGS_CHANGED"
    PLACE_CREATED = "PLACE_CREATED"
    PLACE_UPDATED = "PLACE_UPDATED"
    ACCESS_REVIEWED = "ACCESS_REVIEWED"
    LOOKED_UP_HIDDEN = "LOOKED_UP_HIDDEN"
    REQUEST_DELETED = "REQUEST_DELETED"
    INVITATION_SENT = "INVITATION_SENT"
    INVITATION_ACCEPTED = "INVITATION_ACCEPTED"
    INVITATION_REVOKED = "INVITATION_REVOKED"
    TEMPORARY_PASSWORD_SET = "TEMPORARY_PASSWORD_SET"  # noqa: S105 (what was done)
    PASSWORD_RESET_REQUESTED = "PASSWORD_RESET_REQUESTED"  # noqa: S105 (what was done)
    PASSWORD_CHANGED = "PASSWORD_CHANGED"  # noqa: S105 (what was done)
    ACCESS_GRANTED = "ACCESS_GRANTED"
    ACCESS_REVOKED = "ACCESS_REVOKED"
    SIGNED_UP = "SIGNED_UP"
    EMAIL_VERIFIED = "EMAIL_VERIFIED"
    EMAIL_CHANGE_REQUESTED = "EMAIL_CHANGE_REQUESTED"
    EMAIL_CHANGED = "EMAIL_CHANGED"
    LOCKED = "LOCKED"
    CALENDAR_FEED_CREATED = "CALENDAR_FEED_CREATED"
    CALENDAR_FEED_REVOKED = "CALENDAR_FEED_REVOKED"


class AuditEvent(WorkspaceRow):
    actor_id: UUID | None
    subject_id: UUID | None
    organization_id: UUID | None
    actor = reference("Person", null=True)
    subject = reference("Person", null=True)
    organization = reference("Organization", null=True)
    kind = fields.CharEnumField(AuditKind, max_length=40, description="What was done")
    before: Any = fields.JSONField(default=dict)
    after: Any = fields.JSONField(default=dict)
    ip = fields.CharField(max_length=45, default="")
    created_at = fields.DatetimeField(default=now)

    class Meta:
        table = "audit_events"
        indexes = (("workspace_id", "id"),)
