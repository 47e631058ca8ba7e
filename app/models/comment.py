"""What people say about a request."""

from uuid import UUID

from tortoise import fields

from app.models.base import WorkspaceRow, now, reference


class Comment(WorkspaceRow):
    request_id: UUID
    author_id: UUID
    request = reference("Request", "comments", index=False)
    author = reference("Person")
    body = fields.TextField()
    internal = fields.BooleanField(default=False, description="Not for client contacts")
    created_at = fields.DatetimeField(default=now)

    class Meta:
        table = "comments"
        indexes = (("request_id", "id"),)
