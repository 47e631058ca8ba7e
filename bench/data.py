"""The data that everything is measured on: the same rows at every run, for each scale."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any, NamedTuple
from uuid import UUID

from app.auth.permissions import TEMPLATES
from app.auth.secrets import token_hash
from app.auth.words import system_role
from app.demo.ids import Ids
from app.demo.names import NAMES
from app.models import Department, Organization, Person, PersonSite, Request, Role, Session, Site, Workspace
from app.models.assignment import Assignment
from app.models.base import now
from app.models.person import AccountStatus
from app.models.request import CLOSED, Priority, RequestStatus
from app.models.session import Client
from app.models.text import fold, search_text

Row = Mapping[str, Any]
Rows = Iterator[tuple[type, Iterator[Row]]]

BEGINNING, MOMENT = datetime(2024, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
FOUNDED = BEGINNING - timedelta(days=30)
WORKSPACES, WORKERS, SITES, ADMINS = 20, 1_000, 20, 5
REQUESTS, CONTACTS, CONTACTS_OF_ORGANIZATION, DEPARTMENTS = 100_000, 20_000, 20, 3
SITE_STEPS = (0, 7, 13)  # a worker's sites, counted from its own number
FIRST = sorted({name for first, _ in NAMES.values() for name in first})
LAST = sorted({name for _, last in NAMES.values() for name in last})
LETTERS = re.compile("[^a-z]+")
THINGS = ("Sink", "Boiler", "Lift", "Gate", "Roof", "Window", "Radiator", "Lamp", "Lock", "Drain", "Awning", "Fridge")
TROUBLES = ("leaks", "makes noise", "is stuck", "does not start", "is broken", "has to be checked", "smells")
S, P = RequestStatus, Priority
STATUSES = {S.OPEN: 10, S.IN_PROGRESS: 8, S.ON_HOLD: 4, S.DONE: 70, S.CANCELLED: 8}
PRIORITIES = {P.LOW: 15, P.NORMAL: 60, P.HIGH: 20, P.URGENT: 5}
HANDS = {0: 10, 1: 65, 2: 20, 3: 5}  # how many workers a request has: 1.2 on average
ENDED = 0.05


class Signed(NamedTuple):
    """Somebody who is signed in."""

    person_id: UUID
    token: str


class Pair(NamedTuple):
    """A request that can be given to a worker, and who gives it."""

    admin: Signed
    request_id: UUID
    worker: Signed


@dataclass
class Firm:
    """One workspace: whoever and whatever requests refer to."""

    id: UUID
    roles: dict[str, UUID]
    sites: list[UUID]
    admins: list[Signed]
    workers: list[Signed]
    contacts: list[Row]
    number: int = 1000

    def workers_at(self, site: int) -> list[Signed]:
        """Who works at a site."""
        places = range(len(self.workers))
        return [self.workers[n] for n in places if any((n + step) % SITES == site for step in SITE_STEPS)]


def _named(name: str, *more: str) -> dict[str, Any]:
    """A place's name, and the texts that follow from it."""
    return {"name": name, "sort_name": fold(name), "search_text": search_text(name, *more)}


