"""What was handed to people so that they get in, and how it fared."""

from datetime import datetime
from typing import Annotated

import strawberry

from app.auth.gates import ANYONE, Requires
from app.auth.permissions import Permission
from app.models import nouns
from app.models.base import now
from app.models.invitation import InvitationState, Method, Purpose, state_at
from app.reading.page import Order, Page
from app.reading.source import Source
from app.resolvers import invitation
from app.schema.base import After, Connection, First, Info, Node
from app.schema.contact import Contact
from app.schema.delivery import Delivery
from app.schema.fields import about, argument, computed, field, given, read, related, rows
from app.schema.person import Card
from app.schema.user import User
from app.schema.worker import Worker


@strawberry.type(description="A one-time way in, or a confirmation, that was handed to somebody.")
class Invitation(Node):
    source = Source(nouns.INVITATION)

    purpose: Purpose | None = field(ANYONE, "What it is for.")
    method: Method | None = field(ANYONE, "What was handed over.")
    email: str | None = field(ANYONE, "The only mailbox that it is for.")
    phone: str | None = field(ANYONE, "The only phone that it is for.")
    created_at: datetime | None = field(ANYONE, "When it was made.")
    expires_at: datetime | None = field(ANYONE, "Until when it can be used.")
    closed_at: datetime | None = field(ANYONE, "When it was used, taken back or replaced.")
    created_by: Card | None = related(ANYONE, "Who invited; null where the person asked for it.")
    person: Card | None = related(ANYONE, "Who is invited.")

    @computed(ANYONE, "Where it stands now.", "state", "expires_at")
    def state(self) -> InvitationState:
        return state_at(self.__dict__["state"], self.__dict__["expires_at"], now())

    @rows(ANYONE, "Who is invited, as an account.")
    def user(self, info: Info) -> User | None:
        return invitation.receiver(info.context.viewer, nouns.USER, self)  # type: ignore[return-value]

    @rows(ANYONE, "Who is invited, as a worker.")
    def worker(self, info: Info) -> Worker | None:
        return invitation.receiver(info.context.viewer, nouns.WORKER, self)  # type: ignore[return-value]

    @rows(ANYONE, "Who is invited, as a client contact.")
    def contact(self, info: Info) -> Contact | None:
        return invitation.receiver(info.context.viewer, nouns.CONTACT, self)  # type: ignore[return-value]

    @rows(ANYONE, "The messages that carry it, and how they fared.")
    def deliveries(self, info: Info) -> list[Delivery] | None:
        return invitation.deliveries(info.context.viewer, self)  # type: ignore[return-value]


@strawberry.input(description="Which invitations; all given fields must match, a list means any of.")
class InvitationFilter:
    state: list[InvitationState] | None = about("That stand in any of these states now.", default=None)
    purpose: list[Purpose] | None = about("For any of these purposes.", default=None)
    method: list[Method] | None = about("Of any of these methods.", default=None)
    person_id: list[strawberry.ID] | None = about("Of any of these people, by the id of any face.", default=None)


@strawberry.type
class InvitationQuery:
    @read(
        Requires(Permission.ACCOUNT_CREDENTIALS),
        "The invitations of people to whom the viewer may give a way in, newest first.",
    )
    def invitations(
        self,
        info: Info,
        where: Annotated[InvitationFilter | None, argument("Which ones.")] = None,
        first: First = 25,
        after: After = None,
    ) -> Connection[Invitation] | None:
        rows = invitation.listed(info.context.viewer, given(where))
        return Page(rows, (Order("id", descending=True),), first, after)  # type: ignore[return-value]
