"""Every change of access leaves a line: who, to whom, what it was before and after, never a secret."""

from typing import Any

from app.auth import policy
from app.auth.policy import Rows
from app.auth.viewer import Viewer
from app.models import AuditEvent, Person, nouns
from app.models.audit_event import AuditKind
from app.resolvers.finding import between, narrowed

PEOPLE = {"subject_id": ("subject_id", *nouns.FACES), "actor_id": ("actor_id", *nouns.FACES)}


def listed(viewer: Viewer, where: dict[str, Any]) -> Rows:
    """The lines that match every given filter; people are named by the id of any of their faces."""
    rows = narrowed(policy.visible(viewer, nouns.AUDIT_EVENT), where, {"kind": "kind"}, PEOPLE)
    return between(rows, "created_at", where.get("at"))


async def note(
    viewer: Viewer | None,
    kind: AuditKind,
    subject: Person | None = None,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    address: str = "",
    **ids: Any,
) -> AuditEvent:
    """Writes one line inside the transaction that did it; without a viewer an operator or the person did.

    The event belongs to the subject's organization, whose administrators may read it.
    """
    workspace = subject.workspace_id if subject else viewer.workspace_id if viewer else ids.pop("workspace_id")
    return await AuditEvent.create(
        workspace_id=workspace,
        actor_id=viewer.person_id if viewer else None,
        subject_id=subject.id if subject else None,
        organization_id=subject.organization_id if subject else None,
        kind=kind,
        before=before or {},
        after=after or {},
        ip=address[:45],
        **ids,
    )
