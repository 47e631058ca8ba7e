"""Exports while rights change: the rows that follow obey the new ones, and without access there is no file."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.auth.exporting import exporting, limited, meet
from app.auth.permissions import Grant, Permission, Scope
from app.auth.viewer import HeldGrant, Viewer
from app.exports import job as module
from app.exports import runner
from app.models import DirectGrant, ExportJob, Person, PersonSite, Role
from app.models.base import now
from app.models.person import AccountStatus
from app.models.role import Audience
from tests.ask import Service
from tests.exports.asking import asked, between_pages, cells, fetched, made, state, steps
from tests.live.database import eventually, new_requests

P, S = Permission, Scope
REQUESTS: dict[str, Any] = {"list": "REQUESTS", "columns": ["number"], "orderBy": [{"field": "NUMBER"}]}


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One row a page, so that there is something between the rows."""
    monkeypatch.setattr(module, "PAGE", 1)
    yield


async def numbers(service: Service, person: str, job: dict[str, Any]) -> list[str]:
    return [row[0] for row in cells((await fetched(service, person, job)).content)[1:]]


async def leave_the_north(service: Service) -> None:
    await PersonSite.filter(person_id=service.cast.key("max")).update(site_id=service.cast.key("south"))


async def see_everything(service: Service) -> None:
    await Person.filter(id=service.cast.key("max")).update(all_sites=True)


async def see_only_the_own(service: Service) -> None:
    role = await Role.get(workspace_id=service.cast.key("toits"), key="MANAGER")
    grants = [{**each, "scope": "OWN"} if each["permission"] == "request.read" else each for each in role.grants]
    await Role.filter(id=role.id).update(grants=grants)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (leave_the_north, ["R-1001", "R-1003"]),
        (see_everything, ["R-1001", "R-1002", "R-1003", "R-1004", "R-1005", "R-1006"]),
        (see_only_the_own, ["R-1001", "R-1005"]),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
async def test_the_rows_that_follow_obey_the_new_rights(
    service: Service, change: Callable[[Service], Awaitable[None]], expected: list[str]
) -> None:
    async def deed(page: int) -> None:
        if page == 1:
            await change(service)

    with between_pages(deed):
        job = await made(service, "max", **REQUESTS)
    assert (job["state"], job["progress"]) == ("DONE", len(expected))
    assert await numbers(service, "max", job) == expected


async def lose(service: Service, permission: str) -> None:
    role = await Role.get(workspace_id=service.cast.key("toits"), key="MANAGER")
    await Role.filter(id=role.id).update(grants=[each for each in role.grants if each["permission"] != permission])


async def lose_export(service: Service) -> None:
    await lose(service, "export.run")


async def lose_the_list(service: Service) -> None:
    await lose(service, "request.read")


async def be_deactivated(service: Service) -> None:
    await Person.filter(id=service.cast.key("max")).update(status=AccountStatus.INACTIVE)


async def be_reset(service: Service) -> None:
    await Person.filter(id=service.cast.key("max")).update(must_change_password=True)


async def run_out(service: Service) -> None:
    await Person.filter(id=service.cast.key("max")).update(access_expires_at=now())


@pytest.mark.parametrize(
    "loss", [lose_export, lose_the_list, be_deactivated, be_reset, run_out], ids=lambda each: each.__name__
)
async def test_without_access_an_export_stops_and_leaves_nothing(
    service: Service, tmp_path: Path, loss: Callable[[Service], Awaitable[None]]
) -> None:
    """FAILURES 43: also while a page is being read."""
    reading = asyncio.Event()

    async def deed(page: int) -> None:
        if page == 2:
            reading.set()
            await asyncio.Event().wait()  # a page that never comes: whoever watches has to end it

    with between_pages(deed):
        text = (await asked(service, "max", **REQUESTS))["export"]["id"]
        async with asyncio.timeout(30):
            await reading.wait()
        assert list((tmp_path / "exports").iterdir())
        await loss(service)
        job = await eventually(lambda: ExportJob.get(), lambda found: found.state != "RUNNING", 5)
    assert (job.state, job.reason, job.file_path) == ("CANCELLED", "ACCESS_ENDED", None)
    assert list((tmp_path / "exports").iterdir()) == []
    if loss in (lose_export, lose_the_list):
        assert (await state(service, "max", text))["url"] is None


async def test_a_cancelled_export_stops_at_once(service: Service, tmp_path: Path) -> None:
    reading = asyncio.Event()

    async def deed(page: int) -> None:
        if page == 1:
            reading.set()
            await asyncio.Event().wait()

    with between_pages(deed):
        text = (await asked(service, "max", **REQUESTS))["export"]["id"]
        async with asyncio.timeout(30):
            await reading.wait()
        await service.change("max", "cancelExport", {"exportId": text}, "export { state }")
        await eventually(lambda: asyncio.to_thread(_entries, tmp_path), lambda found: found == [], 5)
    assert (await steps(service, "max", text))[-1]["reason"] == "ASKED"


