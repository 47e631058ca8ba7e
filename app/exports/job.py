"""One export, from the first page of its list to a whole file.

The rows are read here, page by page, and written by a process of its own. Meanwhile the lease is kept and
the owner's access looked at: whatever ends, the file ends with it.
"""

import asyncio
import contextlib
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from app.auth.sight import Sight
from app.auth.viewer import Viewer
from app.exports import cells, words
from app.exports.desk import Desk, file_of, folder
from app.exports.owner import reader_of, sight_through
from app.exports.sheet import Cell, Heading, Sheet
from app.lists.asking import Asked, counting, operation
from app.models import ExportJob, Workspace
from app.models.base import now
from app.models.claiming import from_now
from app.models.export_job import ExportReason, ExportState
from app.models.turns import waited
from app.notify.bus import Topic, bus

PAGE = 100
LOOK = 0.5  # seconds between looks at the lease and the owner
STALLED = 300.0  # seconds between two pages, or from the last to the end of the file, before an attempt is given up


class Ended(Exception):
    """The export goes no further; without a reason it is somebody else's now, or was cancelled."""

    def __init__(self, reason: ExportReason | None = None) -> None:
        super().__init__(reason)
        self.reason = reason


class Run:
    """One attempt at one job."""

    def __init__(self, desk: Desk, job: ExportJob) -> None:
        self.desk, self.job = desk, job
        self.asked = Asked(job.list_name, job.columns, job.order_by, job.where, job.search)
        self.path = folder(desk.settings) / file_of(job)
        self.seen: Sight | None = None  # the furthest that was seen while it was written

    async def __call__(self) -> None:
        """Writes the file and says so. Raises Ended, or whatever went wrong; then there is no file."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            await self._race()
            await self._done()
        except BaseException:
            shutil.rmtree(self.path.parent, ignore_errors=True)
            raise

    async def _race(self) -> None:
        """Writes for as long as the job is ours and its owner's."""
        writing, holding = asyncio.ensure_future(self._write()), asyncio.ensure_future(self._hold())
        try:
            await asyncio.wait((writing, holding), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (writing, holding):
                task.cancel()
            ends = await asyncio.gather(writing, holding, return_exceptions=True)
        for end in reversed(ends):
            if isinstance(end, Exception):
                raise end

    async def _hold(self) -> None:
        with bus.watch(self.job.owner_id) as news:
            while True:
                await waited(news, LOOK)
                news.clear()
                if await reader_of(self.job) is None:
                    raise Ended(ExportReason.ACCESS_ENDED)
                lease = self.desk.settings.export_lease
                await self._note(next_attempt_at=from_now(lease), progress=self.job.progress)

    async def _note(self, **values: Any) -> None:
        """Writes to the job's row. Raises Ended if another process holds it, or it was cancelled."""
        held = ExportJob.filter(id=self.job.id, attempts=self.job.attempts, state=ExportState.RUNNING)
        if not await held.update(**values):
            raise Ended

    async def _done(self) -> None:
        await self._eyes()
        assert self.seen is not None
        moment = now()
        ends = moment + timedelta(seconds=self.desk.settings.export_lifetime)
        values: dict[str, Any] = {"progress": self.job.progress, "total": self.job.progress, "reason": None}
        values |= {"state": ExportState.DONE, "finished_at": moment, "expires_at": ends}
        values["seen"] = self.seen.plain()
        await self._note(file_path=file_of(self.job), **values)
        bus.publish(Topic.NEWS, self.job.owner_id)

    # Reading.

    async def _eyes(self) -> Viewer:
        """The eyes for what comes next. Raises Ended if they see less than those for what is already written."""
        eyes = await reader_of(self.job)
        if eyes is None:
            raise Ended(ExportReason.ACCESS_ENDED)
        sight = await sight_through(eyes)
        if self.seen is not None and not sight.covers(self.seen):
            raise Ended(ExportReason.ACCESS_ENDED)
        self.seen = sight
        return eyes

    async def _ask(self, text: str, **variables: Any) -> dict[str, Any]:
        found: dict[str, Any] = (await self.desk.ask(text, variables, await self._eyes()))["list"]
        return found

    async def _pages(self) -> AsyncIterator[list[dict[str, Any]]]:
        text = operation(self.desk.schema, self.asked, PAGE)
        after = None
        while True:
            page = await self._ask(text, **self.asked.variables, after=after)
            yield page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

    async def _count(self) -> int:
        text = counting(self.desk.schema, self.asked)
        total = int((await self._ask(text, **self.asked.variables))["totalCount"])
        self._check(total)
        await self._note(total=total, progress=0)
        return total

    # Writing.

    async def _write(self) -> None:
        total = await self._count()
        viewer = await self._eyes()
        workspace = await Workspace.get(id=self.job.workspace_id)
        language, zone = "fr" if viewer.language == "fr" else "en", ZoneInfo(workspace.time_zone)
        subtitle = f"{workspace.name} · {now().astimezone(zone):%Y-%m-%d %H:%M} · {words.count(total, language)}"
        about = await words.lines(self.desk.schema, viewer, self.asked, zone)
        title = cells.clean(self.job.title or self.asked.listing.title(language))
        sheet = Sheet(str(self.path), self.job.format, title, cells.clean(subtitle), about, self._headings(language))
        async with asyncio.timeout(STALLED) as patience, _writer() as process:
            await _send(process, sheet.plain())
            await self._rows(process, patience, language, zone)
            await _send(process, None)
            if await process.wait():
                raise RuntimeError("the writing process failed")

    def _headings(self, language: str) -> list[Heading]:
        found = []
        for column in self.asked.shown:
            gtype = cells.leaf(self.desk.schema, self.asked.listing, column)
            found.append(Heading(column.title(language), column.width, cells.is_instant(gtype)))
        return found

    async def _rows(self, process: Process, patience: asyncio.Timeout, language: str, zone: ZoneInfo) -> None:
        columns = []
        for place, column in enumerate(self.asked.shown):
            gtype = cells.leaf(self.desk.schema, self.asked.listing, column)
            columns.append((f"c{place}", column, cells.writer(gtype, column, language, zone)))
        self.job.progress = 0
        async for page in self._pages():
            rows: list[list[Cell]] = [[cells.cell(row, *column) for column in columns] for row in page]
            await _send(process, rows)
            patience.reschedule(asyncio.get_running_loop().time() + STALLED)
            self.job.progress += len(rows)
            self._check(self.job.progress)

    def _check(self, rows: int) -> None:
        if rows > self.desk.settings.export_rows:
            raise Ended(ExportReason.TOO_MANY_ROWS)


@contextlib.asynccontextmanager
async def _writer() -> AsyncIterator[Process]:
    """The process that writes; it inherits no secret, and never outlives the block."""
    command = (sys.executable, "-P", "-m", "app.exports.writing")
    process = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=DEVNULL, env={}, start_new_session=True
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _send(process: Process, value: Any) -> None:
    assert process.stdin is not None
    process.stdin.write(orjson.dumps(value) + b"\n")
    await process.stdin.drain()
