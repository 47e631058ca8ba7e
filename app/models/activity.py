"""Who did what to which request: append-only."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields

from app.models.base import WorkspaceRow, now, reference


class ActivityKind(StrEnum):
    """What happened to a request."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    ASSIGNED = "ASSIGNED"
    UNASSIGNED = "UNASSIGNED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    DECLINED = "DECLINED"
    STARTED = "STARTED"
    HELD = "HELD"
    FINISHED = "FINISHED"
    CANCELLED = "CANCELLED"
    REOPENED = "REOPENED"
    COMMENTED = "COMMENTED"
    ATTACHED = "ATTACHED"
    DETACHED = "DETACHED"


class Activity(WorkspaceRow):
    request_id: UUID
    actor_id: UUID
    request = reference("Request", "activities", index=False)
    actor = reference("Person")
    kind = fields.CharEnumField(ActivityKind, max_length=20, description="What happened")
    before: Any = fields.JSONField(default=dict)
    after: Any = fields.JSONField(default=dict)
    internal = fields.BooleanField(default=False, description="Not for client contacts")
    created_at = fields.DatetimeField(default=now)

    class Meta:
        table = "activities"
        indexes = (("request_id", "id"),)
