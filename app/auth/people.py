"""The viewers that people are, by what the database knows of them, whether they are signed in or not."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from tortoise.expressions import RawSQL

from app.auth.kept import kept
from app.auth.permissions import WIDER, Grant, Scope, grant_of
from app.auth.viewer import HeldGrant, Viewer, role_grants
from app.models import Person
from app.models.base import now
from app.models.database import is_postgres
from app.models.person import AccountStatus
from app.models.role import Audience

COLUMNS = (
    *("workspace_id", "organization_id", "department_id", "default_site_id", "status"),
    *("all_sites", "is_worker", "must_change_password", "language", "name", "version", "access_expires_at"),
)
HEARD = (Scope.OWN, Scope.ASSIGNED)
DIRECT = """(SELECT {group}({array}(g.permission, g.scope, g.bundle, g.expires_at, g.reason))
FROM direct_grants g WHERE g.person_id = {person})"""


def facts(prefix: str = "") -> dict[str, str]:
    """What makes a person a viewer, beside the direct grants: names, and paths from the person's row."""
    found = {"person_id": "id", "audience": "role__audience", "role": "role__name", "grants": "role__grants"}
    return {name: f"{prefix}{path}" for name, path in (found | dict(zip(COLUMNS, COLUMNS, strict=True))).items()}


def direct_grants(person: str) -> Any:
    """The direct grants of a person as JSON; the column has the person's key."""
    words = ("json_agg", "json_build_array") if is_postgres() else ("json_group_array", "json_array")
    return RawSQL(DIRECT.format(group=words[0], array=words[1], person=person))


Held = tuple[HeldGrant, ...]


def nothing(held: Held) -> Held:
    """What somebody without access may see and do."""
    return ()


def own_part(held: Held) -> Held:
    """What somebody without access is told of: their own work and their own requests, as far as grants reach."""
    parts = ((each, scope) for each in held for scope in HEARD if each.grant.scope in WIDER[scope])
    return tuple(replace(each, grant=Grant(each.grant.permission, scope)) for each, scope in parts)


def everything(held: Held) -> Held:
    """What somebody without access would have with it."""
    return held


async def viewer_of(person: Person, without_access: Callable[[Held], Held] = nothing) -> Viewer:
    """The viewer that a person is now."""
    [row] = await _people(person.id)
    return viewer_from(row, now(), without_access)


@kept
def _people(key: UUID) -> Any:
    return Person.filter(id=key).annotate(direct=direct_grants("people.id")).values("direct", **facts())


def viewer_from(
    row: Mapping[str, Any], moment: datetime, without_access: Callable[[Held], Held] = nothing, **session: Any
) -> Viewer:
    """The viewer that a row of `facts` and `direct` tells of; `session` adds what the session knows."""
    held = _held(row["role"], row["grants"], row["direct"], moment)
    if row["status"] != AccountStatus.ACTIVE:
        held = without_access(held)
    return Viewer(
        person_id=key_of(row["person_id"]),
        workspace_id=key_of(row["workspace_id"]),
        audience=Audience(row["audience"]),
        language=row["language"],
        held=held,
        name=row["name"],
        organization_id=_optional_key(row["organization_id"]),
        department_id=_optional_key(row["department_id"]),
        all_sites=bool(row["all_sites"]),
        default_site_id=_optional_key(row["default_site_id"]),
        is_worker=bool(row["is_worker"]),
        must_change_password=bool(row["must_change_password"]),
        version=row["version"],
        access_expires_at=instant_of(row["access_expires_at"]),
        at=moment,
        **session,
    )


def _held(role: str, grants: str, direct: str | bytes | None, moment: datetime) -> tuple[HeldGrant, ...]:
    extra = tuple(held for held in direct_held(direct) if held.expires_at is None or held.expires_at > moment)
    return _role_held(role, grants) + extra


@lru_cache(maxsize=1024)
def _role_held(role: str, grants: str) -> tuple[HeldGrant, ...]:
    return tuple(role_grants(orjson.loads(grants), role))


@lru_cache(maxsize=1024)
def direct_held(direct: str | bytes | None) -> tuple[HeldGrant, ...]:
    """The direct grants that their JSON tells of, also those that have ended."""
    return tuple(filter(None, (direct_grant(*each) for each in orjson.loads(direct or "[]"))))


def direct_grant(permission: str, scope: str, bundle: str, expires_at: Any, reason: str | None) -> HeldGrant | None:
    """A grant beside the role by its columns; None for words that are not known."""
    grant, source = grant_of(permission, scope), f"bundle {bundle}" if bundle else "direct grant"
    return HeldGrant(grant, source, instant_of(expires_at), reason) if grant else None


def instant_of(value: Any) -> Any:
    """An instant, or None, as either database has it."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def key_of(value: Any) -> UUID:
    """A key as either database has it; asyncpg's UUIDs are of a class of their own."""
    return UUID(str(value))


def _optional_key(value: Any) -> UUID | None:
    return None if value is None else key_of(value)
