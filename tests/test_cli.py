"""The operator's commands, each in a process of its own."""

import re
import socket
import subprocess
import sys
from asyncio import gather, to_thread
from pathlib import Path
from typing import Any

import pytest

from app.models import AuditEvent, Person, Role, Workspace
from app.resolvers.operator import create_admin
from app.settings import Settings
from tests.ask import Service
from tests.cast import PASSWORD
from tests.conftest import Stage, free_port
from tests.servers.guichet import COMMAND, environment, guichet, served
from tests.test_migrating import contents, fresh, held, opened
from tests.test_session import SIGN_IN, sign_in

__all__ = ["fresh", "held"]

FIRM = ("create-admin", "--workspace", "New Firm", "--email", "Boss@New.example", "--name", "Bea Boss")
FOUNDED = "There was no workspace of that name: New Firm is there now as new-firm.\n"
NEED_TABLES = (("serve",), ("worker",), FIRM)
BEHIND = "run `guichet migrate` first"


async def test_from_nothing_to_signed_in(stage: Stage, fresh: str, tmp_path: Path) -> None:
    """The commands of the README, in their order and in another."""
    refused = await gather(*(guichet(tmp_path, *each, stdin=PASSWORD, database_url=fresh) for each in NEED_TABLES))
    for run in refused:
        assert run.returncode == 1 and BEHIND in run.stderr and "Traceback" not in run.stderr
    assert (await guichet(tmp_path, "migrate", database_url=fresh)).returncode == 0
    async with served(tmp_path, free_port(), database_url=fresh) as url:
        assert "make the first administrator with `guichet create-admin`" in (tmp_path / "log").read_text()
        made = await guichet(tmp_path, *FIRM, stdin=f"{PASSWORD}\n", database_url=fresh)
        assert (made.returncode, made.stdout) == (0, f"{FOUNDED}Bea Boss can sign in with boss@new.example.\n")
        service = Service(url, stage.cast, stage.engine, fresh)
        answer = (await sign_in(service, "boss@new.example")).json()["data"]["signIn"]
        assert (answer["errors"], answer["audience"]) == ([], "STAFF")
        await service.close()
    kept = str(await contents(stage, fresh))
    assert PASSWORD not in kept and "$argon2id$" in kept


TOO_SHORT, NAME_LENGTH = "The password does not fit: password too short.", "A name has 1 to {} characters."
REFUSED = [
    (("F", "b@new.example", "B", "short"), TOO_SHORT),
    (("F", "b@new.example", "B", ""), "The password does not fit: required."),
    (("F", "b@new.example", "B", "x" * 129), "The password does not fit: too long."),
    (("F", "b@new.example", "B", "password1"), "The password does not fit: password too common."),
    (("F", "b@new.example", "B", "B@new.example"), "The password does not fit: password too common."),
    (("F", "ADA@toits.example", "B", PASSWORD), "This e-mail address is already in use."),
    (("F", "b at new", "B", PASSWORD), "must have an @-sign"),
    (("F", "b@new.example", " ", PASSWORD), NAME_LENGTH.format(120)),
    (("x" * 61, "b@new.example", "B", PASSWORD), NAME_LENGTH.format(60)),
]


async def test_create_admin_refuses_in_words(stage: Stage, held: str, tmp_path: Path) -> None:
    before = await contents(stage, held)
    short = await guichet(tmp_path, *FIRM, stdin="short\n", database_url=held)
    assert (short.returncode, short.stdout, short.stderr) == (1, "", f"{TOO_SHORT}\n")
    async with opened(held):
        for values, words in REFUSED:
            with pytest.raises(ValueError, match=words):
                await create_admin(*values)
    assert await contents(stage, held) == before


async def test_create_admin_joins_the_firm_of_that_name(service: Service, tmp_path: Path) -> None:
    joined = await guichet(tmp_path, *FIRM, "--workspace", "TOITS", stdin=PASSWORD, database_url=service.database_url)
    assert (joined.returncode, joined.stdout) == (0, "Bea Boss can sign in with boss@new.example.\n"), joined.stderr
    person = await Person.get(email="boss@new.example").select_related("role")
    assert (person.workspace_id, person.role.key, person.all_sites) == (service.cast.key("toits"), "ADMIN", True)
    assert await Workspace.all().count() == 2
    assert await Role.all().count() == 12
    assert (await AuditEvent.get(kind="ADMIN_CREATED")).subject_id == person.id
    body = {"query": SIGN_IN, "variables": {"input": {"login": "BOSS@new.example", "password": PASSWORD}}}
    assert (await service.http.post("/graphql", json=body)).json()["data"]["signIn"]["errors"] == []


HASTE = 60.0  # seconds; what hangs is not waited for
COMES_AND_GOES = """
import asyncio
from app.main import create_app
async def body():
    app = create_app()
    for turns in (1, 3, 10):
        async with app.router.lifespan_context(app):
            for _ in range(turns):
                await asyncio.sleep(0)
asyncio.run(body())
"""


async def ended(folder: Path, *command: str, **settings: object) -> "subprocess.CompletedProcess[str]":
    """A program that ends by itself. Raises TimeoutExpired if it does not."""
    options: dict[str, Any] = {"cwd": folder, "env": environment(settings), "capture_output": True, "text": True}
    return await to_thread(lambda: subprocess.run([sys.executable, *command], timeout=HASTE, **options))


