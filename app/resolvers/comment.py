"""Saying something about a request."""

from typing import Any

from app.auth import policy
from app.auth.viewer import Viewer
from app.models import Comment
from app.models.activity import ActivityKind
from app.notify.telling import record
from app.resolvers.details import required_text
from app.resolvers.finding import require
from app.resolvers.outcome import Outcome
from app.resolvers.request import changed

BODY = 10_000


async def comment(viewer: Viewer, text: str, body: str, internal: bool) -> Outcome:
    """Adds a comment. Raises REQUIRED, TOO_LONG, NOT_FOUND or FORBIDDEN."""
    body = required_text(body, "body", BODY)

    async def work(request: Any) -> Outcome:
        require(policy.can_comment(viewer, request), "requestId")
        ids: dict[str, Any] = {"request_id": request.id, "author_id": viewer.person_id}
        said = await Comment.create(workspace_id=viewer.workspace_id, body=body, internal=internal, **ids)
        await record(viewer, request, ActivityKind.COMMENTED, internal=internal)
        return Outcome(values={"comment_id": said.id})

    return await changed(viewer, text, None, work)
