"""People of client companies who ask for work."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from tortoise.expressions import Q

from app.auth.gates import ANYONE, Requires, Within
from app.auth.permissions import Permission
from app.auth.viewer import Viewer
from app.models import nouns
from app.models.person import AccountStatus
from app.reading.facts import Columns, Facts
from app.reading.page import Count, One, Order, Page
from app.reading.source import Source
from app.resolvers import contact, person
from app.schema.base import After, Connection, First, Info, Node, Search, orders
from app.schema.errors import UserWarning
from app.schema.fields import about, computed, field, given, read, related, rows
from app.schema.organization import Department, Organization
from app.schema.payload import Payload, mutation
from app.schema.person import (
    EMAIL,
    PROFILE,
    Card,
    NewPerson,
    NewPersonPayload,
    PeopleBy,
    Person,
    PersonCan,
    PersonChanges,
    RowId,
    WhichPeople,
    profile_warnings,
)
from app.schema.role import Role
from app.schema.site import Site

if TYPE_CHECKING:
    from app.schema.request import Request
    from app.schema.user import User
    from app.schema.worker import Worker

READ = Within(Permission.CONTACT_READ)


LazyRequest = Annotated["Request", strawberry.lazy("app.schema.request")]
BOX = Facts("box", lambda viewer, person: [Count(contact.box(viewer, person))])


def _usage(viewer: Viewer, person: Any) -> list[Count | Columns]:
    since = Q(created_at__gte=viewer.at - timedelta(days=90))
    newest = contact.requests(viewer, person).order_by("-id").limit(1)
    found = Count(contact.requests(viewer, person)), Count(contact.requests(viewer, person, since))
    return [*found, Columns(newest, ("created_at",))]


USAGE = Facts("usage", _usage)


def instant_of(rows: list[dict[str, str]]) -> datetime | None:
    """The instant in the only row, if there is one."""
    return datetime.fromisoformat(rows[0]["created_at"]) if rows else None


@strawberry.type(description="How often a contact asks for something; only requests that the viewer sees count.")
class ContactUsage:
    total: int = field(ANYONE, "How many requests in all.")
    last90_days: int = field(ANYONE, "How many in the last 90 days.", name="last90Days")
    last_at: datetime | None = field(ANYONE, "When the newest was handed in.")


@strawberry.type(description="What the staff noted about a contact.")
class ContactNote(Node):
    source = Source(nouns.CONTACT_NOTE)

    body: str | None = field(ANYONE, "The words.")
    created_at: datetime | None = field(ANYONE, "When it was noted.")
    author: Card | None = related(ANYONE, "Who noted it.")


@strawberry.type(description="A person of a client company who asks for work.")
class Contact(Person):
    source = Source(nouns.CONTACT)

    email: str | None = field(READ, "E-mail address.")
    username: str | None = field(READ, "The name to sign in with; fixed once the account was used.")
    language: str | None = field(READ, "The language that the person prefers.")
    status: AccountStatus | None = field(READ, "Whether and how the person can sign in.")
    must_change_password: bool | None = field(READ, "Whether a new password is due at the next sign-in.")
    last_login_at: datetime | None = field(READ, "When the person last signed in.")
    access_expires_at: datetime | None = field(READ, "From when on the person cannot sign in any more.")
    created_at: datetime | None = field(READ, "When the person was added.")
    version: int | None = field(READ, "Grows with every change; give it back as `expectedVersion`.")
    organization: Organization | None = related(READ, "The company that the person belongs to.")
    department: Department | None = related(READ, "The department of the company.")
    role: Role | None = related(READ, "The role, which decides the rights.")
    default_site: Site | None = related(READ, "The site shown first.")

    @computed(READ, "Whether the person can sign in.", "status")
    def is_active(self) -> bool | None:
        return self.status is AccountStatus.ACTIVE

    @computed(READ, "What deserves a second look in the profile.", *PROFILE)
    def warnings(self, info: Info) -> list[UserWarning] | None:
        return profile_warnings(info, self)

    @computed(ANYONE, "What the viewer may do with the person now.", "status", "rights")
    def viewer_can(self, info: Info) -> PersonCan:
        return PersonCan.of(info.context.viewer, self)

    @rows(READ, "The sites that the person belongs to.")
    def sites(self, info: Info) -> list[Site] | None:
        return person.sites(info.context.viewer, self)  # type: ignore[return-value]

    @computed(READ, "Whether the contact sees the requests of the whole company.", BOX)
    def see_all_requests(self) -> bool | None:
        return bool(self.nested[BOX.name][0])

    @computed(READ, "How often the contact asks for something, as far as the viewer sees it.", USAGE)
    def usage(self) -> ContactUsage | None:
        total, recent, last = self.nested[USAGE.name]
        return ContactUsage(total=total, last90_days=recent, last_at=instant_of(last))

    @rows(READ, "The last ten requests of the contact that the viewer sees, newest first.")
    def recent_requests(self, info: Info) -> list[LazyRequest] | None:
        return contact.recent(info.context.viewer, self)  # type: ignore[return-value]

    @rows(Within(Permission.CONTACT_NOTE), "What the staff noted about the contact, newest first.")
    def notes(self, info: Info, first: First = 25, after: After = None) -> Connection[ContactNote] | None:
        rows = contact.notes(info.context.viewer, self)
        return Page(rows, (Order("id", descending=True),), first, after)  # type: ignore[return-value]

    @rows(ANYONE, "The same person as an account.")
    def user(self, info: Info) -> Annotated["User", strawberry.lazy("app.schema.user")] | None:
        return person.face(info.context.viewer, nouns.USER, self)  # type: ignore[return-value]

    @rows(ANYONE, "The same person as a worker.")
    def worker(self, info: Info) -> Annotated["Worker", strawberry.lazy("app.schema.worker")] | None:
        return person.face(info.context.viewer, nouns.WORKER, self)  # type: ignore[return-value]


@strawberry.input(description="Adds a contact, without access until an invitation is sent.")
class CreateContactInput(NewPerson):
    organization_id: strawberry.ID | None = about(
        "The client company; that of the viewer where they manage its contacts alone.", default=None
    )
    department_id: strawberry.ID | None = about("The department, which must be part of the company.", default=None)
    email: str = about(EMAIL)
    see_all_requests: bool = about("Whether the contact sees the requests of the whole company.", default=False)


@strawberry.input(description="Changes a contact: absent fields stay as they are, null clears.")
class UpdateContactInput(PersonChanges):
    contact_id: strawberry.ID = about("The contact.")
    organization_id: strawberry.Maybe[strawberry.ID | None] = about("The client company.")
    department_id: RowId = about("The department, which must be part of the company.", clears=True)
    email: strawberry.Maybe[str | None] = about(EMAIL)
    see_all_requests: strawberry.Maybe[bool | None] = about(
        "Whether the contact sees the requests of the whole company."
    )


@strawberry.input(description="Adds a note to a contact's profile.")
class AddContactNoteInput:
    contact_id: strawberry.ID = about("The contact.")
    body: str = about("The words, at most 10,000 characters.")


@strawberry.type(description="A changed contact.")
class ContactPayload(Payload):
    warnings: list[UserWarning] = field(ANYONE, "What deserves a second look.")

    @read(ANYONE, "The contact as it is now; on CONFLICT as somebody else left it.")
    def contact(self, info: Info) -> Contact | None:
        return One(nouns.CONTACT, self.rows) if self.rows else None  # type: ignore[return-value]


@strawberry.type(description="What createContact did.")
class CreateContactPayload(ContactPayload, NewPersonPayload):
    """The contact, and the invitation."""


@strawberry.type(description="What updateContact did.")
class UpdateContactPayload(ContactPayload):
    """No more than the contact."""


@strawberry.type(description="What addContactNote did.")
class AddContactNotePayload(ContactPayload):
    @read(ANYONE, "What was noted.")
    def note(self, info: Info) -> ContactNote | None:
        key = self.__dict__.get("note_id")
        return One(nouns.CONTACT_NOTE, key) if key else None  # type: ignore[return-value]


@strawberry.type
class ContactMutation:
    @mutation(Requires(Permission.CONTACT_MANAGE), "Adds a contact of a client company.")
    async def create_contact(self, info: Info, input: CreateContactInput) -> CreateContactPayload:
        return await contact.create(info.context.viewer, given(input))  # type: ignore[return-value]

    @mutation(Requires(Permission.CONTACT_MANAGE), "Changes a contact.")
    async def update_contact(self, info: Info, input: UpdateContactInput) -> UpdateContactPayload:
        changes = given(input)
        text, version = changes.pop("contact_id"), changes.pop("expected_version", None)
        return await contact.update(info.context.viewer, text, version, changes)  # type: ignore[return-value]

    @mutation(Requires(Permission.CONTACT_NOTE), "Adds a note to a contact's profile.")
    async def add_contact_note(self, info: Info, input: AddContactNoteInput) -> AddContactNotePayload:
        return await contact.add_note(info.context.viewer, input.contact_id, input.body)  # type: ignore[return-value]


@strawberry.type
class ContactQuery:
    @read(Requires(Permission.CONTACT_READ, beyond_own=True), "The contact list.")
    def contacts(
        self,
        info: Info,
        where: WhichPeople = None,
        order_by: PeopleBy = None,
        search: Search = None,
        first: First = 25,
        after: After = None,
    ) -> Connection[Contact] | None:
        rows = person.listed(info.context.viewer, nouns.CONTACT, Permission.CONTACT_READ, given(where), search)
        return Page(rows, orders(order_by, person.ORDERS, Order("sort_name")), first, after)  # type: ignore[return-value]
