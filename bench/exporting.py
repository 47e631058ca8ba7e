"""Exports of a long list, from createExport to the file: how long they take, and how much memory."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import httpx2

from app.lists.registry import LISTS
from app.models.listing import ListName
from bench.data import BEGINNING, MOMENT, Row, World
from bench.loading import load
from bench.measure import family_memory, family_seconds
from bench.processes import Server, database, servers

ROWS, SCALE, PAUSE = 10_000, 0.1, 0.02
FORMATS = ("EXCEL", "PDF")
CREATE = """mutation ($input: CreateExportInput!) { createExport(input: $input) {
  errors { code message } export { id }
} }"""
STATE = "query ($id: ID!) { exportJob(id: $id) { state progress } }"
ENDED = ("DONE", "FAILED", "CANCELLED")


@dataclass(frozen=True)
class Exported:
    """One export: seconds to its end and of processors, the most megabytes of the server with the writing process,
    and those of the file."""

    seconds: float
    cpu: float
    memory: float
    size: float


class LongList(World):
    """One firm that has all the requests."""

    def _requests(self) -> Iterator[Row]:
        for n in range(ROWS):
            yield self._request(self.firms[0], BEGINNING + (MOMENT - BEGINNING) * n / ROWS)


def measure(engine: str, folder: Path, rounds: int) -> dict[str, list[Exported]]:
    """The exports of each format after one to warm up, on a database and a server of their own."""
    world = LongList(SCALE)
    folder.mkdir()
    with database(engine, folder) as url:
        asyncio.run(load(url, world, folder))
        with servers(["fast"], url, folder) as [server]:
            return {each: [_export(server, world, each) for _ in range(rounds + 1)][1:] for each in FORMATS}


def _export(server: Server, world: World, format_: str) -> Exported:
    signed = {"Authorization": f"Bearer {world.firms[0].admins[0].token}"}
    with httpx2.Client(base_url=f"http://127.0.0.1:{server.port}", headers=signed, timeout=30) as client:
        columns = list(LISTS[ListName.REQUESTS].columns)
        wanted = {"list": "REQUESTS", "columns": columns, "format": format_}
        began, used = time.monotonic(), family_seconds(server.process)
        text = _asked(client, CREATE, input=wanted)["createExport"]["export"]["id"]
        most = _watched(client, server, text)
        seconds, cpu = time.monotonic() - began, family_seconds(server.process) - used
        return Exported(seconds, cpu, most, len(client.get(f"/files/exports/{text}").content) / 1e6)


def _watched(client: httpx2.Client, server: Server, text: str) -> float:
    """The most memory until the export has ended. Raises RuntimeError unless it is whole."""
    most, job = 0.0, {"state": "QUEUED"}
    while job["state"] not in ENDED:
        job = _asked(client, STATE, id=text)["exportJob"]
        for _ in range(5):
            most = max(most, family_memory(server.process))
            time.sleep(PAUSE)
    if job != {"state": "DONE", "progress": ROWS}:
        raise RuntimeError(f"the export ended as {job}")
    return most


def _asked(client: httpx2.Client, text: str, **variables: Any) -> dict[str, Any]:
    data: dict[str, Any] = client.post("/graphql", json={"query": text, "variables": variables}).json()["data"]
    return data


def table(found: dict[str, list[Exported]]) -> str:
    """The medians of each format."""
    lines = [f"### export: {ROWS:,} requests with all columns, from createExport to the file", ""]
    lines += ["| File | Seconds | lowest–highest | CPU | Memory MB, with the writing process | File MB |"]
    lines += ["|---|---:|---:|---:|---:|---:|"]
    for name, exports in found.items():
        seconds = sorted(each.seconds for each in exports)
        cpu, most = median(each.cpu for each in exports), max(each.memory for each in exports)
        times = f"{median(seconds):.1f} | {seconds[0]:.1f}–{seconds[-1]:.1f} | {cpu:.1f}"
        lines.append(f"| {name} | {times} | {most:.0f} | {exports[0].size:.1f} |")
    return "\n".join(lines)
