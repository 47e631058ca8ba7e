"""What a viewer may do with a row that it sees; each answer names the line that decided it."""

from collections.abc import Collection
from typing import NamedTuple, Protocol
from uuid import UUID

from tortoise.expressions import Q

from app.auth.permissions import Permission, Scope
from app.auth.policy.scopes import standing
from app.auth.viewer import Viewer
from app.models.nouns import Noun
from app.models.refusal import ErrorCode
from app.models.request import CLOSED, MOVES, Move, RequestStatus

P, S = Permission, Scope


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


def can_move_front(viewer: Viewer) -> Decision:
    """To say at which address people sign in: their links lead there, so that whoever says it could be anybody."""
    needed = (P.USER_MANAGE, P.ACCOUNT_CREDENTIALS)
    allowed = viewer.all_sites and all(S.ALL in viewer.scopes.get(each, {}) for each in needed)
    return Decision(allowed, " and ".join(f"{each}@{S.ALL}" for each in needed))


def can(viewer: Viewer, permission: Permission, scopes: Collection[Scope]) -> Decision:
    """Whether a grant of the permission reaches a row that stands in these scopes."""
    held = viewer.scopes.get(permission, {})
    for scope in Scope:
        if scope in scopes and scope in held:
            return Decision(True, f"{permission}@{scope} from {held[scope]}")
    return Decision(False, f"no grant of {permission} reaches this row")


def can_set_up(viewer: Viewer, reached: Collection[Scope]) -> Decision:
    """To change the workspace's settings or a place that stands in these scopes."""
    return can(viewer, P.SETTINGS_MANAGE, reached)


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


def can_attach(viewer: Viewer, request: Standing) -> Decision:
    """Whoever works on it or may change it may add files to it."""
    return can_comment(viewer, request) or can_update(viewer, request)


def can_detach(viewer: Viewer, request: Standing, author_id: UUID) -> Decision:
    """Files are taken away by who added them and still could, and by who manages the request."""
    if author_id == viewer.person_id:
        return can_attach(viewer, request)
    return can(viewer, P.REQUEST_UPDATE, request.standing - {S.OWN})


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
