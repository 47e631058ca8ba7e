"""Server-sent events: the distinct connections mode of graphql-sse."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext, suppress
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.transport.answers import Answer, encode
from app.transport.context import Context
from app.transport.masking import internal_error
from app.transport.problems import refusal

PING_SECONDS = 15.0
STOPPING = "guichet.stopping"  # in the state of a scope: an event that the server sets when it shuts down
HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",
}


class EventStream(Response):
    """Sends answers until they end, the client goes, the session ends or the server stops."""

    def __init__(self, answers: AsyncGenerator[Answer, None], context: Context) -> None:
        super().__init__(headers=HEADERS)
        del self.headers["content-length"]
        self.answers = answers
        self.context = context
        self.watching: AbstractAsyncContextManager[None] = nullcontext()
        self.ended = asyncio.Event()

    async def end(self) -> None:
        """The session is over: say so and stop."""
        self.ended.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        stopping: asyncio.Event = scope.get("state", {}).get(STOPPING) or asyncio.Event()
        async with self.watching:
            pump, gone = asyncio.create_task(self._pump(send)), asyncio.create_task(_gone(receive))
            await _first(pump, gone, asyncio.create_task(self.ended.wait()), asyncio.create_task(stopping.wait()))
        if not gone.cancelled():
            return
        if pump.cancelled() and self.ended.is_set():
            await _send(send, _errors(refusal("SESSION_ENDED").told(self.context.language)) + event("complete"))
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _pump(self, send: Send) -> None:
        try:
            async with aclosing(self.answers) as answers:
                while (answer := await self._next(answers, send)) is not None:
                    await _send(send, event("next", answer.members))
        except Exception as error:
            await _send(send, _errors([internal_error(error, self.context)]))
        await _send(send, event("complete"))

    async def _next(self, answers: AsyncGenerator[Answer, None], send: Send) -> Answer | None:
        """The next answer; pings keep the connection open in between."""
        step = asyncio.ensure_future(anext(answers, None))
        try:
            while not (await asyncio.wait({step}, timeout=PING_SECONDS))[0]:
                await _send(send, b": ping\n\n")
            return step.result()
        finally:
            await _cancel(step)


def event(name: str, data: object = None) -> bytes:
    """One event, with the line ends that every client can split."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), b"" if data is None else encode(data))


def _errors(errors: list[dict[str, Any]]) -> bytes:
    return event("next", {"errors": errors})


async def _first(*tasks: asyncio.Task[Any]) -> None:
    """Wait until one of the tasks is done and stop the others."""
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            await _cancel(task)


async def _cancel(task: asyncio.Future[Any]) -> None:
    if not task.done():
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})
