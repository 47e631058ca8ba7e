"""The people of the tests, their firms, and what they ask for.

Two workspaces. *Toits* is a property manager with two sites and two client companies; *Zurich* is
another firm in the same instance.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.auth.passwords import hash_password
from app.auth.permissions import BUNDLES, Bundle
from app.models import (
    Activity,
    Assignment,
    Comment,
    Department,
    DirectGrant,
    Organization,
    Person,
    PersonSite,
    Request,
    Role,
    Site,
    Workspace,
)
from app.models.activity import ActivityKind
from app.models.base import now
from app.models.nouns import CONTACT, DEPARTMENT, ORGANIZATION, REQUEST, SITE, USER, WORKER, Noun
from app.models.person import AccountStatus, reserve_login_names
from app.models.request import Priority, RequestKind
from app.resolvers.operator import found

PASSWORD = "correct horse battery staple"

# name: (workspace, role, facets)
PEOPLE: dict[str, dict[str, Any]] = {
    "ada": {"role": "ADMIN", "all_sites": True, "email": "ada@toits.example"},
    "max": {"role": "MANAGER", "sites": ["north"], "email": "max@toits.example", "language": "fr"},
    "sam": {"role": "STAFF", "sites": ["north"], "email": "sam@toits.example", "is_worker": True},
    "sol": {
        "role": "STAFF",
        "sites": ["north"],
        "email": "sol@toits.example",
        "is_worker": True,
        "bundles": ["ALL_BOOKINGS"],
    },
    "wes": {
        "role": "WORKER",
        "sites": ["north"],
        "email": "wes@toits.example",
        "phone": "+15145550101",
        "is_worker": True,
        "trade": "plumber",
    },
    "wil": {"role": "WORKER", "sites": ["north"], "email": "wil@toits.example", "is_worker": True},
    "win": {"role": "WORKER", "sites": ["south"], "email": "win@toits.example", "is_worker": True},
    "ned": {"role": "WORKER", "sites": ["north"], "is_worker": True, "status": AccountStatus.NO_ACCESS},
    "ina": {
        "role": "WORKER",
        "sites": ["north"],
        "email": "ina@toits.example",
        "is_worker": True,
        "status": AccountStatus.INACTIVE,
    },
    "cora": {"role": "CONTACT_ADMIN", "organization": "maple", "email": "cora@maple.example"},
    "cyn": {
        "role": "CONTACT",
        "organization": "maple",
        "department": "front",
        "email": "cyn@maple.example",
        "phone": "+15145550102",
        "sites": ["north"],
    },
    "cal": {
        "role": "CONTACT",
        "organization": "maple",
        "email": "cal@maple.example",
        "bundles": ["SEE_ALL_REQUESTS"],
    },
    "bo": {"role": "CONTACT", "organization": "birch", "email": "bo@birch.example"},
    "zoe": {"workspace": "zurich", "role": "ADMIN", "all_sites": True, "email": "zoe@zurich.example"},
    "zed": {
        "workspace": "zurich",
        "role": "WORKER",
        "email": "zed@zurich.example",
        "is_worker": True,
        "sites": ["zug"],
    },
}
SITES = {"north": "toits", "south": "toits", "zug": "zurich"}
ORGANIZATIONS = {"maple": "toits", "birch": "toits"}
DEPARTMENTS = {"front": "maple", "back": "maple", "barn": "birch"}
REQUESTS: dict[str, dict[str, Any]] = {
    "tap": {"title": "Évier bouché", "by": "cyn", "site": "north", "organization": "maple", "to": ["wes"]},
    "roof": {
        "title": "Roof leaks",
        "by": "cal",
        "site": "north",
        "organization": "maple",
        "to": ["wes", "wil"],
        "priority": Priority.URGENT,
    },
    "gate": {"title": "Gate stuck", "by": "bo", "site": "south", "organization": "birch", "to": ["win"]},
    "lamp": {"title": "Lamp without a site", "by": "ada"},
    "door": {"title": "Door squeaks", "by": "max", "site": "north", "priority": Priority.LOW},
    "hair": {"title": "Colour and cut", "by": "ada", "site": "north", "to": ["sam"], "kind": RequestKind.BOOKING},
    "zinc": {"workspace": "zurich", "title": "Zinc gutter", "by": "zoe", "site": "zug", "to": ["zed"]},
}
# Who sees which requests: the policy in the words of the design.
SEES: dict[str, set[str]] = {
    "ada": {"tap", "roof", "gate", "lamp", "door", "hair"},
    "max": {"tap", "roof", "door", "hair"},
    "sam": {"hair"},
    "sol": {"tap", "roof", "door", "hair"},
    "wes": {"tap", "roof"},
    "wil": {"roof"},
    "win": {"gate"},
    "cora": {"tap", "roof"},
    "cyn": {"tap"},
    "cal": {"tap", "roof"},
    "bo": {"gate"},
    "zoe": {"zinc"},
    "zed": {"zinc"},
}


class Cast:
    """Who and what there is, by name; ids as the graph writes them."""

    def __init__(self) -> None:
        self.keys: dict[str, UUID] = {}

    def key(self, name: str) -> UUID:
        """The database key of a person, place or request."""
        return self.keys[name]

    def _id(self, noun: Noun, name: str) -> str:
        return noun.id(self.keys[name])

    def request(self, name: str) -> str:
        """The id of a request."""
        return self._id(REQUEST, name)

    def worker(self, name: str) -> str:
        """The id of a person as a worker."""
        return self._id(WORKER, name)

    def contact(self, name: str) -> str:
        """The id of a person as a contact."""
        return self._id(CONTACT, name)

    def user(self, name: str) -> str:
        """The id of a person as an account."""
        return self._id(USER, name)

    def site(self, name: str) -> str:
        """The id of a site."""
        return self._id(SITE, name)

    def organization(self, name: str) -> str:
        """The id of a client company."""
        return self._id(ORGANIZATION, name)

    def department(self, name: str) -> str:
        """The id of a department."""
        return self._id(DEPARTMENT, name)

    def requests(self, ids: Sequence[str]) -> set[str]:
        """The names of requests by their ids."""
        names = {self.request(name): name for name in REQUESTS}
        return {names[each] for each in ids}


async def seed() -> Cast:
    """Writes the cast into the open, empty database."""
    cast = Cast()
    hashed = await hash_password(PASSWORD)
    for slug in ("toits", "zurich"):
        cast.keys[slug] = (await found(slug.title(), slug)).id
    for name, slug in SITES.items():
        site = Site(workspace_id=cast.keys[slug], name=name.title())
        await site.index().save()
        cast.keys[name] = site.id
    for name, slug in ORGANIZATIONS.items():
        organization = Organization(workspace_id=cast.keys[slug], name=name.title())
        await organization.index().save()
        cast.keys[name] = organization.id
    for name, company in DEPARTMENTS.items():
        department = Department(
            workspace_id=cast.keys["toits"], name=name.title(), organization_id=cast.keys[company]
        )
        await department.index().save()
        cast.keys[name] = department.id
    for name, facets in PEOPLE.items():
        cast.keys[name] = await _person(cast, name, dict(facets), hashed)
    for name, facts in REQUESTS.items():
        cast.keys[name] = await _request(cast, dict(facts))
    return cast


async def _person(cast: Cast, name: str, facets: dict[str, Any], hashed: str) -> UUID:
    workspace = cast.keys[facets.pop("workspace", "toits")]
    sites, bundles = facets.pop("sites", []), facets.pop("bundles", [])
    role = await Role.get(workspace_id=workspace, key=facets.pop("role"))
    for link in ("organization", "department"):
        if link in facets:
            facets[f"{link}_id"] = cast.keys[facets.pop(link)]
    facets = {"status": AccountStatus.ACTIVE, "username": facets.get("email"), **facets}
    person = Person(workspace_id=workspace, role_id=role.id, first_name=name.title(), last_name="Roy", **facets)
    person.activated_at = now() if person.status is AccountStatus.ACTIVE else None
    person.password_hash = hashed if person.status is AccountStatus.ACTIVE else None
    await person.index().save()
    await reserve_login_names(person)
    for site in sites:
        await PersonSite.create(workspace_id=workspace, person_id=person.id, site_id=cast.keys[site])
    for bundle in bundles:
        for grant in BUNDLES[Bundle(bundle)]:
            words = {"permission": grant.permission, "scope": grant.scope, "bundle": bundle}
            await DirectGrant.create(workspace_id=workspace, person_id=person.id, **words)
    return person.id


async def _request(cast: Cast, facts: dict[str, Any]) -> UUID:
    workspace = await Workspace.get(id=cast.keys[facts.pop("workspace", "toits")])
    author, workers = cast.keys[facts.pop("by")], facts.pop("to", [])
    links = {f"{link}_id": cast.keys[facts.pop(link)] for link in ("site", "organization") if link in facts}
    if "organization_id" in links:
        links["requester_id"] = author
    ids: dict[str, Any] = {"workspace_id": workspace.id, "created_by_id": author, **links}
    request = Request(number=await workspace.next_request_number(), **ids, **facts)
    await request.index().save()
    for worker in workers:
        ids = {"request_id": request.id, "worker_id": cast.keys[worker], "assigned_by_id": author}
        await Assignment.create(workspace_id=workspace.id, **ids)
    for internal in (False, True):
        words: dict[str, Any] = {"body": "only for us" if internal else "for everybody", "internal": internal}
        await Comment.create(workspace_id=workspace.id, request_id=request.id, author_id=author, **words)
    ids = {"request_id": request.id, "actor_id": author}
    await Activity.create(workspace_id=workspace.id, kind=ActivityKind.CREATED, **ids)
    return request.id
