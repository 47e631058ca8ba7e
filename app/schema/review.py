"""How an account stands between two reviews of its access."""

from datetime import datetime, timedelta
from typing import Any

import strawberry

from app.auth.gates import ANYONE
from app.auth.reviewing import ways_in
from app.auth.viewer import Viewer
from app.models import Workspace
from app.models.workspace import Policies
from app.reading.facts import Columns, Facts
from app.reading.page import Count
from app.schema.fields import field


def _facts(viewer: Viewer, person: Any) -> list[Count | Columns]:
    policies = Columns(Workspace.filter(id=person["workspace_id"]), ("policies",))
    return [policies, *(Count(rows) for rows in ways_in(viewer, person))]


REVIEW = Facts("review", _facts)


@strawberry.type(description="When an account's access was looked over, when that is next due, and what lets it in.")
class Review:
    reviewed_at: datetime | None = field(ANYONE, "When somebody last looked at it; null if nobody ever has.")
    due_at: datetime = field(ANYONE, "When somebody should look at it.")
    due: bool = field(ANYONE, "Whether that is now.", name="isDue")
    links: int = field(ANYONE, "Links that can still be used.", name="openLinks")
    secrets: int = field(ANYONE, "Temporary passwords and PINs that can still be used.", name="openSecrets")
    tokens: int = field(ANYONE, "Tokens of the API that are not revoked.")
    sessions: int = field(ANYONE, "Sessions that are open.")

    @classmethod
    def of(cls, viewer: Viewer, row: Any) -> "Review":
        """The review of a person with `REVIEW`, `reviewed_at` and `created_at`."""
        (workspace,), links, secrets, tokens, sessions = row.nested[REVIEW.name]
        days = Policies.model_validate(workspace["policies"]).access_review_days
        due_at = (row.reviewed_at or row.created_at) + timedelta(days=days)
        counts = {"links": links, "secrets": secrets, "tokens": tokens, "sessions": sessions}
        return cls(reviewed_at=row.reviewed_at, due_at=due_at, due=due_at <= viewer.at, **counts)
