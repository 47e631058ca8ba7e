"""Exports that run beside the requests."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields

from app.models.base import WorkspaceRow, now, reference


class ExportFormat(StrEnum):
    """The kind of file."""

    EXCEL = "EXCEL"
    PDF = "PDF"


class ExportState(StrEnum):
    """How far an export has come."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"


class ExportJob(WorkspaceRow):
    owner_id: UUID
    owner = reference("Person", "export_jobs")
    list_name = fields.CharField(max_length=40)
    columns: Any = fields.JSONField(default=list)
    order_by: Any = fields.JSONField(default=list)
    where: Any = fields.JSONField(default=dict)
    search = fields.CharField(max_length=200, null=True)
    format = fields.CharEnumField(ExportFormat, max_length=10)
    state = fields.CharEnumField(ExportState, max_length=12, default=ExportState.QUEUED)
    progress = fields.IntField(default=0, description="Rows written so far")
    file_path = fields.CharField(max_length=300, null=True)
    created_at = fields.DatetimeField(default=now)
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "export_jobs"
