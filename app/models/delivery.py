"""The outbox: one row per message that has to leave."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields

from app.models.base import WorkspaceRow, now, reference


class Channel(StrEnum):
    """The way a message takes."""

    EMAIL = "EMAIL"
    SMS = "SMS"


class DeliveryState(StrEnum):
    """How far a message has come; SENDING is held by one process for the length of its lease."""

    QUEUED = "QUEUED"
    SENDING = "SENDING"
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


class Delivery(WorkspaceRow):
    recipient_id: UUID
    notification_id: UUID | None
    invitation_id: UUID | None
    recipient = reference("Person", "deliveries")
    notification = reference("Notification", "deliveries", null=True)
    invitation = reference("Invitation", "deliveries", null=True)
    channel = fields.CharEnumField(Channel, max_length=10)
    template = fields.CharField(max_length=60)
    data: Any = fields.JSONField(default=dict, description="Words for the template, never a secret")
    state = fields.CharEnumField(DeliveryState, max_length=12, default=DeliveryState.QUEUED)
    attempts = fields.IntField(default=0)
    next_attempt_at = fields.DatetimeField(default=now)
    unclear = fields.BooleanField(
        default=False, description="The last attempt may have arrived: look before retrying"
    )
    provider_code = fields.CharField(max_length=60, null=True)
    provider_reason = fields.CharField(max_length=500, null=True)
    created_at = fields.DatetimeField(default=now)
    sent_at = fields.DatetimeField(null=True)

    class Meta:
        table = "deliveries"
        indexes = (("state", "next_attempt_at"), ("workspace_id", "id"))
