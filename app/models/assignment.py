"""Who works on which request, with history."""

from uuid import UUID

from tortoise import fields

from app.models.base import WorkspaceRow, now, reference


class Assignment(WorkspaceRow):
    request_id: UUID
    worker_id: UUID
    assigned_by_id: UUID
    request = reference("Request", "assignments")
    worker = reference("Person", "assignments", index=False)
    assigned_at = fields.DatetimeField(default=now)
    assigned_by = reference("Person", index=False)
    ended_at = fields.DatetimeField(null=True)
    end_reason = fields.CharField(max_length=500, null=True)
    acknowledged_at = fields.DatetimeField(null=True)

    class Meta:
        table = "assignments"
        indexes = (("worker_id", "request_id"),)

    async def end(self, reason: str | None) -> None:
        """The worker no longer works on the request; the row stays as history."""
        self.ended_at, self.end_reason = now(), reason
        await self.save(update_fields=["ended_at", "end_reason"])

    async def acknowledge(self) -> None:
        """The worker has seen the assignment; a second time changes nothing."""
        self.acknowledged_at = self.acknowledged_at or now()
        await self.save(update_fields=["acknowledged_at"])
