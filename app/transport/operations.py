"""One operation on a socket, with a context of its own."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, cast

from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import Operation

from app.transport.answers import Answer, answer
from app.transport.asked import Asked
from app.transport.context import Context, language_of
from app.transport.documents import Checked
from app.transport.masking import internal_error
from app.transport.problems import Refusal, refusal
from app.transport.replies import Overdue, within

if TYPE_CHECKING:
    from app.transport.socket import SocketHandler

Errors = list[dict[str, Any]]


class SocketOperation(Operation[Any, None]):
    """Runs once and tells the client how it went."""

    handler: "SocketHandler"

    def __init__(self, handler: "SocketHandler", name: str, asked: Asked) -> None:
        super().__init__(handler, name, asked.query, asked.variables, asked.operation_name)
        self.asked = asked
        self.limit = handler.view.settings.operation_timeout

    async def run(self) -> None:
        """Run to the end, or until the socket is gone."""
        try:
            await self._finish(await self._send_answers())
        except WebSocketDisconnected:
            return
        finally:
            self._free()

    async def _send_answers(self) -> Errors:
        """Send the answers, and return the errors that ended the operation."""
        try:
            async with aclosing(self._answers()) as answers:
                async for answered in answers:
                    if answered.is_request_error:
                        return answered.errors
                    await self._send("next", answered.members)
        except WebSocketDisconnected:
            raise
        except Refusal as refused:
            return refused.told(self.handler.language)
        except Overdue:
            return refusal("TIMEOUT", limit=self.limit).told(self.handler.language)
        except Exception as error:
            return [internal_error(error, language=self.handler.language)]
        return []

    async def _answers(self) -> AsyncGenerator[Answer, None]:
        view = self.handler.view
        checked = view.check(self.asked)
        context = await within(self.limit, self._context(checked))
        if not checked.is_subscription:
            result = await within(self.limit, view.execute(checked, context))
            yield answer(result, context, view.settings)
            return
        async with aclosing(view.subscribe(self.asked, context)) as answers:
            async for answered in answers:
                yield answered

    async def _context(self, checked: Checked) -> Context:
        """The viewer is looked up anew: it may have lost its rights since the last operation."""
        handler = self.handler
        assert handler.credentials
        viewer = await handler.view.viewer_of(handler.credentials)
        if handler.opened and not handler.opened.is_same(viewer):
            await handler.end()
            raise WebSocketDisconnected
        language = language_of(viewer, handler.asked_language)
        shown, settings = handler.credentials, handler.view.settings
        return Context(shown, viewer, language, None, is_socket=True, settings=settings, checked=checked)

    async def _finish(self, errors: Errors) -> None:
        """The id is freed before the client hears of it: it may use it again at once."""
        self._free()
        if errors:
            await self._send("error", errors)
        else:
            await self.handler.send_message({"id": self.id, "type": "complete"})

    async def _send(self, kind: str, payload: object) -> None:
        await self.handler.send_message(cast(Any, {"id": self.id, "type": kind, "payload": payload}))

    def _free(self) -> None:
        if self.handler.operations.get(self.id) is self:
            del self.handler.operations[self.id]
