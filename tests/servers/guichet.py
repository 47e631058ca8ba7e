"""The `guichet` command in a process of its own, as an operator runs it."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

COMMAND = Path(sys.executable).with_name("guichet")
PATIENCE = 120.0


def environment(settings: dict[str, object]) -> dict[str, str]:
    """Nothing but these settings: database_url becomes GUICHET_DATABASE_URL."""
    return {f"GUICHET_{name.upper()}": str(value) for name, value in settings.items()}


def start(folder: Path, *arguments: str, **settings: object) -> "subprocess.Popen[str]":
    """Starts the command in `folder`, where there is no .env."""
    options: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([COMMAND, *arguments], cwd=folder, env=environment(settings), text=True, **options)


async def guichet(
    folder: Path, *arguments: str, stdin: str = "", **settings: object
) -> "subprocess.CompletedProcess[str]":
    """Runs the command to its end."""
    process = start(folder, *arguments, **settings)
    told, complained = await asyncio.to_thread(process.communicate, stdin, PATIENCE)
    return subprocess.CompletedProcess(process.args, process.returncode, told, complained)


@asynccontextmanager
async def served(folder: Path, port: int, patience: float = PATIENCE, **settings: object) -> AsyncIterator[str]:
    """The address of `guichet serve`, once it is ready."""
    url = f"http://127.0.0.1:{port}"
    values = {"port": port, "public_url": url, "var": folder, **settings}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([COMMAND, "serve"], cwd=folder, env=environment(values), stdout=log, stderr=log)
    try:
        while not await _answers(url):
            assert process.poll() is None, (folder / "log").read_text()
            await asyncio.sleep(0.05)
        yield url
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, patience)


async def _answers(url: str) -> bool:
    try:
        async with httpx2.AsyncClient() as http:
            return (await http.get(f"{url}/readyz")).status_code == 200
    except httpx2.TransportError:
        return False
