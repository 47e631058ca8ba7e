"""Lists as somebody likes to see them."""

from typing import Any
from uuid import UUID

from tortoise import fields

from app.models.base import WorkspaceRow, now, reference


class SavedView(WorkspaceRow):
    owner_id: UUID
    owner = reference("Person", "saved_views")
    list_name = fields.CharField(max_length=40)
    name = fields.CharField(max_length=120)
    columns: Any = fields.JSONField(default=list)
    order_by: Any = fields.JSONField(default=list)
    where: Any = fields.JSONField(default=dict)
    search = fields.CharField(max_length=200, null=True)
    shared = fields.BooleanField(default=False)
    created_at = fields.DatetimeField(default=now)

    class Meta:
        table = "saved_views"
