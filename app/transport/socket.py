"""graphql-transport-ws with a fresh context for each operation and a session that can end."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any, cast

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import NonJsonMessageReceived, NonTextMessageReceived, WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)

from app.transport.answers import Answer, answer
from app.transport.asked import Asked, read_operation
from app.transport.context import Context, Credentials, asked_language, language_of, socket_credentials
from app.transport.documents import Checked
from app.transport.frames import is_message
from app.transport.masking import internal_error
from app.transport.problems import Refusal, refusal
from app.transport.replies import Overdue, within
from app.transport.sockets import OpenConnection
from app.transport.words import say

if TYPE_CHECKING:
    from app.transport.view import GraphView

PING_SECONDS = 20.0
CLOSE_SECONDS = 1.0
BROKEN, INVALID, UNAUTHORIZED, FORBIDDEN, LATE, TAKEN, REPEATED = 1011, 4400, 4401, 4403, 4408, 4409, 4429
MALFORMED = ("INVALID_REQUEST", "BATCHING_OFF")


class TextSocket(ASGIWebSocketAdapter):
    """A socket of JSON text frames, on which a client that is gone is no surprise."""

    ws: WebSocket

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        """The decoded frames, until either side closes."""
        with suppress(WebSocketDisconnect):
            while self.ws.application_state is WebSocketState.CONNECTED:
                yield self._decoded(await self.ws.receive())

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send one message."""
        text = cast(str, self.view.encode_json(message))
        try:
            await self.ws.send_text(text)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise WebSocketDisconnected from error

    async def close(self, code: int, reason: str) -> None:
        """Close, unless it is closed already."""
        with suppress(WebSocketDisconnect, RuntimeError):
            await self.ws.close(code, reason)

    def _decoded(self, event: Mapping[str, Any]) -> object:
        if event["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(event["code"])
        if event.get("text") is None:
            raise NonTextMessageReceived
        try:
            return self.view.decode_json(event["text"])
        except ValueError as error:
            raise NonJsonMessageReceived from error


class SocketHandler(BaseGraphQLTransportWSHandler[Any, None]):
    """One open socket."""

    view: "GraphView"
    context: WebSocket

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked_language = asked_language(self.context)
        self.credentials: Credentials | None = None
        self.opened: OpenConnection | None = None
        self.pinger: asyncio.Task[None] | None = None
        self.closing: asyncio.Task[None] | None = None

    async def handle(self) -> None:
        """Serve the socket until it closes."""
        try:
            await super().handle()
        finally:
            if self.opened:
                self.view.sockets.discard(self.opened)

    async def shutdown(self) -> None:
        """Stop what runs on the socket."""
        if self.pinger:
            self.pinger.cancel()
        await super().shutdown()

    async def end(self) -> None:
        """The session is over: stop its operations and close. A reader that hangs is not waited for."""
        for operation in list(self.operations.values()):
            if operation.task and operation.task is not asyncio.current_task():
                operation.task.cancel()
        self.closing = asyncio.create_task(self.refuse(FORBIDDEN, "SESSION_ENDED"))
        await asyncio.wait({self.closing}, timeout=CLOSE_SECONDS)

    async def refuse(self, code: int, word: str, **values: object) -> None:
        """Close with a reason that says why."""
        reason = f"{word}: {say(word, self.language, **values)}"
        await self.websocket.close(code, _short(reason))

    @property
    def language(self) -> str:
        """The language of whoever is connected."""
        return language_of(self.opened.viewer if self.opened else None, self.asked_language)

    async def handle_connection_init_timeout(self) -> None:
        """Close on a client that does not introduce itself."""
        await asyncio.sleep(self.connection_init_wait_timeout.total_seconds())
        if not self.connection_init_received:
            self.connection_timed_out = True
            await self.refuse(LATE, "INIT_TIMEOUT")

    async def handle_invalid_message(self, error_message: str) -> None:
        """Close on what is no message of the protocol."""
        await self.refuse(INVALID, "INVALID_MESSAGE")

    async def handle_message(self, message: Any) -> None:
        """Handle one frame."""
        if self.closing:
            return
        if is_message(message):
            await super().handle_message(message)
        else:
            await self.handle_invalid_message("")

    async def handle_connection_init(self, message: Any) -> None:
        """Let the client in, as whoever its credentials prove, or anonymously if it shows none."""
        if self.connection_timed_out:
            return
        if self.connection_init_received:
            await self.refuse(REPEATED, "INVALID_MESSAGE")
            return
        self.connection_init_received = True
        params = message.get("payload") or {}
        self.asked_language = asked_language(self.context, params)
        self.credentials = socket_credentials(self.context, params, self.view.settings)
        try:
            await self._admit(self.credentials)
        except Exception as error:
            told = internal_error(error, language=self.language)
            await self.websocket.close(BROKEN, _short(told["message"]))

    async def _admit(self, credentials: Credentials) -> None:
        since = self.view.sockets.rechecks
        viewer = await within(self.view.settings.operation_timeout, self.view.viewer_of(credentials))
        if viewer is None and credentials.token is not None:
            await self.refuse(FORBIDDEN, "UNAUTHENTICATED")
            return
        if viewer is not None:
            self.opened = OpenConnection(credentials, viewer, self.view.viewer_of, self.end)
            await self.view.sockets.add(self.opened, since)
        await self.send_message({"type": "connection_ack"})
        self.connection_acknowledged = True
        self.pinger = asyncio.create_task(self._ping())

    async def _ping(self) -> None:
        with suppress(WebSocketDisconnected):
            while True:
                await asyncio.sleep(PING_SECONDS)
                await self.send_message({"type": "ping"})

    async def handle_subscribe(self, message: Any) -> None:
        """Start an operation."""
        if not self.connection_acknowledged:
            await self.refuse(UNAUTHORIZED, "UNAUTHENTICATED")
        elif message["id"] in self.operations:
            await self.refuse(TAKEN, "INVALID_MESSAGE")
        elif len(self.operations) >= self.view.settings.max_subscriptions:
            problem = refusal("SUBSCRIPTION_LIMIT", limit=self.view.settings.max_subscriptions)
            await self._send_errors(message["id"], problem.told(self.language))
        else:
            await self._start(message)

    async def _start(self, message: Any) -> None:
        try:
            asked = read_operation(message["payload"])
        except Refusal as refused:
            if refused.problems[0].code in MALFORMED:
                await self.handle_invalid_message("")
            else:
                await self._send_errors(message["id"], refused.told(self.language))
            return
        operation = Operation(self, message["id"], asked.query, asked.variables, asked.operation_name)
        operation.task = asyncio.create_task(self._run(operation, asked))
        operation.task.add_done_callback(self._task_done)
        self.operations[operation.id] = operation

    async def _send_errors(self, operation_id: str, errors: list[dict[str, Any]]) -> None:
        await self.send_message({"id": operation_id, "type": "error", "payload": cast(Any, errors)})

    async def _run(self, operation: Operation[Any, None], asked: Asked) -> None:
        try:
            await self._answer(operation, asked)
        except WebSocketDisconnected:
            return
        finally:
            if self.operations.get(operation.id) is operation:
                del self.operations[operation.id]

    async def _answer(self, operation: Operation[Any, None], asked: Asked) -> None:
        errors: list[dict[str, Any]] = []
        try:
            async with aclosing(self._answers(asked)) as answers:
                async for answered in answers:
                    if answered.is_request_error:
                        errors = answered.errors
                        break
                    await self._send_next(operation, answered)
        except Refusal as refused:
            errors = refused.told(self.language)
        except Overdue:
            errors = refusal("TIMEOUT", limit=self.view.settings.operation_timeout).told(self.language)
        except WebSocketDisconnected:
            raise
        except Exception as error:
            errors = [internal_error(error, language=self.language)]
        await self._finish(operation, errors)

    async def _answers(self, asked: Asked) -> AsyncGenerator[Answer, None]:
        checked, limit = self.view.check(asked), self.view.settings.operation_timeout
        context = await within(limit, self._context(checked))
        if not checked.is_subscription:
            yield answer(await within(limit, self.view.execute(asked, context)), context, self.view.settings)
            return
        async with aclosing(self.view.subscribe(asked, context)) as answers:
            async for answered in answers:
                yield answered

    async def _context(self, checked: Checked) -> Context:
        """A context of its own, with the viewer as of now: it may have lost its rights since the last one."""
        assert self.credentials
        viewer = await self.view.viewer_of(self.credentials)
        if self.opened and not self.opened.is_same(viewer):
            await self.end()
            raise WebSocketDisconnected
        language = language_of(viewer, self.asked_language)
        return Context(self.credentials, viewer, language, None, is_socket=True, checked=checked)

    async def _send_next(self, operation: Operation[Any, None], answered: Answer) -> None:
        await self.send_message({"id": operation.id, "type": "next", "payload": cast(Any, answered.members)})

    async def _finish(self, operation: Operation[Any, None], errors: list[dict[str, Any]]) -> None:
        """Free the id before saying so: the client may use it again at once."""
        self.operations.pop(operation.id, None)
        if errors:
            await self._send_errors(operation.id, errors)
        else:
            await self.send_message({"id": operation.id, "type": "complete"})


def _short(reason: str) -> str:
    """A close frame holds 123 bytes of reason."""
    return reason.encode()[:123].decode(errors="ignore")
