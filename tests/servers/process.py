"""Servers as child processes that end, and take their folder with them, however the tests end."""

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from pwd import struct_passwd
from typing import IO, Any

# The input of the shell ends when we close it and also when we are killed; then the server has to go.
LEASH = """
exec 3<&0
"$@" & server=$!
(read -r _ <&3; kill -INT $server) & watch=$!
wait $server; kill $watch 2>/dev/null
rm -rf "$0"
"""
PATIENCE = 120.0


@contextmanager
def server_folder(name: str) -> Iterator[Path]:
    """A fresh folder for a server, which either side may remove."""
    with tempfile.TemporaryDirectory(prefix=f"guichet-{name}-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def leashed(
    command: Sequence[str | Path],
    folder: Path,
    ready: Callable[[], bool],
    owner: struct_passwd | None = None,
) -> Iterator[None]:
    """Runs a server in `folder`, as `owner` if given; goes on when it is ready.

    Raises RuntimeError with the words of the server if it ends first or needs more than two minutes.
    """
    with tempfile.TemporaryFile() as log:
        shell = subprocess.Popen(
            ["/bin/sh", "-c", LEASH, folder, *command],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,
            **identity(owner),
        )
        try:
            _wait(shell, ready, log)
            yield
        finally:
            shell.communicate(timeout=PATIENCE)


def identity(owner: struct_passwd | None) -> dict[str, Any]:
    """The arguments with which `subprocess` runs a command as somebody else."""
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}


def _wait(shell: subprocess.Popen[bytes], ready: Callable[[], bool], log: IO[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not ready():
        if shell.poll() is not None or time.monotonic() > deadline:
            log.seek(0)
            raise RuntimeError(f"the server did not start:\n{log.read().decode(errors='replace')[-2000:]}")
        time.sleep(0.02)
