"""Service requests, orders and bookings."""

import enum
from datetime import datetime
from typing import Annotated, Any

import strawberry

from app.auth import policy
from app.auth.gates import ANYONE, SIGNED_IN, Requires
from app.auth.permissions import Permission
from app.models import nouns
from app.models.base import now
from app.models.request import CLOSED, Move, Priority, RequestKind, RequestStatus
from app.reading.page import Order, Page
from app.reading.source import Source
from app.resolvers import request
from app.schema.assignment import Assignment, RequestPayload
from app.schema.attachment import Attachment
from app.schema.base import After, Connection, Direction, First, Info, Node, Search, TimeRange, orders
from app.schema.comment import Activity, Comment
from app.schema.contact import Contact
from app.schema.enums import described
from app.schema.errors import UserWarning
from app.schema.fields import about, argument, computed, field, given, holds, read, related, rows
from app.schema.organization import Department, Organization
from app.schema.payload import mutation
from app.schema.person import Card
from app.schema.site import Site
from app.schema.worker import Worker

NEWEST_FIRST = (Order("id", descending=True),)


@strawberry.type(description="What the viewer may do with a request now; the mutations ask the same rules.")
class RequestCan:
    update: bool = field(ANYONE, "Change its details.")
    assign: bool = field(ANYONE, "Give it to workers.")
    start: bool = field(ANYONE, "Begin or resume the work.")
    hold: bool = field(ANYONE, "Let the work wait.")
    finish: bool = field(ANYONE, "Finish the work.")
    cancel: bool = field(ANYONE, "Cancel it.")
    delete: bool = field(ANYONE, "Delete it for good.")
    reopen: bool = field(ANYONE, "Open it again.")
    comment: bool = field(ANYONE, "Comment on it.")
    attach: bool = field(ANYONE, "Add files to it.")
    acknowledge: bool = field(ANYONE, "Say that the assignment was seen.")
    decline: bool = field(ANYONE, "Give the assignment back.")


@strawberry.type(description="Something that somebody asked for: a service, an order, a booking.")
class Request(Node):
    source = Source(nouns.REQUEST)

    number: str | None = field(ANYONE, "The number that people say: R-1042.", prefix="R-")
    kind: RequestKind | None = field(ANYONE, "What is asked for.")
    title: str | None = field(ANYONE, "What is to be done, in a few words.")
    description: str | None = field(ANYONE, "What is to be done, in full.")
    priority: Priority | None = field(ANYONE, "How pressing it is.")
    status: RequestStatus | None = field(ANYONE, "Where it stands.")
    scheduled_start: datetime | None = field(ANYONE, "When the work is planned to begin.")
    scheduled_end: datetime | None = field(ANYONE, "When the work is planned to end.")
    due_at: datetime | None = field(ANYONE, "When it has to be done.")
    version: int | None = field(ANYONE, "Grows with every change; give it back as `expectedVersion`.")
    created_at: datetime | None = field(ANYONE, "When it was handed in.")
    updated_at: datetime | None = field(ANYONE, "When it was last changed.")
    closed_at: datetime | None = field(ANYONE, "When it was finished or cancelled.")
    requester: Contact | None = related(ANYONE, "The client contact who asked for it.")
    created_by: Card | None = related(ANYONE, "Who typed it in.")
    organization: Organization | None = related(ANYONE, "The client company.")
    department: Department | None = related(ANYONE, "The department of the client company.")
    site: Site | None = related(ANYONE, "Where the work is.")

    @holds(ANYONE, "Whether it is late and not closed.", request.overdue, "status", "due_at")
    def is_overdue(self) -> bool:
        return self.due_at is not None and self.status not in CLOSED and self.due_at < now()

    @computed(ANYONE, "What the viewer may do with it now.", "status", "standing")
    def viewer_can(self, info: Info) -> RequestCan:
        viewer, row = info.context.viewer, self
        moves = {step.name.lower(): bool(policy.can_move(viewer, _row(row), step)) for step in Move}
        return RequestCan(
            update=bool(policy.can_update(viewer, _row(row))),
            assign=bool(policy.can_assign(viewer, _row(row))),
            attach=bool(policy.can_attach(viewer, _row(row))),
            comment=bool(policy.can_comment(viewer, _row(row))),
            acknowledge=bool(policy.can_acknowledge(viewer, _row(row))),
            decline=bool(policy.can_decline(viewer, _row(row))),
            delete=bool(policy.can_delete(viewer, _row(row))),
            **moves,
        )

    @rows(ANYONE, "Who works on it now, by name.")
    def assignees(self, info: Info) -> list[Worker]:
        return request.assignees(info.context.viewer, self)  # type: ignore[return-value]

    @rows(ANYONE, "Who worked on it and when, newest first.")
    def assignments(self, info: Info, first: First = 25, after: After = None) -> Connection[Assignment]:
        rows = request.assignments(info.context.viewer, self)
        return Page(rows, NEWEST_FIRST, first, after)  # type: ignore[return-value]

    @rows(ANYONE, "What was said about it, oldest first.")
    def comments(self, info: Info, first: First = 25, after: After = None) -> Connection[Comment]:
        rows = request.comments(info.context.viewer, self)
        return Page(rows, (Order("id"),), first, after)  # type: ignore[return-value]

    @rows(ANYONE, "The files on it, oldest first.")
    def attachments(self, info: Info, first: First = 25, after: After = None) -> Connection[Attachment]:
        rows = request.attachments(info.context.viewer, self)
        return Page(rows, (Order("id"),), first, after)  # type: ignore[return-value]

    @rows(ANYONE, "What happened to it, newest first.")
    def activity(self, info: Info, first: First = 25, after: After = None) -> Connection[Activity]:
        rows = request.activity(info.context.viewer, self)
        return Page(rows, NEWEST_FIRST, first, after)  # type: ignore[return-value]


