"""Signing in and out, and who is signed in."""

import strawberry

from app.auth import policy
from app.auth.gates import ANYONE, SignedIn
from app.models import nouns
from app.models.refusal import ErrorCode, Refusal
from app.models.role import Audience
from app.models.session import Client
from app.resolvers import session
from app.resolvers.outcome import Outcome
from app.schema.base import Info
from app.schema.contact import Contact
from app.schema.fields import about, answer, field, read
from app.schema.payload import Payload, mutation
from app.schema.role import Grant
from app.schema.user import User
from app.schema.worker import Worker
from app.schema.workspace import Workspace
from app.settings import settings
from app.transport.cookies import clear_session_cookie, set_session_cookie

HERE = SignedIn(open_before_password_change=True)


@strawberry.type(description="Whoever sends the operation.")
class Viewer:
    name: str = field(ANYONE, "First and last name.")
    audience: Audience = field(ANYONE, "The portal of the session.")
    language: str = field(ANYONE, "The language in which Guichet answers.")
    must_change_password: bool = field(ANYONE, "Whether only a new password, this and signOut are open.")
    permissions: list[Grant] = field(ANYONE, "The grants that hold now, each with its origin.")

    @read(ANYONE, "The workspace.")
    def workspace(self, info: Info) -> Workspace | None:
        return policy.visible(info.context.viewer, nouns.WORKSPACE)  # type: ignore[return-value]

    @read(SignedIn(), "The account.")
    def user(self, info: Info) -> User | None:
        viewer = info.context.viewer
        return policy.visible(viewer, nouns.USER).filter(id=viewer.person_id)  # type: ignore[return-value]

    @read(SignedIn(), "The same person as a worker.")
    def worker(self, info: Info) -> Worker | None:
        viewer = info.context.viewer
        return policy.visible(viewer, nouns.WORKER).filter(id=viewer.person_id)  # type: ignore[return-value]

    @read(SignedIn(), "The same person as a client contact.")
    def contact(self, info: Info) -> Contact | None:
        viewer = info.context.viewer
        return policy.visible(viewer, nouns.CONTACT).filter(id=viewer.person_id)  # type: ignore[return-value]


@strawberry.type
class ViewerQuery:
    @answer(ANYONE, "Who is signed in; null for strangers.")
    def viewer(self, info: Info) -> Viewer | None:
        viewer = info.context.viewer
        if viewer is None:
            return None
        return Viewer(
            name=viewer.name,
            audience=viewer.audience,
            language=info.context.language,
            must_change_password=viewer.must_change_password,
            permissions=[Grant.of(h.grant.permission, h.grant.scope, h.source) for h in viewer.held],
        )


@strawberry.input(description="Opens a session.")
class SignInInput:
    login: str = about("E-mail address or username.")
    password: str = about("The password.")
    client: Client = about("The kind of program; a browser gets a cookie, others a token.", default=Client.WEB)


@strawberry.type(description="What signIn did.")
class SignInPayload(Payload):
    token: str | None = field(ANYONE, "For scripts and apps: send it as `Authorization: Bearer …`. Shown only now.")
    audience: Audience | None = field(ANYONE, "The portal of the session; browsers name it in X-Guichet-Audience.")


@strawberry.type(description="What signOut did.")
class SignOutPayload(Payload):
    """No more than that."""


@strawberry.type
class SessionMutation:
    @mutation(ANYONE, "Opens a session. One answer for a wrong password and for an account that cannot sign in.")
    async def sign_in(self, info: Info, input: SignInInput) -> SignInPayload:
        context = info.context
        if context.is_socket or context.response is None:
            raise Refusal(ErrorCode.SIGN_IN_OVER_HTTP)
        shown = context.credentials
        started = await session.sign_in(input.login, input.password, input.client, shown.address, shown.user_agent)
        audience, token = started.session.audience, started.token
        if input.client is Client.WEB:
            set_session_cookie(context.response, audience, token, settings().session_lifetime, settings())
        shown_token = None if input.client is Client.WEB else token
        return Outcome(values={"token": shown_token, "audience": audience})  # type: ignore[return-value]

    @mutation(HERE, "Ends the session, on all its open sockets too.")
    async def sign_out(self, info: Info) -> SignOutPayload:
        context = info.context
        await session.sign_out(context.viewer)
        if context.response is not None and context.credentials.from_cookie:
            clear_session_cookie(context.response, context.viewer.audience, settings())
        return Outcome()  # type: ignore[return-value]
