"""The tenant: one business with its people, roles, sites and requests."""

from typing import Any

from tortoise import fields
from tortoise.expressions import F

from app.models.base import Row, now


def default_languages() -> list[str]:
    """The languages that a new workspace speaks."""
    return ["en", "fr"]


class Workspace(Row):
    name = fields.CharField(max_length=200)
    slug = fields.CharField(max_length=60, unique=True)
    languages: Any = fields.JSONField(default=default_languages)
    default_language = fields.CharField(max_length=5, default="en")
    features: Any = fields.JSONField(default=dict)
    policies: Any = fields.JSONField(default=dict)
    public_url = fields.CharField(max_length=300, null=True)
    time_zone = fields.CharField(max_length=60, default="UTC")
    last_request_number = fields.IntField(default=1000)
    last_tombstone = fields.IntField(default=0)
    created_at = fields.DatetimeField(default=now)

    class Meta:
        table = "workspaces"

    async def next_request_number(self) -> int:
        """The next number of a request; inside a transaction, since it locks the workspace's row."""
        await Workspace.filter(id=self.id).update(last_request_number=F("last_request_number") + 1)
        await self.refresh_from_db(fields=["last_request_number"])
        return int(self.last_request_number)
