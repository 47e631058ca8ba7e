"""What an operator does for workspaces and people, each command in a process of its own."""

from pathlib import Path

import pytest

from app.auth import throttle
from app.models import AuditEvent, CalendarFeed, Person, Role, Session, Workspace
from app.models.base import now
from tests.ask import Service
from tests.cast import PASSWORD
from tests.servers.guichet import guichet
from tests.test_session import sign_in

NEW = "another horse staple"


async def run(service: Service, folder: Path, *words: str, stdin: str = "") -> tuple[int, str, str]:
    """Return code, output and complaints of a command."""
    done = await guichet(folder, *words, stdin=stdin, database_url=service.database_url)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


async def codes(service: Service, login: str, password: str) -> list[str]:
    """The error codes of signing in."""
    payload = (await sign_in(service, login, password)).json()["data"]["signIn"]
    return [error["code"] for error in payload["errors"]]


async def test_a_workspace_is_founded_once(service: Service, tmp_path: Path) -> None:
    options = ("--language", "fr", "--time-zone", "America/Toronto")
    made = await run(service, tmp_path, "workspace", "create", "Clé d'Or", *options)
    assert made == (0, "Clé d'Or is there as cle-d'or.\n", "")
    workspace = await Workspace.get(slug="cle-d'or")
    assert (workspace.default_language, workspace.time_zone) == ("fr", "America/Toronto")
    names = set(await Role.filter(workspace_id=workspace.id).values_list("name", flat=True))
    assert {"Administrateur", "Exécutant", "Contact client"} < names
    assert await Role.filter(workspace_id=workspace.id).count() == 6
    assert (await AuditEvent.get(workspace_id=workspace.id)).kind == "WORKSPACE_CREATED"
    for words, told in (
        (("cle d'or",), "There is a workspace “cle-d'or” already.\n"),
        (("  ",), "A name has 1 to 60 characters.\n"),
        (("New", "--language", "de"), "The languages are: en, fr.\n"),
        (("New", "--time-zone", "Mars"), "A time zone has a name like Europe/Paris.\n"),
    ):
        assert await run(service, tmp_path, "workspace", "create", *words) == (1, "", told)
    assert await Workspace.all().count() == 3


@pytest.mark.requirement(26, 46, 95)
async def test_features_are_switched_by_the_operator_alone(service: Service, tmp_path: Path) -> None:
    async def shown(name: str) -> set[str]:
        return set((await service.ask(name, "{ workspace { features } }"))["workspace"]["features"])

    every = await shown("wes")
    switched = await run(service, tmp_path, "workspace", "features", "Toits", "--off", "SMS", "--off", "EXPORTS")
    assert switched[0] == 0 and "SMS              off" in switched[1] and "STATISTICS       on" in switched[1]
    assert await shown("wes") == every - {"SMS", "EXPORTS"}
    assert await shown("zed") == every
    again = await run(service, tmp_path, "workspace", "features", "toits", "--on", "SMS", "--off", "EXPORTS")
    assert again[0] == 0 and await shown("wes") == every - {"EXPORTS"}
    lines = await AuditEvent.filter(kind="SETTINGS_CHANGED").order_by("id")
    assert [line.after for line in lines] == [{"SMS": False, "EXPORTS": False}, {"SMS": True}]
    unknown = await run(service, tmp_path, "workspace", "features", "nowhere")
    assert unknown == (1, "", "There is no workspace “nowhere”. There are: toits, zurich.\n")


async def test_a_workspace_is_found_by_the_name_that_it_has_now(service: Service, tmp_path: Path) -> None:
    changed = await service.change("ada", "updateWorkspace", {"name": "Clé d'Or & Fils"})
    assert changed["errors"] == []
    for spelling in ("toits", "Toits", "Clé d'Or & Fils", " CLE  D'OR & FILS"):
        switched = await run(service, tmp_path, "workspace", "features", spelling)
        assert (switched[0], switched[2]) == (0, ""), spelling
    admin = ("create-admin", "--workspace", "clé d'or & fils", "--email", "bo@new.example", "--name", "Bo Boss")
    made = await run(service, tmp_path, *admin, stdin=NEW)
    assert made == (0, "Bo Boss can sign in with bo@new.example.\n", "")
    assert (await Person.get(email="bo@new.example")).workspace_id == service.cast.key("toits")
    assert await Workspace.all().count() == 2


