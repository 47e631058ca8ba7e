"""What one person was told, in an order that no cursor can miss."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from app.models.activity import ActivityKind
from app.models.base import WorkspaceRow, now, reference


class Way(StrEnum):
    """A way by which somebody hears of news."""

    LIVE = "LIVE"
    EMAIL = "EMAIL"
    SMS = "SMS"
    DIGEST = "DIGEST"


class Notification(WorkspaceRow):
    recipient_id: UUID
    request_id: UUID
    activity_id: UUID
    seq = fields.BigIntField(description="Grows by one per recipient, given under the recipient's row lock")
    recipient = reference("Person", "notifications", index=False)
    request = reference("Request")
    activity = reference("Activity", "notifications")
    kind = fields.CharEnumField(ActivityKind, max_length=20, description="What happened")
    live = fields.BooleanField(default=True, description="Whether it is in the inbox, and told at once")
    digest = fields.BooleanField(default=False, description="Whether the daily e-mail tells it if it is unread")
    read_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(default=now)

    class Meta:
        table = "notifications"
        unique_together = (("recipient", "seq"),)
