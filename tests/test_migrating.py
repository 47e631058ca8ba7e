"""Bringing a database to the present schema: whole or not at all, and nothing lost on the way."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from re import findall
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from tortoise import connections
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.exceptions import IntegrityError, OperationalError

import app.migrations
from app.models import ExportJob, Person, Request, Role, Workspace, migrating
from app.models.base import now
from app.models.database import connect, disconnect, tortoise_config
from app.models.export_job import ExportFormat, ExportState
from app.models.listing import ListName
from app.models.migrating import migrate
from app.models.person import AccountStatus
from app.models.role import Audience
from app.models.text import fold, phone_words
from tests.conftest import Stage
from tests.servers.guichet import guichet
from tests.servers.postgres import fresh_database

SHIPPED = Path(app.migrations.__path__[0])
WIDER = """
from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "{before}")]
    operations = [
        ops.AlterField(model_name="Request", name="title", field=fields.CharField(max_length=300)),
        ops.AlterField(model_name="Assignment", name="end_reason", field=fields.CharField(max_length=900, null=True)),
        ops.AlterField(model_name="Delivery", name="provider_code", field=fields.CharField(max_length=90, null=True)),
        {more}
    ]
"""
SEARCH = {"ix_people_search", "ix_requests_search", "ix_departments_search"}
RAW = SEARCH | {
    *("uq_assignments_open", "ix_assignments_worker_open", "ix_deliveries_due", "ix_notifications_unread"),
}
PLAIN = ("CREATE ROLE guichet_plain LOGIN", "GRANT ALL ON SCHEMA public TO guichet_plain")
TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
    "postgres": "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
}
INDEXES = {
    "sqlite": """
        SELECT m.name AS tbl, CASE WHEN NOT i."unique" THEN i.name END AS name, i."unique", i.partial,
          (SELECT group_concat(c.name) FROM pragma_index_info(i.name) c) AS columns
        FROM sqlite_master m, pragma_index_list(m.name) i WHERE m.type = 'table'""",
    "postgres": "SELECT tablename AS tbl, indexname AS name, indexdef FROM pg_indexes WHERE schemaname = 'public'",
}
NAMES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index'",
    "postgres": "SELECT indexname AS name FROM pg_indexes",
}
LINKS = {
    "sqlite": """
        SELECT m.name AS tbl, f."from", f."table", f.on_delete
        FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'""",
    "postgres": "SELECT conrelid::regclass::text AS tbl, pg_get_constraintdef(oid) FROM pg_constraint",
}


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[None]:
    EXECUTOR_CACHE.clear()
    await connect(url)
    try:
        yield
    finally:
        await disconnect()


async def select(statement: str) -> list[dict[str, Any]]:
    """The rows, whatever the order of their columns."""
    return [dict(sorted(row.items())) for row in await connections.get("default").execute_query_dict(statement)]


async def contents(stage: Stage, url: str) -> dict[str, list[str]]:
    """Every row of every table."""
    async with opened(url):
        names = [row["name"] for row in await select(TABLES[stage.engine])]
        return {name: sorted(map(str, await select(f'SELECT * FROM "{name}"'))) for name in names}  # noqa: S608


async def shape(stage: Stage, url: str) -> list[str]:
    """Every index and every foreign key."""
    async with opened(url):
        return sorted(map(str, await select(INDEXES[stage.engine]) + await select(LINKS[stage.engine])))


@pytest.fixture
def fresh(stage: Stage, tmp_path: Path) -> Iterator[str]:
    """The address of a database with nothing in it."""
    EXECUTOR_CACHE.clear()
    url = f"sqlite://{tmp_path}/new/guichet.db"
    if stage.server is not None:
        url = fresh_database(stage.server, f"guichet_{uuid4().hex}")
    yield url
    stage.drop(url)


@pytest.fixture
def held(stage: Stage) -> Iterator[str]:
    """The address of a database that holds the cast."""
    EXECUTOR_CACHE.clear()
    url = stage.copy()
    yield url
    stage.drop(url)


