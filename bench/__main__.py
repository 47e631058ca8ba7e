"""`python -m bench`: brings everything up, checks that the servers agree, measures, writes RESULTS.md."""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]

from bench import documents, exporting, growth, report
from bench.agreement import check_reads, check_writes
from bench.data import REQUESTS, World
from bench.loading import load
from bench.operations import DOCUMENTS, EXPORT, LIVE, NAMES, OPERATIONS, Operation
from bench.processes import Server, database, servers
from bench.rounds import SOCKETS, Result, Rounds, listen

KINDS = {"postgres": ["floor", "fast", "ordinary"], "sqlite": ["fast", "ordinary"]}


def main() -> None:
    """Reads the arguments and measures each engine."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--scale", type=float, default=1, help=f"1 is {REQUESTS:,} requests")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=4, help="of each server's part of a round")
    parser.add_argument("--only", choices=NAMES, action="append", help="may be given more than once")
    parser.add_argument("--engine", choices=(*KINDS, "both"), default="both")
    parser.add_argument("--dry", action="store_true", help="leaves RESULTS.md as it is")
    parser.add_argument("--check", action="store_true", help="only looks whether the servers agree")
    parser.add_argument("--growth", action="store_true", help="only the lists, over this scale and ten times as much")
    given = parser.parse_args()
    if given.growth:
        _measure_growth(given)
        return
    for engine in KINDS if given.engine == "both" else [given.engine]:
        with tempfile.TemporaryDirectory(prefix="guichet-bench-") as folder:
            _measure(engine, given, Path(folder))


def _measure(engine: str, given: argparse.Namespace, folder: Path) -> None:
    world, began = World(given.scale), time.monotonic()
    with database(engine, folder) as url:
        asyncio.run(load(url, world, folder))
        print(f"{engine}: loaded in {time.monotonic() - began:.0f} s", flush=True)
        with servers(KINDS[engine], url, folder) as running:
            parts = _operations(running, url, world, given)
        title = report.heading(engine, round(REQUESTS * given.scale))
        named = asyncio.run(_version(url))
    if EXPORT in (given.only or NAMES) and not given.check:
        parts.append(exporting.table(exporting.measure(engine, folder / EXPORT, given.rounds)))
        print(parts[-1], flush=True)
    if not given.dry and not given.check:
        report.write(title, [report.circumstances(named, given.rounds, given.seconds), *parts])


def _measure_growth(given: argparse.Namespace) -> None:
    parts = []
    with tempfile.TemporaryDirectory(prefix="guichet-bench-") as folder:
        for found in growth.measure(given.scale, given.rounds, given.seconds, Path(folder)):
            parts.append(report.grown(found))
            print(f"\n{parts[-1]}", flush=True)
    if not given.dry:
        title = f"{report.heading('postgres', round(REQUESTS * given.scale))}, and ten times as many"
        report.write(title, [report.circumstances("PostgreSQL", given.rounds, given.seconds), *parts])


def _operations(running: list[Server], url: str, world: World, given: argparse.Namespace) -> list[str]:
    rounds = Rounds(running, url, given.rounds, given.seconds)
    wanted = [each.name for each in OPERATIONS] if given.check else given.only or NAMES
    parts = []
    for operation in OPERATIONS:
        if operation.name in wanted:
            asked = _agreed(operation, rounds, url, world)
            parts.append("" if given.check else report.table(_measured(operation, rounds, asked)))
            print(parts[-1], flush=True)
    fast = next(server for server in running if server.kind == "fast")
    if LIVE in wanted:
        parts.append(report.heard(listen(fast, world, given.rounds * given.seconds), SOCKETS))
        print(parts[-1], flush=True)
    if DOCUMENTS in wanted and not url.startswith("sqlite://"):  # it is about the process, not the database
        parts.append(report.remembered(_steps(fast, world)))
    return parts


def _steps(server: Server, world: World) -> list[documents.Step]:
    print("\ndocuments, no two alike", flush=True)
    steps = []
    for step in documents.run(server, world):
        print(report.step(step), flush=True)
        steps.append(step)
    return steps


def _agreed(operation: Operation, rounds: Rounds, url: str, world: World) -> list[tuple[str, str]]:
    """What is asked, once the servers agree on it."""
    print(f"\n{operation.title}", flush=True)
    asked = operation.requests(world)
    if operation.repeats:
        print(f"  agreed on {check_reads(rounds.servers, operation, asked)} rows", flush=True)
    else:
        asyncio.run(check_writes(rounds.servers, operation, asked, url))
    return asked


def _measured(operation: Operation, rounds: Rounds, asked: list[tuple[str, str]]) -> Result:
    result = Result(operation, {server.kind: [] for server in rounds.servers})
    for server, sample in rounds.run(operation, asked):
        print(report.line(server, sample), flush=True)
        result.samples[server.kind].append(sample)
    return result


async def _version(url: str) -> str:
    if url.startswith("sqlite://"):
        return report.sqlite_version()
    connection = await asyncpg.connect(url)
    try:
        return f"PostgreSQL {await connection.fetchval('SHOW server_version')}"
    finally:
        await connection.close()


if __name__ == "__main__":
    main()
