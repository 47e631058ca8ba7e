"""Signed-in browsers, phones and scripts."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from app.models.base import WorkspaceRow, now, reference
from app.models.role import Audience


class Client(StrEnum):
    """The kind of program that signed in."""

    WEB = "WEB"
    API = "API"
    MOBILE = "MOBILE"


class Session(WorkspaceRow):
    person_id: UUID
    person = reference("Person", "sessions")
    audience = fields.CharEnumField(Audience, max_length=10)
    client = fields.CharEnumField(Client, max_length=10)
    token_hash = fields.CharField(max_length=64, unique=True, description="SHA-256 of 256 random bits")
    created_at = fields.DatetimeField(default=now)
    last_seen_at = fields.DatetimeField(default=now)
    expires_at = fields.DatetimeField()
    ip = fields.CharField(max_length=45, default="")
    user_agent = fields.CharField(max_length=300, default="")
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "sessions"
