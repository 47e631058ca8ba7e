"""graphql-transport-ws, for sockets whose session can end."""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from starlette.websockets import WebSocket
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler

from app.transport.asked import read_operation
from app.transport.context import Credentials, asked_language, language_of, socket_credentials
from app.transport.frames import is_message
from app.transport.masking import internal_error
from app.transport.operations import SocketOperation
from app.transport.problems import Refusal, refusal
from app.transport.replies import within
from app.transport.sockets import OpenConnection
from app.transport.words import say

if TYPE_CHECKING:
    from app.transport.view import GraphView

PING_SECONDS = 20.0
CLOSE_SECONDS = 1.0
BROKEN, INVALID, UNAUTHORIZED, FORBIDDEN, LATE, TAKEN, REPEATED = 1011, 4400, 4401, 4403, 4408, 4409, 4429
MALFORMED = ("INVALID_REQUEST", "BATCHING_OFF")


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
        await self.websocket.close(code, f"{word}: {say(word, self.language, **values)}")

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
        except WebSocketDisconnected:
            raise
        except Exception as error:
            await self.websocket.close(BROKEN, internal_error(error, language=self.language)["message"])

    async def _admit(self, credentials: Credentials) -> None:
        since = self.view.sockets.rechecks
        viewer = await within(self.view.settings.operation_timeout, self.view.viewer_of(credentials))
        if viewer is None and credentials.token is not None:
            await self.refuse(FORBIDDEN, "UNAUTHENTICATED")
            return
        if viewer is not None:
            self.opened = OpenConnection(credentials, viewer, self.view.viewer_of, self.end)
            self.context.state.seat.free()
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
        operation = SocketOperation(self, message["id"], asked)
        operation.task = asyncio.create_task(operation.run())
        operation.task.add_done_callback(self._task_done)
        self.operations[operation.id] = operation

    async def _send_errors(self, operation_id: str, errors: list[dict[str, Any]]) -> None:
        await self.send_message({"id": operation_id, "type": "error", "payload": cast(Any, errors)})
