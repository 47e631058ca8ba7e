"""Who a token proves: one indexed statement per operation, and nothing that could outlive a revocation."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, cast

import structlog
from tortoise.queryset import QuerySet

from app.auth.masks import HASH
from app.auth.people import direct_grants, direct_held, facts, instant_of, key_of, viewer_from
from app.auth.secrets import token_hash
from app.auth.viewer import Viewer
from app.models import Session
from app.models.base import now
from app.models.database import fetch_row, is_postgres
from app.models.person import AccountStatus
from app.models.session import Client
from app.settings import settings

log = structlog.get_logger()
SEEN_EVERY = timedelta(minutes=1)
SEEN = "UPDATE sessions SET last_seen_at = {} WHERE id = {}"
KEPT = 2_000
PATHS = {
    "session_id": "id",
    "portal": "audience",
    "client": "client",
    "ends_at": "expires_at",
    "revoked_at": "revoked_at",
    "last_seen_at": "last_seen_at",
    **facts("person__"),
}


class SignIn(NamedTuple):
    """Everything on which it depends who a token proves, as the database has it."""

    session_id: Any
    portal: str
    client: str
    ends_at: Any
    revoked_at: Any
    workspace_id: Any
    organization_id: Any
    department_id: Any
    default_site_id: Any
    all_sites: Any
    is_worker: Any
    must_change_password: Any
    email_verified_at: Any
    status: str
    language: str
    name: str
    version: int
    access_expires_at: Any
    locked_until: Any
    person_id: Any
    audience: str
    role: str
    grants: str
    direct: str | bytes | None
    last_seen_at: Any  # the last column, because it alone decides nothing but whether a session is idle


@dataclass(frozen=True)
class Known:
    """Whom a token proved when it was last shown: a guess, until the database has proved it again."""

    row: SignIn
    viewer: Viewer
    until: datetime  # when the session, the access or the first of the direct grants ends

    @cached_property
    def decisive(self) -> tuple[Any, ...]:
        """The row without its last column."""
        return self.row[:-1]


_known: OrderedDict[str, Known] = OrderedDict()


def rows() -> QuerySet[Any]:
    """The sign-in row of the token whose hash stands in the place of the mark."""
    direct = direct_grants("sessions.person_id")
    paths = {name: PATHS.get(name, f"person__{name}") for name in SignIn._fields if name != "direct"}
    found: Any = Session.filter(token_hash=HASH).annotate(direct=direct).values("direct", **paths)
    return cast("QuerySet[Any]", found)


@lru_cache
def _statement(postgres: bool) -> str:
    found: Any = rows()
    found._choose_db_if_not_chosen()
    found._make_query()
    sql, parameters = found.query.get_parameterized_sql()
    assert parameters == [HASH]
    columns = ", ".join(f'"s"."{name}"' for name in SignIn._fields)
    return f'SELECT {columns} FROM ({sql}) "s"'  # noqa: S608 (our own names)


async def authenticate(token: str | None, audience: str | None = None) -> Viewer | None:
    """The viewer behind a token, with the rights that hold now; None if the session or account ended.

    A session of one portal is not accepted by another: neither under another `audience`, nor after
    the person's role has moved to another portal.
    """
    if not token:
        return None
    key, moment = token_hash(token), now()
    known = await prove(key, await fetch_row(_statement(is_postgres()), [key]), audience, moment)
    return known.viewer.later(moment) if known else None


def guess(key: str, moment: datetime) -> Known | None:
    """Whom a token, given by its hash, proved when it was last shown. It proves nothing by itself."""
    known = _known.get(key)
    if known is None or not known.viewer.at <= moment < known.until:
        return None
    return known


async def prove(key: str, found: Sequence[Any] | None, audience: str | None, moment: datetime) -> Known | None:
    """Whom a token proves at this moment, by the sign-in row of its hash; the same object while nothing changes."""
    known = guess(key, moment)
    if known is None or found is None or known.decisive != tuple(found[:-1]):
        row = SignIn(*found) if found else None
        known = _worked_out(row, moment) if row and _holds(row, moment) else None
    seen = instant_of(found[-1]) if found else moment
    if known is None or not _is_used(seen, moment) or audience not in (None, known.row.portal):
        _known.pop(key, None)
        return None
    await _touch(known.row.session_id, seen, moment)
    _known[key] = known
    _known.move_to_end(key)
    if len(_known) > KEPT:
        _known.popitem(last=False)
    return known


def _worked_out(row: SignIn, moment: datetime) -> Known:
    ends = [instant_of(row.access_expires_at), *(held.expires_at for held in direct_held(row.direct))]
    until = min((end for end in ends if end is not None and end > moment), default=instant_of(row.ends_at))
    return Known(row, _viewer(row, moment), min(until, instant_of(row.ends_at)))


def _is_used(seen: datetime, moment: datetime) -> bool:
    return seen > moment - timedelta(seconds=settings().session_idle)


def _holds(row: SignIn, moment: datetime) -> bool:
    is_open = row.revoked_at is None and instant_of(row.ends_at) > moment
    return is_open and row.portal == row.audience and _may_sign_in(row, moment)


def _may_sign_in(row: SignIn, moment: datetime) -> bool:
    return may_sign_in(
        AccountStatus(row.status),
        bool(row.must_change_password),
        row.email_verified_at is not None,
        instant_of(row.access_expires_at),
        instant_of(row.locked_until),
        moment,
    )


def may_sign_in(
    status: AccountStatus,
    must_change_password: bool,
    email_verified: bool,
    access_expires_at: datetime | None,
    locked_until: datetime | None,
    moment: datetime,
) -> bool:
    """Whether an account is in a state to sign in: a temporary password lets an invited person in.

    Whoever signed up gets in without access, too, and sees nothing but themselves.
    """
    if (access_expires_at and access_expires_at <= moment) or (locked_until and locked_until > moment):
        return False
    if status in (AccountStatus.INVITED, AccountStatus.NO_ACCESS):
        return email_verified or (must_change_password and status is AccountStatus.INVITED)
    return status is AccountStatus.ACTIVE


def _viewer(row: SignIn, moment: datetime) -> Viewer:
    session: dict[str, Any] = {"session_id": key_of(row.session_id), "client": Client(row.client)}
    return viewer_from(row._asdict(), moment, session_ends_at=instant_of(row.ends_at), **session)


async def _touch(session_id: Any, seen: datetime, moment: datetime) -> None:
    if moment - seen <= SEEN_EVERY:
        return
    try:
        await fetch_row(SEEN.format(*(("$1", "$2") if is_postgres() else "??")), [moment, session_id])
    except Exception as error:  # a database that cannot write, for want of room or as a stand-by, can still be read
        log.warning("session.untouched", error=type(error).__name__)
