"""What every table has in common."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model
from uuid_utils.compat import uuid7

from app.models.refusal import ErrorCode, Refusal


def reference(model: str, related_name: str | None = None, *, null: bool = False, index: bool = True) -> Any:
    """A foreign key that never deletes along; without `index` where a composite index begins with it."""
    field: Any = fields.ForeignKeyField
    restrict = fields.OnDelete.RESTRICT
    name = related_name or False
    return field(f"models.{model}", related_name=name, null=null, on_delete=restrict, db_index=index)


def now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


class Versioned:
    """A row whose version grows with every change."""

    version: Any

    def expect(self, version: int | None) -> None:
        """Guards against lost updates. Raises CONFLICT if the row has changed since `version` was read."""
        if version is not None and version != self.version:
            raise Refusal(ErrorCode.CONFLICT, "expectedVersion", version=self.version)


class Row(Model):
    """A row with a time-ordered id (UUIDv7, RFC 9562), so that ids sort by age."""

    id = fields.UUIDField(primary_key=True, default=uuid7)

    class Meta:
        abstract = True


class WorkspaceRow(Row):
    """A row of one workspace: the tenant's fence stands on every table."""

    workspace_id: UUID
    workspace = reference("Workspace", index=False)

    class Meta:
        abstract = True
