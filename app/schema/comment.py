"""What people say about a request, and what happened to it."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from app.auth import policy
from app.auth.gates import ANYONE, Requires
from app.auth.permissions import Permission
from app.models import nouns
from app.models.activity import ActivityKind
from app.reading.page import One
from app.reading.source import Source
from app.resolvers import comment
from app.schema.assignment import RequestPayload
from app.schema.base import Info, Node
from app.schema.fields import about, computed, field, read, related
from app.schema.payload import mutation
from app.schema.person import Card

CLIENT = ("requester", "organization", "department")
OF_CLIENTS = "Client contacts do not read for whom it was before."


@strawberry.type(description="What somebody said about a request.")
class Comment(Node):
    source = Source(nouns.COMMENT)

    body: str | None = field(ANYONE, "The words.")
    internal: bool | None = field(ANYONE, "Whether client contacts do not see it.", name="isInternal")
    created_at: datetime | None = field(ANYONE, "When it was said.")
    author: Card | None = related(ANYONE, "Who said it.")


@strawberry.type(description="Something that happened to a request.")
class Activity(Node):
    source = Source(nouns.ACTIVITY)

    kind: ActivityKind | None = field(ANYONE, "What happened.")
    internal: bool | None = field(ANYONE, "Whether client contacts do not see it.", name="isInternal")
    created_at: datetime | None = field(ANYONE, "When it happened.")
    actor: Card | None = related(ANYONE, "Who did it.")

    @computed(ANYONE, f"The values before. {OF_CLIENTS}", "before")
    def before(self, info: Info) -> JSON:
        return JSON(policy.readable(info.context.viewer, self.__dict__["before"], CLIENT))

    @computed(ANYONE, f"The values after. {OF_CLIENTS}", "after")
    def after(self, info: Info) -> JSON:
        return JSON(policy.readable(info.context.viewer, self.__dict__["after"], CLIENT))


@strawberry.input(description="Says something about a request.")
class CommentOnRequestInput:
    request_id: strawberry.ID = about("The request.")
    body: str = about("The words, at most 10,000 characters.")
    is_internal: bool = about("Whether client contacts shall not see it.", default=False)


@strawberry.type(description="What commentOnRequest did.")
class CommentOnRequestPayload(RequestPayload):
    @read(ANYONE, "What was said.")
    def comment(self, info: Info) -> Comment | None:
        key = self.__dict__.get("comment_id")
        return One(nouns.COMMENT, key) if key else None  # type: ignore[return-value]


@strawberry.type
class CommentMutation:
    @mutation(Requires(Permission.REQUEST_WORK), "Says something about a request.")
    async def comment_on_request(self, info: Info, input: CommentOnRequestInput) -> CommentOnRequestPayload:
        viewer = info.context.viewer
        outcome = await comment.comment(viewer, input.request_id, input.body, input.is_internal)
        return outcome  # type: ignore[return-value]
