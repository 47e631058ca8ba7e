"""Reading a request body within its limits of size and time."""

import asyncio

from starlette.requests import ClientDisconnect, Request

from app.settings import Settings
from app.transport.problems import refusal

DRAINED_BODIES = 10  # bodies up to this many limits are read to their end, so that the client sees the refusal
WHOLE = "guichet.whole"  # in the state of a scope: the server has all of the body, so that nobody waits for it
CLOSE = {"Connection": "close"}


async def read_body(request: Request, settings: Settings) -> bytes:
    """The body, counted as it arrives: a Content-Length can be missing or wrong."""
    if request.scope.get("state", {}).get(WHOLE):
        return await _read(request, settings.max_body)
    try:
        async with asyncio.timeout(settings.header_timeout):
            return await _read(request, settings.max_body)
    except TimeoutError as error:
        raise refusal("BODY_TIMEOUT", 408, headers=CLOSE) from error


async def _read(request: Request, limit: int) -> bytes:
    body, size, more = bytearray(), 0, True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk, more = message.get("body", b""), message.get("more_body", False)
        size += len(chunk)
        if size > limit * DRAINED_BODIES:
            break
        if size <= limit:
            body += chunk
    if size > limit:
        raise refusal("BODY_TOO_LARGE", 413, headers=CLOSE, limit=limit)
    return bytes(body)
