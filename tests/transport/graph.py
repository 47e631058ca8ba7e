"""A small graph of its own, so that these tests do not depend on the real schema."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import strawberry
from graphql import GraphQLError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route, WebSocketRoute
from strawberry.types import Info

from app.settings import Settings
from app.transport.context import Credentials
from app.transport.cookies import clear_session_cookie, set_session_cookie
from app.transport.headers import SecurityHeaders
from app.transport.limits import schema_extensions
from app.transport.origin import cors
from app.transport.sockets import OpenSockets
from app.transport.view import GraphView


@dataclass
class Viewer:
    """Who authenticated."""

    person_id: str
    session_id: str
    language: str = "en"


@dataclass
class Desk:
    """Knows the sessions, counts how often it is asked, and what the resolvers saw."""

    sessions: dict[str, Viewer] = field(default_factory=dict)
    asked: list[Credentials] = field(default_factory=list)
    contexts: list[Any] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)
    running: asyncio.Event = field(default_factory=asyncio.Event)
    broken: Exception | None = None
    hold: asyncio.Event | None = None

    async def authenticate(self, credentials: Credentials) -> Viewer | None:
        """The session of a token, as it was when the desk was asked."""
        self.asked.append(credentials)
        if self.broken:
            raise self.broken
        viewer = self.sessions.get(credentials.token or "")
        if self.hold:
            await self.hold.wait()
        return viewer


DESK = Desk()


@strawberry.type
class Thing:
    name: str

    @strawberry.field
    def parts(self) -> list["Thing"]:
        return []

    @strawberry.field
    def things(self, first: int | None = None) -> "Things":
        return Things(nodes=[], total=0)


@strawberry.type
class Things:
    nodes: list[Thing]
    total: int


@strawberry.input
class Deep:
    name: str | None = None
    inner: "Deep | None" = None


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"Hello {name}"

    @strawberry.field
    def number(self, value: int) -> int:
        return value

    @strawberry.field
    def deep(self, value: Deep) -> bool:
        return True

    @strawberry.field
    def things(self, first: int | None = None) -> Things:
        return Things(nodes=[Thing(name="a")], total=1)

    @strawberry.field
    def thing(self) -> Thing:
        return Thing(name="a")

    @strawberry.field
    def viewer(self, info: Info) -> str | None:
        DESK.contexts.append(info.context)
        return info.context.viewer.person_id if info.context.viewer else None

    @strawberry.field
    def boom(self, secret: str = "") -> str | None:
        raise ValueError(f"it broke on {secret} in the cellar")

    @strawberry.field
    def refused(self) -> str | None:
        raise GraphQLError("Not for you.", extensions={"code": "FORBIDDEN"})

    @strawberry.field
    async def forever(self) -> str | None:
        DESK.running.set()
        try:
            await asyncio.Event().wait()
        finally:
            DESK.finished.append("forever")
        return None


@strawberry.type
class Mutation:
    @strawberry.mutation
    def sign_in(self, info: Info, token: str) -> bool:
        set_session_cookie(info.context.response, "STAFF", token, 60, Settings(_env_file=None))
        return True

    @strawberry.mutation
    def sign_out(self, info: Info) -> bool:
        clear_session_cookie(info.context.response, "STAFF", Settings(_env_file=None))
        return True

    @strawberry.mutation
    def touch(self) -> bool:
        return True


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int = 3) -> AsyncGenerator[int, None]:
        for number in range(to):
            yield number

    @strawberry.subscription
    async def ticks(self, info: Info, name: str = "ticks") -> AsyncGenerator[str, None]:
        """One event at once, then nothing until the stream is closed."""
        DESK.contexts.append(info.context)
        try:
            yield name
            await asyncio.Event().wait()
        finally:
            DESK.finished.append(name)

    @strawberry.subscription
    async def flood(self, size: int) -> AsyncGenerator[str, None]:
        try:
            while True:
                yield "x" * size
                await asyncio.sleep(0)
        finally:
            DESK.finished.append("flood")

    @strawberry.subscription
    async def breaks(self) -> AsyncGenerator[int, None]:
        yield 1
        raise ValueError("the stream broke in the cellar")


def build(settings: Settings) -> tuple[Starlette, OpenSockets]:
    """The application under test."""
    schema = strawberry.Schema(Query, Mutation, Subscription, extensions=schema_extensions(settings))
    sockets = OpenSockets()
    view = GraphView(schema, settings=settings, authenticate=DESK.authenticate, sockets=sockets)
    routes = [Route("/graphql", view), WebSocketRoute("/graphql", view)]
    middleware = [Middleware(SecurityHeaders, settings=settings), cors(settings)]
    return Starlette(routes=routes, middleware=middleware), sockets