class World:
    """Makes the rows, and remembers what the operations need of them."""

    def __init__(self, scale: float) -> None:
        self.scale = scale
        self.random = Random(11)
        self.ids = Ids(self.random)
        self.firms: list[Firm] = []
        self.pairs: list[Pair] = []
        self._assigned: list[tuple[Firm, UUID, UUID, datetime]] = []

    def rows(self) -> Rows:
        """All rows, table by table, in an order that foreign keys allow."""
        tables: dict[type, list[Row]] = {
            each: [] for each in (Workspace, Role, Site, Organization, Department, Person, PersonSite, Session)
        }
        for n in range(WORKSPACES):
            self.firms.append(self._firm(n, tables))
        yield from ((model, iter(rows)) for model, rows in tables.items())
        yield Request, self._requests()
        yield Assignment, self._assignments()
        self.random.shuffle(self.pairs)

    def _firm(self, n: int, tables: dict[type, list[Row]]) -> Firm:
        key, roles = self._id(), {template.key: self._id() for template in TEMPLATES}
        firm = Firm(key, roles, [self._id() for _ in range(SITES)], [], [], [])
        tables[Workspace].append({"id": key, "name": f"Firm {n}", "slug": f"firm-{n}"})
        for template in TEMPLATES:
            words = system_role(template, "en")
            words |= {"id": roles[template.key], "workspace_id": key, "sort_name": fold(words["name"])}
            tables[Role].append(words)
        for i, site in enumerate(firm.sites):
            address = f"{i} Long Street"
            words = {**_named(f"House {i}", address), "address": address}
            tables[Site].append({"id": site, "workspace_id": key, **words})
        self._add_staff(firm, n, tables)
        self._add_clients(firm, n, tables)
        return firm

    def _add_staff(self, firm: Firm, n: int, tables: dict[type, list[Row]]) -> None:
        for i in range(ADMINS):
            person = self._person(firm, f"{i}.staff.firm{n}", role_id=firm.roles["ADMIN"], all_sites=True)
            firm.admins.append(self._sign_in(person, "STAFF", tables))
        for i in range(WORKERS // WORKSPACES):
            person = self._person(firm, f"{i}.work.firm{n}", role_id=firm.roles["WORKER"], is_worker=True)
            firm.workers.append(self._sign_in(person, "WORKER", tables))
            for step in SITE_STEPS:
                link = {"person_id": person["id"], "site_id": firm.sites[(i + step) % SITES]}
                tables[PersonSite].append({"id": self._id(), "workspace_id": firm.id, **link})

    def _add_clients(self, firm: Firm, n: int, tables: dict[type, list[Row]]) -> None:
        contacts = round(CONTACTS * self.scale) // WORKSPACES
        for i in range(0, contacts, CONTACTS_OF_ORGANIZATION):
            organization, departments = self._id(), [self._id() for _ in range(DEPARTMENTS)]
            place = {"id": organization, "workspace_id": firm.id, **_named(f"Client {i} of {n}")}
            tables[Organization].append(place)
            for d, department in enumerate(departments):
                place = {"id": department, "organization_id": organization, **_named(f"Floor {d}")}
                tables[Department].append({"workspace_id": firm.id, **place})
            for j in range(i, min(i + CONTACTS_OF_ORGANIZATION, contacts)):
                room = {"organization_id": organization, "department_id": self.random.choice([*departments, None])}
                person = self._person(firm, f"{j}.firm{n}", role_id=firm.roles["CONTACT"], **room)
                firm.contacts.append(person)
                tables[Person].append(person)

    def _person(self, firm: Firm, mark: str, **facts: Any) -> Row:
        """Somebody whose address begins with the family name, as addresses do, and the mark."""
        first, last = self.random.choice(FIRST), self.random.choice(LAST)
        person = SimpleNamespace(
            id=self._id(),
            workspace_id=firm.id,
            first_name=first,
            last_name=last,
            email=f"{LETTERS.sub('', fold(last))}{mark}@bench.example",
            username=None,
            phone=f"+1{self.random.randrange(2 * 10**9, 10**10)}",
            status=AccountStatus.ACTIVE,
            trade=None,
            tombstone=None,
            created_at=FOUNDED,
            **facts,
        )
        Person.index(person)  # type: ignore[arg-type]
        return vars(person)

    def _sign_in(self, person: Row, audience: str, tables: dict[type, list[Row]]) -> Signed:
        token = f"gst_bench_{person['id'].hex}"
        session = {"person_id": person["id"], "audience": audience, "token_hash": token_hash(token)}
        session |= {"client": Client.API, "created_at": FOUNDED, "expires_at": now() + timedelta(days=30)}
        tables[Person].append(person)
        tables[Session].append({"id": self._id(), "workspace_id": person["workspace_id"], **session})
        return Signed(person["id"], token)

    def _requests(self) -> Iterator[Row]:
        count = round(REQUESTS * self.scale)
        for n in range(count):
            firm = self.random.choice(self.firms)
            yield self._request(firm, BEGINNING + (MOMENT - BEGINNING) * n / count)

    def _request(self, firm: Firm, instant: datetime) -> Row:
        firm.number += 1
        site, contact = self.random.randrange(SITES), self.random.choice(firm.contacts)
        status = self._drawn(STATUSES)
        request = SimpleNamespace(
            id=self.ids.at(instant),
            workspace_id=firm.id,
            number=firm.number,
            title=f"{self.random.choice(THINGS)} {self.random.choice(TROUBLES)}",
            description="Please come and have a look; somebody is there from eight to five.",
            priority=self._drawn(PRIORITIES),
            status=status,
            requester_id=contact["id"],
            created_by_id=contact["id"],
            organization_id=contact["organization_id"],
            department_id=contact["department_id"],
            site_id=firm.sites[site],
            created_at=instant,
            updated_at=instant,
            closed_at=instant + timedelta(days=3) if status in CLOSED else None,
        )
        Request.index(request)  # type: ignore[arg-type]
        self._assign(firm, request, firm.workers_at(site))
        return vars(request)

    def _assign(self, firm: Firm, request: Any, able: Sequence[Signed]) -> None:
        chosen = self.random.sample(able, self._drawn(HANDS))
        self._assigned += [(firm, request.id, worker.person_id, request.created_at) for worker in chosen]
        if request.status not in CLOSED and self.random.random() < 1 / self.scale:
            others = [worker for worker in able if worker not in chosen]
            self.pairs += [Pair(self.random.choice(firm.admins), request.id, worker) for worker in others]

    def _assignments(self) -> Iterator[Row]:
        for firm, request, worker, created in self._assigned:
            instant = created + timedelta(minutes=self.random.randrange(1, 600))
            ended = instant + timedelta(hours=1) if self.random.random() < ENDED else None
            ids = {"id": self.ids.at(instant), "workspace_id": firm.id, "request_id": request, "worker_id": worker}
            by = {"assigned_by_id": firm.admins[0].person_id, "assigned_at": instant, "ended_at": ended}
            yield {**ids, **by}

    def words(self) -> Iterator[tuple[Signed, str]]:
        """An administrator and what they look for: a family name, or what only one contact has."""
        while True:
            firm = self.random.choice(self.firms)
            contact = self.random.choice(firm.contacts)
            rare = contact["email"].partition(".")[0]
            yield self.random.choice(firm.admins), self.random.choice((fold(contact["last_name"]), rare))

    def _id(self) -> UUID:
        return self.ids.at(FOUNDED)

    def _drawn(self, weights: Mapping[Any, int]) -> Any:
        return self.random.choices(list(weights), list(weights.values()))[0]
