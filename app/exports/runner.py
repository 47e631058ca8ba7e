"""The exports of one process: taken up in turns, from the table, as the outbox takes its messages."""

import asyncio
import re
import shutil
import time
from functools import partial
from itertools import count
from pathlib import Path
from uuid import UUID

import structlog

from app.exports.desk import Desk, folder
from app.exports.job import Ended, Run
from app.exports.owner import is_allowed
from app.models import ExportJob
from app.models.base import now
from app.models.claiming import claim, from_now
from app.models.export_job import OPEN, ExportReason, ExportState
from app.models.person import GONE, AccountStatus
from app.models.turns import Turns, told_to_end
from app.notify.bus import Topic, bus
from app.settings import Settings

log = structlog.get_logger()
ATTEMPTS, MOST_ATTEMPTS = 3, 8  # with errors, and with all that was cut off
PAUSE = 5.0  # seconds before the second attempt
EACH = 30  # turns of the sweeper between two looks at everybody's rights
ATTEMPT = re.compile("[0-9a-f]{32}-[0-9]+")
S = ExportState


class Exports(Turns):
    """The exporter of one process."""

    def __init__(self) -> None:
        super().__init__("exports")

    async def run(self, desk: Desk) -> None:
        """Exports until cancelled, and deletes the files whose time or whose owner's access has ended."""
        turns = count()
        async with asyncio.TaskGroup() as group:  # cancelled, it waits until what was begun is given back
            for _ in range(desk.settings.exports_at_once):
                group.create_task(self.take(partial(self.flush, desk)))
            group.create_task(self.take(lambda: sweep(desk.settings, next(turns) % EACH == 0)))

    async def flush(self, desk: Desk) -> None:
        """Does everything that waits."""
        while job := await _taken(desk.settings.export_lease):
            await _perform(desk, job)


async def _taken(lease: float) -> ExportJob | None:
    """The next job that waits, claimed. One that is claimed in the moment of the end is given back."""
    claiming = asyncio.ensure_future(_claimed(lease))
    try:
        return await asyncio.shield(claiming)
    except asyncio.CancelledError:
        if job := await claiming:
            await _requeue(job, 0)
        raise


async def _claimed(lease: float) -> ExportJob | None:
    keys = await claim(ExportJob, OPEN, lease, _pause(ATTEMPTS - 1), 1)
    return await ExportJob.get(id=keys[0]) if keys else None


async def _perform(desk: Desk, job: ExportJob) -> None:
    bus.publish(Topic.NEWS, job.owner_id)
    try:
        if job.attempts > MOST_ATTEMPTS:
            raise RuntimeError("process after process died of it")
        await Run(desk, job)()
        log.info("export.done", job=str(job.id), rows=job.progress)
    except asyncio.CancelledError:
        await _requeue(job, 0)
        raise
    except Ended as ended:
        await _end(job, ended.reason)
    except Exception as error:
        if told_to_end():
            await _requeue(job, 0)
            raise asyncio.CancelledError from error
        log.error("export.broken", job=str(job.id), exc_info=error)
        await _retry(job)


async def _end(job: ExportJob, reason: ExportReason | None) -> None:
    if reason is None:
        return
    state = S.FAILED if reason is ExportReason.TOO_MANY_ROWS else S.CANCELLED
    if await job.end(state, reason=reason):
        bus.publish(Topic.NEWS, job.owner_id)


async def _retry(job: ExportJob) -> None:
    if job.attempts >= ATTEMPTS:
        await job.end(S.FAILED, reason=ExportReason.BROKEN)
        bus.publish(Topic.NEWS, job.owner_id)
        return
    await _requeue(job, _pause(job.attempts))


def _pause(attempts: int) -> float:
    return float(PAUSE * 2 ** (attempts - 1))


async def _requeue(job: ExportJob, pause: float) -> None:
    held = ExportJob.filter(id=job.id, attempts=job.attempts, state=S.RUNNING)
    await held.update(state=S.QUEUED, next_attempt_at=from_now(pause))


async def sweep(settings: Settings, everybody: bool) -> None:
    """Ends what is over: files a day old, and exports of people who may no longer have them or see less."""
    expired = ExportJob.filter(state=S.DONE, expires_at__lte=now())
    await expired.update(state=S.EXPIRED, file_path=None)
    live = ExportJob.filter(state__in=[*OPEN, S.DONE])
    for job in await (live if everybody else live.filter(owner__status__in=[*GONE, AccountStatus.NO_ACCESS])):
        if not await is_allowed(job):
            values = {"state": S.CANCELLED, "reason": ExportReason.ACCESS_ENDED, "finished_at": now()}
            if await ExportJob.filter(id=job.id, state__in=[*OPEN, S.DONE]).update(**values):
                bus.publish(Topic.NEWS, job.owner_id)
    await _tidy(folder(settings), settings.export_lifetime)


async def _tidy(place: Path, lifetime: float) -> None:
    """Deletes what no job stands for; what none of the table is about may be another database's until it is over."""
    found = await asyncio.to_thread(_attempts, place)
    keys = [UUID(name[:32]) for name in found]
    jobs = {job.id.hex: job for job in await ExportJob.filter(id__in=keys)} if keys else {}
    for name, path in found.items():
        job = jobs.get(name[:32])
        if job is None:
            is_over = await asyncio.to_thread(_age, path) > lifetime
        else:
            is_over = name != f"{name[:32]}-{job.attempts}" or job.state not in (S.RUNNING, S.DONE)
        if is_over:
            await asyncio.to_thread(shutil.rmtree, path, ignore_errors=True)


def _age(path: Path) -> float:
    """How many seconds ago the folder was written; none if it has gone meanwhile."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0


def _attempts(place: Path) -> dict[str, Path]:
    """The folders of attempts; what else lies there is not ours."""
    return {path.name: path for path in place.iterdir() if ATTEMPT.fullmatch(path.name)} if place.is_dir() else {}


exports = Exports()
