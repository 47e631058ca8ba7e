"""Rights over lists, the views of them and their exports, and the eyes with which an export reads."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from app.auth.listing import READS, opens
from app.auth.permissions import Grant, Permission, Scope, grant_of
from app.auth.policy import Decision
from app.auth.viewer import HeldGrant, Viewer
from app.models.listing import ListName
from app.models.role import Audience

P = Permission
READING = frozenset(permission for permission, _ in READS.values())
# What decides over the content of a file: the lists' permissions, and those by which roles and companies are seen.
SHOWING = READING | {P.EXPORT_RUN, P.CONTACT_MANAGE, P.ROLE_MANAGE, P.SETTINGS_MANAGE}
NESTED = {Scope.DEPARTMENT: Scope.ORGANIZATION}


def can_list(viewer: Viewer, name: ListName) -> Decision:
    """Whether the viewer may open a list."""
    allowed = opens(viewer, name)
    return Decision(allowed, f"{READS[name][0]} {'opens' if allowed else 'would open'} the list")


def can_export(viewer: Viewer, name: ListName) -> Decision:
    """Whoever may export and still opens the list within the reach of `export.run`."""
    if not viewer.may(P.EXPORT_RUN):
        return Decision(False, f"no grant of {P.EXPORT_RUN}")
    return can_list(exporting(viewer), name)


def can_share_views(viewer: Viewer) -> Decision:
    """Shared views are among staff."""
    return Decision(viewer.audience is Audience.STAFF, "views are shared in the staff portal")


def can_delete_view(viewer: Viewer, owner_id: UUID) -> Decision:
    """One's own; what somebody else shares is for whoever manages the settings."""
    if owner_id == viewer.person_id:
        return Decision(True, "the own view")
    return Decision(viewer.may(P.SETTINGS_MANAGE), f"the view of somebody else needs {P.SETTINGS_MANAGE}")


def meet(one: Scope, other: Scope) -> Scope | None:
    """The scope of the rows that two scopes have in common; None where no scope says it: less, never more."""
    if one is other or other is Scope.ALL or NESTED.get(one) is other:
        return one
    return other if one is Scope.ALL or NESTED.get(other) is one else None


def _cut(held: HeldGrant, scopes: Iterable[Scope]) -> list[HeldGrant]:
    met = (meet(held.grant.scope, scope) for scope in scopes)
    permission = held.grant.permission
    return [replace(held, grant=Grant(permission, scope)) for scope in dict.fromkeys(met) if scope]


def limited(viewer: Viewer, words: Iterable[tuple[str, str]]) -> Viewer:
    """The viewer with at most these grants, given as permission and scope."""
    most: dict[Permission, list[Scope]] = {}
    for word in words:
        if grant := grant_of(*word):
            most.setdefault(grant.permission, []).append(grant.scope)
    held = [cut for each in viewer.held for cut in _cut(each, most.get(each.grant.permission, ()))]
    return replace(viewer, held=tuple(held))


def exporting(viewer: Viewer) -> Viewer:
    """The viewer who reads no further than `export.run` reaches."""
    scopes = list(viewer.scopes.get(Permission.EXPORT_RUN, ()))
    held = [
        cut for each in viewer.held for cut in (_cut(each, scopes) if each.grant.permission in READING else [each])
    ]
    return replace(viewer, held=tuple(held))
