"""The words of access, as data: permissions, scopes, bundles and the roles that every workspace has."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, NamedTuple

from app.models.role import Audience, grant_word


class Permission(StrEnum):
    """What a grant allows. `request.work` is to move the status, comment and acknowledge."""

    REQUEST_READ = "request.read"
    REQUEST_CREATE = "request.create"
    REQUEST_WORK = "request.work"
    REQUEST_UPDATE = "request.update"
    REQUEST_CANCEL = "request.cancel"
    REQUEST_DELETE = "request.delete"
    REQUEST_ASSIGN = "request.assign"
    CONTACT_READ = "contact.read"
    CONTACT_NOTE = "contact.note"
    CONTACT_MANAGE = "contact.manage"
    WORKER_READ = "worker.read"
    WORKER_MANAGE = "worker.manage"
    USER_READ = "user.read"
    USER_MANAGE = "user.manage"
    ACCOUNT_CREDENTIALS = "account.credentials"
    ROLE_MANAGE = "role.manage"
    EXPORT_RUN = "export.run"
    STATS_READ = "stats.read"
    SETTINGS_MANAGE = "settings.manage"
    AUDIT_READ = "audit.read"


class Scope(StrEnum):
    """On which rows a grant holds."""

    OWN = "OWN"
    ASSIGNED = "ASSIGNED"
    DEPARTMENT = "DEPARTMENT"
    ORGANIZATION = "ORGANIZATION"
    ALL = "ALL"


EVERYWHERE = (Permission.ROLE_MANAGE, Permission.SETTINGS_MANAGE)


def scopes_of(permission: Permission) -> list[Scope]:
    """The scopes in which a permission can be given: only requests are assigned to people."""
    if permission in EVERYWHERE:
        return [Scope.ALL]
    if permission.startswith("request."):
        return list(Scope)
    return [scope for scope in Scope if scope is not Scope.ASSIGNED]


class Right(StrEnum):
    """What a viewer may do with a person, beyond reading."""

    MANAGE = "MANAGE"
    CREDENTIALS = "CREDENTIALS"


class Grant(NamedTuple):
    """A permission within a scope."""

    permission: Permission
    scope: Scope

    def __str__(self) -> str:
        return grant_word(self.permission, self.scope)


def grant_of(permission: Any, scope: Any) -> Grant | None:
    """The grant of two stored words, or None if one of them is no longer known: it gives nothing."""
    try:
        return Grant(Permission(permission), Scope(scope))
    except ValueError:
        return None


class Template(NamedTuple):
    """A role that every workspace begins with."""

    key: str
    audience: Audience
    requires_email: bool
    grants: tuple[Grant, ...]

    def columns(self) -> dict[str, Any]:
        """The role's columns in a new workspace, but for its words."""
        return {**self._asdict(), "grants": stored(self.grants), "is_system": True}


def stored(grants: Iterable[Grant]) -> list[dict[str, str]]:
    """Grants as a role keeps them."""
    return [{"permission": grant.permission, "scope": grant.scope} for grant in grants]


P, S = Permission, Scope
WORK = (P.REQUEST_READ, P.REQUEST_WORK, P.REQUEST_UPDATE, P.REQUEST_CANCEL)


def _at(scope: Scope, *permissions: Permission) -> tuple[Grant, ...]:
    return tuple(Grant(permission, scope) for permission in permissions)


class Bundle(StrEnum):
    """A box that adds grants to the base access of a portal."""

    SEE_ALL_REQUESTS = "SEE_ALL_REQUESTS"
    ALL_BOOKINGS = "ALL_BOOKINGS"
    CLIENT_LIST = "CLIENT_LIST"
    BUSINESS = "BUSINESS"