async def test_a_name_that_several_workspaces_have_is_not_chosen_among(service: Service, tmp_path: Path) -> None:
    assert (await service.change("zoe", "updateWorkspace", {"name": "TOITS"}))["errors"] == []
    several = "Several workspaces are called “Toits”: toits, zurich.\n"
    for words in (
        ("workspace", "features", "Toits", "--off", "SMS"),
        ("create-admin", "--workspace", "Toits", "--email", "bo@new.example", "--name", "Bo Boss"),
    ):
        assert await run(service, tmp_path, *words, stdin=NEW) == (1, "", several)
    assert (await run(service, tmp_path, "workspace", "features", "toits", "--off", "SMS"))[0] == 0
    assert (await Workspace.get(slug="toits")).features == {"SMS": False}
    assert (await Workspace.get(slug="zurich")).features == {}
    assert not await Person.filter(email="bo@new.example").exists()


async def test_failed_tries_are_forgiven(service: Service, tmp_path: Path) -> None:
    for _ in range(6):
        assert await codes(service, "wes@toits.example", "wrong") == ["INVALID_CREDENTIALS"]
    await Person.filter(id=service.cast.key("wes")).update(locked_until=now().replace(year=2999), failed_logins=9)
    assert await codes(service, "wes@toits.example", PASSWORD) == ["INVALID_CREDENTIALS"]
    assert await run(service, tmp_path, "unlock", "WES@toits.example") == (0, "Wes Roy can try again.\n", "")
    assert await codes(service, "wes@toits.example", PASSWORD) == []
    [line] = await AuditEvent.filter(kind="UNLOCKED")
    assert (line.actor_id, line.subject_id) == (None, service.cast.key("wes"))
    unknown = await run(service, tmp_path, "unlock", "nobody@toits.example")
    assert unknown == (1, "", "Nobody signs in as “nobody@toits.example”.\n")
    assert await throttle.admit("login", str(service.cast.key("wes")), 5, 900)


async def test_a_password_is_reset_and_has_to_be_changed(service: Service, tmp_path: Path) -> None:
    token = await service.token("wes")
    await service.ask("wes", "mutation { createCalendarFeed { errors { code } } }")
    await Person.filter(id=service.cast.key("wes")).update(password_kind="PIN")  # of an invitation that ended
    reset = await run(service, tmp_path, "reset-password", "wes@toits.example", stdin=f"{NEW}\n")
    assert reset == (0, "Wes Roy signs in with it and chooses another one.\n", "")
    assert await service.refused("wes", "{ workspace { name } }") == ["UNAUTHENTICATED"]
    assert not await Session.filter(person_id=service.cast.key("wes"), revoked_at__isnull=True).exists()
    assert not await CalendarFeed.all().exists()
    assert await codes(service, "wes@toits.example", PASSWORD) == ["INVALID_CREDENTIALS"]
    assert await codes(service, "wes@toits.example", NEW) == []
    assert (await Person.get(id=service.cast.key("wes"))).must_change_password
    made = await run(service, tmp_path, "reset-password", "wes@toits.example", "--generate")
    generated = made[1].splitlines()[-1]
    assert len(generated) == 16 and await codes(service, "wes@toits.example", generated) == []
    lines = await AuditEvent.filter(kind="PASSWORD_RESET").values()
    kept = str(lines)
    assert len(lines) == 2
    assert not any(secret in kept + made[2] for secret in (NEW, generated, token))


REFUSED = [
    ("ina@toits.example", NEW, "The account of Ina Roy is suspended.\n"),
    ("nobody@toits.example", NEW, "Nobody signs in as “nobody@toits.example”.\n"),
    ("wes@toits.example", "short", "The password does not fit: password too short.\n"),
    ("wes@toits.example", "password1", "The password does not fit: password too common.\n"),
]


@pytest.mark.parametrize(("login", "password", "told"), REFUSED)
async def test_what_cannot_be_reset(service: Service, tmp_path: Path, login: str, password: str, told: str) -> None:
    before = await Person.all().order_by("id").values()
    assert await run(service, tmp_path, "reset-password", login, stdin=password) == (1, "", told)
    assert await Person.all().order_by("id").values() == before
