"""One workspace while it is being made: its rows in memory, and who may do what where."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from app.demo.clock import Clock
from app.demo.firm import Client, Firm
from app.demo.ids import Ids
from app.models import Activity, Department, Organization, Person, Request, Role, Site, Workspace
from app.models.base import Row
from app.models.person import AccountStatus

R = TypeVar("R", bound=Row)
EVERYTHING = frozenset({"ALL_BOOKINGS", "BUSINESS"})


@dataclass(eq=False)
class Member:
    """A person with its place in the firm; `left` is when it was suspended or deleted."""

    person: Person
    role: str
    sites: frozenset[UUID] | None  # None is everywhere
    joined: datetime
    left: datetime | None = None
    boxes: tuple[str, ...] = ()
    client: int | None = None
    lead: bool = False
    diary: list[tuple[datetime, datetime]] = field(default_factory=list)

    def works_at(self, site_id: UUID | None) -> bool:
        """Whether the person's fence lets it near a request of this site, or of none."""
        return self.sites is None or site_id in self.sites

    def was_here(self, since: datetime, until: datetime) -> bool:
        """Whether the person belonged to the firm all the while."""
        return self.joined <= since and (self.left is None or until < self.left)

    @property
    def signs_in(self) -> bool:
        """Whether the person acts for itself; for others the office does."""
        return AccountStatus.ACTIVE in (self.person.status, self.person.status_before)

    def is_free(self, start: datetime, end: datetime) -> bool:
        """Whether no appointment of the person overlaps."""
        return all(end <= begins or ends <= start for begins, ends in self.diary)


class House:
    """Collects the rows of one workspace."""

    def __init__(self, firm: Firm, moment: datetime, seed: int, password_hash: str) -> None:
        self.firm, self.password_hash = firm, password_hash
        self.random = Random(f"{seed} {firm.slug}")  # noqa: S311 (no secret comes from it)
        self.clock = Clock(firm, moment, self.random)
        self.ids = Ids(self.random)
        self.rows: dict[type[Row], list[Any]] = defaultdict(list)
        self.members: list[Member] = []
        self.workspace: Workspace
        self.roles: dict[str, Role] = {}
        self.sites: list[Site] = []
        self.news: list[tuple[Activity, list[UUID]]] = []
        self.clients: list[tuple[Client, Organization, list[Department]]] = []

    def add(self, model: type[R], at: datetime, **values: Any) -> R:
        """Adds a row whose id is as old as `at`."""
        if model is not Workspace:
            values["workspace_id"] = self.workspace.id
        row = model(id=self.ids.at(at), **values)
        self.rows[model].append(row)
        return row

    def chance(self, share: float) -> bool:
        """True in that share of the cases."""
        return self.random.random() < share

    def all(self, model: type[R]) -> list[R]:
        """The rows of one table so far."""
        return self.rows[model]

    @property
    def admin(self) -> Person:
        """The administrator."""
        return self.with_role("ADMIN")[0].person

    def with_role(self, *roles: str) -> list[Member]:
        """The people with one of the roles."""
        return [member for member in self.members if member.role in roles]

    def office(self, request: Request, since: datetime, until: datetime) -> list[Member]:
        """Who may assign and move the request."""
        return [
            member
            for member in self.with_role("ADMIN", "MANAGER")
            if member.works_at(request.site_id) and member.was_here(since, until)
        ]
