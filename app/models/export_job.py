"""Exports that run beside the requests."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields

from app.models.base import WorkspaceRow, now, reference
from app.models.listing import ListName


class ExportFormat(StrEnum):
    """The kind of file."""

    EXCEL = "EXCEL"
    PDF = "PDF"


class ExportState(StrEnum):
    """How far an export has come; RUNNING is held by one process for the length of its lease."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


class ExportReason(StrEnum):
    """Why an export has no file."""

    ASKED = "ASKED"
    ACCESS_ENDED = "ACCESS_ENDED"
    TOO_MANY_ROWS = "TOO_MANY_ROWS"
    BROKEN = "BROKEN"


S = ExportState
OPEN = (S.QUEUED, S.RUNNING)


class ExportJob(WorkspaceRow):
    owner_id: UUID
    owner = reference("Person", "export_jobs", index=False)
    list_name = fields.CharEnumField(ListName, max_length=40, description="Which list")
    columns: Any = fields.JSONField(default=list)
    order_by: Any = fields.JSONField(default=list)
    where: Any = fields.JSONField(null=True)
    search = fields.CharField(max_length=200, null=True)
    title = fields.CharField(max_length=120, null=True, description="The name of the view that it was made of")
    format = fields.CharEnumField(ExportFormat, max_length=10)
    rights: Any = fields.JSONField(
        default=list, description="[[permission, scope]] of who asked: never more than these"
    )
    seen: Any = fields.JSONField(
        null=True, description="What its owner saw when the file was made: who sees less has no file"
    )
    state = fields.CharEnumField(ExportState, max_length=12, default=ExportState.QUEUED)
    reason = fields.CharEnumField(ExportReason, max_length=20, null=True)
    total = fields.IntField(null=True, description="Rows to write, as counted at the start")
    progress = fields.IntField(default=0, description="Rows written so far")
    attempts = fields.IntField(default=0)
    next_attempt_at = fields.DatetimeField(default=now)
    file_path = fields.CharField(max_length=300, null=True)
    created_at = fields.DatetimeField(default=now)
    finished_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True, description="When the file is deleted")

    class Meta:
        table = "export_jobs"
        indexes = (("state", "next_attempt_at"), ("owner_id", "id"))

    async def end(self, state: ExportState, **values: Any) -> bool:
        """Ends the job, unless it has ended already; tells whether this call did."""
        values = {"state": state, "finished_at": now(), **values}
        return bool(await ExportJob.filter(id=self.id, state__in=list(OPEN)).update(**values))
