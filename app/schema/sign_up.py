"""Signing up by oneself."""

import strawberry

from app.auth.gates import ANYONE
from app.resolvers import sign_up
from app.resolvers.outcome import Outcome
from app.schema.base import Info
from app.schema.fields import about, given
from app.schema.payload import Payload, mutation


@strawberry.input(description="Makes an account for oneself.")
class SignUpInput:
    workspace: str = about("The workspace's short name, as in its addresses.")
    email: str = about("The address to sign in with; its mailbox has to confirm.")
    password: str = about("The password to sign in with.")
    first_name: str | None = about("First name.", default=None)
    last_name: str = about("Last name.")
    language: str | None = about("One of the workspace's languages; its default one unless said.", default=None)


@strawberry.type(description="What signUp did: the same whether the address had an account or not.")
class SignUpPayload(Payload):
    """No more than that."""


@strawberry.type
class SignUpMutation:
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
