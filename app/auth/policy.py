"""The single home of visibility and rights.

Scopes say which rows a grant reaches, as Tortoise `Q` objects. Everything else follows from them:
which rows a viewer sees (`visible`), which rows a permission reaches (`within`), and what may be done
with one row (`can`), whose answer names the grant that decided it.
"""

from collections.abc import Collection
from typing import Any, NamedTuple, Protocol

from tortoise.expressions import Q, Subquery

from app.auth.conditions import EVERY as EVERY
from app.auth.conditions import NONE as NONE
from app.auth.conditions import Rows as Rows
from app.auth.conditions import Rule
from app.auth.conditions import all_of as all_of
from app.auth.conditions import any_of as any_of
from app.auth.listing import READS, opens
from app.auth.permissions import Permission, Scope
from app.auth.viewer import Viewer
from app.models import Assignment, Person, PersonSite, nouns
from app.models.expressions import among
from app.models.nouns import Noun
from app.models.refusal import ErrorCode
from app.models.request import CLOSED, MOVES, Move, RequestStatus
from app.models.role import Audience

P, S = Permission, Scope


def _equals(column: str, value: object) -> Q:
    """A null matches nothing, on either side."""
    condition: dict[str, Any] = {column: value}
    return NONE if value is None else Q(**condition)


def at_own_sites(viewer: Viewer, column: str) -> Q:
    """Where the column is a site that the viewer belongs to."""
    return among(column, PersonSite.filter(person_id=viewer.person_id).values("site_id"))


def _assigned(viewer: Viewer) -> Q:
    return among("id", Assignment.filter(worker_id=viewer.person_id, ended_at__isnull=True).values("request_id"))


# Which rows each scope reaches.

REQUEST_SCOPES: dict[Scope, Rule] = {
    S.OWN: lambda v: Q(requester_id=v.person_id) | Q(created_by_id=v.person_id),
    S.ASSIGNED: _assigned,
    S.DEPARTMENT: lambda v: _equals("department_id", v.department_id),
    S.ORGANIZATION: lambda v: _equals("organization_id", v.organization_id),
    S.ALL: lambda v: EVERY,
}
PERSON_SCOPES: dict[Scope, Rule] = {
    S.OWN: lambda v: Q(id=v.person_id),
    S.ASSIGNED: lambda v: NONE,
    S.DEPARTMENT: lambda v: _equals("department_id", v.department_id),
    S.ORGANIZATION: lambda v: _equals("organization_id", v.organization_id),
    S.ALL: lambda v: EVERY,
}
SCOPES: dict[Noun, dict[Scope, Rule]] = {
    nouns.REQUEST: REQUEST_SCOPES,
    nouns.USER: PERSON_SCOPES,
    nouns.WORKER: PERSON_SCOPES,
    nouns.CONTACT: PERSON_SCOPES,
}


def is_fenced(viewer: Viewer) -> bool:
    """Whether the viewer stays within sites: staff and workers do, unless they have them all."""
    return viewer.audience is not Audience.CONTACT and not viewer.all_sites


def _site_fence(viewer: Viewer, noun: Noun) -> Q:
    """Staff and workers stay within their sites; a request without a site is in none of them."""
    if not is_fenced(viewer) or noun is nouns.CONTACT:
        return EVERY
    if noun is nouns.REQUEST:
        return at_own_sites(viewer, "site_id")
    sharing = PersonSite.filter(at_own_sites(viewer, "site_id")).values("person_id")
    return any_of(Q(id=viewer.person_id), Q(all_sites=True), Q(id__in=Subquery(sharing)))


def standing(viewer: Viewer, noun: Noun, scope: Scope) -> Q:
    """The rows of the noun within one scope and the site fence."""
    return all_of(SCOPES[noun][scope](viewer), _site_fence(viewer, noun))


def within(viewer: Viewer, noun: Noun, permission: Permission) -> Q:
    """The rows of the noun that the viewer's grants of one permission reach."""
    scopes = viewer.scopes.get(permission, {})
    reach = any_of(*(SCOPES[noun][scope](viewer) for scope in scopes))
    return all_of(reach, _site_fence(viewer, noun))


