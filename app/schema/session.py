"""Signing in and out, and who is signed in."""

from datetime import datetime

import strawberry

from app.auth import policy
from app.auth.gates import ANYONE, SIGNED_IN, SignedIn
from app.auth.sessions import Started
from app.models import nouns
from app.models.refusal import ErrorCode, Refusal
from app.models.role import Audience
from app.models.session import Client
from app.reading.page import Order, Page
from app.reading.source import Row, Source
from app.resolvers import notification, person, session
from app.resolvers.outcome import Outcome
from app.schema.base import After, Connection, First, Info, Node
from app.schema.contact import Contact
from app.schema.fields import about, computed, field, of_viewer, read, related, rows
from app.schema.payload import Payload, mutation
from app.schema.preference import NotificationPreference
from app.schema.role import Grant, Role
from app.schema.site import Site
from app.schema.user import User
from app.schema.worker import Worker
from app.schema.workspace import Workspace

HERE = SignedIn(open_before_password_change=True)


@strawberry.type(description="Whoever sends the operation.")
class Viewer(Row):
    source = Source(nouns.VIEWER)

    name: str | None = field(ANYONE, "First and last name.")
    first_name: str | None = field(ANYONE, "First name.")
    last_name: str | None = field(ANYONE, "Last name.")
    email: str | None = field(ANYONE, "E-mail address.")
    username: str | None = field(ANYONE, "The name to sign in with.")
    phone: str | None = field(ANYONE, "Phone number in E.164.")
    language: str | None = field(ANYONE, "The language in which Guichet answers.")
    version: int | None = field(ANYONE, "Grows with every change of the account; give it back as `expectedVersion`.")
    must_change_password: bool | None = field(ANYONE, "Whether only a new password, this and signOut are open.")

    role: Role | None = related(SIGNED_IN, "The role, which decides the rights.")
    default_site: Site | None = related(SIGNED_IN, "The site to show first.")

    @of_viewer(ANYONE, "The portal of the session.")
    def audience(self, info: Info) -> Audience:
        audience: Audience = info.context.viewer.audience
        return audience

    @computed(ANYONE, "The grants that hold now, each with its origin.")
    def permissions(self, info: Info) -> list[Grant]:
        return [Grant.of(held) for held in info.context.viewer.held]

    @rows(ANYONE, "The workspace.")
    def workspace(self, info: Info) -> Workspace | None:
        return policy.visible(info.context.viewer, nouns.WORKSPACE)  # type: ignore[return-value]

    @rows(SIGNED_IN, "How many notifications the viewer has not read.")
    def unread_notifications(self, info: Info) -> int | None:
        return notification.unread(info.context.viewer)  # type: ignore[return-value]

    @computed(SIGNED_IN, "How the viewer hears of each kind of news.", "preferences")
    def notification_preferences(self) -> list[NotificationPreference] | None:
        return NotificationPreference.all(self.__dict__["preferences"])

    @rows(SIGNED_IN, "The account.")
    def user(self, info: Info) -> User | None:
        return person.face(info.context.viewer, nouns.USER, self)  # type: ignore[return-value]

    @rows(SIGNED_IN, "The same person as a worker.")
    def worker(self, info: Info) -> Worker | None:
        return person.face(info.context.viewer, nouns.WORKER, self)  # type: ignore[return-value]

    @rows(SIGNED_IN, "The same person as a client contact.")
    def contact(self, info: Info) -> Contact | None:
        return person.face(info.context.viewer, nouns.CONTACT, self)  # type: ignore[return-value]


@strawberry.type(description="A browser, app or script that is signed in as the viewer.")
class Session(Node):
    source = Source(nouns.SESSION)

    client: Client | None = field(ANYONE, "The kind of program.")
    audience: Audience | None = field(ANYONE, "The portal.")
    ip: str | None = field(ANYONE, "The address from which it signed in.", name="address")
    created_at: datetime | None = field(ANYONE, "When it signed in.")
    last_seen_at: datetime | None = field(ANYONE, "When it was last used, to the minute.")
    expires_at: datetime | None = field(ANYONE, "When it ends at the latest.")

    @computed(ANYONE, "The browser and the system, as far as they can be told.", "user_agent")
    def device(self) -> str | None:
        return session.device_of(self.__dict__["user_agent"])

    @computed(ANYONE, "Whether it is the one that asks.", "id")
    def is_current(self, info: Info) -> bool:
        return str(self.key) == str(info.context.viewer.session_id)


@strawberry.type
class ViewerQuery:
    @read(SIGNED_IN, "The viewer's own open sessions, newest first.")
    async def sessions(self, info: Info, first: First = 25, after: After = None) -> Connection[Session] | None:
        rows = await session.listed(info.context.viewer)
        return Page(rows, (Order("id", descending=True),), first, after)  # type: ignore[return-value]

    @read(ANYONE, "Who is signed in; null for strangers.")
    def viewer(self, info: Info) -> Viewer | None:
        viewer = info.context.viewer
        return None if viewer is None else policy.visible(viewer, nouns.VIEWER)  # type: ignore[return-value]


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


@strawberry.input(description="Ends a session of one's own.")
class RevokeSessionInput:
    session_id: strawberry.ID = about("The session.")


@strawberry.type(description="What revokeSession did.")
class RevokeSessionPayload(Payload):
    """No more than that."""


@strawberry.type(description="What revokeOtherSessions did.")
class RevokeOtherSessionsPayload(Payload):
    count: int | None = field(ANYONE, "How many sessions were ended.")


def shown_session(info: Info, client: Client, started: Started) -> Outcome:
    """The payload of a new session: a browser gets a cookie, others the token."""
    audience = started.session.audience
    if client is Client.WEB:
        info.context.remember(audience, started.token)
    return Outcome(values={"token": None if client is Client.WEB else started.token, "audience": audience})


@strawberry.type
class SessionMutation:
    @mutation(SIGNED_IN, "Ends one of the viewer's sessions, on all its open sockets too.")
    async def revoke_session(self, info: Info, input: RevokeSessionInput) -> RevokeSessionPayload:
        return await session.revoke(info.context.viewer, input.session_id)  # type: ignore[return-value]

    @mutation(SIGNED_IN, "Ends all of the viewer's sessions but the one that asks.")
    async def revoke_other_sessions(self, info: Info) -> RevokeOtherSessionsPayload:
        return await session.revoke_others(info.context.viewer)  # type: ignore[return-value]

    @mutation(ANYONE, "Opens a session. One answer for a wrong password and for an account that cannot sign in.")
    async def sign_in(self, info: Info, input: SignInInput) -> SignInPayload:
        context = info.context
        if context.is_socket or context.response is None:
            raise Refusal(ErrorCode.SIGN_IN_OVER_HTTP)
        shown = context.credentials
        started = await session.sign_in(input.login, input.password, input.client, shown.address, shown.user_agent)
        return shown_session(info, input.client, started)  # type: ignore[return-value]

    @mutation(HERE, "Ends the session, on all its open sockets too.")
    async def sign_out(self, info: Info) -> SignOutPayload:
        context = info.context
        await session.sign_out(context.viewer)
        if context.credentials.from_cookie:
            context.forget(context.viewer.audience)
        return Outcome()  # type: ignore[return-value]
