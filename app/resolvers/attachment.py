"""Files on a request: handed in, handed out and taken away."""

import asyncio
from collections.abc import AsyncIterator
from typing import IO, Any, NamedTuple

import structlog

from app.auth import policy
from app.auth.viewer import Viewer
from app.files.kinds import ENDINGS, kind_of
from app.files.names import file_name
from app.files.store import Store
from app.models import Attachment, nouns
from app.models.activity import ActivityKind
from app.models.database import transaction
from app.models.refusal import ErrorCode, Refusal
from app.notify.telling import record
from app.resolvers.finding import find, require
from app.resolvers.outcome import Outcome
from app.resolvers.request import changed, locked
from app.settings import Settings

log = structlog.get_logger()


class Offered(NamedTuple):
    """A file as somebody hands it in, already here and measured."""

    request_id: str
    name: str
    is_internal: bool
    file: IO[bytes]
    size: int


async def add(viewer: Viewer, store: Store, settings: Settings, offered: Offered) -> Attachment:
    """Keeps a file on a request. Raises NOT_FOUND, FORBIDDEN, WRONG_STATE, REQUIRED, FILE_TYPE or TOO_MANY.

    The row is written first, then the file, and only then the attachment is shown: whatever fails or is
    killed in between, the sweeper finds the row and removes what there is.
    """
    if not offered.size:
        raise Refusal(ErrorCode.REQUIRED, "file")
    media_type = await asyncio.to_thread(kind_of, offered.file)
    if media_type is None or media_type not in (settings.file_types or ENDINGS):
        raise Refusal(ErrorCode.FILE_TYPE, "file")
    attachment = await transaction(lambda: _announce(viewer, settings, offered, media_type))
    try:
        await store.put(attachment.place, offered.file)
        await transaction(lambda: _show(viewer, offered, attachment))
    except BaseException:
        await attachment.discard()
        raise
    return attachment


async def _allowed(viewer: Viewer, offered: Offered) -> Any:
    request: Any = await locked(viewer, offered.request_id, None)
    require(policy.can_attach(viewer, request), "requestId")
    if offered.is_internal and not policy.is_insider(viewer):
        raise Refusal(ErrorCode.FORBIDDEN, "isInternal")
    return request


async def _announce(viewer: Viewer, settings: Settings, offered: Offered, media_type: str) -> Attachment:
    request = await _allowed(viewer, offered)
    if await Attachment.filter(request_id=request.id).count() >= settings.files_per_request:
        raise Refusal(ErrorCode.TOO_MANY, "requestId", limit=settings.files_per_request)
    ids: dict[str, Any] = {"request_id": request.id, "author_id": viewer.person_id}
    return await Attachment.create(
        workspace_id=viewer.workspace_id,
        name=file_name(offered.name, media_type),
        media_type=media_type,
        size=offered.size,
        internal=offered.is_internal,
        **ids,
    )


async def _show(viewer: Viewer, offered: Offered, attachment: Attachment) -> None:
    """Asks again: the request may have been closed or moved out of sight while the file was written."""
    request = await _allowed(viewer, offered)
    if not await attachment.arrive():
        raise Refusal.missing("requestId")
    after = {"name": attachment.name}
    await record(viewer, request, ActivityKind.ATTACHED, after=after, internal=attachment.internal)


async def fetch(viewer: Viewer, store: Store, text: str) -> tuple[Attachment, AsyncIterator[bytes]] | None:
    """A visible attachment and its content; None for what is hidden, missing or no id."""
    key = nouns.ATTACHMENT.key(text)
    row: Attachment | None = await policy.visible(viewer, nouns.ATTACHMENT).get_or_none(id=key) if key else None
    try:
        return (row, await store.get(row.place)) if row else None
    except FileNotFoundError:
        log.error("files.lost", attachment=text)
        return None


async def delete(viewer: Viewer, text: str) -> Outcome:
    """Takes a file away. Raises NOT_FOUND, FORBIDDEN or WRONG_STATE."""
    attachment: Attachment = await find(viewer, nouns.ATTACHMENT, text, "attachmentId")

    async def work(request: Any) -> None:
        await find(viewer, nouns.ATTACHMENT, text, "attachmentId")  # once more, behind the lock of the request
        require(policy.can_detach(viewer, request, attachment.author_id), "attachmentId")
        await attachment.discard()
        before = {"name": attachment.name}
        await record(viewer, request, ActivityKind.DETACHED, before=before, internal=attachment.internal)

    return await changed(viewer, nouns.REQUEST.id(attachment.request_id), None, work)
