"""Removes the files of attachments that nobody sees: deleted ones, and those of uploads that never ended."""

import asyncio
from datetime import timedelta
from typing import Any

import structlog
from tortoise.expressions import Q

from app.files.store import Store
from app.models import Attachment
from app.models.attachment import AttachmentState
from app.models.base import now

log = structlog.get_logger()
IDLE = 60.0  # seconds between two looks
GIVEN_UP = timedelta(hours=1)  # longer than any upload may take
BATCH = 100


async def run(store: Store) -> None:
    """Sweeps until cancelled."""
    while True:
        try:
            await sweep(store)
        except Exception as error:  # the database or the store may be away for a while
            log.warning("files.sweep_failed", error=type(error).__name__)
        await asyncio.sleep(IDLE)


async def sweep(store: Store, given_up: timedelta = GIVEN_UP) -> None:
    """The file goes first and the row after it: a process that dies in between leaves the row to the next."""
    pending = Q(state=AttachmentState.PENDING, created_at__lt=now() - given_up)
    discarded: dict[str, Any] = {"state": AttachmentState.DISCARDED}
    await Attachment.filter(pending).update(**discarded)
    while rows := await Attachment.filter(**discarded).order_by("id").limit(BATCH):
        for row in rows:
            await store.delete(row.place)
            await Attachment.filter(id=row.id).delete()
