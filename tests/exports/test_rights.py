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
from app.exports.runner import sweep
from app.models import DirectGrant, ExportJob, Person, PersonSite, Role
from app.models.base import now
from app.models.person import AccountStatus
from app.models.role import Audience
from app.settings import settings
from tests.ask import Service
from tests.exports.asking import asked, between_pages, cells, fetched, made, state, steps
from tests.exports.test_export_job import MISSING
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


Change = Callable[[Service], Awaitable[None]]


async def test_the_rows_that_follow_obey_wider_rights(service: Service) -> None:
    async def deed(page: int) -> None:
        if page == 1:
            await see_everything(service)

    with between_pages(deed):
        job = await made(service, "max", **REQUESTS)
    assert (job["state"], job["progress"]) == ("DONE", 6)
    assert await numbers(service, "max", job) == [f"R-100{number}" for number in range(1, 7)]


@pytest.mark.parametrize("page", [1, 4])
@pytest.mark.parametrize("change", [leave_the_north, see_only_the_own], ids=lambda each: each.__name__)
async def test_what_was_written_with_wider_rights_is_not_handed_out(
    service: Service, tmp_path: Path, change: Change, page: int
) -> None:
    """After the first page, and after the last: then nothing is left to read."""

    async def deed(number: int) -> None:
        if number == page:
            await change(service)

    with between_pages(deed):
        job = await made(service, "max", **REQUESTS)
    assert (job["state"], job["reason"], job["url"]) == ("CANCELLED", "ACCESS_ENDED", None)
    assert (await fetched(service, "max", job)).status_code == 404
    assert list((tmp_path / "exports").iterdir()) == []


async def test_rights_that_were_wider_for_a_while_count_too(service: Service) -> None:
    async def deed(page: int) -> None:
        if page == 1:
            await see_everything(service)

    with between_pages(deed):
        job = await made(service, "max", **REQUESTS)
    await Person.filter(id=service.cast.key("max")).update(all_sites=False)
    assert (await fetched(service, "max", job)).status_code == 404


# A file that is there while its owner's access changes.


Given = Callable[[Service], Awaitable[dict[str, Any]]]


def sites(*names: str) -> Given:
    async def given(service: Service) -> dict[str, Any]:
        return {"siteIds": [service.cast.site(name) for name in names]}

    return given


def values(**found: Any) -> Given:
    async def given(service: Service) -> dict[str, Any]:
        return found

    return given


def role(*grants: tuple[str, str]) -> Given:
    """A role of these grants."""

    async def given(service: Service) -> dict[str, Any]:
        held = [{"permission": permission, "scope": scope} for permission, scope in grants]
        wanted = {"name": "Other", "audience": "STAFF", "grants": held}
        return {"roleId": (await service.change("ada", "createRole", wanted, "role { id }"))["role"]["id"]}

    return given


def belongs(**places: str) -> Given:
    async def given(service: Service) -> dict[str, Any]:
        return {f"{kind}Id": getattr(service.cast, kind)(name) for kind, name in places.items()}

    return given


async def change(service: Service, name: str, given: Given) -> None:
    """Lets the administrator change somebody."""
    is_contact = name == "cora"
    ids = {"contactId": service.cast.contact(name)} if is_contact else {"userId": service.cast.user(name)}
    wanted = {**ids, **await given(service)}
    assert (await service.change("ada", "updateContact" if is_contact else "updateUser", wanted))["errors"] == []


READ = (("REQUEST_READ", "ALL"), ("EXPORT_RUN", "ALL"), ("CONTACT_READ", "ALL"), ("WORKER_READ", "ALL"))
NARROWER: dict[str, tuple[str, Given, Given]] = {
    "other sites": ("max", sites("north"), sites("south")),
    "fewer sites": ("max", sites("north", "south"), sites("north")),
    "no longer all sites": ("max", values(hasAllSites=True), values(hasAllSites=False)),
    "a narrower role": ("max", sites("north"), role(("REQUEST_READ", "OWN"), *READ[1:], ("USER_READ", "ALL"))),
    "a role without a list": ("max", sites("north"), role(*READ)),
    "another organization": ("cora", values(firstName="Cora"), belongs(organization="birch")),
    "another department": ("cora", belongs(department="front"), belongs(department="back")),
}
NOT_NARROWER: dict[str, tuple[str, Given, Given]] = {
    "more sites": ("max", sites("north"), sites("south", "north")),
    "all sites": ("max", sites("north"), values(hasAllSites=True)),
    "a role without what no file shows": ("max", sites("north"), role(*READ, ("USER_READ", "ALL"))),
    "a name and a language": ("max", sites("north"), values(lastName="Roe", language="en")),
}


@pytest.mark.parametrize(("name", "before", "after"), NARROWER.values(), ids=NARROWER)
async def test_a_file_goes_when_its_owner_sees_less(
    service: Service, tmp_path: Path, name: str, before: Given, after: Given
) -> None:
    await change(service, name, before)
    job = await made(service, name, **REQUESTS)
    assert (await fetched(service, name, job)).status_code == 200
    await change(service, name, after)
    hidden, missing = await fetched(service, name, job), await fetched(service, name, {"id": MISSING})
    assert (hidden.status_code, hidden.content) == (404, missing.content)
    await sweep(settings(), True)
    ended = await state(service, name, job["id"])
    assert (ended["state"], ended["reason"], ended["url"]) == ("CANCELLED", "ACCESS_ENDED", None)
    assert list((tmp_path / "exports").iterdir()) == []


@pytest.mark.parametrize(("name", "before", "after"), NOT_NARROWER.values(), ids=NOT_NARROWER)
async def test_a_file_stays_while_its_owner_sees_no_less(
    service: Service, name: str, before: Given, after: Given
) -> None:
    await change(service, name, before)
    job = await made(service, name, **REQUESTS)
    await change(service, name, after)
    await sweep(settings(), True)
    assert (await state(service, name, job["id"]))["state"] == "DONE"
    assert len(await numbers(service, name, job)) == 4


async def test_a_file_stays_while_its_owner_may_more(service: Service) -> None:
    job = await made(service, "cora", **REQUESTS)
    given = {
        "personId": service.cast.contact("cora"),
        "grants": [{"permission": "STATS_READ", "scope": "ORGANIZATION"}],
    }
    assert (await service.change("ada", "setGrants", given))["errors"] == []
    await sweep(settings(), True)
    assert await numbers(service, "cora", job) == ["R-1001", "R-1002"]


async def test_a_file_of_which_nobody_knows_who_saw_what_is_not_handed_out(service: Service) -> None:
    job = await made(service, "max", **REQUESTS)
    await ExportJob.all().update(seen=None)
    assert (await fetched(service, "max", job)).status_code == 404
    await sweep(settings(), True)
    assert (await state(service, "max", job["id"]))["reason"] == "ACCESS_ENDED"


# Access that ends.


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
    service: Service, tmp_path: Path, loss: Change
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
