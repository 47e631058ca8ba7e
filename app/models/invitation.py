"""One-time ways in: links, temporary passwords, PINs and confirmations."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from app.models.base import WorkspaceRow, now, reference


class Purpose(StrEnum):
    """What the invitation is for."""

    ACTIVATION = "ACTIVATION"
    ACCESS = "ACCESS"
    RESET = "RESET"
    VERIFY_EMAIL = "VERIFY_EMAIL"
    CHANGE_EMAIL = "CHANGE_EMAIL"


class Method(StrEnum):
    """How the person proves that the invitation reached them."""

    LINK = "LINK"
    TEMPORARY_PASSWORD = "TEMPORARY_PASSWORD"  # noqa: S105 (a method's name)
    PIN = "PIN"
    CONFIRM = "CONFIRM"


class InvitationState(StrEnum):
    """Where an invitation stands; all but PENDING are final."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"
    SUPERSEDED = "SUPERSEDED"


class Invitation(WorkspaceRow):
    person_id: UUID
    person = reference("Person", "invitations")
    purpose = fields.CharEnumField(Purpose, max_length=20)
    method = fields.CharEnumField(Method, max_length=20)
    token_hash = fields.CharField(max_length=64, null=True, unique=True)
    email = fields.CharField(max_length=254, null=True, description="The only address that the link is for")
    expires_at = fields.DatetimeField()
    state = fields.CharEnumField(InvitationState, max_length=12, default=InvitationState.PENDING)
    wrong_tries = fields.IntField(default=0)
    created_by = reference("Person", null=True)
    created_at = fields.DatetimeField(default=now)
    closed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "invitations"
        indexes = (("workspace_id", "state", "expires_at"),)
