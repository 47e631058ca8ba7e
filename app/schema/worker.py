"""People that requests are given to."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from app.auth.gates import ANYONE, Requires, Within
from app.auth.permissions import Permission
from app.models import nouns
from app.models.person import AccountStatus
from app.reading.page import One, Order, Page
from app.reading.source import Source
from app.resolvers import assignment, person, worker
from app.schema.base import After, Connection, First, Info, Search, orders
from app.schema.errors import UserWarning
from app.schema.fields import about, argument, computed, field, given, read, related, rows
from app.schema.payload import Payload, mutation
from app.schema.person import (
    PROFILE,
    ColleagueChanges,
    NewColleague,
    NewPersonPayload,
    PeopleBy,
    Person,
    PersonCan,
    WhichPeople,
    profile_warnings,
)
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
    username: str | None = field(READ, "The name to sign in with; fixed once the account was used.")
    language: str | None = field(READ, "The language that the person prefers.")
    status: AccountStatus | None = field(READ, "Whether and how the person can sign in.")
    must_change_password: bool | None = field(READ, "Whether a new password is due at the next sign-in.")
    last_login_at: datetime | None = field(READ, "When the person last signed in.")
    access_expires_at: datetime | None = field(READ, "From when on the person cannot sign in any more.")
    created_at: datetime | None = field(READ, "When the person was added.")
    all_sites: bool | None = field(READ, "Whether the person works at every site.", name="hasAllSites")
    version: int | None = field(READ, "Grows with every change; give it back as `expectedVersion`.")
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

    @rows(READ, "The sites where the person works.")
    def sites(self, info: Info) -> list[Site] | None:
        return person.sites(info.context.viewer, self)  # type: ignore[return-value]

    @rows(ANYONE, "The same person as an account.")
    def user(self, info: Info) -> Annotated["User", strawberry.lazy("app.schema.user")] | None:
        return person.face(info.context.viewer, nouns.USER, self)  # type: ignore[return-value]

    @rows(ANYONE, "The same person as a client contact.")
    def contact(self, info: Info) -> Annotated["Contact", strawberry.lazy("app.schema.contact")] | None:
        return person.face(info.context.viewer, nouns.CONTACT, self)  # type: ignore[return-value]


@strawberry.input(description="Adds a worker: a name is enough. Without sites it gets the viewer's.")
class CreateWorkerInput(NewColleague):
    """Without sites, those of the viewer."""


@strawberry.input(description="Changes a worker: absent fields stay as they are, null clears.")
class UpdateWorkerInput(ColleagueChanges):
    worker_id: strawberry.ID = about("The worker.")


@strawberry.type(description="A changed worker.")
class WorkerPayload(Payload):
    warnings: list[UserWarning] = field(ANYONE, "What deserves a second look.")

    @read(ANYONE, "The worker as it is now; on CONFLICT as somebody else left it.")
    def worker(self, info: Info) -> Worker | None:
        return One(nouns.WORKER, self.rows) if self.rows else None  # type: ignore[return-value]


@strawberry.type(description="What createWorker did.")
class CreateWorkerPayload(WorkerPayload, NewPersonPayload):
    """The worker, and the invitation."""


@strawberry.type(description="What updateWorker did.")
class UpdateWorkerPayload(WorkerPayload):
    """No more than the worker."""


@strawberry.type
class WorkerMutation:
    @mutation(Requires(Permission.WORKER_MANAGE), "Adds a worker.")
    async def create_worker(self, info: Info, input: CreateWorkerInput) -> CreateWorkerPayload:
        return await worker.create(info.context.viewer, given(input))  # type: ignore[return-value]

    @mutation(Requires(Permission.WORKER_MANAGE), "Changes a worker.")
    async def update_worker(self, info: Info, input: UpdateWorkerInput) -> UpdateWorkerPayload:
        changes = given(input)
        text, version = changes.pop("worker_id"), changes.pop("expected_version", None)
        return await worker.update(info.context.viewer, text, version, changes)  # type: ignore[return-value]


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
