"""What the lists of people have in common: users, workers and contacts are faces of one table."""

from typing import Any

from tortoise.expressions import Q, Subquery

from app.auth import policy
from app.auth.permissions import Permission
from app.auth.policy import Rows
from app.auth.viewer import Viewer
from app.models import PersonSite, nouns
from app.models.nouns import Noun
from app.models.person import AccountStatus
from app.resolvers.finding import keys, narrowed
from app.resolvers.searching import searched

LISTS = {"status": "status"}
IDS = {
    "role_id": ("role_id", nouns.ROLE),
    "organization_id": ("organization_id", nouns.ORGANIZATION),
    "department_id": ("department_id", nouns.DEPARTMENT),
}
ORDERS = {
    "NAME": "sort_name",
    "EMAIL": "email",
    "STATUS": "status",
    "CREATED_AT": "created_at",
    "LAST_LOGIN_AT": "last_login_at",
}


def listed(viewer: Viewer, noun: Noun, permission: Permission, where: dict[str, Any], search: str | None) -> Rows:
    """People of one face: not those that show as cards only, but those whom the permission reaches."""
    rows = policy.visible(viewer, noun).filter(policy.within(viewer, noun, permission))
    rows = narrowed(searched(rows, search), where, LISTS, IDS)
    if "status" not in where:
        rows = rows.exclude(status=AccountStatus.DELETED)
    if "audience" in where:
        rows = rows.filter(role__audience__in=list(dict.fromkeys(where["audience"])))
    if "site_id" in where:
        linked = PersonSite.filter(site_id__in=keys(nouns.SITE, where["site_id"])).values("person_id")
        rows = rows.filter(Q(all_sites=True) | Q(id__in=Subquery(linked)))
    return rows


def face(viewer: Viewer, noun: Noun, person: Any) -> Rows:
    """The same person under another face, if the viewer sees it there."""
    return policy.visible(viewer, noun).filter(id=person["id"])


def sites(viewer: Viewer, person: Any) -> Rows:
    """The sites that a person belongs to."""
    linked = PersonSite.filter(person_id=person["id"]).values("site_id")
    return policy.visible(viewer, nouns.SITE).filter(id__in=Subquery(linked)).order_by("name", "id")
