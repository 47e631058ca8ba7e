"""One's own e-mail address."""

import strawberry

from app.auth.gates import SIGNED_IN
from app.resolvers import email
from app.resolvers.outcome import Outcome
from app.schema.base import Info
from app.schema.fields import about
from app.schema.payload import Payload, mutation


@strawberry.input(description="Asks two mailboxes to confirm that one's own address changes.")
class RequestEmailChangeInput:
    email: str = about("The new address.")
    password: str = about("The present password.")


@strawberry.type(description="What requestEmailChange did: the same whether the address is free or not.")
class RequestEmailChangePayload(Payload):
    """No more than that."""


@strawberry.type
class EmailMutation:
    @mutation(
        SIGNED_IN,
        "Asks the present and the new mailbox to confirm; nothing changes before both have. Whether the address is"
        " taken is not told.",
    )
    async def request_email_change(self, info: Info, input: RequestEmailChangeInput) -> RequestEmailChangePayload:
        await email.request_change(info.context.viewer, input.email, input.password)
        return Outcome()  # type: ignore[return-value]