# Which rows a viewer sees.


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


def _organizations(viewer: Viewer) -> Q:
    if _everywhere(viewer, P.CONTACT_READ):
        return EVERY
    seen = _keys(visible(viewer, nouns.REQUEST).filter(organization_id__isnull=False), "organization_id")
    return any_of(_equals("id", viewer.organization_id), Q(id__in=seen))


def _departments(viewer: Viewer) -> Q:
    if _everywhere(viewer, P.CONTACT_READ):
        return EVERY
    seen = _keys(visible(viewer, nouns.REQUEST).filter(department_id__isnull=False), "department_id")
    return any_of(_equals("organization_id", viewer.organization_id), Q(id__in=seen))


def _sites(viewer: Viewer) -> Q:
    if viewer.all_sites:
        return EVERY
    seen = _keys(visible(viewer, nouns.REQUEST).filter(site_id__isnull=False), "site_id")
    return any_of(at_own_sites(viewer, "id"), Q(id__in=seen))


def _roles(viewer: Viewer) -> Q:
    if viewer.may(P.ROLE_MANAGE) or viewer.may(P.USER_READ, beyond_own=True):
        return EVERY
    return Q(id__in=Subquery(Person.filter(id=viewer.person_id).values("role_id")))


def _of_seen_requests(viewer: Viewer) -> Q:
    return Q(request_id__in=_seen_requests(viewer))


def is_insider(viewer: Viewer) -> bool:
    """Client contacts do not read internal entries, nor what else the firm keeps to itself."""
    return viewer.audience is not Audience.CONTACT


def _openly(viewer: Viewer) -> Q:
    return EVERY if is_insider(viewer) else Q(internal=False)


def _spoken_openly(viewer: Viewer) -> Q:
    return all_of(_of_seen_requests(viewer), _openly(viewer))


def _saved_views(viewer: Viewer) -> Q:
    """One's own, and among staff what is shared of the lists that they may open: a filter names people and places."""
    own = Q(owner_id=viewer.person_id)
    names = [name for name in READS if viewer.audience is Audience.STAFF and opens(viewer, name)]
    return own | Q(shared=True, list_name__in=names) if names else own


RULES: dict[Noun, Rule] = {
    nouns.WORKSPACE: lambda v: EVERY,
    nouns.VIEWER: lambda v: Q(id=v.person_id),
    nouns.USER: _users,
    nouns.WORKER: _workers,
    nouns.CONTACT: _contacts,
    # A card is a name on a row that is itself visible; no id leads to it.
    nouns.CARD: lambda v: EVERY,
    nouns.ROLE: _roles,
    nouns.ORGANIZATION: _organizations,
    nouns.DEPARTMENT: _departments,
    nouns.SITE: _sites,
    nouns.REQUEST: lambda v: within(v, nouns.REQUEST, P.REQUEST_READ),
    nouns.ASSIGNMENT: _of_seen_requests,
    nouns.COMMENT: _spoken_openly,
    nouns.ACTIVITY: _spoken_openly,
    nouns.NOTIFICATION: lambda v: Q(recipient_id=v.person_id),
    nouns.DELIVERY: lambda v: EVERY if v.may(P.SETTINGS_MANAGE) else NONE,
    nouns.SAVED_VIEW: _saved_views,
    nouns.EXPORT_JOB: lambda v: Q(owner_id=v.person_id),
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
    },
    nouns.ASSIGNMENT: {nouns.REQUEST: lambda v: EVERY, nouns.WORKER: lambda v: EVERY},
}


def visible(viewer: Viewer, noun: Noun, beside: Noun | None = None) -> Rows:
    """The rows of a noun that the viewer sees: the one door to every row, on every path.

    `beside` promises that they are narrowed to what hangs on a visible row of that noun.
    """
    tenant: dict[str, Any] = {"id" if noun is nouns.WORKSPACE else "workspace_id": viewer.workspace_id}
    rule = BESIDE.get(beside, {}).get(noun, RULES[noun]) if beside else RULES[noun]
    return noun.model.filter(all_of(Q(**tenant), Q(**noun.where), rule(viewer)))


