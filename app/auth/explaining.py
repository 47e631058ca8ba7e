"""Why somebody may or may not do something: the same decisions as ever, with the line that made them."""

from collections.abc import Callable, Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.auth import policy, throttle
from app.auth.delegation import can_entrust, can_manage
from app.auth.identity import may_sign_in
from app.auth.permissions import Permission, Scope
from app.auth.policy import Decision
from app.auth.viewer import Viewer
from app.models import Person, nouns
from app.models.nouns import Noun
from app.models.refusal import ErrorCode
from app.models.request import Move

P = Permission


class Reason(StrEnum):
    """The line at which the answer was found, in the order in which they are asked."""

    NO_ACCOUNT = "NO_ACCOUNT"
    ACCESS_EXPIRED = "ACCESS_EXPIRED"
    LOCKED = "LOCKED"
    PASSWORD_CHANGE_REQUIRED = "PASSWORD_CHANGE_REQUIRED"  # noqa: S105 (a reason's name)
    NO_GRANT = "NO_GRANT"
    NOT_CONCERNED = "NOT_CONCERNED"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    OUT_OF_SITES = "OUT_OF_SITES"
    WRONG_STATE = "WRONG_STATE"
    NOT_MANAGED = "NOT_MANAGED"
    GRANTED = "GRANTED"


def _reaching(permission: Permission) -> Callable[[Viewer, Any], Decision]:
    return lambda viewer, row: policy.can(viewer, permission, row.standing)


def _managing(permission: Permission) -> Callable[[Viewer, Any], Decision]:
    def decide(viewer: Viewer, row: Any) -> Decision:
        decision = policy.can(viewer, permission, row.standing)
        return can_manage(viewer, row) if decision else decision

    return decide


# What guards the deed behind each permission, where it is more than the reach of its grants.
DECISIONS: dict[Permission, Callable[[Viewer, Any], Decision]] = {
    **{permission: _reaching(permission) for permission in Permission},
    **{permission: _managing(permission) for permission in (P.USER_MANAGE, P.WORKER_MANAGE, P.CONTACT_MANAGE)},
    P.REQUEST_WORK: policy.can_comment,
    P.REQUEST_UPDATE: policy.can_update,
    P.REQUEST_CANCEL: lambda viewer, row: policy.can_move(viewer, row, Move.CANCEL),
    P.REQUEST_DELETE: policy.can_delete,
    P.REQUEST_ASSIGN: policy.can_assign,
    P.ACCOUNT_CREDENTIALS: can_entrust,
}
_NOUNS: dict[str, tuple[Noun, ...]] = {
    "request": (nouns.REQUEST,),
    "contact": (nouns.CONTACT,),
    "worker": (nouns.WORKER,),
    "user": (nouns.USER,),
    "account": nouns.FACES,
}


def nouns_of(permission: Permission) -> tuple[Noun, ...]:
    """The kinds of rows that a permission is about; none for permissions over the workspace."""
    return _NOUNS.get(permission.partition(".")[0], ())


async def shut_out(person: Person, moment: datetime) -> Reason | None:
    """Why the account cannot do anything at all now, or cannot sign in for a while; or None."""
    if not may_sign_in(person.status, person.must_change_password, False, None, None, moment):
        return Reason.NO_ACCOUNT
    if person.access_expires_at and person.access_expires_at <= moment:
        return Reason.ACCESS_EXPIRED
    if await throttle.pauses("login", str(person.id)) or (person.locked_until and person.locked_until > moment):
        return Reason.LOCKED
    return Reason.PASSWORD_CHANGE_REQUIRED if person.must_change_password else None


def denied(
    decision: Decision, held: Collection[Scope], reached: Collection[Scope], standing: Collection[Scope]
) -> Reason:
    """Why a grant that is held does not allow it: by its scope, by the site fence, or by the row."""
    if decision.code is ErrorCode.WRONG_STATE:
        return Reason.WRONG_STATE
    if not set(held) & set(reached):
        return Reason.OUT_OF_SCOPE
    return Reason.NOT_MANAGED if set(held) & set(standing) else Reason.OUT_OF_SITES
