"""Notes that staff keep about a client contact."""

from uuid import UUID

from tortoise import fields

from app.models.base import WorkspaceRow, now, reference


class ContactNote(WorkspaceRow):
    contact_id: UUID
    author_id: UUID
    contact = reference("Person", "notes")
    author = reference("Person")
    body = fields.TextField()
    created_at = fields.DatetimeField(default=now)

    class Meta:
        table = "contact_notes"
