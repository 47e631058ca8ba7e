"""Who works on which request, and giving it to them."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from app.auth import policy
from app.auth.gates import ANYONE, SIGNED_IN, Requires
from app.auth.permissions import Permission
from app.models import nouns
from app.models.activity import ActivityKind
from app.reading.page import One
from app.reading.source import Source
from app.resolvers import assignment, notification
from app.resolvers.outcome import Outcome
from app.schema.base import Info, Node
from app.schema.errors import UserWarning
from app.schema.fields import about, argument, computed, field, read, related, subscription
from app.schema.live import refreshing
from app.schema.payload import Payload, mutation
from app.schema.person import Card
from app.schema.worker import Worker

if TYPE_CHECKING:
    from app.schema.request import Request

LazyRequest = Annotated["Request", strawberry.lazy("app.schema.request")]


@strawberry.type(description="One worker on one request; ended ones are kept as history.")
class Assignment(Node):
    source = Source(nouns.ASSIGNMENT)

    assigned_at: datetime | None = field(ANYONE, "When the request was given.")
    ended_at: datetime | None = field(ANYONE, "When it was taken back; null while the worker is on it.")
    acknowledged_at: datetime | None = field(ANYONE, "When the worker said that they have seen it.")
    worker: Worker | None = related(ANYONE, "Who works on it.")
    assigned_by: Card | None = related(ANYONE, "Who gave it.")
    request: LazyRequest | None = related(ANYONE, "What there is to do.")

    @computed(ANYONE, "Why it was taken or given back; null for client contacts.", "end_reason")
    def end_reason(self, info: Info) -> str | None:
        return self.__dict__["end_reason"] if policy.is_insider(info.context.viewer) else None


@strawberry.input(description="Gives a request to a worker.")
class AssignRequestInput:
    request_id: strawberry.ID = about("The request.")
    worker_id: strawberry.ID = about("Who shall work on it.")
    expected_version: int | None = about("The version that the client saw; another one is a CONFLICT.", default=None)


@strawberry.input(description="Takes a request from a worker.")
class UnassignRequestInput:
    request_id: strawberry.ID = about("The request.")
    worker_id: strawberry.ID = about("Who shall no longer work on it.")
    reason: str | None = about("Why; kept in the history.", default=None)
    expected_version: int | None = about("The version that the client saw; another one is a CONFLICT.", default=None)


@strawberry.input(description="Says that the viewer has seen an assignment.")
class AcknowledgeAssignmentInput:
    request_id: strawberry.ID = about("The request that is assigned to the viewer.")


@strawberry.input(description="Gives back what was assigned to the viewer.")
class DeclineAssignmentInput:
    request_id: strawberry.ID = about("The request that is assigned to the viewer.")
    reason: str = about("Why, at most 500 characters; whoever assigned it reads it, client contacts do not.")


@strawberry.type(description="A changed request.")
class RequestPayload(Payload):
    @read(ANYONE, "The request as it is now; on CONFLICT as somebody else left it.")
    def request(self) -> LazyRequest | None:
        return self.rows  # type: ignore[no-any-return]


@strawberry.type(description="What assignRequest did.")
class AssignRequestPayload(RequestPayload):
    warnings: list[UserWarning] = field(ANYONE, "What deserves a second look.")


@strawberry.type(description="What unassignRequest did.")
class UnassignRequestPayload(RequestPayload):
    """No more than the request."""


@strawberry.type(description="What acknowledgeAssignment did.")
class AcknowledgeAssignmentPayload(RequestPayload):
    """No more than the request."""


@strawberry.type(description="What declineAssignment did; the request is null if the viewer no longer sees it.")
class DeclineAssignmentPayload(RequestPayload):
    """No more than the request."""


@strawberry.type
class AssignmentMutation:
    @mutation(Requires(Permission.REQUEST_ASSIGN), "Gives a request to a worker, who is told at once.")
    async def assign_request(self, info: Info, input: AssignRequestInput) -> AssignRequestPayload:
        viewer = info.context.viewer
        outcome: Outcome = await assignment.assign(viewer, input.request_id, input.worker_id, input.expected_version)
        return outcome  # type: ignore[return-value]

    @mutation(Requires(Permission.REQUEST_ASSIGN), "Takes a request from a worker; the history stays.")
    async def unassign_request(self, info: Info, input: UnassignRequestInput) -> UnassignRequestPayload:
        ids = (input.request_id, input.worker_id)
        outcome = await assignment.unassign(info.context.viewer, *ids, input.expected_version, input.reason)
        return outcome  # type: ignore[return-value]

    @mutation(Requires(Permission.REQUEST_WORK), "The viewer has seen what was assigned to them.")
    async def acknowledge_assignment(
        self, info: Info, input: AcknowledgeAssignmentInput
    ) -> AcknowledgeAssignmentPayload:
        return await assignment.acknowledge(info.context.viewer, input.request_id)  # type: ignore[return-value]

    @mutation(Requires(Permission.REQUEST_WORK), "Gives an assignment back; who gave it to the viewer is told.")
    async def decline_assignment(self, info: Info, input: DeclineAssignmentInput) -> DeclineAssignmentPayload:
        outcome = await assignment.decline(info.context.viewer, input.request_id, input.reason)
        return outcome  # type: ignore[return-value]


@strawberry.type(description="Something was assigned to the viewer, or taken from them.")
class AssignmentEvent:
    rows: strawberry.Private[object]

    cursor: str = field(ANYONE, "The place of the event: give it as `after` to go on from here.")
    kind: ActivityKind = field(ANYONE, "ASSIGNED or UNASSIGNED.")
    request_id: strawberry.ID = field(ANYONE, "The id of the request.")
    at: datetime = field(ANYONE, "When it happened.")

    @read(ANYONE, "The request, if the viewer may see it now.")
    def request(self) -> LazyRequest | None:
        return self.rows  # type: ignore[return-value]


@strawberry.type
class AssignmentSubscription:
    @subscription(SIGNED_IN, "Tells live what is assigned to the viewer.")
    async def assignments(
        self,
        info: Info,
        after: Annotated[
            str | None, argument("Begin with what happened after this cursor; without it, with what happens now.")
        ] = None,
    ) -> AsyncIterator[AssignmentEvent]:
        start, kinds = notification.cursor(after), notification.ASSIGNMENTS
        async for told in notification.follow(info.context.viewer, start, refreshing(info), kinds):
            yield AssignmentEvent(
                rows=One(nouns.REQUEST, told.request_id),
                cursor=str(told.seq),
                kind=told.kind,
                request_id=strawberry.ID(nouns.REQUEST.id(told.request_id)),
                at=told.created_at,
            )
