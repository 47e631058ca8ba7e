"""Which rows each scope of a grant reaches, and where the fences stand."""

from typing import Any

from tortoise.expressions import Q, Subquery

from app.auth.permissions import Permission, Scope
from app.auth.policy.conditions import EVERY, NONE, Rule, all_of, any_of
from app.auth.viewer import Viewer
from app.models import Assignment, PersonSite, nouns
from app.models.expressions import among
from app.models.nouns import Noun
from app.models.role import Audience

S = Scope


def equals(column: str, value: object) -> Q:
    """A null matches nothing, on either side."""
    condition: dict[str, Any] = {column: value}
    return NONE if value is None else Q(**condition)


def at_own_sites(viewer: Viewer, column: str) -> Q:
    """Where the column is a site that the viewer belongs to."""
    return among(column, PersonSite.filter(person_id=viewer.person_id).values("site_id"))


def _own(viewer: Viewer) -> Q:
    """What one asked for or handed in. That a client contact handed it in ends to count when it is passed on to
    another company.
    """
    asked, handed_in = Q(requester_id=viewer.person_id), Q(created_by_id=viewer.person_id)
    if viewer.audience is not Audience.CONTACT:
        return asked | handed_in
    unmoved = any_of(Q(organization_id__isnull=True), equals("organization_id", viewer.organization_id))
    return asked | all_of(handed_in, unmoved)


def _assigned(viewer: Viewer) -> Q:
    return among("id", Assignment.filter(worker_id=viewer.person_id, ended_at__isnull=True).values("request_id"))


# Which rows each scope reaches.

REQUEST_SCOPES: dict[Scope, Rule] = {
    S.OWN: _own,
    S.ASSIGNED: _assigned,
    S.DEPARTMENT: lambda v: equals("department_id", v.department_id),
    S.ORGANIZATION: lambda v: equals("organization_id", v.organization_id),
    S.ALL: lambda v: EVERY,
}
PERSON_SCOPES: dict[Scope, Rule] = {
    S.OWN: lambda v: Q(id=v.person_id),
    S.ASSIGNED: lambda v: NONE,
    S.DEPARTMENT: lambda v: equals("department_id", v.department_id),
    S.ORGANIZATION: lambda v: equals("organization_id", v.organization_id),
    S.ALL: lambda v: EVERY,
}
# What belongs to the workspace as a whole.
COMMON_SCOPES: dict[Scope, Rule] = {**dict.fromkeys(Scope, lambda v: NONE), S.ALL: lambda v: EVERY}
SCOPES: dict[Noun, dict[Scope, Rule]] = {
    nouns.REQUEST: REQUEST_SCOPES,
    nouns.USER: PERSON_SCOPES,
    nouns.WORKER: PERSON_SCOPES,
    nouns.CONTACT: PERSON_SCOPES,
    **dict.fromkeys((nouns.WORKSPACE, nouns.ORGANIZATION, nouns.DEPARTMENT, nouns.SITE), COMMON_SCOPES),
}
UNFENCED = (nouns.CONTACT, nouns.WORKSPACE, nouns.ORGANIZATION, nouns.DEPARTMENT)


def is_fenced(viewer: Viewer) -> bool:
    """Whether the viewer stays within sites: staff and workers do, unless they have them all."""
    return viewer.audience is not Audience.CONTACT and not viewer.all_sites


def _site_fence(viewer: Viewer, noun: Noun) -> Q:
    """Staff and workers stay within their sites; a request without a site is in none of them."""
    if not is_fenced(viewer) or noun in UNFENCED:
        return EVERY
    if noun is nouns.SITE:
        return at_own_sites(viewer, "id")
    if noun is nouns.REQUEST:
        return at_own_sites(viewer, "site_id")
    sharing = PersonSite.filter(at_own_sites(viewer, "site_id")).values("person_id")
    anywhere = among("workspace_id", PersonSite.filter(person_id=viewer.person_id).values("workspace_id"))
    return any_of(Q(id=viewer.person_id), all_of(Q(all_sites=True), anywhere), Q(id__in=Subquery(sharing)))


def standing(viewer: Viewer, noun: Noun, scope: Scope) -> Q:
    """The rows of the noun within one scope and the site fence."""
    return all_of(SCOPES[noun][scope](viewer), _site_fence(viewer, noun))


def within(viewer: Viewer, noun: Noun, permission: Permission) -> Q:
    """The rows of the noun that the viewer's grants of one permission reach."""
    scopes = viewer.scopes.get(permission, {})
    reach = any_of(*(SCOPES[noun][scope](viewer) for scope in scopes))
    return all_of(reach, _site_fence(viewer, noun))


MANAGERS = (
    (nouns.USER, Permission.USER_MANAGE),
    (nouns.WORKER, Permission.WORKER_MANAGE),
    (nouns.CONTACT, Permission.CONTACT_MANAGE),
)


def managed(viewer: Viewer, *besides: Permission) -> Q:
    """The people under a face that the viewer manages, if these other permissions reach that face too."""
    faces = [
        all_of(
            Q(**noun.where) if noun.where else EVERY,
            *(within(viewer, noun, each) for each in (permission, *besides)),
        )
        for noun, permission in MANAGERS
    ]
    return any_of(*faces)


def entrusted(viewer: Viewer) -> Q:
    """The people under a face that the viewer manages and whose credentials are the viewer's business."""
    return managed(viewer, Permission.ACCOUNT_CREDENTIALS)
