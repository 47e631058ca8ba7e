"""Login accounts."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from app.auth.gates import ANYONE, Requires, Within
from app.auth.permissions import Permission
from app.models import nouns
from app.models.person import AccountStatus
from app.reading.page import One, Order, Page
from app.reading.source import Source
from app.resolvers import person, user
from app.schema.base import After, Connection, First, Info, Search, orders
from app.schema.errors import UserWarning
from app.schema.fields import about, computed, field, given, read, related, rows
from app.schema.payload import Payload, mutation
from app.schema.person import (
    PROFILE,
    SOURCES,
    ColleagueChanges,
    NewColleague,
    NewPersonPayload,
    PeopleBy,
    Person,
    PersonCan,
    WhichPeople,
    held_grants,
    profile_warnings,
)
from app.schema.review import REVIEW, Review
from app.schema.role import Grant, Role
from app.schema.site import Site

if TYPE_CHECKING:
    from app.schema.contact import Contact
    from app.schema.worker import Worker

READ = Within(Permission.USER_READ)
MANAGE = Within(Permission.USER_MANAGE)


@strawberry.type(description="A person's login account.")
class User(Person):
    source = Source(nouns.USER)

    email: str | None = field(READ, "E-mail address.")
    username: str | None = field(READ, "The name to sign in with; fixed once the account was used.")
    language: str | None = field(READ, "The language that the person prefers.")
    status: AccountStatus | None = field(READ, "Whether and how the person can sign in.")
    must_change_password: bool | None = field(READ, "Whether a new password is due at the next sign-in.")
    last_login_at: datetime | None = field(READ, "When the person last signed in.")
    access_expires_at: datetime | None = field(READ, "From when on the person cannot sign in any more.")
    created_at: datetime | None = field(READ, "When the account was made.")
    reviewed_at: datetime | None = field(READ, "When somebody last looked over what the person may do.")
    all_sites: bool | None = field(READ, "Whether every site is within reach.", name="hasAllSites")
    version: int | None = field(READ, "Grows with every change; give it back as `expectedVersion`.")
    role: Role | None = related(READ, "The role, which decides the rights.")
    default_site: Site | None = related(READ, "The site shown first.")

    @computed(READ, "Whether the person can sign in.", "status")
    def is_active(self) -> bool | None:
        return self.status is AccountStatus.ACTIVE

    @computed(
        MANAGE, "What a review of the access looks at, and when it is due.", "reviewed_at", "created_at", REVIEW
    )
    def review(self, info: Info) -> Review | None:
        return Review.of(info.context.viewer, self)

    @computed(READ, "The grants that hold now, each with its origin.", SOURCES)
    def grants(self) -> list[Grant] | None:
        return held_grants(self)

    @computed(READ, "What deserves a second look in the profile.", *PROFILE)
    def warnings(self, info: Info) -> list[UserWarning] | None:
        return profile_warnings(info, self)

    @computed(ANYONE, "What the viewer may do with the person now.", "status", "rights")
    def viewer_can(self, info: Info) -> PersonCan:
        return PersonCan.of(info.context.viewer, self)

    @rows(READ, "The sites within reach.")
    def sites(self, info: Info) -> list[Site] | None:
        return person.sites(info.context.viewer, self)  # type: ignore[return-value]

    @rows(ANYONE, "The same person as a worker.")
    def worker(self, info: Info) -> Annotated["Worker", strawberry.lazy("app.schema.worker")] | None:
        return person.face(info.context.viewer, nouns.WORKER, self)  # type: ignore[return-value]

    @rows(ANYONE, "The same person as a client contact.")
    def contact(self, info: Info) -> Annotated["Contact", strawberry.lazy("app.schema.contact")] | None:
        return person.face(info.context.viewer, nouns.CONTACT, self)  # type: ignore[return-value]


@strawberry.input(description="Adds an account, without access until an invitation is sent.")
class CreateUserInput(NewColleague):
    is_worker: bool | None = about(
        "Whether requests can be given to the person; unless said, if the role is for own work.",
        default=None,
    )


@strawberry.input(description="Changes an account: absent fields stay as they are, null clears. The username stays.")
class UpdateUserInput(ColleagueChanges):
    user_id: strawberry.ID = about("The account.")
    role_id: strawberry.Maybe[strawberry.ID | None] = about("The role.")
    is_worker: strawberry.Maybe[bool | None] = about("Whether requests can be given to the person.")


@strawberry.type(description="A changed account.")
class UserPayload(Payload):
    warnings: list[UserWarning] = field(ANYONE, "What deserves a second look.")

    @read(ANYONE, "The account as it is now; on CONFLICT as somebody else left it.")
    def user(self, info: Info) -> User | None:
        return One(nouns.USER, self.rows) if self.rows else None  # type: ignore[return-value]


@strawberry.type(description="What createUser did.")
class CreateUserPayload(UserPayload, NewPersonPayload):
    """The account, and the invitation."""


@strawberry.type(description="What updateUser did.")
class UpdateUserPayload(UserPayload):
    """No more than the account."""


@strawberry.type
class UserMutation:
    @mutation(Requires(Permission.USER_MANAGE), "Adds an account.")
    async def create_user(self, info: Info, input: CreateUserInput) -> CreateUserPayload:
        return await user.create(info.context.viewer, given(input))  # type: ignore[return-value]

    @mutation(
        Requires(Permission.USER_MANAGE),
        "Changes an account. OPEN_WORK if somebody to whom open requests are assigned shall be no worker any more.",
    )
    async def update_user(self, info: Info, input: UpdateUserInput) -> UpdateUserPayload:
        changes = given(input)
        text, version = changes.pop("user_id"), changes.pop("expected_version", None)
        return await user.update(info.context.viewer, text, version, changes)  # type: ignore[return-value]


@strawberry.type
class UserQuery:
    @read(Requires(Permission.USER_READ, beyond_own=True), "The accounts of the workspace.")
    def users(
        self,
        info: Info,
        where: WhichPeople = None,
        order_by: PeopleBy = None,
        search: Search = None,
        first: First = 25,
        after: After = None,
    ) -> Connection[User] | None:
        rows = person.listed(info.context.viewer, nouns.USER, Permission.USER_READ, given(where), search)
        return Page(rows, orders(order_by, person.ORDERS, Order("sort_name")), first, after)  # type: ignore[return-value]
