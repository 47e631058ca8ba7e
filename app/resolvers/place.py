"""Organizations, departments and sites: plain lists by name."""

from typing import Any

from app.auth import policy
from app.auth.policy import Rows
from app.auth.viewer import Viewer
from app.models import nouns
from app.models.nouns import Noun
from app.resolvers.finding import narrowed
from app.resolvers.searching import searched

IDS = {"organization_id": ("organization_id", nouns.ORGANIZATION)}


def listed(viewer: Viewer, noun: Noun, where: dict[str, Any], search: str | None) -> Rows:
    """The visible ones that match."""
    rows = narrowed(searched(policy.visible(viewer, noun), search), where, {}, IDS)
    return rows.filter(active=where["is_active"]) if "is_active" in where else rows


def departments_of(viewer: Viewer, organization: Any) -> Rows:
    """The departments of an organization."""
    rows = policy.visible(viewer, nouns.DEPARTMENT).filter(organization_id=organization["id"])
    return rows.order_by("name", "id")