@pytest.mark.parametrize("command", [("serve",), ("demo", "--serve")])
async def test_a_port_that_is_taken_is_told_at_once(held: str, tmp_path: Path, command: tuple[str, ...]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        words = f"Guichet cannot listen on 127.0.0.1:{port} (GUICHET_HOST, GUICHET_PORT): Address already in use."
        run = await ended(tmp_path, str(COMMAND), *command, database_url=held, port=port)
    assert (run.returncode, run.stdout, run.stderr.splitlines()) == (1, "", [words])


@pytest.mark.parametrize("stage", ["sqlite"], indirect=True)
async def test_a_server_that_ends_while_it_begins_does_end(held: str, tmp_path: Path) -> None:
    """What works beside it is cancelled with its first question to the database on the way."""
    run = await ended(tmp_path, "-c", COMES_AND_GOES, database_url=held)
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        (
            "allowed_origins",
            "https://a.example",
            'GUICHET_ALLOWED_ORIGINS: Value error, write a JSON list: ["…", "…"]',
        ),
        (
            "allowed_origins",
            '["a.example"]',
            "GUICHET_ALLOWED_ORIGINS: Value error, a.example is no origin: write https",
        ),
        ("file_types", "image/png", 'GUICHET_FILE_TYPES: Value error, write a JSON list: ["…", "…"]'),
        ("port", "eight", "GUICHET_PORT: Input should be a valid integer"),
        ("port", "80000", "GUICHET_PORT: Input should be less than or equal to 65535"),
        ("database_url", "guichet.db", "GUICHET_DATABASE_URL: Value error, write sqlite://PATH or postgres://"),
        (
            "public_url",
            "guichet.example",
            "GUICHET_PUBLIC_URL: Value error, guichet.example is no origin: write https",
        ),
        ("public_url", "ftp://guichet.example", "GUICHET_PUBLIC_URL: Value error, write https://example.org"),
        ("trusted_proxies", "10.0.0.0/8, proxy", "GUICHET_TRUSTED_PROXIES: Value error, proxy is no address: write"),
        ("trusted_proxies", "10.0.0.1/8", "GUICHET_TRUSTED_PROXIES: Value error, 10.0.0.1/8 is no address: write"),
        ("operation_timeout", "0", "GUICHET_OPERATION_TIMEOUT: Input should be greater than 0"),
        ("max_cost", "-1", "GUICHET_MAX_COST: Input should be greater than or equal to 0"),
        ("smtp_port", "99999", "GUICHET_SMTP_PORT: Input should be less than or equal to 65535"),
        ("secret_key", "a", "GUICHET_SECRET_KEY: Value should have at least 32 items after validation"),
    ],
)
async def test_a_wrong_setting_is_told_by_its_name(tmp_path: Path, setting: str, value: str, words: str) -> None:
    run = await guichet(tmp_path, "serve", **{setting: value})
    [line] = run.stderr.splitlines()
    assert run.returncode == 1 and line.startswith(words)


@pytest.mark.parametrize("command", ["serve", "worker"])
async def test_a_key_that_is_none_stops_the_start(held: str, tmp_path: Path, command: str) -> None:
    """Whoever knows the id of an invitation could work out its link."""
    (tmp_path / "var").mkdir()
    key = tmp_path / "var/secret.key"
    key.write_text("")
    run = await ended(tmp_path, str(COMMAND), command, database_url=held, port=free_port(), var=tmp_path / "var")
    assert run.returncode == 1 and run.stderr.splitlines()[-1].startswith(f"{key} is no key: ")


async def test_the_demo_leaves_the_database_of_a_firm_alone(stage: Stage, held: str, tmp_path: Path) -> None:
    before = await contents(stage, held)
    for flags in ((), ("--serve",)):
        refused = await guichet(tmp_path, "demo", *flags, database_url=held, port=free_port())
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "This database holds a firm already" in refused.stderr and "Traceback" not in refused.stderr
    assert await contents(stage, held) == before


EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - nothing listens


@pytest.mark.parametrize(
    ("host", "leads_to"),
    [("127.0.0.2", "127.0.0.2"), ("::1", "[::1]"), *((host, "127.0.0.1") for host in EVERYWHERE)],
)
def test_links_lead_to_where_it_listens(host: str, leads_to: str) -> None:
    told = Settings(_env_file=None, host=host, port=8123)
    assert (told.public_url, told.is_reached_elsewhere) == (f"http://{leads_to}:8123", host in EVERYWHERE)
    named = Settings(_env_file=None, host=host, port=8123, public_url="https://desk.example")
    assert (named.public_url, named.is_reached_elsewhere) == ("https://desk.example", False)


async def test_a_folder_that_cannot_be_written_is_told(held: str, tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    var = tmp_path / "taken" / "var"
    run = await ended(tmp_path, str(COMMAND), "serve", database_url=held, port=free_port(), var=var)
    last = run.stderr.splitlines()[-1]
    assert (run.returncode, last) == (1, f"GUICHET_VAR: {var} cannot be written: Not a directory")


async def test_check_mail_without_a_mail_server(tmp_path: Path) -> None:
    told = await guichet(tmp_path, "check-mail", "somebody@toits.example")
    assert told.returncode == 1
    assert "NOT_CONFIGURED" in told.stdout + told.stderr and "Traceback" not in told.stderr
    assert list(tmp_path.iterdir()) == []  # only in demo mode are messages written to files


async def test_the_printed_schema_is_the_committed_one(tmp_path: Path) -> None:
    printed = await guichet(tmp_path, "export-schema")
    assert printed.returncode == 0
    committed = Path(__file__).parents[1] / "schema.graphql"
    assert printed.stdout == committed.read_text(), "run `make schema`"


async def test_help_names_every_command(tmp_path: Path) -> None:
    told = await guichet(tmp_path, "--help", terminal_width=120)
    for command in (
        "serve",
        "migrate",
        "demo",
        "create-admin",
        "export-schema",
        "export-permissions",
        "export-settings",
        "export-errors",
        "check-mail",
        "worker",
    ):
        assert re.search(rf"\b{command}\b", told.stdout)
