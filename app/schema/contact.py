"""People of client companies who ask for work."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from app.auth.gates import ANYONE, Requires, Within
from app.auth.permissions import Permission
from app.models import nouns
from app.models.person import AccountStatus
from app.reading.page import Order, Page
from app.reading.source import Source
from app.resolvers import person
from app.schema.base import After, Connection, First, Info, Search, orders
from app.schema.fields import computed, field, given, read, related, rows
from app.schema.organization import Department, Organization
from app.schema.person import PeopleBy, Person, WhichPeople

if TYPE_CHECKING:
    from app.schema.user import User
    from app.schema.worker import Worker

READ = Within(Permission.CONTACT_READ)


@strawberry.type(description="A person of a client company who asks for work.")
class Contact(Person):
    source = Source(nouns.CONTACT)

    email: str | None = field(READ, "E-mail address.")
    language: str | None = field(READ, "The language that the person prefers.")
    status: AccountStatus | None = field(READ, "Whether and how the person can sign in.")
    last_login_at: datetime | None = field(READ, "When the person last signed in.")
    organization: Organization | None = related(READ, "The company that the person belongs to.")
    department: Department | None = related(READ, "The department of the company.")

    @computed(READ, "Whether the person can sign in.", "status")
    def is_active(self) -> bool | None:
        return self.status is AccountStatus.ACTIVE

    @rows(ANYONE, "The same person as an account.")
    def user(self, info: Info) -> Annotated["User", strawberry.lazy("app.schema.user")] | None:
        return person.face(info.context.viewer, nouns.USER, self)  # type: ignore[return-value]

    @rows(ANYONE, "The same person as a worker.")
    def worker(self, info: Info) -> Annotated["Worker", strawberry.lazy("app.schema.worker")] | None:
        return person.face(info.context.viewer, nouns.WORKER, self)  # type: ignore[return-value]


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
