"""The steps of a request from one status to another."""

from typing import Any

from app.auth import policy
from app.auth.viewer import Viewer
from app.models.activity import ActivityKind
from app.models.request import Move
from app.notify.telling import record
from app.resolvers import details
from app.resolvers.finding import require
from app.resolvers.outcome import Outcome
from app.resolvers.request import changed

MOVE_KINDS = {
    Move.START: ActivityKind.STARTED,
    Move.HOLD: ActivityKind.HELD,
    Move.FINISH: ActivityKind.FINISHED,
    Move.CANCEL: ActivityKind.CANCELLED,
    Move.REOPEN: ActivityKind.REOPENED,
}


async def move(viewer: Viewer, text: str, version: int | None, step: Move, reason: str | None) -> Outcome:
    """Takes one step of the state machine. Raises FORBIDDEN, WRONG_STATE or CONFLICT."""

    async def work(request: Any) -> None:
        require(policy.can_move(viewer, request, step), "requestId")
        before = {"status": request.status}
        await request.move(step)
        after = {"status": request.status, "reason": details.text_of(reason, "reason", details.REASON)}
        await record(viewer, request, MOVE_KINDS[step], before=before, after=after)

    return await changed(viewer, text, version, work)
