"""Attachments over HTTP: handed in as the body of a POST, handed out by GET, under the rules of the graph."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import IO, Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from app.settings import Settings
from app.transport.answers import encode
from app.transport.asked import check_values
from app.transport.body import CLOSE
from app.transport.context import asked_language, language_of, request_credentials
from app.transport.media import JSON, read_accept
from app.transport.origin import check_origin
from app.transport.problems import Refusal, refusal
from app.transport.replies import broken, refused
from app.transport.sockets import Authenticate

# A file is for keeping, not for showing: no page of ours, no script, no copy in between.
KEPT = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
TRUTH = {None: False, "false": False, "true": True}


@dataclass(frozen=True)
class Found:
    """A file that may be had: its content, and under which headers it is handed out."""

    content: AsyncIterator[bytes]
    size: int
    media_type: str
    disposition: str


Attach = Callable[..., Awaitable[Mapping[str, Any]]]
Fetch = Callable[[Any, str], Awaitable[Found | None]]


class AttachmentView:
    """An ASGI application for two routes: one without a parameter, and one with `id`.

    `attach` keeps a file and answers with a payload; it is None where files are only handed out. `fetch` finds
    one, and the same None for what is hidden and what is missing.
    """

    def __init__(self, settings: Settings, authenticate: Authenticate, attach: Attach | None, fetch: Fetch) -> None:
        self.settings, self.authenticate = settings, authenticate
        self.attach, self.fetch = attach, fetch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        request, accept = Request(scope, receive), read_accept(JSON)
        try:
            response = await self._respond(request)
        except ClientDisconnect:
            return
        except Refusal as error:
            await self._drain(request)
            response = refused(error, accept, asked_language(request))
        except Exception as error:
            response = broken(error, accept, asked_language(request))
        await response(scope, receive, send)

    async def _drain(self, request: Request) -> None:
        """Reads on for a while: a client that is still sending would not see the refusal."""
        left = self.settings.max_file
        with contextlib.suppress(TimeoutError, RuntimeError, ClientDisconnect):
            async with asyncio.timeout(self.settings.header_timeout):
                async for chunk in request.stream():
                    left -= len(chunk)
                    if left < 0:
                        break

    async def _respond(self, request: Request) -> Response:
        check_origin(request, self.settings)
        methods = ("GET", "HEAD") if "id" in request.path_params else ("POST",)
        if request.method not in methods:
            raise refusal("FILE_METHOD_NOT_ALLOWED", 405, headers={"Allow": ", ".join(methods)})
        viewer = await self._viewer(request)
        return await (self._take_in(request, viewer) if methods == ("POST",) else self._hand_out(request, viewer))

    async def _viewer(self, request: Request) -> Any:
        credentials = request_credentials(request, self.settings)
        viewer = await self.authenticate(credentials) if credentials.token else None
        if viewer is None:
            raise refusal("UNAUTHENTICATED", 401, headers={"WWW-Authenticate": "Bearer", **CLOSE})
        if viewer.must_change_password:
            raise refusal("PASSWORD_CHANGE_REQUIRED", 403, headers=CLOSE)
        return viewer

    async def _hand_out(self, request: Request, viewer: Any) -> Response:
        found = await self.fetch(viewer, request.path_params["id"])
        if found is None:
            raise refusal("NO_FILE", 404)
        headers = KEPT | {"Content-Disposition": found.disposition, "Content-Length": str(found.size)}
        if request.method == "HEAD":
            return Response(headers=headers, media_type=found.media_type)
        return StreamingResponse(found.content, headers=headers, media_type=found.media_type)

    async def _take_in(self, request: Request, viewer: Any) -> Response:
        given = _parameters(request)
        self.settings.var.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self.settings.var) as file:  # it has no name: nothing stays of it
            try:
                async with asyncio.timeout(self.settings.upload_timeout):
                    size = await _receive(request, file, self.settings.max_file)
            except TimeoutError as error:
                raise refusal("BODY_TIMEOUT", 408, headers=CLOSE) from error
            language = language_of(viewer, asked_language(request))
            assert self.attach is not None, "a route without `id` takes files in"
            payload = await self.attach(viewer, language, **given, file=file, size=size)
        return Response(encode(payload), 422 if payload["errors"] else 201, media_type=JSON)


def _parameters(request: Request) -> dict[str, Any]:
    """What stands in the address; forms are refused, since any page could send them."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() in FORMS:
        raise refusal("FILE_IS_A_FORM", 415, headers=CLOSE)
    given = dict(request.query_params)
    check_values(given)
    for name in ("requestId", "name"):
        if not given.get(name):
            raise refusal("INVALID_REQUEST", 400, headers=CLOSE, field=name)
    if given.get("isInternal") not in TRUTH:
        raise refusal("INVALID_REQUEST", 400, headers=CLOSE, field="isInternal")
    internal = TRUTH[given.get("isInternal")]
    return {"request_id": given["requestId"], "name": given["name"], "is_internal": internal}


async def _receive(request: Request, file: IO[bytes], limit: int) -> int:
    """Writes the body to a file, counted as it arrives, and returns its size."""
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise refusal("BODY_TOO_LARGE", 413, headers=CLOSE, limit=limit)
        file.write(chunk)
    return size
