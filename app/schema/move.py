"""The steps of a request from one status to another."""

from typing import Any

import strawberry

from app.auth.gates import Requires
from app.auth.permissions import Permission
from app.models.request import Move
from app.resolvers import move
from app.schema.assignment import RequestPayload
from app.schema.base import Info
from app.schema.fields import about
from app.schema.payload import mutation


@strawberry.input
class MoveRequestInput:
    request_id: strawberry.ID = about("The request.")
    reason: str | None = about("Why; kept in the history.", default=None)
    expected_version: int | None = about("The version that the client saw; another one is a CONFLICT.", default=None)


@strawberry.input(description="Begins or resumes the work.")
class StartRequestInput(MoveRequestInput):
    """A step of the state machine."""


@strawberry.input(description="Lets the work wait.")
class HoldRequestInput(MoveRequestInput):
    """A step of the state machine."""


@strawberry.input(description="Finishes the work.")
class FinishRequestInput(MoveRequestInput):
    """A step of the state machine."""


@strawberry.input(description="Gives a request up.")
class CancelRequestInput(MoveRequestInput):
    """A step of the state machine."""


@strawberry.input(description="Opens a closed request again.")
class ReopenRequestInput(MoveRequestInput):
    """A step of the state machine."""


@strawberry.type(description="What startRequest did.")
class StartRequestPayload(RequestPayload):
    """No more than the request."""


@strawberry.type(description="What holdRequest did.")
class HoldRequestPayload(RequestPayload):
    """No more than the request."""


@strawberry.type(description="What finishRequest did.")
class FinishRequestPayload(RequestPayload):
    """No more than the request."""


@strawberry.type(description="What cancelRequest did.")
class CancelRequestPayload(RequestPayload):
    """No more than the request."""


@strawberry.type(description="What reopenRequest did.")
class ReopenRequestPayload(RequestPayload):
    """No more than the request."""


async def _move(info: Info, input: MoveRequestInput, step: Move) -> Any:
    viewer = info.context.viewer
    return await move.move(viewer, input.request_id, input.expected_version, step, input.reason)


@strawberry.type
class MoveMutation:
    @mutation(Requires(Permission.REQUEST_WORK), "Work begins or goes on.")
    async def start_request(self, info: Info, input: StartRequestInput) -> StartRequestPayload:
        return await _move(info, input, Move.START)  # type: ignore[no-any-return]

    @mutation(Requires(Permission.REQUEST_WORK), "Work waits for something.")
    async def hold_request(self, info: Info, input: HoldRequestInput) -> HoldRequestPayload:
        return await _move(info, input, Move.HOLD)  # type: ignore[no-any-return]

    @mutation(Requires(Permission.REQUEST_WORK), "Work is finished.")
    async def finish_request(self, info: Info, input: FinishRequestInput) -> FinishRequestPayload:
        return await _move(info, input, Move.FINISH)  # type: ignore[no-any-return]

    @mutation(Requires(Permission.REQUEST_CANCEL), "Gives a request up.")
    async def cancel_request(self, info: Info, input: CancelRequestInput) -> CancelRequestPayload:
        return await _move(info, input, Move.CANCEL)  # type: ignore[no-any-return]

    @mutation(Requires(Permission.REQUEST_UPDATE), "Opens a closed request again.")
    async def reopen_request(self, info: Info, input: ReopenRequestInput) -> ReopenRequestPayload:
        return await _move(info, input, Move.REOPEN)  # type: ignore[no-any-return]