BUNDLES: dict[Bundle, tuple[Grant, ...]] = {
    Bundle.SEE_ALL_REQUESTS: _at(S.ORGANIZATION, P.REQUEST_READ),
    Bundle.ALL_BOOKINGS: _at(S.ALL, *WORK, P.REQUEST_CREATE, P.REQUEST_DELETE),
    Bundle.CLIENT_LIST: _at(S.ALL, P.CONTACT_READ, P.CONTACT_NOTE),
    Bundle.BUSINESS: _at(S.ALL, *Permission),
}
# The portal whose base access a box needs; it goes when that access is taken away.
BUNDLE_BASE: dict[Bundle, Audience] = {
    Bundle.SEE_ALL_REQUESTS: Audience.CONTACT,
    Bundle.ALL_BOOKINGS: Audience.STAFF,
    Bundle.CLIENT_LIST: Audience.STAFF,
    Bundle.BUSINESS: Audience.STAFF,
}

ADMIN = Template("ADMIN", Audience.STAFF, False, _at(S.ALL, *Permission))
MANAGER = Template(
    "MANAGER",
    Audience.STAFF,
    True,
    _at(
        S.ALL,
        *WORK,
        P.REQUEST_CREATE,
        P.REQUEST_ASSIGN,
        P.CONTACT_READ,
        P.CONTACT_NOTE,
        P.WORKER_READ,
        P.WORKER_MANAGE,
        P.USER_READ,
        P.ACCOUNT_CREDENTIALS,
        P.EXPORT_RUN,
        P.STATS_READ,
    ),
)
STAFF = Template(
    "STAFF",
    Audience.STAFF,
    False,
    (
        *_at(S.OWN, P.REQUEST_READ, P.WORKER_READ, P.USER_READ),
        *_at(S.ASSIGNED, *WORK, P.REQUEST_CREATE),
    ),
)
WORKER = Template(
    "WORKER",
    Audience.WORKER,
    False,
    (*_at(S.ASSIGNED, P.REQUEST_READ, P.REQUEST_WORK), *_at(S.OWN, P.WORKER_READ, P.USER_READ)),
)
CONTACT_ADMIN = Template(
    "CONTACT_ADMIN",
    Audience.CONTACT,
    True,
    (
        *_at(
            S.ORGANIZATION,
            P.REQUEST_READ,
            P.REQUEST_CREATE,
            P.CONTACT_READ,
            P.CONTACT_MANAGE,
            P.ACCOUNT_CREDENTIALS,
            P.EXPORT_RUN,
            P.AUDIT_READ,
        ),
        *_at(S.OWN, P.REQUEST_UPDATE, P.REQUEST_CANCEL),
    ),
)
CONTACT = Template(
    "CONTACT",
    Audience.CONTACT,
    True,
    _at(S.OWN, P.REQUEST_READ, P.REQUEST_CREATE, P.REQUEST_UPDATE, P.REQUEST_CANCEL, P.CONTACT_READ),
)

TEMPLATES = (ADMIN, MANAGER, STAFF, WORKER, CONTACT_ADMIN, CONTACT)
# Whoever gives one of these hands on power over people: that needs user.manage besides.
MANAGING = frozenset(
    {
        P.USER_MANAGE,
        P.WORKER_MANAGE,
        P.CONTACT_MANAGE,
        P.ACCOUNT_CREDENTIALS,
        P.ROLE_MANAGE,
        P.SETTINGS_MANAGE,
        P.AUDIT_READ,
    }
)
PRIVILEGED = frozenset(
    {
        Grant(P.ACCOUNT_CREDENTIALS, S.ALL),
        *(Grant(p, s) for p in (P.USER_MANAGE, P.ROLE_MANAGE, P.SETTINGS_MANAGE, P.AUDIT_READ) for s in Scope),
    }
)
# The scopes that hold all that a scope can reach.
WIDER: dict[Scope, frozenset[Scope]] = {
    S.OWN: frozenset({S.OWN, S.ORGANIZATION, S.ALL}),
    S.ASSIGNED: frozenset({S.ASSIGNED, S.ALL}),
    S.DEPARTMENT: frozenset({S.DEPARTMENT, S.ORGANIZATION, S.ALL}),
    S.ORGANIZATION: frozenset({S.ORGANIZATION, S.ALL}),
    S.ALL: frozenset({S.ALL}),
}
