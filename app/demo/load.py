"""Loading the demo: five workspaces, made in memory and written in one transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tortoise import connections

from app.auth.passwords import hash_password
from app.demo.accounts import PASSWORD
from app.demo.firm import Firm
from app.demo.firms import FIRMS
from app.demo.house import House
from app.demo.notices import note_contacts, tell_everybody
from app.demo.people import staff_house
from app.demo.places import open_house
from app.demo.views import share_views
from app.demo.work import fill_house
from app.models import (
    Activity,
    Assignment,
    AuditEvent,
    Comment,
    ContactNote,
    Delivery,
    Department,
    DirectGrant,
    Invitation,
    LoginName,
    Notification,
    Organization,
    Person,
    PersonSite,
    Request,
    Role,
    SavedView,
    Site,
    Workspace,
)
from app.models.base import Row, now
from app.models.database import is_postgres, transaction

SEED = 2026
LOCK = 0x6775696368657401  # our own number among PostgreSQL's advisory locks
BATCH = 500
# Each table after those that it refers to.
TABLES: tuple[type[Row], ...] = (
    *(Workspace, Role, Site, Organization, Department, Person, PersonSite, LoginName, DirectGrant, Invitation),
    *(Request, Assignment, Comment, Activity, Notification, Delivery, ContactNote, AuditEvent, SavedView),
)


class Occupied(Exception):
    """The database is somebody's own."""


async def load_if_empty(firms: Iterable[Firm] = FIRMS) -> bool:
    """Loads the demo unless it is there already, and tells whether it did. Raises Occupied if others are there.

    Of two processes that load at once, one waits for the other and then finds nothing to do.
    """
    if await Workspace.exists():
        if not await Workspace.filter(slug__in=[firm.slug for firm in firms]).exists():
            raise Occupied("This database holds a firm already; the demo needs another one (GUICHET_DATABASE_URL).")
        return False
    houses = build(now(), SEED, await hash_password(PASSWORD), firms)

    async def work() -> bool:
        if is_postgres():
            await connections.get("default").execute_query("SELECT pg_advisory_xact_lock($1)", [LOCK])
        if await Workspace.exists():
            return False
        await _write(houses)
        return True

    return await transaction(work)


def build(moment: datetime, seed: int, password_hash: str, firms: Iterable[Firm] = FIRMS) -> list[House]:
    """The demo as it looks at a moment; for the same arguments always the same. Needs the database open."""
    houses = [House(firm, moment, seed, password_hash) for firm in firms]
    for house in houses:
        open_house(house)
        staff_house(house)
        fill_house(house)
        tell_everybody(house)
        note_contacts(house)
        share_views(house)
    return houses


async def _write(houses: Iterable[House]) -> None:
    for table in TABLES:
        rows: list[Any] = [row for house in houses for row in house.rows[table]]
        await table.bulk_create(sorted(rows, key=lambda row: row.id), batch_size=BATCH)
