"""What users, workers and contacts have in common: they are faces of one table."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery

from app.auth import delegation, policy
from app.auth.permissions import Permission
from app.auth.policy import Decision, Rows
from app.auth.viewer import Viewer
from app.models import PersonSite, nouns
from app.models.database import after_commit
from app.models.expressions import among
from app.models.nouns import Noun
from app.models.person import AccountStatus
from app.notify.bus import Topic, bus
from app.resolvers.finding import find, keys, narrowed, require, rights, unchanged
from app.resolvers.searching import searched

LISTS = {"status": "status"}
IDS = {
    "organization_id": ("organization_id", nouns.ORGANIZATION),
    "department_id": ("department_id", nouns.DEPARTMENT),
}
OF_ROLES = {"role_id", "audience"}
ORDERS = {
    "NAME": "sort_name",
    "EMAIL": "email",
    "STATUS": "status",
    "ACTIVE": "is_active",
    "CREATED_AT": "created_at",
    "LAST_LOGIN_AT": "last_login_at",
}


def listed(viewer: Viewer, noun: Noun, permission: Permission, where: dict[str, Any], search: str | None) -> Rows:
    """People of one face: not those that show as cards only, but those whom the permission reaches."""
    rows = policy.visible(viewer, noun).filter(policy.within(viewer, noun, permission))
    also = partial(_of_departments, viewer) if noun is nouns.CONTACT else None
    rows = narrowed(searched(rows, search, also), where, LISTS, IDS)
    if "status" not in where:
        rows = rows.exclude(status=AccountStatus.DELETED)
    if where.keys() & OF_ROLES:
        rows = rows.filter(role_id__in=Subquery(_roles(viewer, where).values("id")))
    if "site_id" in where:
        rows = rows.filter(
            _at_sites(policy.visible(viewer, nouns.SITE).filter(id__in=keys(nouns.SITE, where["site_id"])))
        )
    return rows


def _roles(viewer: Viewer, where: dict[str, Any]) -> Rows:
    """The roles that match; nobody learns by a filter who has a role that they do not see."""
    ids = {"role_id": ("id", nouns.ROLE)}
    return narrowed(policy.visible(viewer, nouns.ROLE), where, {"audience": "audience"}, ids)


def _at_sites(sites: Rows) -> Q:
    """Whoever works at one of the sites; that is everywhere only if there is one."""
    linked = PersonSite.filter(site_id__in=Subquery(sites.values("id"))).values("person_id")
    everywhere = Q(all_sites=True, workspace_id__in=Subquery(sites.values("workspace_id")))
    return everywhere | Q(id__in=Subquery(linked))


def _of_departments(viewer: Viewer, word: str) -> Q:
    """Contacts are found by their department too."""
    found = policy.visible(viewer, nouns.DEPARTMENT).filter(search_text__contains=word)
    return among("department_id", found.values("id"))


def face(viewer: Viewer, noun: Noun, person: Any) -> Rows:
    """The same person under another face, if the viewer sees it there."""
    return policy.visible(viewer, noun).filter(id=person["id"])


def sites(viewer: Viewer, person: Any) -> Rows:
    """The sites that a person belongs to."""
    linked = PersonSite.filter(person_id=person["id"]).values("site_id")
    return policy.visible(viewer, nouns.SITE).filter(id__in=Subquery(linked)).order_by("sort_name", "id")


# Changes.


def face_of(text: str) -> Noun:
    """The face that an id names; a malformed one names the account."""
    return next((face for face in nouns.FACES if face.key(text)), nouns.USER)


async def locked(
    viewer: Viewer,
    text: str,
    path: str,
    version: int | None = None,
    allows: Callable[[Viewer, Any], Decision] = delegation.can_manage,
) -> Any:
    """The person to manage, or with whom `allows` allows something else, by the id of any of its faces, with its
    role and what the viewer may do with it.

    Raises NOT_FOUND, FORBIDDEN, WRONG_STATE for a deleted person, or CONFLICT with the person's key.
    """
    noun = face_of(text)
    person: Any = await find(viewer, noun, text, path, lock=True)
    person.rights = await rights(viewer, person.id)
    require(allows(viewer, person), path)
    unchanged(person, version, person.id)
    await person.fetch_related("role")
    return person


def tell_access(*people: UUID) -> None:
    """After the commit whatever these people have open follows their new rights."""
    after_commit(lambda: bus.publish(Topic.ACCESS, *people))
