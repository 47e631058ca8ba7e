"""Files on a request. They come and go over HTTP, under the credentials and rules of the graph."""

from datetime import datetime

import strawberry

from app.auth.gates import ANYONE, Requires
from app.auth.permissions import Permission
from app.models import nouns
from app.reading.source import Source
from app.resolvers import attachment
from app.schema.assignment import RequestPayload
from app.schema.base import Info, Node
from app.schema.fields import about, computed, field, related
from app.schema.payload import mutation
from app.schema.person import Card
from app.settings import settings

PATH = "/files/attachments"


@strawberry.type(
    description="A file on a request. It is handed in with the file as the body of "
    f"POST {PATH}?requestId=req_…&name=…&isInternal=false."
)
class Attachment(Node):
    source = Source(nouns.ATTACHMENT)

    name: str | None = field(ANYONE, "The name under which it is saved.")
    media_type: str | None = field(ANYONE, "What it is, by its content.")
    size: int | None = field(ANYONE, "How many bytes it has.")
    internal: bool | None = field(ANYONE, "Whether client contacts do not see it.", name="isInternal")
    created_at: datetime | None = field(ANYONE, "When it was handed in.")
    author: Card | None = related(ANYONE, "Who handed it in.")

    @computed(ANYONE, "Where it is fetched, with the credentials of the graph.", "id")
    def url(self) -> str:
        return f"{settings().public_url}{PATH}/{nouns.ATTACHMENT.id(self.key)}"


@strawberry.input(description="Takes a file away from its request.")
class DeleteAttachmentInput:
    attachment_id: strawberry.ID = about("The file.")


@strawberry.type(description="What deleteAttachment did.")
class DeleteAttachmentPayload(RequestPayload):
    """No more than the request."""


@strawberry.type
class AttachmentMutation:
    @mutation(
        Requires(Permission.REQUEST_READ), "Takes a file away: one's own, or any of a request that one manages."
    )
    async def delete_attachment(self, info: Info, input: DeleteAttachmentInput) -> DeleteAttachmentPayload:
        return await attachment.delete(info.context.viewer, input.attachment_id)  # type: ignore[return-value]
