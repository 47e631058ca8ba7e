"""HTTP responses of the graph."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.transport.answers import Answer, encode
from app.transport.context import Context
from app.transport.masking import internal_error
from app.transport.media import Accept
from app.transport.problems import Refusal, refusal

OWN_HEADERS = (b"content-length", b"content-type")

T = TypeVar("T")


class Overdue(Exception):
    """An operation took too long and was cancelled."""


async def within(seconds: float, work: Awaitable[T]) -> T:
    """Await something, but not for ever. A TimeoutError of its own passes as what it is."""
    try:
        async with asyncio.timeout(seconds) as deadline:
            return await work
    except TimeoutError as error:
        if deadline.expired():
            raise Overdue from error
        raise


def answered(answer: Answer, context: Context, accept: Accept) -> Response:
    """The answer, with the cookies that its mutations set."""
    status = accept.request_error_status if answer.is_request_error else 200
    if status != 200 and answer.is_internal:
        status = 500
    response = _json(answer.members, accept, status)
    if context.response:
        response.raw_headers += [pair for pair in context.response.raw_headers if pair[0] not in OWN_HEADERS]
    return response


class Spliced:
    """An answer whose data the database has written, sent without a detour."""

    def __init__(self, data: bytes, cost: int, accept: Accept) -> None:
        self.body = b'{"data":%b,"extensions":{"cost":%d}}' % (data, cost)
        self.media_type = accept.media_type.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        headers = [(b"content-length", b"%d" % len(self.body)), (b"content-type", self.media_type)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


def refused(refusal: Refusal, accept: Accept, language: str) -> Response:
    """A refusal: malformed HTTP with its own status, request errors with that of the media type."""
    response = _json({"errors": refusal.told(language)}, accept, refusal.status or accept.request_error_status)
    response.headers.update(refusal.headers)
    return response


def overdue(seconds: float, accept: Accept, language: str) -> Response:
    """The operation was stopped: it ran, so there is data, and it is null."""
    errors = refusal("TIMEOUT", limit=seconds).told(language)
    return _json({"data": None, "errors": errors}, accept, 200)


def broken(error: Exception, accept: Accept, language: str) -> Response:
    """A bug on our side, masked."""
    return _json({"errors": [internal_error(error, language=language)]}, accept, 500)


def _json(members: dict[str, Any], accept: Accept, status: int) -> Response:
    return Response(encode(members), status, media_type=accept.media_type)
