"""The people of a firm: those with a sign-in for the playground first, then the crews and the contacts."""

from datetime import datetime, timedelta
from itertools import cycle, islice
from uuid import UUID

from app.demo.access import open_access
from app.demo.firm import Crew, Lead
from app.demo.house import House, Member
from app.demo.names import NAMES
from app.models import LoginName, Person, PersonSite
from app.models.activity import ActivityKind
from app.models.notification import Way
from app.models.person import AccountStatus, login_key
from app.models.text import fold

S = AccountStatus
SETTLED = {S.ACTIVE: 86, S.NO_ACCESS: 3, S.INVITED: 5, S.INACTIVE: 6}
CONTRACTORS = {S.ACTIVE: 30, S.NO_ACCESS: 50, S.INVITED: 14, S.INACTIVE: 6}
CONTACTS = {S.ACTIVE: 62, S.NO_ACCESS: 20, S.INVITED: 10, S.INACTIVE: 8}
EARLY, TURNOVER, DAY = timedelta(days=40), 0.25, timedelta(days=1)


def staff_house(house: House) -> None:
    """Adds everybody."""
    for lead in house.firm.leads:
        _add_lead(house, lead)
    for crew in house.firm.crews:
        _add_crew(house, crew)
    for number in range(len(house.clients)):
        _add_contacts(house, number)
    _erase_some(house)
    for member in house.members:
        _finish(house, member)


def _add_lead(house: House, lead: Lead) -> None:
    sites = [house.sites[i].id for i in lead.sites] or None
    person = _person(house, lead.role, house.clock.founded, lead.first, lead.last)
    person.language, person.trade, person.status = lead.language, lead.trade, S.ACTIVE
    person.is_worker = lead.trade is not None
    person.username = lead.login
    if "@" in lead.login:
        person.email = lead.login
    member = _join(house, person, lead.role, sites, lead.boxes)
    member.lead = True
    if lead.role in ("ADMIN", "MANAGER"):
        person.preferences, person.watches = {ActivityKind.CREATED.value: [Way.LIVE.value]}, True
    if lead.client is not None:
        _employ(house, member, lead.client, lead.department)


def _add_crew(house: House, crew: Crew) -> None:
    ring, boxes = cycle(house.sites), cycle(crew.boxes)
    for number in range(crew.count):
        sites = [site.id for site in islice(ring, crew.sites)] if crew.sites else None
        company = crew.companies[number] if number < len(crew.companies) else None
        first, last = (None, company) if company else _free_name(house)
        person = _person(house, crew.role, _joining(house, crew.role), first, last)
        person.trade, person.is_worker = crew.trade, crew.trade is not None
        person.status = _status(house, CONTRACTORS if crew.contractor else SETTLED)
        if crew.role == "MANAGER":
            person.status = S.ACTIVE
        has_address = not crew.contractor or person.status is not S.NO_ACCESS or house.chance(0.4)
        if has_address:
            _address(house, person, house.firm.domain, crew.username_only)
        _join(house, person, crew.role, sites, next(boxes))


def _add_contacts(house: House, number: int) -> None:
    client, _, departments = house.clients[number]
    wanted = client.contacts - sum(lead.client == number for lead in house.firm.leads)
    has_admin = any(lead.client == number and lead.role == "CONTACT_ADMIN" for lead in house.firm.leads)
    for i in range(wanted):
        role = "CONTACT_ADMIN" if i == 0 and not has_admin and wanted > 2 else "CONTACT"
        first, last = _free_name(house)
        person = _person(house, role, _joining(house, role), first, last)
        person.status = S.ACTIVE if role == "CONTACT_ADMIN" else _status(house, CONTACTS)
        _address(house, person, client.domain)
        boxes = ("SEE_ALL_REQUESTS",) if role == "CONTACT" and house.chance(0.12) else ()
        member = _join(house, person, role, None, boxes)
        department = i % len(departments) if departments and house.chance(0.85) else None
        _employ(house, member, number, department)


