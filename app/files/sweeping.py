"""Removes the files of attachments that nobody sees: deleted ones, and those of uploads that never ended."""

from datetime import timedelta
from typing import Any

from tortoise.expressions import Q

from app.files.store import Store
from app.models import Attachment
from app.models.attachment import AttachmentState
from app.models.base import now
from app.models.turns import Turns

EVERY = 60.0  # seconds
GIVEN_UP = timedelta(hours=1)  # longer than any upload may take
BATCH = 100


async def run(store: Store) -> None:
    """Sweeps until cancelled."""
    await Turns("sweeping").take(lambda: sweep(store), EVERY)


async def sweep(store: Store, given_up: timedelta = GIVEN_UP) -> None:
    """The file goes first and the row after it: a process that dies in between leaves the row to the next."""
    pending = Q(state=AttachmentState.PENDING, created_at__lt=now() - given_up)
    discarded: dict[str, Any] = {"state": AttachmentState.DISCARDED}
    await Attachment.filter(pending).update(**discarded)
    while rows := await Attachment.filter(**discarded).order_by("id").limit(BATCH):
        for row in rows:
            await store.delete(row.place)
            await Attachment.filter(id=row.id).delete()