def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str = "") -> None:
    """Ships one migration more than the present ones: it makes SQLite rebuild three tables."""
    package = shipped(tmp_path, monkeypatch)
    before = max(path.stem for path in SHIPPED.glob("0*.py"))
    (tmp_path / package / "9999_wider.py").write_text(WIDER.format(before=before, more=more))


def before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Ships only the migrations before this one."""
    package = shipped(tmp_path, monkeypatch)
    for path in (tmp_path / package).glob("0*.py"):
        if path.stem >= name:
            path.unlink()
    monkeypatch.setattr(migrating, "restore_indexes", AsyncMock())  # which are those of the present models


def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package of migrations to change, which are those that count from now on."""
    package = f"migrations_{uuid4().hex}"
    shutil.copytree(SHIPPED, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))

    def config(url: str) -> dict[str, Any]:
        found = tortoise_config(url)
        found["apps"]["models"]["migrations"] = package
        return found

    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(migrating, "tortoise_config", config)
    return package


async def back_to(name: str, *statements: str) -> None:
    """Undoes a migration and those after it in the open database, by these statements."""
    forgotten = f"DELETE FROM tortoise_migrations WHERE name >= '{name}'"  # noqa: S608
    for statement in (forgotten, *statements):
        await connections.get("default").execute_query(statement)


async def test_a_fresh_database_and_then_again(stage: Stage, fresh: str, held: str, tmp_path: Path) -> None:
    applied = await migrate(fresh, tmp_path / "backups")
    assert applied == sorted(path.stem for path in SHIPPED.glob("0*.py"))
    made = await shape(stage, fresh), await contents(stage, fresh)
    assert set(made[1]) == set(await contents(stage, held))
    assert await migrate(fresh, tmp_path / "backups") == []
    assert (await shape(stage, fresh), await contents(stage, fresh)) == made
    assert not (tmp_path / "backups").exists()  # there was nothing to keep


async def test_two_processes_at_once(stage: Stage, fresh: str, tmp_path: Path) -> None:
    runs = await asyncio.gather(*(guichet(tmp_path, "migrate", database_url=fresh) for _ in range(3)))
    assert [run.returncode for run in runs] == [0] * 3, [run.stderr for run in runs]
    told = [line for run in runs for line in run.stdout.splitlines()]
    assert told.count("The database is up to date.") == 3
    assert sum(line.startswith("Applied 0001_initial") for line in told) == 1
    async with opened(fresh):
        assert await migrating.pending(fresh) == []


