"""One's own password and e-mail address, and signing up."""

import strawberry

from app.auth.gates import ANYONE, SIGNED_IN, SignedIn
from app.resolvers import email, password, sign_up
from app.resolvers.outcome import Outcome
from app.schema.account import AccountPayload
from app.schema.base import Info
from app.schema.fields import about, given
from app.schema.payload import Payload, mutation

HERE = SignedIn(open_before_password_change=True)


@strawberry.input(description="Replaces one's own password.")
class ChangePasswordInput:
    current_password: str | None = about("The present one; not asked for if it was temporary.", default=None)
    new_password: str = about("The new one: 8 to 128 characters, none of those that are guessed first.")


@strawberry.input(description="Asks for a link to set a new password.")
class RequestPasswordResetInput:
    login: str = about("E-mail address or username.")


@strawberry.input(description="Asks two mailboxes to confirm that one's own address changes.")
class RequestEmailChangeInput:
    email: str = about("The new address.")
    password: str = about("The present password.")


@strawberry.input(description="Makes an account for oneself.")
class SignUpInput:
    workspace: str = about("The workspace's short name, as in its addresses.")
    email: str = about("The address to sign in with; its mailbox has to confirm.")
    password: str = about("The password to sign in with.")
    first_name: str | None = about("First name.", default=None)
    last_name: str = about("Last name.")
    language: str | None = about("One of the workspace's languages; its default one unless said.", default=None)


@strawberry.type(description="What changePassword did.")
class ChangePasswordPayload(AccountPayload):
    """No more than the person."""


@strawberry.type(description="What requestPasswordReset did: the same whether there is such an account or not.")
class RequestPasswordResetPayload(Payload):
    """No more than that."""


@strawberry.type(description="What requestEmailChange did: the same whether the address is free or not.")
class RequestEmailChangePayload(Payload):
    """No more than that."""


@strawberry.type(description="What signUp did: the same whether the address had an account or not.")
class SignUpPayload(Payload):
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

    @mutation(
        SIGNED_IN,
        "Asks the present and the new mailbox to confirm; nothing changes before both have. Whether the address is"
        " taken is not told.",
    )
    async def request_email_change(self, info: Info, input: RequestEmailChangeInput) -> RequestEmailChangePayload:
        await email.request_change(info.context.viewer, input.email, input.password)
        return Outcome()  # type: ignore[return-value]

    @mutation(
        ANYONE,
        "Makes an account where the workspace lets people sign up. It can sign in once its mailbox has confirmed, and"
        " sees nothing but itself until access is granted.",
    )
    async def sign_up(self, info: Info, input: SignUpInput) -> SignUpPayload:
        profile = given(input)
        slug, secret = profile.pop("workspace"), profile.pop("password")
        await sign_up.sign_up(slug, profile, secret, info.context.credentials.address)
        return Outcome()  # type: ignore[return-value]
