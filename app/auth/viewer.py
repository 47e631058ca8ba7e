"""Who is asking: read anew at each operation and at each live event, never from a token."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from app.auth.permissions import Grant, Permission, Scope, grant_of
from app.models import Role
from app.models.base import now
from app.models.role import Audience
from app.models.session import Client

IDS = ("person_id", "workspace_id", "organization_id", "department_id", "default_site_id", "session_id")


@dataclass(frozen=True)
class HeldGrant:
    """A grant and where it comes from: the role, a bundle, or by itself; beside the role it may end."""

    grant: Grant
    source: str
    expires_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Viewer:
    """A signed-in person with the rights that hold now."""

    person_id: UUID
    workspace_id: UUID
    audience: Audience
    language: str
    held: tuple[HeldGrant, ...]
    name: str = ""
    session_id: UUID | None = None
    client: Client | None = None
    organization_id: UUID | None = None
    department_id: UUID | None = None
    all_sites: bool = False
    default_site_id: UUID | None = None
    is_worker: bool = False
    must_change_password: bool = False
    version: int = 1
    access_expires_at: datetime | None = None
    session_ends_at: datetime | None = None
    at: datetime = field(default_factory=now)  # the instant of the operation

    @cached_property
    def scopes(self) -> dict[Permission, dict[Scope, str]]:
        """Per permission the scopes held, each with the source of its grant."""
        found: dict[Permission, dict[Scope, str]] = {}
        for held in self.held:
            found.setdefault(held.grant.permission, {}).setdefault(held.grant.scope, held.source)
        return found

    @cached_property
    def shape(self) -> tuple[Any, ...]:
        """What decides which statements serve the viewer: the rights, which of them end, and which ids there are."""
        present = tuple(getattr(self, name) is None for name in IDS)
        grants = frozenset((held.grant, held.expires_at is None) for held in self.held)
        flags = (self.all_sites, self.is_worker, self.must_change_password, self.access_expires_at is None)
        return (self.audience, grants, flags, present)

    @cached_property
    def texts(self) -> dict[str, str]:
        """The ids as SQLite and Tortoise write them."""
        return {name: str(getattr(self, name)) for name in IDS}

    def later(self, moment: datetime) -> "Viewer":
        """The same viewer at another instant; what was worked out of the rights is kept."""
        viewer = object.__new__(Viewer)
        viewer.__dict__.update(self.__dict__, shape=self.shape, scopes=self.scopes, texts=self.texts, at=moment)
        return viewer

    def may(self, permission: Permission, beyond_own: bool = False) -> bool:
        """Whether the permission is held on any rows (with `beyond_own`: on more than the own row)."""
        scopes = self.scopes.get(permission, {})
        return bool(set(scopes) - {Scope.OWN}) if beyond_own else bool(scopes)


def role_grants(grants: list[dict[str, str]], name: str) -> list[HeldGrant]:
    """The grants of a role's JSON column, each naming the role; words that are not known give nothing."""
    found = [grant_of(each.get("permission"), each.get("scope")) for each in grants if isinstance(each, dict)]
    return [HeldGrant(grant, f"role {name}") for grant in found if grant]


def grants_of(role: Role) -> tuple[Grant, ...]:
    """The grants of a role."""
    return tuple(held.grant for held in role_grants(role.grants, role.name))
