"""Every example of the playground, run against the demo by somebody of its role."""

import re
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from typing import Any

import pytest

from app.auth import sessions
from app.demo.accounts import ACCOUNTS, PASSWORD
from app.demo.load import load_if_empty
from app.models import LoginName, Person
from app.models.migrating import migrate
from app.models.session import Client
from tests.ask import Service
from tests.conftest import Stage, serving
from tests.rules.test_examples import examples
from tests.test_attachment import attached

PLACEHOLDER = re.compile("([a-z]{3})_…")
TRIES = 120
LISTS = {
    "usr": "{ list: users(first: 100) { nodes { id } } }",
    "wrk": "{ list: workers(first: 100) { nodes { id } } }",
    "con": "{ list: contacts(first: 100) { nodes { id } } }",
    "rol": "{ list: roles(first: 100) { nodes { id } } }",
    "sit": "{ list: sites(first: 100) { nodes { id } } }",
    "inv": "{ list: invitations(first: 100, where: {state: [PENDING]}) { nodes { id } } }",
    "org": "{ list: organizations(first: 100) { nodes { id } } }",
    "dep": "{ list: departments(first: 100) { nodes { id } } }",
    "ses": "{ list: sessions(first: 100) { nodes { id } } }",
    "viw": "{ list: savedViews(first: 100) { nodes { id } } }",
    "att": "{ list: requests(first: 100) { nodes { attachments { nodes { id } } } } }",
    "exp": "{ list: exportJobs(first: 100) { nodes { id } } }",
    "req": "{ list: requests(first: 100) { nodes { id version assignees { id } } } }",
}
SECRET = "gil"  # of a link that no example can have
HIDDEN = "…"  # a password that no example tells
EXPORT = {"list": "REQUESTS", "columns": ["number"], "format": "PDF"}
VIEW = {"list": "REQUESTS", "columns": ["number"], "name": "Mine"}
Row = dict[str, Any]


class Demo(Stage):
    """The demo in place of the cast; people are named by their logins."""

    def copy(self) -> str:
        """The database itself."""
        return self.url("demo")


@pytest.fixture(scope="module")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """A server with the demo, where exports wait."""
    folder = tmp_path_factory.mktemp("playground")
    stage = Demo("sqlite", folder, None)
    await migrate(stage.copy(), folder / "backups")
    async with serving(stage, folder, {"exports_at_once": 0}) as service:
        await load_if_empty()
        for account in ACCOUNTS:
            service.cast.keys[account.login] = (await LoginName.get(key=account.login)).person_id
        yield service


def logins(role: str) -> list[str]:
    """The accounts of a role."""
    wanted = "Administrator" if role == "Anyone" else role
    return [account.login for account in ACCOUNTS if account.role.startswith(wanted)]


async def add(service: Service, login: str, prefix: str) -> None:
    """Makes a row of a kind of which the demo has none, or none to lose."""
    if prefix == "exp":
        await service.change(login, "createExport", EXPORT)
    if prefix == "viw":
        await service.change(login, "saveView", VIEW)
    if prefix == "ses":
        person = await Person.get(id=service.cast.key(login)).select_related("role")
        await sessions.start(person, Client.API, "127.0.0.1", "another device")
    if prefix == "att":
        [first, *_] = await rows(service, login, "req")
        await attached(service, login, first["id"])


async def rows(service: Service, login: str, prefix: str) -> list[Row]:
    """The rows of a kind that somebody sees, without the people who sign in to the demo."""
    await add(service, login, prefix)
    page = (await service.post(login, LISTS[prefix])).json()["data"]["list"] or {"nodes": []}
    if prefix == "att":
        return [file for row in page["nodes"] for file in row["attachments"]["nodes"]]
    accounts = {key.hex for key in service.cast.keys.values()}
    return [row for row in page["nodes"] if row["id"].partition("_")[2] not in accounts]


def combined(prefixes: list[str], found: dict[str, list[Row]]) -> Iterator[list[Row]]:
    """Rows for all places of an example: workers of a request first, then whatever goes together."""
    if prefixes == ["req", "wrk"]:
        yield from ([row, worker] for row in found["req"] for worker in row["assignees"][:1])
    most = min(map(len, found.values()))
    for turn in range(max(map(len, found.values())) if most else 0):
        yield [found[prefix][(turn + place) % len(found[prefix])] for place, prefix in enumerate(prefixes)]


def filled(value: Any, ids: Iterator[str]) -> Any:
    """The variables with ids in the places of `req_…` and the like, and the demo's password where it is hidden."""
    if isinstance(value, dict):
        return {name: filled(each, ids) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, ids) for each in value]
    if value == HIDDEN:
        return PASSWORD
    return next(ids) if isinstance(value, str) and PLACEHOLDER.fullmatch(value) else value


async def ways(service: Service, login: str, variables: Row) -> list[Row]:
    """The variables of an example, with several rows that somebody sees."""
    prefixes = PLACEHOLDER.findall(str(variables))
    if not prefixes or prefixes == [SECRET]:
        return [filled(variables, iter([f"{SECRET}_{HIDDEN}"]))]
    found = {prefix: await rows(service, login, prefix) for prefix in prefixes}
    chosen = []
    for taken in islice(combined(prefixes, found), TRIES):
        version = {"expectedVersion": taken[0]["version"]} if "expectedVersion" in variables else {}
        chosen.append(filled(variables, iter([row["id"] for row in taken])) | version)
    return chosen


async def answered(service: Service, login: str, example: Row, variables: Row) -> list[str]:
    """What is wrong with the answer to an example."""
    if re.search("^subscription", example["query"], re.MULTILINE):
        return await told(service, login, example["query"], variables)
    answer = (await service.post(login, example["query"], **variables)).json()
    wrong = [error["extensions"]["code"] for error in answer.get("errors", [])]
    for payload in (answer.get("data") or {}).values():
        if isinstance(payload, dict) and SECRET not in PLACEHOLDER.findall(str(variables)):
            wrong += [error["code"] for error in payload.get("errors", [])]
    return wrong


async def told(service: Service, login: str, query: str, variables: Row) -> list[str]:
    """The errors of a subscription; a query that comes after it is answered after them."""
    async with service.socket(login) as socket:
        first = await socket.subscribe(query, **variables)
        second = await socket.subscribe("{ viewer { name } }")
        frames: list[Row] = []
        while not frames or frames[-1]["id"] != second:
            frames.append(await socket.receive())
    return [str(frame["payload"]) for frame in frames if frame["id"] == first and frame["type"] == "error"]


@pytest.mark.parametrize("example", examples(), ids=lambda example: f"{example['role']}: {example['title']}")
async def test_an_example_does_what_it_says(demo: Service, example: Row) -> None:
    wrong: list[str] = []
    for login in logins(example["role"]):
        for variables in await ways(demo, login, example["variables"]):
            wrong = await answered(demo, login, example, variables)
            if not wrong:
                return
    raise AssertionError(wrong or "there is no row for it")
