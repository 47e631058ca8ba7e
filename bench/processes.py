"""The processes of a run: the database, the servers, the load."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import asyncpg  # type: ignore[import-untyped]
import orjson

from bench.measure import parent
from tests.servers import postgres

MEMORY = ["shared_buffers=1GB", "max_wal_size=4GB"]
PATIENCE = 60.0


@dataclass(frozen=True)
class Server:
    """A running server."""

    kind: str
    port: int
    process: int

    def path(self, operation: str) -> str:
        """Where an operation is answered."""
        return f"/{operation}" if self.kind == "floor" else "/graphql"


@contextmanager
def database(engine: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database of our own."""
    if engine == "sqlite":
        yield f"sqlite://{folder / 'bench.db'}"
        return
    postgres.FAST.extend(MEMORY)
    with postgres.postgres() as base:
        url = postgres.fresh_database(base, "guichet_bench")
        try:
            yield url
        finally:
            postgres.drop_database(base, "guichet_bench")


async def first_process(url: str) -> int | None:
    """The process id of the PostgreSQL server behind a URL, if it runs on this machine."""
    if url.startswith("sqlite://"):
        return None
    connection = await asyncpg.connect(url)
    try:
        return parent(await connection.fetchval("SELECT pg_backend_pid()")) or None
    finally:
        await connection.close()


@contextmanager
def servers(kinds: list[str], url: str, folder: Path) -> Iterator[list[Server]]:
    """One process of each kind, ready to answer."""
    with ExitStack() as stack:
        yield [stack.enter_context(_server(kind, url, folder)) for kind in kinds]


@contextmanager
def _server(kind: str, url: str, folder: Path) -> Iterator[Server]:
    port = _free_port()
    environment = os.environ | {"GUICHET_DATABASE_URL": url, "GUICHET_VAR": str(folder), "GUICHET_REDIS_URL": ""}
    command = [sys.executable, "-m", "bench.serve", kind, str(port)]
    with (folder / f"{kind}.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            _wait(process, port, folder / f"{kind}.log")
            yield Server(kind, port, process.pid)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{log.read_text()[-2000:]}")


def loaded(module: str, job: Any) -> Any:
    """What a process of the load saw."""
    command = [sys.executable, "-m", module]
    done = subprocess.run(command, input=orjson.dumps(asdict(job)), capture_output=True)
    if done.returncode:
        raise RuntimeError(done.stderr.decode()[-2000:])
    return orjson.loads(done.stdout)
