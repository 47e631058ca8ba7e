"""Tokens with which partners script the graph."""

from typing import Any
from uuid import UUID

from tortoise import fields

from app.models.base import WorkspaceRow, now, reference


class ApiToken(WorkspaceRow):
    owner_id: UUID
    owner = reference("Person", "api_tokens")
    prefix = fields.CharField(max_length=12)
    token_hash = fields.CharField(max_length=64, unique=True)
    name = fields.CharField(max_length=120)
    scopes: Any = fields.JSONField(default=list)
    created_at = fields.DatetimeField(default=now)
    expires_at = fields.DatetimeField(null=True)
    last_used_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "api_tokens"
