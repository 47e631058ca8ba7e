"""What a run found, as text: on the way, and as a section of RESULTS.md."""

import os
import platform
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from bench.documents import Step
from bench.growth import Grown
from bench.live import Heard
from bench.processes import Server
from bench.rounds import Result, Sample

RESULTS = Path(__file__).with_name("RESULTS.md")
TITLE = "# How fast Guichet is"
PREFACE = """`make bench` measures it: one server process at a time, 32 connections that stay open, interleaved
rounds; the ratio to another server is taken in each round, and its median (lowest to highest) is shown. With
`make bench ARGS="--scale 10"` it does so over a million requests, with `ARGS=--growth` it compares lists over both
in one run, and `ARGS=--help` tells the rest. *Floor* is Starlette and asyncpg with one fixed hand-written statement
per operation; *fast* is Guichet; *ordinary* is Guichet without its fast path. Processor seconds are for 1,000
requests. The load runs on the same machine; the database does not wait for the disk."""
PACKAGES = ("strawberry-graphql", "graphql-core", "starlette", "uvicorn", "tortoise-orm", "asyncpg", "orjson")
HEAD = "| Server | req/s | p50 ms | p99 ms | CPU server | CPU database | Memory MB | Ratio to {base} |"

GROWN = "| Server | req/s | req/s with ten times the rows | Kept |"


def line(server: Server, sample: Sample) -> str:
    """One server's part of a round, for the eye."""
    seen = sample.seen
    failed = f"  {seen.failed} FAILED: {seen.example}" if seen.failed else ""
    return (
        f"  {server.kind:9}{seen.rate:8.0f} req/s  p50 {seen.p50:6.1f}  p99 {seen.p99:6.1f} ms"
        f"  cpu/1000 {sample.server:5.2f} + {sample.database:5.2f} s  {sample.memory:4.0f} MB{failed}"
    )


def table(result: Result) -> str:
    """The medians of one operation."""
    base, *_ = kinds = list(result.samples)
    lines = [f"### {result.operation.name}: {result.operation.title}", "", HEAD.format(base=base)]
    lines.append("|---|---:|---:|---:|---:|---:|---:|---:|")
    for kind in kinds:
        numbers = [
            f"{result.median(kind, 'seen', 'rate'):,.0f}",
            f"{result.median(kind, 'seen', 'p50'):.1f}",
            f"{result.median(kind, 'seen', 'p99'):.1f}",
            f"{result.median(kind, 'server'):.2f}",
            f"{result.median(kind, 'database'):.2f}",
            f"{result.median(kind, 'memory'):.0f}",
            _ratio(result, kind, base),
        ]
        lines.append(f"| {' | '.join([kind, *numbers])} |")
    if result.failed:
        lines += ["", f"**{result.failed} requests failed.**"]
    return "\n".join(lines)


def _ratio(result: Result, kind: str, base: str) -> str:
    if kind == base:
        return "1"
    low, high = result.spread(kind, base)
    return f"{result.ratio(kind, base):.2f} ({low:.2f}–{high:.2f})"


def grown(found: Grown) -> str:
    """How a list fares over ten times the rows."""
    lines = [f"### {found.operation.name}: {found.operation.title}", "", GROWN, "|---|---:|---:|---:|"]
    for kind in found.samples:
        (small, large), kept = found.rates(kind), found.kept(kind)
        share = f"{median(kept):.2f} ({min(kept):.2f}–{max(kept):.2f})"
        lines.append(f"| {kind} | {small:,.0f} | {large:,.0f} | {share} |")
    return "\n".join(lines)


def heard(found: Heard, sockets: int) -> str:
    """How soon sockets heard of mutations."""
    return "\n".join(
        [
            f"### live: {sockets} sockets, from the mutation's first byte",
            "",
            "| Mutations | Lost | answered p50 ms | p99 | heard p50 ms | p99 |",
            "|---:|---:|---:|---:|---:|---:|",
            f"| {found.count + found.lost} | {found.lost} | {found.answered_p50:.1f} | {found.answered_p99:.1f}"
            f" | {found.p50:.1f} | {found.p99:.1f} |",
        ]
    )


def remembered(steps: Sequence[Step]) -> str:
    """How a server's memory went while it met ever new documents."""
    lines = ["### documents: no two alike", "", "| Documents | req/s | Failed | Memory MB |", "|---:|---:|---:|---:|"]
    return "\n".join(lines + [step(each) for each in steps])


def step(found: Step) -> str:
    """One look at its memory."""
    return f"| {found.documents:,} | {found.rate:,.0f} | {found.failed} | {found.memory:.0f} |"


def heading(engine: str, requests: int) -> str:
    """What a section is called."""
    return f"## {'PostgreSQL' if engine == 'postgres' else 'SQLite'}, {requests:,} requests"


def circumstances(database: str, rounds: int, seconds: float) -> str:
    """When, where and with what it was measured."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    when, python = f"{datetime.now(UTC):%Y-%m-%d}", platform.python_version()
    return f"{when}; {machine}; Python {python}, {packages}; {database}; {rounds} rounds of {seconds:g} s."


def sqlite_version() -> str:
    """The version of SQLite."""
    return f"SQLite {sqlite3.sqlite_version}"


def write(title: str, parts: list[str]) -> None:
    """Puts a section into the file, in place of the one of that name; other sections stay as they are."""
    text = RESULTS.read_text() if RESULTS.exists() else f"{TITLE}\n\n{PREFACE}\n"
    head, *sections = text.split("\n## ")
    kept = {section.partition("\n")[0]: section for section in sections}
    kept[title.removeprefix("## ")] = "\n\n".join([title.removeprefix("## "), *parts]) + "\n"
    RESULTS.write_text("\n## ".join([head, *kept.values()]))