async def test_a_database_that_holds_data_keeps_it(
    stage: Stage, held: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await contents(stage, held), await shape(stage, held)
    later(tmp_path, monkeypatch)
    assert await migrate(held, tmp_path / "backups") == ["9999_wider"]
    after = await contents(stage, held)
    recorded = [row for row in after["tortoise_migrations"] if row not in before[0]["tortoise_migrations"]]
    assert len(recorded) == 1
    assert after | {"tortoise_migrations": before[0]["tortoise_migrations"]} == before[0]
    assert len(after["assignments"]) > 0 and len(after["comments"]) > 0
    assert await shape(stage, held) == before[1]
    async with opened(held):
        await connections.get("default").execute_query(f"UPDATE requests SET title = '{'x' * 300}'")  # noqa: S608
        with pytest.raises(IntegrityError):
            await (await Request.get(id=stage.cast.key("tap"))).delete()
        names = {row["name"] for row in await select(NAMES[stage.engine])}
        assert names >= RAW


@pytest.mark.parametrize("stage", ["postgres"], indirect=True)
async def test_a_server_that_forbids_extensions_does_without(stage: Stage, fresh: str, tmp_path: Path) -> None:
    async with opened(fresh):
        for statement in PLAIN:
            await connections.get("default").execute_script(statement)
    try:
        plain = urlsplit(fresh)._replace(netloc="guichet_plain@").geturl()
        assert await migrate(plain, tmp_path) == sorted(path.stem for path in SHIPPED.glob("0*.py"))
        assert await migrate(plain, tmp_path) == []
        async with opened(plain):
            names = {row["name"] for row in await select(NAMES[stage.engine])}
            assert names & RAW == RAW - SEARCH
            assert await Request.filter(search_text__contains="roof") == []
    finally:
        async with opened(fresh):
            await connections.get("default").execute_script("DROP OWNED BY guichet_plain; DROP ROLE guichet_plain")


async def test_a_file_that_holds_data_is_copied_first(
    stage: Stage, held: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backups, before = tmp_path / "backups", (await contents(stage, held), await shape(stage, held))
    assert await migrate(held, backups) == [] and not backups.exists()
    later(tmp_path, monkeypatch)
    await migrate(held, backups)
    if stage.server is not None:
        assert not backups.exists()  # a server's backups are its operator's
        return
    (copy,) = backups.iterdir()
    assert (await contents(stage, f"sqlite://{copy}"), await shape(stage, f"sqlite://{copy}")) == before


@pytest.mark.parametrize("more", ["ops.RunSQL('UPDATE nowhere SET a = 1')", "ops.RunSQL('DELETE FROM requests')"])
async def test_a_failing_migration_changes_nothing(
    stage: Stage, held: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str
) -> None:
    """A statement that cannot run; and one that would leave rows without their request."""
    before = await contents(stage, held), await shape(stage, held)
    later(tmp_path, monkeypatch, more)
    with pytest.raises((OperationalError, IntegrityError, RuntimeError)):
        await migrate(held, tmp_path / "backups")
    assert (await contents(stage, held), await shape(stage, held)) == before
    async with opened(held):
        assert await migrating.pending(held) == ["9999_wider"]


async def test_roles_of_an_older_database_get_their_words(stage: Stage, fresh: str, tmp_path: Path) -> None:
    await migrate(fresh, tmp_path / "backups")
    async with opened(fresh):
        firm = await Workspace.create(name="Old", slug="old")
        grants = [{"permission": "request.read", "scope": "ALL"}, {"permission": "stats.read", "scope": "OWN"}]
        role = await Role.create(workspace_id=firm.id, key="OLD", name="Old", audience=Audience.STAFF, grants=grants)
        await Role.filter(id=role.id).update(grant_words="")
        await Person.create(workspace_id=firm.id, role_id=role.id, last_name="Roy", status=AccountStatus.ACTIVE)
        await Person.create(workspace_id=firm.id, role_id=role.id, last_name="Roe")
        fill = import_module("app.migrations.0002_access").fill
        await fill(None, SimpleNamespace(client=connections.get("default")))
        assert (await Role.get(id=role.id)).grant_words == " request.read@ALL  stats.read@OWN "
        assert [person.last_name for person in await Person.filter(activated_at__isnull=False)] == ["Roy"]


async def test_files_of_an_older_database_are_over(stage: Stage, held: str, tmp_path: Path) -> None:
    """Nobody knows with which eyes they were made; what still waits is made anew."""
    ids: dict[str, Any] = {"workspace_id": stage.cast.key("toits"), "owner_id": stage.cast.key("max")}
    wanted: dict[str, Any] = {"list_name": ListName.REQUESTS, "format": ExportFormat.PDF, **ids}
    made: dict[str, Any] = {"finished_at": now(), "expires_at": now() + timedelta(days=1)}
    async with opened(held):
        await ExportJob.create(state=ExportState.DONE, **made, **wanted)
        await ExportJob.create(state=ExportState.QUEUED, **wanted)
        await back_to("0017_seen", "ALTER TABLE export_jobs DROP COLUMN seen")
    assert "0017_seen" in await migrate(held, tmp_path / "backups")
    async with opened(held):
        jobs = {job.state: job for job in await ExportJob.all()}
        done, waiting = jobs[ExportState.DONE], jobs[ExportState.QUEUED]
        assert (done.expires_at, waiting.expires_at) == (made["finished_at"], None)
        assert done.seen is waiting.seen is None


async def test_people_of_an_older_database_are_found_by_their_trade(stage: Stage, held: str, tmp_path: Path) -> None:
    trades = {"wes": "Plombière  (Éts)", "wil": "Plombière  (Éts)", "win": "50 % $1 ? 'x'", "sam": None}
    async with opened(held):
        people = {name: await Person.get(id=stage.cast.key(name)) for name in trades}
        for name, person in people.items():
            person.trade = None
            before = person.index().search_text
            await Person.filter(id=person.id).update(trade=trades[name], search_text=before)
        await back_to("0018_trades")
    assert "0018_trades" in await migrate(held, tmp_path / "backups")
    async with opened(held):
        for name, person in people.items():
            await person.refresh_from_db()
            assert person.search_text == person.index().search_text, name
        assert await Person.filter(search_text__contains="plombiere (ets)").count() == 2


async def test_people_of_an_older_database_are_found_by_any_spelling_of_their_phone(
    stage: Stage, held: str, tmp_path: Path
) -> None:
    phones = {"wes": ("+15145550177", "(514) 555-0177"), "wil": ("+33199000369", "01 99 00 03 69")}
    async with opened(held):
        people = {name: await Person.get(id=stage.cast.key(name)) for name in phones}
        for name, (phone, national) in phones.items():
            person = people[name]
            person.phone = phone
            words = person.index().search_text
            before = words.replace(fold(phone_words(phone)), f"{national} {'-'.join(findall('[0-9]+', national))}")
            await Person.filter(id=person.id).update(phone=phone, search_text=before)
        await back_to("0019_phones")
    assert await migrate(held, tmp_path / "backups") == ["0019_phones"]
    async with opened(held):
        for name, person in people.items():
            await person.refresh_from_db()
            assert person.search_text == person.index().search_text, name
        for spelling, name in (("514.555.0177", "wes"), ("0199000369", "wil")):
            assert await Person.get(search_text__contains=spelling) == people[name]


async def test_roles_of_an_older_database_whose_names_are_the_same_are_numbered(
    stage: Stage, fresh: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as former:
        before(tmp_path, former, "0016_role_names")
        await migrate(fresh, tmp_path / "backups")
    x = "x" * 120
    names = ["Équipe", "equipe", "Equipe", "EQUIPE 2", "wórker", "Worker", x, x.title()]
    async with opened(fresh):
        firm, other = uuid4().hex, uuid4().hex
        for key in (firm, other):
            plain = {"languages": "[]", "default_language": "en", "features": "{}", "policies": "{}"}
            counted = {"last_request_number": 1, "last_tombstone": 0, "version": 1, "created_at": "2026-01-01"}
            await insert(
                "workspaces", {"id": key, "name": "Old", "slug": key, "time_zone": "UTC", **plain, **counted}
            )
        for number, (key, name) in enumerate([*((firm, name) for name in names), (other, "équipe")]):
            flags = {"is_system": name == "Worker", "requires_email": False, "version": 1}
            words = {"description": "", "audience": "STAFF", "grants": "[]", "grant_words": ""}
            ids = {"id": f"{number:032x}", "workspace_id": key, "key": str(number)}
            await insert("roles", {**ids, "name": name, **flags, **words})
    assert "0016_role_names" in await migrate(fresh, tmp_path / "backups")
    async with opened(fresh):
        roles = await Role.all().order_by("id")
        numbered = ["Équipe", "equipe 3", "Equipe 4", "EQUIPE 2", "wórker 2", "Worker", x, f"X{x[:117]} 2", "équipe"]
        assert [role.name for role in roles] == numbered
        assert all(role.sort_name == Role(name=role.name, grants=[]).index().sort_name for role in roles)


async def insert(table: str, row: dict[str, Any]) -> None:
    """Writes a row of a table that the models may not know any more."""
    values = ", ".join(str(value) if isinstance(value, int) else f"'{value}'" for value in row.values())
    await connections.get("default").execute_query(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({values})")  # noqa: S608
