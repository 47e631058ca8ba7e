"""Who a token proves: one indexed statement per operation, and nothing that could outlive a revocation."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from tortoise import connections
from tortoise.expressions import RawSQL

from app.auth.permissions import grant_of
from app.auth.secrets import token_hash
from app.auth.viewer import HeldGrant, Viewer, role_grants
from app.models import Session
from app.models.base import now
from app.models.database import is_postgres
from app.models.person import AccountStatus
from app.models.role import Audience
from app.models.session import Client
from app.settings import settings

SEEN_EVERY = timedelta(minutes=1)
MARK = "the hash of a token"
DIRECT = """(SELECT {group}({array}(g.permission, g.scope, g.bundle, g.expires_at))
FROM direct_grants g WHERE g.person_id = sessions.person_id)"""
COLUMNS = {
    "session_id": "id",
    "portal": "audience",
    "client": "client",
    "last_seen_at": "last_seen_at",
    "ends_at": "expires_at",
    "revoked_at": "revoked_at",
    **{
        name: f"person__{name}"
        for name in (
            "workspace_id",
            "organization_id",
            "department_id",
            "default_site_id",
            "all_sites",
            "is_worker",
            "must_change_password",
            "status",
            "language",
            "name",
            "version",
            "access_expires_at",
            "locked_until",
        )
    },
    "person_id": "person_id",
    "audience": "person__role__audience",
    "role": "person__role__key",
    "grants": "person__role__grants",
}


@lru_cache
def _statement(postgres: bool) -> str:
    words = ("json_agg", "json_build_array") if postgres else ("json_group_array", "json_array")
    direct: Any = RawSQL(DIRECT.format(group=words[0], array=words[1]))
    rows = Session.filter(token_hash=MARK).annotate(direct=direct).values("direct", **COLUMNS)
    rows._choose_db_if_not_chosen()
    rows._make_query()
    sql, parameters = rows.query.get_parameterized_sql()
    assert parameters == [MARK]
    return str(sql)


async def authenticate(token: str | None, audience: str | None = None) -> Viewer | None:
    """The viewer behind a token, with the rights that hold now; None if the session or account ended.

    A session of one portal is not accepted by another: neither under another `audience`, nor after
    the person's role has moved to another portal.
    """
    if not token:
        return None
    sql = _statement(is_postgres())
    found = await connections.get("default").execute_query_dict(sql, [token_hash(token)])
    moment = now()
    if not found or not _holds(row := found[0], moment) or audience not in (None, row["portal"]):
        return None
    await _touch(row, moment)
    return _viewer(row, moment)


def _holds(row: dict[str, Any], moment: datetime) -> bool:
    idle_since = moment - timedelta(seconds=settings().session_idle)
    is_open = row["revoked_at"] is None and _instant(row["ends_at"]) > moment
    is_used = _instant(row["last_seen_at"]) > idle_since
    return is_open and is_used and row["portal"] == row["audience"] and _may_sign_in(row, moment)


def _may_sign_in(row: dict[str, Any], moment: datetime) -> bool:
    return may_sign_in(
        AccountStatus(row["status"]),
        bool(row["must_change_password"]),
        _optional(row["access_expires_at"]),
        _optional(row["locked_until"]),
        moment,
    )


def may_sign_in(
    status: AccountStatus,
    must_change_password: bool,
    access_expires_at: datetime | None,
    locked_until: datetime | None,
    moment: datetime,
) -> bool:
    """Whether an account is in a state to sign in: a temporary password lets an invited person in."""
    if (access_expires_at and access_expires_at <= moment) or (locked_until and locked_until > moment):
        return False
    return status is AccountStatus.ACTIVE or (status is AccountStatus.INVITED and must_change_password)


def _viewer(row: dict[str, Any], moment: datetime) -> Viewer:
    return Viewer(
        person_id=_key(row["person_id"]),
        workspace_id=_key(row["workspace_id"]),
        audience=Audience(row["audience"]),
        language=row["language"],
        held=_held(row["role"], row["grants"], row["direct"], moment),
        name=row["name"],
        session_id=_key(row["session_id"]),
        client=Client(row["client"]),
        organization_id=_optional_key(row["organization_id"]),
        department_id=_optional_key(row["department_id"]),
        all_sites=bool(row["all_sites"]),
        default_site_id=_optional_key(row["default_site_id"]),
        is_worker=bool(row["is_worker"]),
        must_change_password=bool(row["must_change_password"]),
        version=row["version"],
        session_ends_at=_instant(row["ends_at"]),
        at=moment,
    )


def _held(role: str, grants: str, direct: str | None, moment: datetime) -> tuple[HeldGrant, ...]:
    extra = _parsed_direct(direct or "[]")
    held = tuple(grant for grant, ends in extra if ends is None or ends > moment)
    return _parsed_role(role, grants) + held


@lru_cache(maxsize=1024)
def _parsed_role(role: str, grants: str) -> tuple[HeldGrant, ...]:
    return tuple(role_grants(orjson.loads(grants), f"role {role}"))


@lru_cache(maxsize=1024)
def _parsed_direct(direct: str) -> tuple[tuple[HeldGrant, datetime | None], ...]:
    found = []
    for permission, scope, bundle, ends in orjson.loads(direct):
        grant = grant_of(permission, scope)
        if grant is not None:
            found.append((HeldGrant(grant, f"bundle {bundle}" if bundle else "direct grant"), _optional(ends)))
    return tuple(found)


async def _touch(row: dict[str, Any], moment: datetime) -> None:
    if moment - _instant(row["last_seen_at"]) > SEEN_EVERY:
        await Session.filter(id=row["session_id"]).update(last_seen_at=moment)


def _instant(value: datetime | str) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def _optional(value: datetime | str | None) -> datetime | None:
    return None if value is None else _instant(value)


def _key(value: Any) -> UUID:
    """asyncpg's UUIDs are of a class of their own."""
    return UUID(str(value))


def _optional_key(value: Any) -> UUID | None:
    return None if value is None else _key(value)
