"""Exports in processes of their own: killed, taken up again, whole in the end."""

from pathlib import Path
from typing import Any

import pytest

from app.models import ExportJob, Request, Workspace
from app.models.base import now
from app.models.export_job import ExportState
from app.models.request import RequestStatus
from tests.conftest import Stage
from tests.exports.asking import asked, cells, fetched, pages, steps
from tests.live.database import eventually, opened, value
from tests.live.program import Program

MANY = 8_000


async def many_requests(stage: Stage) -> None:
    """More than is written in a moment, at a site that ada sees."""
    workspace = await Workspace.get(id=stage.cast.key("toits"))
    ids: dict[str, Any] = {"workspace_id": workspace.id, "created_by_id": stage.cast.key("ada")}
    ids |= {"site_id": stage.cast.key("north"), "status": RequestStatus.OPEN}
    rows = [Request(**ids, number=5_000 + number, title=f"Job {number}").index() for number in range(MANY)]
    await Request.bulk_create(rows, batch_size=500)


async def the_job() -> ExportJob:
    """The only job, as its row says."""
    return await ExportJob.get()


@pytest.mark.requirement(52)
@pytest.mark.parametrize("format_", ["EXCEL", "PDF"])
async def test_a_kill_while_writing_loses_nothing(stage: Stage, tmp_path: Path, format_: str) -> None:
    async with opened(stage) as url:
        await many_requests(stage)
        with Program(tmp_path, url, export_lease=1.5) as program:
            service = program.service(stage.cast, stage)
            await program.serve()
            order = [{"field": "NUMBER", "direction": "ASC"}]
            wanted = {"list": "REQUESTS", "columns": ["number", "title"], "orderBy": order, "format": format_}
            text = (await asked(service, "ada", **wanted))["export"]["id"]
            await eventually(the_job, lambda job: job.state is not ExportState.QUEUED)
            program.kill()
            began = await the_job()
            assert (began.state, began.attempts) == (ExportState.RUNNING, 1)

            await program.serve()
            job = (await steps(service, "ada", text))[-1]
            assert (job["state"], job["progress"], (await ExportJob.get()).attempts) == ("DONE", MANY + 6, 2)
            content = (await fetched(service, "ada", job)).content
            found = await _numbers(content, format_)
            assert found == [f"R-{number}" for number in (*range(1001, 1007), *range(5_000, 5_000 + MANY))]
            folder = tmp_path / "exports"
            left = await eventually(lambda: value(list(folder.iterdir())), lambda found: len(found) == 1)
            assert left[0].name.endswith("-2")
            await service.close()


@pytest.mark.requirement(52)
@pytest.mark.parametrize("writer", ["serve", "worker"])
async def test_what_is_told_to_end_gives_back_what_it_was_writing(stage: Stage, tmp_path: Path, writer: str) -> None:
    """Without waiting for the end of the lease, another takes it up."""
    shared = {"var": tmp_path / "shared"}
    async with opened(stage) as url:
        await many_requests(stage)
        with (
            Program(tmp_path / "server", url, exports_at_once=int(writer == "serve"), **shared) as server,
            Program(tmp_path / "worker", url, **shared) as worker,
        ):
            service = server.service(stage.cast, stage)
            await server.serve()
            text = (await asked(service, "ada", list="REQUESTS", columns=["number"]))["export"]["id"]
            writing = server if writer == "serve" else worker
            if writer == "worker":
                worker.spawn("worker")
            await eventually(the_job, lambda job: job.state is not ExportState.QUEUED)
            await writing.stop()
            job = await the_job()
            assert (job.state, job.next_attempt_at <= now()) == (ExportState.QUEUED, True)

            worker.spawn("worker")
            if writer == "serve":
                await server.serve()
            assert (await steps(service, "ada", text))[-1]["progress"] == MANY + 6
            await service.close()


async def _numbers(content: bytes, format_: str) -> list[str]:
    if format_ == "EXCEL":
        return [row[0] for row in cells(content)[1:]]
    return [word for page in pages(content) for word in page.split() if word.startswith("R-")]


async def test_a_worker_process_makes_what_the_server_was_asked_for(stage: Stage, tmp_path: Path) -> None:
    """The server that tells of the progress is not the one that writes; without Redis it looks once a second."""
    async with opened(stage) as url:
        shared = {"var": tmp_path / "shared"}
        with (
            Program(tmp_path / "server", url, exports_at_once=0, **shared) as server,
            Program(tmp_path / "worker", url, **shared) as worker,
        ):
            service = server.service(stage.cast, stage)
            await server.serve()
            text = (await asked(service, "ada", list="REQUESTS", columns=["number"]))["export"]["id"]
            assert (await the_job()).state is ExportState.QUEUED
            worker.spawn("worker")
            job = (await steps(service, "ada", text))[-1]
            assert job["state"] == "DONE"
            assert len(cells((await fetched(service, "ada", job)).content)) == 7
            await ExportJob.all().update(expires_at=now())
            await eventually(the_job, lambda job: job.state is ExportState.EXPIRED)
            await service.close()
