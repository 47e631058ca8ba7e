"""All rows in Python lists, and who sees which of them: the words of the design once more, in plain Python.

Nothing here asks the policy or the reader. It is slow and simple on purpose.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from app import models as m

TABLES: dict[str, Any] = {
    "workspaces": m.Workspace,
    "people": m.Person,
    "roles": m.Role,
    "organizations": m.Organization,
    "departments": m.Department,
    "sites": m.Site,
    "requests": m.Request,
    "assignments": m.Assignment,
    "comments": m.Comment,
    "notes": m.ContactNote,
    "activities": m.Activity,
    "notifications": m.Notification,
    "attachments": m.Attachment,
    "feeds": m.CalendarFeed,
    "deliveries": m.Delivery,
    "invitations": m.Invitation,
    "links": m.PersonSite,
    "grants": m.DirectGrant,
    "sessions": m.Session,
    "audit_events": m.AuditEvent,
    "views": m.SavedView,
    "exports": m.ExportJob,
    "tokens": m.ApiToken,
}
# The types of the graph that show rows: the table and the prefix of their ids.
SHOWN = {
    "Workspace": ("workspaces", "wsp"),
    "Viewer": ("people", "vwr"),
    "User": ("people", "usr"),
    "Worker": ("people", "wrk"),
    "Contact": ("people", "con"),
    "Card": ("people", "crd"),
    "Role": ("roles", "rol"),
    "Organization": ("organizations", "org"),
    "Department": ("departments", "dep"),
    "Site": ("sites", "sit"),
    "Request": ("requests", "req"),
    "Assignment": ("assignments", "asg"),
    "Comment": ("comments", "cmt"),
    "ContactNote": ("notes", "cnt"),
    "Activity": ("activities", "act"),
    "Notification": ("notifications", "ntf"),
    "Attachment": ("attachments", "att"),
    "CalendarFeed": ("feeds", "cal"),
    "Delivery": ("deliveries", "dlv"),
    "Session": ("sessions", "ses"),
    "AuditEvent": ("audit_events", "aud"),
    "Invitation": ("invitations", "inv"),
    "SavedView": ("views", "viw"),
    "ExportJob": ("exports", "exp"),
}
HEX = set("0123456789abcdef")


class World:
    """Every row of every table."""

    def __init__(self, tables: dict[str, list[Any]]) -> None:
        self.tables = tables
        self.by_key = {row.id: row for rows in tables.values() for row in rows}

    @classmethod
    async def load(cls) -> "World":
        """The rows of the open database, oldest first."""
        return cls({name: list(await model.all().order_by("id")) for name, model in TABLES.items()})

    def all(self, kind: str) -> list[Any]:
        """The rows of the table that a type shows."""
        return self.tables[SHOWN[kind][0]]


def shown_id(kind: str, row: Any) -> str:
    """The id that clients see."""
    return f"{SHOWN[kind][1]}_{row.id.hex}"


def key_in(kind: str, text: str) -> UUID | None:
    """The key in an id of a type; None for anything else."""
    prefix, _, digits = text.partition("_")
    fits = prefix == SHOWN[kind][1] and len(digits) == 32 and set(digits) <= HEX
    return UUID(digits) if fits else None


def same(one: Any, other: Any) -> bool:
    """A null matches nothing."""
    return one is not None and one == other


@dataclass(eq=False)
class Eyes:
    """What one person sees of the world at one moment."""

    world: World
    me: Any
    at: datetime
    session_id: Any = None

    @cached_property
    def role(self) -> Any:
        """The role."""
        return self.world.by_key[self.me.role_id]

    @cached_property
    def grants(self) -> list[tuple[str, str, str]]:
        """Permission, scope and origin of each grant that holds now."""
        own = [(each["permission"], each["scope"], f"role {self.role.name}") for each in self.role.grants]
        for each in self.world.tables["grants"]:
            if each.person_id == self.me.id and (each.expires_at is None or each.expires_at > self.at):
                origin = f"bundle {each.bundle}" if each.bundle else "direct grant"
                own.append((each.permission, each.scope, origin))
        return own

    @property
    def terms(self) -> list[tuple[Any, Any]]:
        """Reason and end of each direct grant that holds now, in the order of `grants`."""
        mine = [each for each in self.world.tables["grants"] if each.person_id == self.me.id]
        return [
            (each.reason, each.expires_at) for each in mine if each.expires_at is None or each.expires_at > self.at
        ]

    def scopes(self, permission: str) -> set[str]:
        """The scopes in which a permission is held."""
        return {scope for word, scope, _ in self.grants if word == permission}

    @cached_property
    def my_sites(self) -> set[UUID]:
        """The sites that I belong to."""
        return {link.site_id for link in self.world.tables["links"] if link.person_id == self.me.id}

    @property
    def is_fenced(self) -> bool:
        """Staff and workers stay within their sites, unless they have all of them."""
        return self.role.audience != "CONTACT" and not self.me.all_sites

    # In which scopes a row stands.

    def works_on(self, request: Any) -> bool:
        """Whether an assignment to me is open."""
        mine = [each for each in self.world.tables["assignments"] if each.worker_id == self.me.id]
        return any(each.request_id == request.id and each.ended_at is None for each in mine)

    def request_scopes(self, request: Any) -> set[str]:
        """The scopes of the viewer in which a request stands."""
        if self.is_fenced and request.site_id not in self.my_sites:
            return set()
        stands = {
            "OWN": self._is_mine(request),
            "ASSIGNED": self.works_on(request),
            "DEPARTMENT": same(request.department_id, self.me.department_id),
            "ORGANIZATION": same(request.organization_id, self.me.organization_id),
            "ALL": True,
        }
        return {scope for scope, holds in stands.items() if holds}

    def _is_mine(self, request: Any) -> bool:
        stays = self.role.audience != "CONTACT" or request.organization_id in (None, self.me.organization_id)
        return request.requester_id == self.me.id or (request.created_by_id == self.me.id and stays)

    def person_scopes(self, kind: str, person: Any) -> set[str]:
        """The scopes in which a person stands; contacts have no sites that would matter."""
        if kind != "Contact" and self.is_fenced and not self._shares_a_site(person):
            return set()
        stands = {
            "OWN": person.id == self.me.id,
            "DEPARTMENT": same(person.department_id, self.me.department_id),
            "ORGANIZATION": same(person.organization_id, self.me.organization_id),
            "ALL": True,
        }
        return {scope for scope, holds in stands.items() if holds}

    def _shares_a_site(self, person: Any) -> bool:
        theirs = {link.site_id for link in self.world.tables["links"] if link.person_id == person.id}
        shared = self.my_sites if person.all_sites else theirs & self.my_sites
        return person.id == self.me.id or bool(shared)

    def reaches(self, permission: str, kind: str, row: Any) -> bool:
        """Whether the grants of one permission reach a row."""
        if kind == "Workspace":
            return "ALL" in self.scopes(permission)
        scopes = self.request_scopes(row) if kind == "Request" else self.person_scopes(kind, row)
        return bool(scopes & self.scopes(permission))

    # What is seen.

    @cached_property
    def requests(self) -> list[Any]:
        """The requests that are seen."""
        mine = [each for each in self.world.all("Request") if each.workspace_id == self.me.workspace_id]
        there = [each for each in mine if each.deleted_at is None]
        return [each for each in there if self.reaches("request.read", "Request", each)]

    @cached_property
    def _at_requests(self) -> dict[str, set[Any]]:
        links = ("id", "requester_id", "organization_id", "department_id", "site_id")
        return {link: {getattr(each, link) for each in self.requests} - {None} for link in links}

    @cached_property
    def _on_requests(self) -> set[UUID]:
        seen, all_ = self._at_requests["id"], self.world.tables["assignments"]
        return {each.worker_id for each in all_ if each.request_id in seen}

    def sees(self, kind: str, row: Any) -> bool:
        """Whether a row is seen as this type."""
        tenant = row.id if kind == "Workspace" else row.workspace_id
        see: Any = getattr(self, f"_sees_{kind.lower()}", lambda row: True)
        return bool(tenant == self.me.workspace_id and see(row))

    def _sees_viewer(self, person: Any) -> bool:
        return bool(person.id == self.me.id)

    def _sees_card(self, person: Any) -> bool:
        of_firm = person.organization_id is None or person.is_worker
        mine = same(person.organization_id, self.me.organization_id)
        return self.role.audience != "CONTACT" or of_firm or mine

    def _sees_user(self, person: Any) -> bool:
        return person.id == self.me.id or self.reaches("user.read", "User", person)

    def _sees_worker(self, person: Any) -> bool:
        seen = person.id == self.me.id or person.id in self._on_requests
        return bool(person.is_worker) and (seen or self.reaches("worker.read", "Worker", person))

    def _sees_contact(self, person: Any) -> bool:
        seen = person.id == self.me.id or person.id in self._at_requests["requester_id"]
        is_contact = person.organization_id is not None
        return is_contact and (seen or self.reaches("contact.read", "Contact", person))

    @property
    def _sees_clients(self) -> bool:
        return "ALL" in self.scopes("contact.read") | self.scopes("settings.manage")

    def _sees_organization(self, row: Any) -> bool:
        mine = row.id == self.me.organization_id
        return self._sees_clients or mine or row.id in self._at_requests["organization_id"]

    def _sees_department(self, row: Any) -> bool:
        mine = same(row.organization_id, self.me.organization_id)
        return self._sees_clients or mine or row.id in self._at_requests["department_id"]

    def _sees_site(self, row: Any) -> bool:
        mine = self.me.all_sites or row.id in self.my_sites
        return bool(mine or row.id in self._at_requests["site_id"])

    def _sees_role(self, row: Any) -> bool:
        all_ = self.scopes("role.manage") or self.scopes("user.read") - {"OWN"}
        of_contacts = self.scopes("contact.manage") and row.is_system and row.audience == "CONTACT"
        return bool(all_ or of_contacts) or row.id == self.me.role_id

    def _sees_contactnote(self, row: Any) -> bool:
        return self.reaches("contact.note", "Contact", self.world.by_key[row.contact_id])

    def _sees_request(self, row: Any) -> bool:
        return row in self.requests

    def _sees_assignment(self, row: Any) -> bool:
        return row.request_id in self._at_requests["id"]

    def _sees_comment(self, row: Any) -> bool:
        openly = self.role.audience != "CONTACT" or not row.internal
        return openly and self._sees_assignment(row)

    _sees_activity = _sees_comment

    def _sees_attachment(self, row: Any) -> bool:
        return row.state == "READY" and self._sees_comment(row)

    def _sees_savedview(self, row: Any) -> bool:
        permission = f"{row.list_name.lower().removesuffix('s')}.read"
        least: set[str] = set() if row.list_name == "REQUESTS" else {"OWN"}
        opens = self.role.audience == "STAFF" and bool(self.scopes(permission) - least)
        return row.owner_id == self.me.id or (row.shared and opens)

    def _sees_notification(self, row: Any) -> bool:
        return bool(row.recipient_id == self.me.id and row.live)

    def _sees_exportjob(self, row: Any) -> bool:
        return bool(row.owner_id == self.me.id)

    def _sees_session(self, row: Any) -> bool:
        return row.person_id == self.me.id and row.revoked_at is None

    def _sees_auditevent(self, row: Any) -> bool:
        scopes, probe = self.scopes("audit.read"), row.kind == "LOOKED_UP_HIDDEN"
        about = self.world.by_key.get(row.subject_id or row.actor_id)
        near = not self.is_fenced or (not probe and about is not None and self._shares_a_site(about))
        ours = not probe and same(row.organization_id, self.me.organization_id)
        return ("ALL" in scopes and near) or ("ORGANIZATION" in scopes and ours)

    def _sees_invitation(self, row: Any) -> bool:
        """Those of people whose credentials are mine to give, under a face that I manage."""
        person = self.world.by_key[row.person_id]
        faces = {"User": True, "Worker": person.is_worker, "Contact": person.organization_id is not None}
        return any(
            self.reaches(f"{kind.lower()}.manage", kind, person) and self.reaches("account.credentials", kind, person)
            for kind, is_one in faces.items()
            if is_one
        )

    def _sees_delivery(self, row: Any) -> bool:
        near = not self.is_fenced or self._shares_a_site(self.world.by_key[row.recipient_id])
        return bool(self.scopes("settings.manage")) and near
