"""When somebody's next daily e-mail is due, and how far the last one told."""

from datetime import date, datetime
from uuid import UUID

from tortoise import fields

from app.models.base import WorkspaceRow, reference


class Digest(WorkspaceRow):
    person_id: UUID
    person = reference("Person", index=False)
    due_at = fields.DatetimeField(null=True, db_index=True, description="Null while nothing waits for it")
    last_on = fields.DateField(null=True, description="The day of the last one, where the workspace is")
    upto = fields.BigIntField(default=0, description="The newest notification that one has told")

    class Meta:
        table = "digests"
        unique_together = (("person",),)

    async def schedule(self, due_at: datetime) -> None:
        """The next one is written at this instant."""
        self.due_at = due_at
        await self.save(update_fields=["due_at"])

    async def close(self, today: date, upto: int) -> None:
        """The one of today has been written, or had nothing to tell; the next waits for news."""
        self.due_at, self.last_on, self.upto = None, today, upto
        await self.save(update_fields=["due_at", "last_on", "upto"])
