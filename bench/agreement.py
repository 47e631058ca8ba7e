"""Nothing is measured that is wrong: all servers give the same rows, and write the same rows."""

from collections.abc import Sequence
from typing import Any
from urllib.request import Request, urlopen

import asyncpg  # type: ignore[import-untyped]
import orjson

from bench.operations import Operation
from bench.processes import Server

SAMPLES = 12
WRITTEN = ("assignments", "activities", "notifications", "deliveries")


class Disagreement(Exception):
    """Two servers answered or wrote differently."""


def answer(server: Server, operation: Operation, asked: tuple[str, str]) -> Any:
    """The data of an answer. Raises Disagreement if there are errors, or there is nothing in it."""
    token, body = asked
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    url = f"http://127.0.0.1:{server.port}{server.path(operation.name)}"
    with urlopen(Request(url, body.encode(), headers), timeout=30) as response:
        found = orjson.loads(response.read())
    if found.get("errors") or not found.get("data"):
        raise Disagreement(f"{server.kind}, {operation.name}: {found}")
    return found["data"]


def check_reads(servers: Sequence[Server], operation: Operation, asked: Sequence[tuple[str, str]]) -> int:
    """Compares the answers to a sample; gives the number of rows in them."""
    rows = 0
    for each in asked[:: max(1, len(asked) // SAMPLES)][:SAMPLES]:
        first, *others = [answer(server, operation, each) for server in servers]
        rows += sum(len(value.get("nodes", ())) for value in first.values())
        if any(other != first for other in others):
            raise Disagreement(f"{operation.name}: {_difference(first, others)}")
    if not rows and operation.name != "viewer":
        raise Disagreement(f"{operation.name}: no rows at all")
    return rows


def _difference(first: Any, others: Sequence[Any]) -> str:
    return "\n".join(orjson.dumps(each, option=orjson.OPT_INDENT_2).decode()[:1500] for each in (first, *others))


async def check_writes(
    servers: Sequence[Server], operation: Operation, asked: list[tuple[str, str]], url: str
) -> None:
    """Lets each server write once, and compares what it answered and how many rows there are more."""
    outcomes = []
    for server in servers:
        before = await _counts(url)
        request = answer(server, operation, asked.pop(0))["assignRequest"]
        after = await _counts(url)
        growth = [now - then for now, then in zip(after, before, strict=True)]
        outcomes.append((growth, request["errors"], request["warnings"], sorted(request["request"])))
    if any(outcome != outcomes[0] for outcome in outcomes) or not outcomes[0][0]:
        raise Disagreement(f"{operation.name}: {outcomes}")


async def _counts(url: str) -> list[int]:
    if url.startswith("sqlite://"):
        return [0]
    connection = await asyncpg.connect(url)
    try:
        return [await connection.fetchval(f"SELECT count(*) FROM {table}") for table in WRITTEN]  # noqa: S608
    finally:
        await connection.close()