def _row(row: Any) -> Any:
    return row


class RequestOrderField(enum.Enum):
    """What lists of requests are ordered by."""

    CREATED_AT = "CREATED_AT"
    NUMBER = "NUMBER"
    PRIORITY = "PRIORITY"
    STATUS = "STATUS"
    TITLE = "TITLE"
    DUE_AT = "DUE_AT"
    SCHEDULED_START = "SCHEDULED_START"
    UPDATED_AT = "UPDATED_AT"
    CLOSED_AT = "CLOSED_AT"


described(
    RequestOrderField,
    "What lists of requests are ordered by. Those without a value come last.",
    {
        RequestOrderField.CREATED_AT: "When they were handed in.",
        RequestOrderField.NUMBER: "Their number.",
        RequestOrderField.PRIORITY: "How pressing they are.",
        RequestOrderField.STATUS: "Where they stand, by the name of the status.",
        RequestOrderField.TITLE: "Their title.",
        RequestOrderField.DUE_AT: "When they have to be done.",
        RequestOrderField.SCHEDULED_START: "When the work is planned to begin.",
        RequestOrderField.UPDATED_AT: "When they were last changed.",
        RequestOrderField.CLOSED_AT: "When they were finished or cancelled.",
    },
)


@strawberry.input(description="An order of a list of requests.")
class RequestOrder:
    field: RequestOrderField = about("What to order by.")
    direction: Direction = about("Which end comes first.", default=Direction.ASC)


@strawberry.input(description="Which requests; all given fields must match, a list means any of.")
class RequestFilter:
    status: list[RequestStatus] | None = about("In any of these states.", default=None)
    priority: list[Priority] | None = about("Of any of these priorities.", default=None)
    kind: list[RequestKind] | None = about("Of any of these kinds.", default=None)
    site_id: list[strawberry.ID] | None = about("At any of these sites.", default=None)
    organization_id: list[strawberry.ID] | None = about("Of any of these client companies.", default=None)
    department_id: list[strawberry.ID] | None = about("Of any of these departments.", default=None)
    requester_id: list[strawberry.ID] | None = about("Asked for by any of these contacts.", default=None)
    assignee_id: list[strawberry.ID] | None = about("With any of these workers on it now.", default=None)
    is_assigned: bool | None = about("Whether somebody works on it.", default=None)
    is_overdue: bool | None = about("Whether it is late and not closed.", default=None)
    created_at: TimeRange | None = about("Handed in within this span.", default=None)
    due_at: TimeRange | None = about("Due within this span.", default=None)
    closed_at: TimeRange | None = about("Finished or cancelled within this span.", default=None)
    scheduled_between: TimeRange | None = about("Planned to take place within this span.", default=None)


@strawberry.type
class RequestQuery:
    @read(SIGNED_IN, "One request.")
    def request(
        self, info: Info, id: Annotated[strawberry.ID, argument("Its id, or its number (R-1042).")]
    ) -> Request | None:
        return request.one(info.context.viewer, id)  # type: ignore[return-value]

    @read(Requires(Permission.REQUEST_READ), "The requests that the viewer sees, newest first unless said.")
    def requests(
        self,
        info: Info,
        where: Annotated[RequestFilter | None, argument("Which ones.")] = None,
        order_by: Annotated[list[RequestOrder] | None, argument("In which order.")] = None,
        search: Search = None,
        first: First = 25,
        after: After = None,
    ) -> Connection[Request] | None:
        rows = request.listed(info.context.viewer, given(where), search)
        order = orders(order_by, request.ORDERS, *NEWEST_FIRST)
        return Page(rows, order, first, after)  # type: ignore[return-value]


