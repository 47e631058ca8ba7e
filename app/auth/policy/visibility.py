"""Which rows of each noun a viewer sees: one rule each, and one door to every row."""

from collections.abc import Collection, Mapping
from typing import Any

from tortoise.expressions import Q, Subquery

from app.auth.listing import READS, opens
from app.auth.permissions import Permission, Scope
from app.auth.policy.conditions import EVERY, NONE, Rows, Rule, all_of, any_of
from app.auth.policy.scopes import at_own_sites, entrusted, equals, is_fenced, standing, within
from app.auth.viewer import Viewer
from app.models import Assignment, Person, Workspace, nouns
from app.models.audit_event import AuditKind
from app.models.nouns import Noun
from app.models.role import Audience

P, S = Permission, Scope
# An id that somebody tried: to whom rows are hidden, it must not tell that there is such a row.
PROBES = Q(kind=AuditKind.LOOKED_UP_HIDDEN)


def _keys(rows: Rows, column: str) -> Subquery:
    return Subquery(rows.values(column))


def _seen_requests(viewer: Viewer, column: str = "id") -> Subquery:
    return _keys(visible(viewer, nouns.REQUEST), column)


def _cards_of_workers(viewer: Viewer) -> Q:
    """Whoever sees a request sees who works on it."""
    assigned = Assignment.filter(request_id__in=_seen_requests(viewer))
    return Q(id__in=_keys(assigned, "worker_id"))


def _workers(viewer: Viewer) -> Q:
    return any_of(Q(id=viewer.person_id), within(viewer, nouns.WORKER, P.WORKER_READ), _cards_of_workers(viewer))


def _contacts(viewer: Viewer) -> Q:
    """Beside the contact list: whoever sees a request sees the card of its requester."""
    card = Q(id__in=_keys(visible(viewer, nouns.REQUEST).filter(requester_id__isnull=False), "requester_id"))
    return any_of(Q(id=viewer.person_id), within(viewer, nouns.CONTACT, P.CONTACT_READ), card)


def _users(viewer: Viewer) -> Q:
    return any_of(Q(id=viewer.person_id), within(viewer, nouns.USER, P.USER_READ))


def _everywhere(viewer: Viewer, permission: Permission) -> bool:
    return S.ALL in viewer.scopes.get(permission, {})


def _knows_clients(viewer: Viewer) -> bool:
    """Whether every client company is visible: to whoever sees all contacts, and to whoever sets companies up."""
    return _everywhere(viewer, P.CONTACT_READ) or _everywhere(viewer, P.SETTINGS_MANAGE)


def _organizations(viewer: Viewer) -> Q:
    if _knows_clients(viewer):
        return EVERY
    seen = _keys(visible(viewer, nouns.REQUEST).filter(organization_id__isnull=False), "organization_id")
    return any_of(equals("id", viewer.organization_id), Q(id__in=seen))


def _departments(viewer: Viewer) -> Q:
    if _knows_clients(viewer):
        return EVERY
    seen = _keys(visible(viewer, nouns.REQUEST).filter(department_id__isnull=False), "department_id")
    return any_of(equals("organization_id", viewer.organization_id), Q(id__in=seen))


def _sites(viewer: Viewer) -> Q:
    """Whoever stays within sites sees no request elsewhere; client contacts see where their requests are."""
    if viewer.all_sites or is_fenced(viewer):
        return EVERY if viewer.all_sites else at_own_sites(viewer, "id")
    seen = _keys(visible(viewer, nouns.REQUEST).filter(site_id__isnull=False), "site_id")
    return any_of(at_own_sites(viewer, "id"), Q(id__in=seen))


def _roles(viewer: Viewer) -> Q:
    if viewer.may(P.ROLE_MANAGE) or viewer.may(P.USER_READ, beyond_own=True):
        return EVERY
    own = Q(id__in=Subquery(Person.filter(id=viewer.person_id).values("role_id")))
    # Whoever manages contacts alone chooses among the roles of their portal.
    return any_of(own, Q(audience=Audience.CONTACT, is_system=True) if viewer.may(P.CONTACT_MANAGE) else NONE)


def _of_seen_requests(viewer: Viewer) -> Q:
    return Q(request_id__in=_seen_requests(viewer))


def is_insider(viewer: Viewer) -> bool:
    """Client contacts do not read internal entries, nor what else the firm keeps to itself."""
    return viewer.audience is not Audience.CONTACT


def _cards(viewer: Viewer) -> Q:
    """A card is a name on a row that is itself visible; no id leads to it. Clients read no names of other clients."""
    if is_insider(viewer):
        return EVERY
    of_firm = Q(organization_id__isnull=True) | Q(is_worker=True)
    return any_of(of_firm, equals("organization_id", viewer.organization_id))


def readable(viewer: Viewer, values: Mapping[str, Any], inside: Collection[str]) -> dict[str, Any]:
    """What somebody reads of values that a record keeps: no ids of rows, for what they lead to has its own rules, and
    what is `inside` only as an insider.
    """
    hidden = () if is_insider(viewer) else inside
    return {name: value for name, value in values.items() if not name.endswith(("_id", "Id")) and name not in hidden}


def _openly(viewer: Viewer) -> Q:
    return EVERY if is_insider(viewer) else Q(internal=False)


def _spoken_openly(viewer: Viewer) -> Q:
    return all_of(_of_seen_requests(viewer), _openly(viewer))


