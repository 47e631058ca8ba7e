"""The graph over HTTP, server-sent events and WebSocket."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from datetime import timedelta
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry import Schema
from strawberry.asgi import GraphQL
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from app.settings import Settings
from app.transport.answers import Answer, answer, encode
from app.transport.asked import Asked, decode, read_operation
from app.transport.body import read_body
from app.transport.context import Context, Credentials, asked_language, language_of, request_credentials
from app.transport.documents import Checked
from app.transport.frames import TextSocket
from app.transport.headers import IndexedRequest
from app.transport.limits import check, core
from app.transport.media import Accept, check_content_type, read_accept
from app.transport.origin import check_origin
from app.transport.problems import Refusal, refusal
from app.transport.replies import Overdue, Spliced, answered, broken, overdue, refused, within
from app.transport.running import run
from app.transport.socket import SocketHandler
from app.transport.sockets import Authenticate, OpenConnection, OpenSockets
from app.transport.strangers import Strangers, turn_away
from app.transport.stream import EventStream

Begin = Callable[[Checked, str, str | None], Awaitable[tuple[Any | None, bytes | None]]]


class GraphView(GraphQL[Any, None]):
    """The ASGI application of the graph: mount it on a Route and a WebSocketRoute of the same path."""

    schema: Schema
    graphql_transport_ws_handler_class = SocketHandler
    websocket_adapter_class = TextSocket

    def __init__(
        self,
        schema: Schema,
        *,
        settings: Settings,
        authenticate: Authenticate,
        sockets: OpenSockets,
        fast: Begin | None = None,  # who asks, and the data where they come with the proof
    ) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=timedelta(seconds=settings.connection_init_timeout),
            max_subscriptions_per_connection=settings.max_subscriptions,
        )
        self.core = core(schema)
        self.settings = settings
        self.authenticate = authenticate
        self.sockets = sockets
        self.strangers = Strangers(settings)
        self.fast = fast

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request or a handshake."""
        if scope["type"] == "websocket":
            await self._open_socket(WebSocket(scope, receive, send))
        else:
            await self._answer_request(IndexedRequest(scope, receive), send)

    def check(self, asked: Asked) -> Checked:
        """Measure and validate an operation, before anything is looked up for it."""
        return check(self.core, self.settings, asked)

    async def viewer_of(self, credentials: Credentials) -> Any | None:
        """Who shows these credentials."""
        return None if credentials.token == "" else await self.authenticate(credentials)

    async def execute(self, checked: Checked, context: Context) -> ExecutionResult:
        """Run a query or mutation."""
        return await run(self.schema, checked, context)

    async def subscribe(self, asked: Asked, context: Context) -> AsyncGenerator[Answer, None]:
        """Run a subscription."""
        results = await self.schema.stream(
            asked.query,
            variable_values=asked.variables,
            context_value=context,
            operation_name=asked.operation_name,
            allowed_operation_types=(OperationType.SUBSCRIPTION,),
        )
        async with aclosing(results):
            async for result in results:
                assert isinstance(result, ExecutionResult)
                yield answer(result, context, self.settings)

    async def _answer_request(self, request: Request, send: Send) -> None:
        accept = read_accept(request.headers.get("accept"))
        try:
            response = await self._respond(request, accept)
        except ClientDisconnect:
            return
        except Refusal as error:
            response = refused(error, accept, asked_language(request))
        except Overdue:
            response = overdue(self.settings.operation_timeout, accept, asked_language(request))
        except Exception as error:
            response = broken(error, accept, asked_language(request))
        await response(request.scope, request.receive, send)

    async def _respond(self, request: Request, accept: Accept) -> ASGIApp:
        check_origin(request, self.settings)
        if request.method != "POST":
            raise refusal("METHOD_NOT_ALLOWED", 405, headers={"Allow": "POST"})
        check_content_type(request.headers)
        asked = read_operation(decode(await read_body(request, self.settings)))
        checked = self.check(asked)
        if checked.is_subscription:
            return await self._stream(request, asked, checked, accept)
        return await within(self.settings.operation_timeout, self._run(request, checked, accept))

    async def _run(self, request: Request, checked: Checked, accept: Accept) -> ASGIApp:
        credentials = request_credentials(request, self.settings)
        viewer, data = await self._begin(checked, credentials)
        if data is not None:
            return Spliced(data, checked.cost, accept)
        context = self._context(request, checked, credentials, viewer)
        result = await self.execute(checked, context)
        return answered(answer(result, context, self.settings), context, accept)

    async def _stream(self, request: Request, asked: Asked, checked: Checked, accept: Accept) -> Response:
        if not accept.events:
            raise refusal("SUBSCRIPTION_NEEDS_STREAM")
        since = self.sockets.rechecks
        credentials = request_credentials(request, self.settings)
        viewer = await within(self.settings.operation_timeout, self.viewer_of(credentials))
        context = self._context(request, checked, credentials, viewer)
        stream = EventStream(self.subscribe(asked, context), context)
        if context.viewer is not None:
            connection = OpenConnection(context.credentials, context.viewer, self.viewer_of, stream.end)
            stream.watching = self.sockets.watching(connection, since)
        return stream

    async def _begin(self, checked: Checked, credentials: Credentials) -> tuple[Any | None, bytes | None]:
        if self.fast is None or not credentials.token:
            return await self.viewer_of(credentials), None
        return await self.fast(checked, credentials.token, credentials.audience)

    def _context(self, request: Request, checked: Checked, credentials: Credentials, viewer: Any | None) -> Context:
        if viewer is None and credentials.token is not None and not credentials.from_cookie:
            raise refusal("UNAUTHENTICATED", 401, headers={"WWW-Authenticate": "Bearer"})
        language = language_of(viewer, asked_language(request))
        settings = self.settings
        return Context(credentials, viewer, language, Response(), is_socket=False, settings=settings, checked=checked)

    async def _open_socket(self, socket: WebSocket) -> None:
        try:
            check_origin(socket, self.settings)
        except Refusal as error:
            await socket.send_denial_response(refused(error, read_accept(None), asked_language(socket)))
            return
        seat = self.strangers.seat(socket)
        if seat is None:
            await turn_away(socket, GRAPHQL_TRANSPORT_WS_PROTOCOL)
            return
        socket.state.seat = seat
        try:
            await self.run(socket)
        finally:
            seat.free()

    def is_websocket_origin_allowed(self, request: WebSocket, origin: str) -> bool:
        """Checked before, by our own rule."""
        return True

    async def get_context(self, request: Any, response: Any) -> Any:
        """For a socket: the connection, from which the handler makes a context per operation."""
        return response

    def decode_json(self, data: str | bytes) -> object:
        """Strict JSON."""
        return orjson.loads(data)

    def encode_json(self, data: object) -> str:
        """JSON as text: bytes would become binary frames, which browsers do not read as JSON."""
        return encode(data).decode()
