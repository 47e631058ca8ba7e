"""Files that hang on a request. The row comes before the file and goes after it, so that no file is forgotten."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from app.models.base import WorkspaceRow, now, reference


class AttachmentState(StrEnum):
    """Whether the file is there: only READY rows are shown, the others wait for the sweeper."""

    PENDING = "PENDING"
    READY = "READY"
    DISCARDED = "DISCARDED"


class Attachment(WorkspaceRow):
    request_id: UUID
    author_id: UUID
    request = reference("Request", "attachments", index=False)
    author = reference("Person")
    name = fields.CharField(max_length=200)
    media_type = fields.CharField(max_length=120)
    size = fields.BigIntField(description="In bytes")
    internal = fields.BooleanField(default=False, description="Not for client contacts")
    state = fields.CharEnumField(AttachmentState, max_length=10, default=AttachmentState.PENDING, description="Where")
    created_at = fields.DatetimeField(default=now)

    class Meta:
        table = "attachments"
        indexes = (("request_id", "id"),)

    @property
    def place(self) -> str:
        """Where the file lies in the store; nothing in it comes from a client."""
        return f"{self.workspace_id}/{self.id}"

    async def arrive(self) -> bool:
        """The file is in the store. False if it was given up meanwhile."""
        pending = Attachment.filter(id=self.id, state=AttachmentState.PENDING)
        return bool(await pending.update(state=AttachmentState.READY))

    async def discard(self) -> None:
        """No path shows the attachment any more; the sweeper removes the file and then the row."""
        await Attachment.filter(id=self.id).update(state=AttachmentState.DISCARDED)

    @classmethod
    async def discard_all(cls, request_id: UUID) -> None:
        """The same for everything that hangs on a request."""
        await cls.filter(request_id=request_id).update(state=AttachmentState.DISCARDED)
