"""Rows by their ids, whatever their type."""

from typing import Any

from app.auth import policy
from app.auth.policy import Rows
from app.auth.viewer import Viewer
from app.models import AuditEvent, nouns
from app.models.audit_event import AuditKind
from app.models.base import WorkspaceRow
from app.models.nouns import Noun

OPEN = (
    nouns.USER,
    nouns.WORKER,
    nouns.CONTACT,
    nouns.ROLE,
    nouns.ORGANIZATION,
    nouns.DEPARTMENT,
    nouns.SITE,
    nouns.REQUEST,
    nouns.ASSIGNMENT,
    nouns.COMMENT,
    nouns.ACTIVITY,
    nouns.NOTIFICATION,
    nouns.ATTACHMENT,
    nouns.CONTACT_NOTE,
    nouns.WORKSPACE,
    nouns.SAVED_VIEW,
    nouns.EXPORT_JOB,
)


def by_id(viewer: Viewer, text: str) -> tuple[Noun, Rows] | None:
    """The noun of an id and the visible row; None if the text is no id that leads to rows."""
    noun = nouns.noun_of(text)
    key = noun.key(text) if noun in OPEN and noun else None
    return (noun, policy.visible(viewer, noun).filter(id=key)) if noun and key else None


def by_ids(viewer: Viewer, ids: list[str]) -> dict[Noun, Rows]:
    """The visible rows of several ids, by noun."""
    found: dict[Noun, Any] = {}
    for text in ids:
        noun = nouns.noun_of(text)
        if noun in OPEN and noun and (key := noun.key(text)):
            found.setdefault(noun, []).append(key)
    return {noun: policy.visible(viewer, noun).filter(id__in=keys) for noun, keys in found.items()}


async def note_hidden(viewer: Viewer, *ids: str) -> None:
    """Leaves a trace of each row of the workspace that somebody asked for and that exists but is hidden."""
    for text in ids:
        noun = nouns.noun_of(text)
        key = noun.key(text) if noun and issubclass(noun.model, WorkspaceRow) else None
        if noun and key and await noun.model.filter(id=key, workspace_id=viewer.workspace_id).exists():
            await AuditEvent.create(
                workspace_id=viewer.workspace_id,
                actor_id=viewer.person_id,
                organization_id=viewer.organization_id,
                kind=AuditKind.LOOKED_UP_HIDDEN,
                after={"id": text},
            )