def _person(house: House, role: str, joined: datetime, first: str | None, last: str) -> Person:
    language = "en" if house.chance(house.firm.english) else "fr"
    person = house.add(Person, joined, role_id=house.roles[role].id, created_at=joined, last_name=last)
    person.first_name, person.language = first, language
    if house.chance(0.75):
        person.phone = "".join(str(house.random.randrange(10)) if c == "#" else c for c in house.firm.phone)
    return person


def _joining(house: House, role: str) -> datetime:
    founded, moment = house.clock.founded, house.clock.moment
    late = house.chance(TURNOVER) and role != "MANAGER"
    return house.clock.between(founded, moment - EARLY if late else founded + EARLY)


def _free_name(house: House) -> tuple[str, str]:
    taken = {(member.person.first_name, member.person.last_name) for member in house.members}
    while True:
        firsts, lasts = NAMES[house.random.choice(house.firm.names)]
        name = (house.random.choice(firsts), house.random.choice(lasts))
        if name not in taken:
            return name


def _status(house: House, weights: dict[AccountStatus, int]) -> AccountStatus:
    return house.random.choices(list(weights), list(weights.values()))[0]


def _address(house: House, person: Person, domain: str, username_only: bool = False) -> None:
    parts = [part for part in (person.first_name, person.last_name) if part]
    plain = ["".join(c if c.isascii() and c.isalnum() else "-" for c in fold(part)) for part in parts]
    local = ".".join(part.strip("-").replace("---", "-") for part in plain)
    taken = {member.person.username for member in house.members}
    names = (f"{local}{n or ''}" if username_only else f"{local}{n or ''}@{domain}" for n in range(99))
    person.username = next(name for name in names if name not in taken)
    person.email = None if username_only else person.username


def _join(house: House, person: Person, role: str, sites: list[UUID] | None, boxes: tuple[str, ...]) -> Member:
    everywhere = sites is None and not role.startswith("CONTACT")
    person.all_sites = everywhere
    person.default_site_id = sites[0] if sites else None
    member = Member(person, role, None if everywhere else frozenset(sites or ()), person.created_at, boxes=boxes)
    for site_id in sites or ():
        house.add(PersonSite, person.created_at, person_id=person.id, site_id=site_id)
    house.members.append(member)
    return member


def _employ(house: House, member: Member, number: int, department: int | None) -> None:
    client, organization, departments = house.clients[number]
    member.client = number
    member.person.organization_id = organization.id
    member.person.department_id = departments[department].id if department is not None else None
    member.sites = frozenset(house.sites[i].id for i in client.sites)
    for i in client.sites:
        house.add(PersonSite, member.joined, person_id=member.person.id, site_id=house.sites[i].id)
    member.person.default_site_id = house.sites[client.sites[0]].id


def _erase_some(house: House) -> None:
    """Leaves of a few workers only what a deletion leaves: a number."""
    workers = [m for m in house.with_role("WORKER") if not m.lead and m.joined < house.clock.founded + EARLY]
    for number, member in enumerate(house.random.sample(workers, house.firm.tombstones), start=1):
        person = member.person
        person.status, person.status_before, person.tombstone = S.DELETED, S.ACTIVE, number
        person.first_name = person.username = person.email = person.phone = None
        person.last_name, person.version = "", 2
        house.workspace.last_tombstone = number


def _finish(house: House, member: Member) -> None:
    """Fills what follows from the status."""
    person, clock = member.person, house.clock
    if person.status in (S.INACTIVE, S.DELETED):
        member.left = clock.between(max(member.joined, clock.moment - timedelta(days=240)), clock.moment - DAY)
    if person.status is S.INACTIVE:
        person.status_before, person.version = S.ACTIVE, 2
    if person.status in (S.ACTIVE, S.INACTIVE):
        person.password_hash = house.password_hash
        person.activated_at = member.joined
        until = member.left or clock.moment
        person.last_login_at = clock.between(max(member.joined, until - timedelta(days=25)), until)
        person.email_verified_at = member.joined + timedelta(hours=3) if person.email else None
    if person.status is S.ACTIVE and house.chance(0.4):
        person.reviewed_at = clock.moment - timedelta(days=house.random.randrange(20, 40))
    person.index()
    for key in sorted({login_key(name) for name in (person.username, person.email) if name}):
        house.add(LoginName, member.joined, person_id=person.id, key=key)
    open_access(house, member)
