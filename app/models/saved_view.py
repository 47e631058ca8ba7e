"""Lists as somebody likes to see them."""

from typing import Any
from uuid import UUID

from tortoise import fields

from app.models.base import WorkspaceRow, now, reference
from app.models.listing import ListName


class SavedView(WorkspaceRow):
    owner_id: UUID
    owner = reference("Person", "saved_views", index=False)
    list_name = fields.CharEnumField(ListName, max_length=40, description="Which list")
    name = fields.CharField(max_length=120)
    columns: Any = fields.JSONField(default=list, description="Names of columns, in order")
    order_by: Any = fields.JSONField(default=list, description="[{field, direction}]")
    where: Any = fields.JSONField(null=True, description="The filter as clients write it")
    search = fields.CharField(max_length=200, null=True)
    shared = fields.BooleanField(default=False, description="For all staff of the workspace")
    created_at = fields.DatetimeField(default=now)
    updated_at = fields.DatetimeField(default=now)

    class Meta:
        table = "saved_views"
        unique_together = (("owner", "list_name", "name"),)
        indexes = (("workspace_id", "name", "id"),)
