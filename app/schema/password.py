"""One's own password: changed, or forgotten."""

import strawberry

from app.auth.gates import ANYONE, SignedIn
from app.resolvers import password
from app.resolvers.outcome import Outcome
from app.schema.account import AccountPayload
from app.schema.base import Info
from app.schema.fields import about
from app.schema.payload import Payload, mutation

HERE = SignedIn(open_before_password_change=True)


@strawberry.input(description="Replaces one's own password.")
class ChangePasswordInput:
    current_password: str | None = about("The present one; not asked for if it was temporary.", default=None)
    new_password: str = about("The new one: 8 to 128 characters, none of those that are guessed first.")


@strawberry.input(description="Asks for a link to set a new password.")
class RequestPasswordResetInput:
    login: str = about("E-mail address or username.")


@strawberry.type(description="What changePassword did.")
class ChangePasswordPayload(AccountPayload):
    """No more than the person."""


@strawberry.type(description="What requestPasswordReset did: the same whether there is such an account or not.")
class RequestPasswordResetPayload(Payload):
    """No more than that."""


@strawberry.type
class PasswordMutation:
    @mutation(
        HERE,
        "Replaces one's own password and ends one's other sessions. Whoever had a temporary one is active from then"
        " on, and everything else is open again.",
    )
    async def change_password(self, info: Info, input: ChangePasswordInput) -> ChangePasswordPayload:
        viewer = info.context.viewer
        return await password.change(viewer, input.current_password, input.new_password)  # type: ignore[return-value]

    @mutation(ANYONE, "Sends a link to the account's own mailbox, if there is such an account, which is never told.")
    async def request_password_reset(
        self, info: Info, input: RequestPasswordResetInput
    ) -> RequestPasswordResetPayload:
        await password.request_reset(input.login, info.context.credentials.address)
        return Outcome()  # type: ignore[return-value]