def _contact_notes(viewer: Viewer) -> Q:
    """Notes are for those who may keep them, and never for the contacts themselves."""
    noted = within(viewer, nouns.CONTACT, P.CONTACT_NOTE)
    if noted is NONE or noted == EVERY:
        return noted
    return Q(contact_id__in=_keys(Person.filter(noted, workspace_id=viewer.workspace_id), "id"))


def _saved_views(viewer: Viewer) -> Q:
    """One's own, and among staff what is shared of the lists that they may open: a filter names people and places."""
    own = Q(owner_id=viewer.person_id)
    names = [name for name in READS if viewer.audience is Audience.STAFF and opens(viewer, name)]
    return own | Q(shared=True, list_name__in=names) if names else own


def _sessions(viewer: Viewer) -> Q:
    return Q(person_id=viewer.person_id, revoked_at__isnull=True)


def _audit_events(viewer: Viewer) -> Q:
    """All within the site fence; an organization's administrators read what happened to its people's access."""
    everything = _at_own_people(viewer) if _everywhere(viewer, P.AUDIT_READ) else NONE
    held = S.ORGANIZATION in viewer.scopes.get(P.AUDIT_READ, {})
    of_organization = equals("organization_id", viewer.organization_id) if held else NONE
    return any_of(everything, all_of(of_organization, ~PROBES))


def _deliveries(viewer: Viewer) -> Q:
    """Messages are for whoever sets the workspace up, those to the people within the site fence."""
    if not viewer.may(P.SETTINGS_MANAGE):
        return NONE
    return Q(recipient_id__in=_own_people(viewer)) if is_fenced(viewer) else EVERY


def _own_people(viewer: Viewer) -> Subquery:
    return _keys(Person.filter(standing(viewer, nouns.USER, S.ALL)), "id")


def _at_own_people(viewer: Viewer) -> Q:
    if not is_fenced(viewer):
        return EVERY
    people = _own_people(viewer)
    by_them = Q(subject_id__isnull=True, actor_id__in=people)
    return all_of(any_of(Q(subject_id__in=people), by_them), ~PROBES)


def _invitations(viewer: Viewer) -> Q:
    """Those of people whose credentials are the viewer's business, under a face that they manage."""
    reached = entrusted(viewer)
    if reached in (EVERY, NONE):
        return reached
    tenant = Q(workspace_id=viewer.workspace_id)
    return Q(person_id__in=_keys(Person.filter(all_of(tenant, reached)), "id"))


RULES: dict[Noun, Rule] = {
    nouns.WORKSPACE: lambda v: EVERY,
    nouns.VIEWER: lambda v: Q(id=v.person_id),
    nouns.USER: _users,
    nouns.WORKER: _workers,
    nouns.CONTACT: _contacts,
    nouns.CARD: _cards,
    nouns.ROLE: _roles,
    nouns.ORGANIZATION: _organizations,
    nouns.DEPARTMENT: _departments,
    nouns.SITE: _sites,
    nouns.REQUEST: lambda v: within(v, nouns.REQUEST, P.REQUEST_READ),
    nouns.ASSIGNMENT: _of_seen_requests,
    nouns.COMMENT: _spoken_openly,
    nouns.ACTIVITY: _spoken_openly,
    nouns.ATTACHMENT: _spoken_openly,
    nouns.CALENDAR_FEED: lambda v: Q(person_id=v.person_id),
    nouns.CONTACT_NOTE: _contact_notes,
    # What was told by mail or SMS alone is not in the inbox.
    nouns.NOTIFICATION: lambda v: Q(recipient_id=v.person_id, live=True),
    nouns.DELIVERY: _deliveries,
    nouns.INVITATION: _invitations,
    nouns.SAVED_VIEW: _saved_views,
    nouns.EXPORT_JOB: lambda v: Q(owner_id=v.person_id),
    nouns.SESSION: _sessions,
    nouns.AUDIT_EVENT: _audit_events,
}


# What remains of these rules for rows that hang on a row which is itself visible: whoever sees a request
# sees where it is, who asked for it, who works on it, and what was openly said.
BESIDE: dict[Noun, dict[Noun, Rule]] = {
    nouns.REQUEST: {
        nouns.WORKER: lambda v: EVERY,
        nouns.CONTACT: lambda v: EVERY,
        nouns.ORGANIZATION: lambda v: EVERY,
        nouns.DEPARTMENT: lambda v: EVERY,
        nouns.SITE: lambda v: EVERY,
        nouns.ASSIGNMENT: lambda v: EVERY,
        nouns.COMMENT: _openly,
        nouns.ACTIVITY: _openly,
        nouns.ATTACHMENT: _openly,
    },
    nouns.INVITATION: {nouns.DELIVERY: lambda v: EVERY},
    nouns.ASSIGNMENT: {nouns.REQUEST: lambda v: EVERY, nouns.WORKER: lambda v: EVERY},
}


def visible(viewer: Viewer, noun: Noun, beside: Noun | None = None) -> Rows:
    """The rows of a noun that the viewer sees: the one door to every row, on every path.

    `beside` promises that they are narrowed to what hangs on a visible row of that noun.
    """
    tenant: dict[str, Any] = {"id" if noun is nouns.WORKSPACE else "workspace_id": viewer.workspace_id}
    rule = BESIDE.get(beside, {}).get(noun, RULES[noun]) if beside else RULES[noun]
    return noun.model.filter(all_of(Q(**tenant), Q(**noun.where), rule(viewer)))


def front(slug: str) -> Rows:
    """The workspace whose sign-in page is open: the only row that strangers reach, by its public name."""
    return Workspace.filter(slug=slug)