Text = strawberry.Maybe[str | None]
Instant = strawberry.Maybe[datetime | None]
RowId = strawberry.Maybe[strawberry.ID | None]
PLANNED = "When the work is planned to {}; needs an offset."


@strawberry.input(description="Hands in a request.")
class CreateRequestInput:
    title: str = about("What is to be done, at most 200 characters.")
    description: Text = about("What is to be done, in full.", clears=True)
    kind: RequestKind = about("What is asked for.", default=RequestKind.SERVICE)
    priority: Priority = about("How pressing it is.", default=Priority.NORMAL)
    scheduled_start: Instant = about(PLANNED.format("begin"), clears=True)
    scheduled_end: Instant = about(PLANNED.format("end"), clears=True)
    due_at: Instant = about("When it has to be done; needs an offset.", clears=True)
    requester_id: RowId = about(
        "The client contact who asks; client contacts ask for themselves unless said.", clears=True
    )
    organization_id: RowId = about("The client company; the requester's unless said.", clears=True)
    department_id: RowId = about("The department of the client company.", clears=True)
    site_id: RowId = about("Where the work is; the viewer's usual site unless said.", clears=True)


@strawberry.input(description="Changes a request: absent fields stay as they are, null clears.")
class UpdateRequestInput:
    request_id: strawberry.ID = about("The request.")
    title: Text = about("What is to be done, at most 200 characters.")
    description: Text = about("What is to be done, in full.", clears=True)
    kind: strawberry.Maybe[RequestKind | None] = about("What is asked for.")
    priority: strawberry.Maybe[Priority | None] = about("How pressing it is.")
    scheduled_start: Instant = about(PLANNED.format("begin"), clears=True)
    scheduled_end: Instant = about(PLANNED.format("end"), clears=True)
    due_at: Instant = about("When it has to be done; needs an offset.", clears=True)
    requester_id: RowId = about("The client contact who asks.", clears=True)
    organization_id: RowId = about("The client company.", clears=True)
    department_id: RowId = about("The department of the client company.", clears=True)
    site_id: RowId = about("Where the work is.", clears=True)
    expected_version: int | None = about("The version that the client saw; another one is a CONFLICT.", default=None)


@strawberry.input(description="Deletes a request with all that hangs on it; this cannot be undone.")
class DeleteRequestInput:
    request_id: strawberry.ID = about("The request.")
    expected_version: int | None = about("The version that the client saw; another one is a CONFLICT.", default=None)


@strawberry.type(description="What createRequest did.")
class CreateRequestPayload(RequestPayload):
    warnings: list[UserWarning] = field(ANYONE, "What deserves a second look.")


@strawberry.type(description="What updateRequest did.")
class UpdateRequestPayload(RequestPayload):
    warnings: list[UserWarning] = field(ANYONE, "What deserves a second look.")


@strawberry.type(description="What deleteRequest did; on CONFLICT the request is there as somebody else left it.")
class DeleteRequestPayload(RequestPayload):
    deleted_request_id: strawberry.ID | None = field(ANYONE, "The id that no longer leads to a request.")


@strawberry.type
class RequestMutation:
    @mutation(Requires(Permission.REQUEST_CREATE), "Hands in a request.")
    async def create_request(self, info: Info, input: CreateRequestInput) -> CreateRequestPayload:
        return await request.create(info.context.viewer, given(input))  # type: ignore[return-value]

    @mutation(Requires(Permission.REQUEST_UPDATE), "Changes a request.")
    async def update_request(self, info: Info, input: UpdateRequestInput) -> UpdateRequestPayload:
        changes = given(input)
        text, version = changes.pop("request_id"), changes.pop("expected_version", None)
        return await request.update(info.context.viewer, text, version, changes)  # type: ignore[return-value]

    @mutation(Requires(Permission.REQUEST_DELETE), "Deletes a request for good; the audit keeps that it was.")
    async def delete_request(self, info: Info, input: DeleteRequestInput) -> DeleteRequestPayload:
        outcome = await request.delete(info.context.viewer, input.request_id, input.expected_version)
        return outcome  # type: ignore[return-value]
