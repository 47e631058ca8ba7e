"""Suspending accounts, taking them back, and deleting people."""

import strawberry

from app.auth.gates import ANYONE, SIGNED_IN
from app.models import nouns
from app.reading.page import One
from app.resolvers import account
from app.resolvers.handover import Handover
from app.schema.base import Info
from app.schema.contact import Contact
from app.schema.errors import UserWarning
from app.schema.fields import about, field, read
from app.schema.payload import Payload, mutation
from app.schema.user import User
from app.schema.worker import Worker

ANY_FACE = "The person, by the id of any face: usr_…, wrk_… or con_…."


@strawberry.input
class AccountInput:
    person_id: strawberry.ID = about(ANY_FACE)


@strawberry.input(description="Suspends an account without deleting anything.")
class DeactivateAccountInput(AccountInput):
    reason: str | None = about("Why; kept in the record of access.", default=None)


@strawberry.input(description="Takes a suspended account back to the state before.")
class ReactivateAccountInput(AccountInput):
    """No more than the person."""


@strawberry.input(description="Deletes a person for good.")
class DeletePersonInput(AccountInput):
    reassign_to: strawberry.ID | None = about("The worker who takes over all open requests.", default=None)
    release_open_work: bool = about(
        "Leave the open requests unassigned where no worker takes them over.", default=False
    )


@strawberry.type
class AccountPayload(Payload):
    warnings: list[UserWarning] = field(ANYONE, "What deserves a second look.")

    @read(ANYONE, "The person as an account, if the viewer sees it.")
    def user(self, info: Info) -> User | None:
        return One(nouns.USER, self.rows) if self.rows else None  # type: ignore[return-value]

    @read(ANYONE, "The person as a worker, if the viewer sees it.")
    def worker(self, info: Info) -> Worker | None:
        return One(nouns.WORKER, self.rows) if self.rows else None  # type: ignore[return-value]

    @read(ANYONE, "The person as a client contact, if the viewer sees it.")
    def contact(self, info: Info) -> Contact | None:
        return One(nouns.CONTACT, self.rows) if self.rows else None  # type: ignore[return-value]


@strawberry.type(description="What deactivateAccount did.")
class DeactivateAccountPayload(AccountPayload):
    """No more than the person."""


@strawberry.type(description="What reactivateAccount did.")
class ReactivateAccountPayload(AccountPayload):
    """No more than the person."""


@strawberry.type(description="How much went with a deleted person and cannot be brought back.")
class DeletionLoss:
    notes: int = field(ANYONE, "Notes that staff kept about the person.")
    saved_views: int = field(ANYONE, "Views of lists that the person kept or shared.")
    sessions: int = field(ANYONE, "Sessions, open and ended.")
    tokens: int = field(ANYONE, "Tokens of the API.")
    invitations: int = field(ANYONE, "Links, temporary passwords and PINs, open and closed.")


@strawberry.type(description="What deletePerson did.")
class DeletePersonPayload(Payload):
    deleted_person_id: strawberry.ID | None = field(ANYONE, "The id, which stays in the history.")
    name: str | None = field(ANYONE, "The name that the history shows from now on: “Deleted person #41”.")
    moved_requests: int | None = field(ANYONE, "How many open requests were given to somebody else, or left open.")
    lost: DeletionLoss | None = field(
        ANYONE,
        "What was deleted besides name, addresses, phone, username, password, rights and sites. Requests, comments,"
        " assignments and their history stay. To keep more, deactivate the account instead.",
    )


@strawberry.type
class AccountMutation:
    @mutation(
        SIGNED_IN,
        "Suspends the account of somebody whom the viewer manages: sessions, tokens and links end at once, running"
        " exports are cancelled, live connections close within a second. History and open assignments stay.",
    )
    async def deactivate_account(self, info: Info, input: DeactivateAccountInput) -> DeactivateAccountPayload:
        outcome = await account.deactivate(info.context.viewer, input.person_id, input.reason)
        return outcome  # type: ignore[return-value]

    @mutation(
        SIGNED_IN, "Takes a suspended account back to the state before; old sessions, tokens and links stay ended."
    )
    async def reactivate_account(self, info: Info, input: ReactivateAccountInput) -> ReactivateAccountPayload:
        return await account.reactivate(info.context.viewer, input.person_id)  # type: ignore[return-value]

    @mutation(
        SIGNED_IN,
        "Deletes somebody whom the viewer manages, for good: what is personal is erased everywhere, the history keeps"
        " a number. OPEN_WORK if open requests are assigned and neither a successor is named nor they are released.",
    )
    async def delete_person(self, info: Info, input: DeletePersonInput) -> DeletePersonPayload:
        to = Handover(input.reassign_to, input.release_open_work)
        outcome = await account.delete(info.context.viewer, input.person_id, to)
        return outcome  # type: ignore[return-value]
