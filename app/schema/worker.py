"""People that requests are given to."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from app.auth.gates import ANYONE, Requires, Within
from app.auth.permissions import Permission
from app.models import nouns
from app.models.person import AccountStatus
from app.reading.page import Order, Page
from app.reading.source import Source
from app.resolvers import assignment, person
from app.schema.base import After, Connection, First, Info, Search, orders
from app.schema.fields import argument, computed, field, given, read, related, rows
from app.schema.person import PeopleBy, Person, WhichPeople
from app.schema.role import Role
from app.schema.site import Site

if TYPE_CHECKING:
    from app.schema.contact import Contact
    from app.schema.user import User

READ = Within(Permission.WORKER_READ)


@strawberry.type(description="A person that requests can be given to: employee, caretaker, contractor.")
class Worker(Person):
    source = Source(nouns.WORKER)

    trade: str | None = field(READ, "What the person does: plumber, concierge, hairdresser.")
    email: str | None = field(READ, "E-mail address, to which news of work goes.")
    language: str | None = field(READ, "The language that the person prefers.")
    status: AccountStatus | None = field(READ, "Whether and how the person can sign in.")
    last_login_at: datetime | None = field(READ, "When the person last signed in.")
    role: Role | None = related(READ, "The role, which decides the rights.")

    @computed(READ, "Whether the person can sign in.", "status")
    def is_active(self) -> bool | None:
        return self.status is AccountStatus.ACTIVE

    @rows(READ, "The sites where the person works.")
    def sites(self, info: Info) -> list[Site] | None:
        return person.sites(info.context.viewer, self)  # type: ignore[return-value]

    @rows(ANYONE, "The same person as an account.")
    def user(self, info: Info) -> Annotated["User", strawberry.lazy("app.schema.user")] | None:
        return person.face(info.context.viewer, nouns.USER, self)  # type: ignore[return-value]

    @rows(ANYONE, "The same person as a client contact.")
    def contact(self, info: Info) -> Annotated["Contact", strawberry.lazy("app.schema.contact")] | None:
        return person.face(info.context.viewer, nouns.CONTACT, self)  # type: ignore[return-value]


@strawberry.type
class WorkerQuery:
    @read(Requires(Permission.WORKER_READ, beyond_own=True), "The workers of the workspace.")
    def workers(
        self,
        info: Info,
        where: WhichPeople = None,
        order_by: PeopleBy = None,
        search: Search = None,
        first: First = 25,
        after: After = None,
    ) -> Connection[Worker] | None:
        rows = person.listed(info.context.viewer, nouns.WORKER, Permission.WORKER_READ, given(where), search)
        return Page(rows, orders(order_by, person.ORDERS, Order("sort_name")), first, after)  # type: ignore[return-value]

    @read(Requires(Permission.REQUEST_ASSIGN), "Workers to whom a request can be given.")
    async def assignable_workers(
        self,
        info: Info,
        request_id: Annotated[strawberry.ID, argument("The request to give.")],
        search: Search = None,
        first: First = 25,
        after: After = None,
    ) -> Connection[Worker] | None:
        rows = await assignment.assignable(info.context.viewer, request_id, search)
        return None if rows is None else Page(rows, (Order("sort_name"),), first, after)  # type: ignore[return-value]