# What a viewer may do with a row.


class Decision(NamedTuple):
    """Allow or deny, and the line that decided it; `code` is what a refusal says."""

    allowed: bool
    line: str
    code: ErrorCode = ErrorCode.FORBIDDEN

    def __bool__(self) -> bool:
        return self.allowed


class Standing(Protocol):
    """A request as rights see it: in which of the viewer's scopes it stands, and its status."""

    standing: frozenset[Scope]
    status: RequestStatus


def standings(viewer: Viewer, noun: Noun) -> dict[Scope, Q]:
    """The scopes that matter to the viewer's rights, each with the rows that stand in it."""
    held = {scope for scopes in viewer.scopes.values() for scope in scopes}
    if viewer.is_worker:
        held.add(S.ASSIGNED)  # whoever is assigned may say so, whatever scope lets them work
    return {scope: standing(viewer, noun, scope) for scope in Scope if scope in held}


def can(viewer: Viewer, permission: Permission, scopes: Collection[Scope]) -> Decision:
    """Whether a grant of the permission reaches a row that stands in these scopes."""
    held = viewer.scopes.get(permission, {})
    for scope in Scope:
        if scope in scopes and scope in held:
            return Decision(True, f"{permission}@{scope} from {held[scope]}")
    return Decision(False, f"no grant of {permission} reaches this row")


def can_update(viewer: Viewer, request: Standing) -> Decision:
    """Who only asked for the work may change it until it begins."""
    decision = can(viewer, P.REQUEST_UPDATE, request.standing - {S.OWN})
    if decision or request.status is RequestStatus.OPEN:
        return decision or can(viewer, P.REQUEST_UPDATE, request.standing)
    own = can(viewer, P.REQUEST_UPDATE, request.standing)
    return Decision(False, "request.update@OWN ends when work begins", ErrorCode.WRONG_STATE) if own else own


def can_assign(viewer: Viewer, request: Standing) -> Decision:
    """Closed requests are not given to anybody."""
    decision = can(viewer, P.REQUEST_ASSIGN, request.standing)
    if decision and request.status in CLOSED:
        return Decision(False, "the request is closed", ErrorCode.WRONG_STATE)
    return decision


def can_delete(viewer: Viewer, request: Standing) -> Decision:
    """Whatever its status: the permission alone decides."""
    return can(viewer, P.REQUEST_DELETE, request.standing)


def can_comment(viewer: Viewer, request: Standing) -> Decision:
    """To comment is part of the work."""
    return can(viewer, P.REQUEST_WORK, request.standing)


def can_acknowledge(viewer: Viewer, request: Standing) -> Decision:
    """Only who is assigned can say that they have seen it."""
    if S.ASSIGNED not in request.standing:
        return Decision(False, "no open assignment to this person", ErrorCode.NOT_ASSIGNED)
    return can(viewer, P.REQUEST_WORK, request.standing)


def can_decline(viewer: Viewer, request: Standing) -> Decision:
    """Work is given back by whom it is assigned to, while there is something to do."""
    decision = can_acknowledge(viewer, request)
    if decision and request.status in CLOSED:
        return Decision(False, "the request is closed", ErrorCode.WRONG_STATE)
    return decision


MOVERS: dict[Move, Permission] = {
    Move.START: P.REQUEST_WORK,
    Move.HOLD: P.REQUEST_WORK,
    Move.FINISH: P.REQUEST_WORK,
    Move.CANCEL: P.REQUEST_CANCEL,
    Move.REOPEN: P.REQUEST_UPDATE,
}


def can_move(viewer: Viewer, request: Standing, move: Move) -> Decision:
    """Whether the viewer may take this step, and the table of moves has it."""
    decision = can(viewer, MOVERS[move], request.standing)
    if move is Move.REOPEN:
        decision = can(viewer, P.REQUEST_UPDATE, request.standing - {S.OWN})
    if decision and request.status not in MOVES[move][0]:
        return Decision(False, f"{request.status} does not allow {move}", ErrorCode.WRONG_STATE)
    return decision