def _entries(folder: Path) -> list[Path]:
    return list((folder / "exports").iterdir())


async def test_rows_that_come_and_go_meanwhile_are_neither_doubled_nor_lost(service: Service) -> None:
    async def deed(page: int) -> None:
        if page == 2:
            await new_requests(service.cast, 3)
            await ExportJob.all().count()

    with between_pages(deed):
        newest = await made(service, "max", **{**REQUESTS, "orderBy": [{"field": "NUMBER", "direction": "DESC"}]})
        assert await numbers(service, "max", newest) == ["R-1006", "R-1005", "R-1002", "R-1001"]
    oldest = await made(service, "max", **REQUESTS)
    assert await numbers(service, "max", oldest) == [f"R-100{number}" for number in (1, 2, 5, 6, 7, 8, 9)]


async def test_an_attempt_that_stalls_is_given_up_and_made_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STALLED", 0.5)
    monkeypatch.setattr(runner, "PAUSE", 0.01)

    async def deed(page: int) -> None:
        if page == 2:  # of the first attempt
            await asyncio.Event().wait()

    with between_pages(deed):
        job = await made(service, "max", **REQUESTS)
    assert (job["state"], (await ExportJob.get()).attempts) == ("DONE", 2)
    assert await numbers(service, "max", job) == ["R-1001", "R-1002", "R-1005", "R-1006"]


@pytest.mark.parametrize("options", [{"export_rows": 3}])
async def test_more_rows_than_allowed_are_refused_in_words(service: Service) -> None:
    job = await made(service, "max", **REQUESTS)
    assert (job["state"], job["reason"], job["url"]) == ("FAILED", "TOO_MANY_ROWS", None)


# No further than `export.run` reaches, and never further than whoever asked could see.


async def test_the_scope_of_export_run_limits_the_rows(service: Service) -> None:
    """Staff with a grant of export.run within their assignments export those alone, whatever they see."""
    ids: dict[str, Any] = {"workspace_id": service.cast.key("toits"), "person_id": service.cast.key("sol")}
    await DirectGrant.create(**ids, permission="export.run", scope="ASSIGNED")
    await ExportJob.all().delete()
    job = await made(service, "sol", **REQUESTS)
    assert (job["state"], job["total"]) == ("DONE", 0)


def viewer(*grants: tuple[Permission, Scope]) -> Viewer:
    held = tuple(HeldGrant(Grant(*each), "test") for each in grants)
    key: Any = None
    return Viewer(person_id=key, workspace_id=key, audience=Audience.STAFF, language="en", held=held)


def words(found: Viewer) -> set[str]:
    return {str(held.grant) for held in found.held}


def test_scopes_meet_in_the_narrower() -> None:
    for scope in Scope:
        assert meet(scope, scope) is meet(scope, S.ALL) is meet(S.ALL, scope) is scope
    assert meet(S.DEPARTMENT, S.ORGANIZATION) is meet(S.ORGANIZATION, S.DEPARTMENT) is S.DEPARTMENT
    assert meet(S.OWN, S.ORGANIZATION) is meet(S.ASSIGNED, S.OWN) is None


@pytest.mark.parametrize(
    ("run", "read", "expected"),
    [
        (S.ALL, S.ALL, S.ALL),
        (S.ORGANIZATION, S.ALL, S.ORGANIZATION),
        (S.ALL, S.ORGANIZATION, S.ORGANIZATION),
        (S.OWN, S.ORGANIZATION, None),
    ],
)
def test_reading_goes_no_further_than_export_run(run: Scope, read: Scope, expected: Scope | None) -> None:
    found = words(exporting(viewer((P.EXPORT_RUN, run), (P.CONTACT_READ, read), (P.REQUEST_WORK, S.ALL))))
    assert found == {f"export.run@{run}", "request.work@ALL"} | ({f"contact.read@{expected}"} if expected else set())


def test_an_export_has_no_rights_that_were_not_there_when_it_was_asked_for() -> None:
    given = viewer((P.REQUEST_READ, S.ALL), (P.CONTACT_READ, S.ALL), (P.EXPORT_RUN, S.ALL))
    before = [("request.read", "ORGANIZATION"), ("export.run", "ALL"), ("nothing.known", "ALL")]
    assert words(limited(given, before)) == {"request.read@ORGANIZATION", "export.run@ALL"}
