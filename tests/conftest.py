"""Servers and databases that the tests bring up by themselves, and a service with the cast for each test."""

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import uvicorn
from strawberry import Schema
from tortoise.backends.base.executor import EXECUTOR_CACHE

from app.main import create_app
from app.models.database import connect, disconnect
from app.models.migrating import migrate
from app.reading.reader import PLANS
from app.settings import Settings
from app.transport import documents
from app.transport.playground import DemoAccount
from app.transport.server import configure
from tests import requirements
from tests.ask import Service
from tests.cast import Cast, seed
from tests.servers.postgres import database_url, drop_database, fresh_database, postgres
from tests.servers.valkey import valkey

TEMPLATE = "guichet_template"
os.environ["GUICHET_SECRET_KEY"] = "the key of the tests, long enough for one"
collector = requirements.Collector()


def pytest_configure(config: pytest.Config) -> None:
    """Watches which rows of the requirements are marked."""
    config.pluginmanager.register(collector)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tells which rows no test is marked with."""
    terminalreporter.section("requirements")
    terminalreporter.line(requirements.told(collector.found))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A running PostgreSQL."""
    with postgres() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A running Valkey."""
    with valkey() as url:
        yield url


class Stage:
    """One kind of database, with a template that holds the cast."""

    def __init__(self, engine: str, folder: Path, server: str | None) -> None:
        self.engine, self.folder, self.server = engine, folder, server
        self.cast = Cast()

    async def prepare(self) -> None:
        """Makes the template once."""
        url = self.url(TEMPLATE)
        if self.server:
            fresh_database(self.server, TEMPLATE)
        await migrate(url, self.folder / "backups")
        EXECUTOR_CACHE.clear()
        await connect(url)
        try:
            self.cast = await seed()
        finally:
            await disconnect()

    def url(self, name: str) -> str:
        """The address of a database by its name."""
        if self.server is None:
            return f"sqlite://{self.folder / name}.db"
        return database_url(self.server, name)

    def copy(self) -> str:
        """A new database that holds the cast."""
        name = f"guichet_{uuid4().hex}"
        if self.server is None:
            shutil.copy(self.folder / f"{TEMPLATE}.db", self.folder / f"{name}.db")
            return self.url(name)
        return fresh_database(self.server, name, template=TEMPLATE)

    def drop(self, url: str) -> None:
        """Removes a copy."""
        if self.server is not None:
            drop_database(self.server, urlsplit(url).path.strip("/"))


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
async def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """SQLite, then PostgreSQL: every test that asks the service runs on both."""
    server = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    stage = Stage(request.param, tmp_path_factory.mktemp(request.param), server)
    await stage.prepare()
    return stage


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def options() -> dict[str, object]:
    """Settings that a test changes for its service: override in the module, or by indirect parameters."""
    return {}


def forget() -> None:
    """Lets go of the schema of a service that has ended.

    A process has one for good. Here thousands would be kept, until collecting garbage stops everything for seconds.
    """
    PLANS.kept.clear()
    documents._kept.cache_clear()
    Schema.get_type_by_name.cache_clear()


@asynccontextmanager
async def serving(
    stage: Stage, folder: Path, options: dict[str, object], demo: Sequence[DemoAccount] = ()
) -> AsyncIterator[Service]:
    """The real server on a real port, with a database of its own; the playground offers the sign-ins of `demo`."""
    EXECUTOR_CACHE.clear()
    url, port = stage.copy(), free_port()
    address = f"http://127.0.0.1:{port}"
    values: dict[str, object] = {"database_url": url, "public_url": address, "port": port, "var": folder, **options}
    settings = Settings(_env_file=None, **values)  # type: ignore[arg-type]
    server = uvicorn.Server(configure(create_app(settings, demo), settings))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    service = Service(address, stage.cast, stage.engine, url)
    try:
        yield service
    finally:
        await service.close()
        server.should_exit = True
        await running
        stage.drop(url)
        forget()


@pytest.fixture
async def service(stage: Stage, tmp_path: Path, options: dict[str, object]) -> AsyncIterator[Service]:
    """A server for one test."""
    async with serving(stage, tmp_path, options) as service:
        yield service
