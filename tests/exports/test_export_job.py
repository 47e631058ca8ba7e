"""Exports: exactly the list as it is seen, for whoever may have it."""

import asyncio
import os
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.exports.runner import sweep
from app.models import ExportJob, Person, Request, Session, Workspace
from app.models.base import now
from app.models.listing import ListName
from app.models.person import AccountStatus
from app.settings import settings
from tests.ask import Service
from tests.auth import words
from tests.cast import SEES
from tests.exports.asking import asked, cells, fetched, made, pages, sheet, state, steps
from tests.live.database import eventually
from tests.test_audit_event import written
from tests.test_saved_view import refusals, saved

CONTACTS = """query($where: PersonFilter, $orderBy: [PersonOrder!], $search: String) {
  contacts(where: $where, orderBy: $orderBy, search: $search) { nodes { email name organization { name } } } }"""
MISSING = "exp_" + "0" * 32
Names = dict[str, set[str] | None]
LISTED: dict[ListName, tuple[str, Names]] = {
    ListName.USERS: ("name", words.USERS_LISTED),
    ListName.WORKERS: ("name", words.WORKERS_LISTED),
    ListName.CONTACTS: ("name", words.CONTACTS_LISTED),
    ListName.ACCESS_REVIEW: ("name", words.REVIEWED),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the service keeps its files."""
    return tmp_path / "exports"


@pytest.mark.requirement(51, 52)
async def test_the_file_is_the_list_as_it_is_seen(service: Service) -> None:
    view: dict[str, Any] = {
        "where": {"organizationId": [service.cast.organization("maple")]},
        "orderBy": [{"field": "EMAIL", "direction": "DESC"}],
        "search": "roy",
    }
    columns = ["email", "name", "organization", "isActive", "status"]
    job = await made(service, "ada", list="CONTACTS", columns=columns, **view)
    assert (job["state"], job["progress"], job["total"], job["reason"]) == ("DONE", 3, 3, None)
    assert {name: job[name] for name in view} == view and job["columns"] == columns
    listed = (await service.ask("ada", CONTACTS, **view))["contacts"]["nodes"]
    rows = [[row["email"], row["name"], row["organization"]["name"], "Yes", "Active"] for row in listed]
    answer = await fetched(service, "ada", job)
    assert cells(answer.content) == [["E-mail", "Name", "Organization", "Active", "Status"], *rows]
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="{job["fileName"]}"')
    assert answer.headers["cache-control"] == "no-store" and answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.requirement(52)
async def test_a_document_has_headings_numbers_and_the_filter_in_words(service: Service) -> None:
    await Workspace.filter(slug="toits").update(time_zone="America/Montreal")
    text = "Le client demande une intervention très soignée, un samedi, côté façade. " * 60
    await Request.filter(id=service.cast.key("roof")).update(description=text, title="Élévation – œuvre")
    view: dict[str, Any] = {
        "where": {
            "siteId": [service.cast.site("north")],
            "priority": ["URGENT", "LOW"],
            "isOverdue": False,
            "createdAt": {"from": "2020-01-01T12:00:00Z", "to": "2100-07-01T12:00:00Z"},
        },
        "orderBy": [{"field": "PRIORITY", "direction": "DESC"}, {"field": "TITLE", "direction": "ASC"}],
        "search": "r-",
        "columns": ["number", "title", "description", "priority", "requester", "assignees"],
    }
    job = await made(service, "max", list="REQUESTS", format="PDF", **view)
    answer = await fetched(service, "max", job)
    assert answer.headers["content-type"] == "application/pdf"
    found = pages(answer.content)
    assert len(found) > 1
    for number, page in enumerate(found, 1):
        assert f"{number} / " in page and page.rstrip().endswith(str(len(found)))
        assert all(heading in page for heading in ("Numéro", "Titre", "Priorité", "Demandeur", "Assignés"))
    for line in (
        *("Demandes", "Site : North", "Priorité : Urgente, Basse", "En retard : Non", "Recherche : r-"),
        *("Créée : du 2020-01-01 07:00 au 2100-07-01 08:00", "Trié par priorité (décroissant), titre"),
        *("R-1002", "Élévation – œuvre", "Cal Roy", "Wes Roy, Wil Roy", "2 lignes"),
    ):
        assert line in found[0], line
    joined = " ".join(" ".join(found).split())
    assert joined.count("samedi,") == 60
    assert found[0].index("R-1002") < len(found[0]) and "R-1005" in found[-1]


async def test_instants_are_dates_of_the_workspace(service: Service) -> None:
    await Workspace.filter(slug="toits").update(time_zone="America/Montreal")
    due = datetime.fromisoformat("2026-07-01T03:30:15.5+00:00")
    await Request.filter(id=service.cast.key("tap")).update(due_at=due)
    rows = await sheet(service, "ada", list="REQUESTS", columns=["number", "dueAt"], search="Évier")
    assert rows == [["Number", "Due"], ["R-1001", datetime(2026, 6, 30, 23, 30, 15)]]
    rows = await sheet(service, "ada", list="REQUESTS", columns=["number", "dueAt"], search="gate")
    assert rows == [["Number", "Due"], ["R-1003", None]]


@pytest.mark.requirement(50, 52)
async def test_every_column_of_every_list_can_be_written(service: Service) -> None:
    await written(service)
    for name in ListName:
        query = "query($list: ListName!) { listColumns(list: $list) { name title } }"
        columns = (await service.ask("ada", query, list=name.name))["listColumns"]
        for format_ in ("EXCEL", "PDF"):
            wanted = [each["name"] for each in columns]
            job = await made(service, "ada", list=name.name, columns=wanted, format=format_)
            assert job["state"] == "DONE"
            content = (await fetched(service, "ada", job)).content
            if format_ == "EXCEL":
                assert cells(content)[0] == [each["title"] for each in columns]
                assert len(cells(content)) == job["total"] + 1 > 4
            else:
                assert "Roy" in pages(content)[0]


async def test_an_empty_list_is_a_file_too(service: Service) -> None:
    for format_ in ("EXCEL", "PDF"):
        job = await made(service, "ada", list="REQUESTS", columns=["title"], search="nowhere", format=format_)
        assert (job["state"], job["total"]) == ("DONE", 0)
        content = (await fetched(service, "ada", job)).content
        assert cells(content) == [["Title"]] if format_ == "EXCEL" else "Title" in pages(content)[0]


# Who may.


@pytest.mark.requirement(52)
@pytest.mark.parametrize("name", SEES)
async def test_who_exports_what(service: Service, name: str) -> None:
    runs = name in ("ada", "max", "cora", "zoe")
    if not runs:
        mutation = (
            'mutation { createExport(input: {list: REQUESTS, columns: ["title"], format: PDF}) { errors { code } } }'
        )
        assert await service.refused(name, mutation) == ["FORBIDDEN"]
        return
    titles = await sheet(service, name, list="REQUESTS", columns=["number", "title"])
    assert len(titles) == len(SEES[name]) + 1
    for each, (column, table) in LISTED.items():
        people = table[name]
        if people is None:
            assert refusals(await asked(service, name, list=each.name, columns=[column])) == [("FORBIDDEN", "list")]
        else:
            rows = await sheet(service, name, list=each.name, columns=[column])
            assert sorted(row[0] for row in rows[1:]) == sorted(f"{who.title()} Roy" for who in people)


async def test_a_stranger_exports_nothing(service: Service) -> None:
    for mutation in (
        'createExport(input: {list: REQUESTS, columns: ["title"], format: PDF}) { errors { code } }',
        f'cancelExport(input: {{exportId: "{MISSING}"}}) {{ errors {{ code }} }}',
    ):
        assert await service.refused(None, f"mutation {{ {mutation} }}") == ["NOT_SIGNED_IN"]
    assert await service.refused(None, "{ exportJobs { totalCount } }") == ["NOT_SIGNED_IN"]
    assert await service.refused(None, f'{{ exportJob(id: "{MISSING}") {{ id }} }}') == ["NOT_SIGNED_IN"]


async def test_only_the_owner_sees_follows_and_fetches_an_export(service: Service) -> None:
    job = await made(service, "ada", list="REQUESTS", columns=["title"])
    for name in ("max", "zoe", "cora", "wes"):
        assert await state(service, name, job["id"]) is None
        assert await service.ask(name, "{ exportJobs { totalCount } }") == {"exportJobs": {"totalCount": 0}}
        assert (await service.ask(name, f'{{ node(id: "{job["id"]}") {{ id }} }}'))["node"] is None
        hidden = await fetched(service, name, job)
        missing = await fetched(service, name, {"id": MISSING})
        assert (hidden.status_code, hidden.content) == (404, missing.content)
        async with service.socket(name) as socket:
            for text in (job["id"], MISSING, "x"):
                await socket.subscribe(
                    "subscription($id: ID!) { exportProgress(id: $id) { export { id } } }", id=text
                )
                frame = await socket.receive()
                assert [error["extensions"]["code"] for error in frame["payload"]] == ["NOT_FOUND"]
    assert (await service.ask("ada", "{ exportJobs { nodes { id } } }"))["exportJobs"]["nodes"] == [{"id": job["id"]}]


async def test_a_file_needs_credentials_and_the_right_origin(service: Service) -> None:
    job = await made(service, "ada", list="REQUESTS", columns=["title"])
    assert (await fetched(service, None, job)).status_code == 401
    assert (await fetched(service, None, job, Authorization="Bearer x")).status_code == 401
    assert (await fetched(service, "ada", job, Origin="https://evil.example")).status_code == 403
    assert (await fetched(service, "ada", job, **{"Sec-Fetch-Site": "cross-site"})).status_code == 403
    cookie = {"Cookie": f"guichet_staff={await service.token('ada')}"}
    assert (await fetched(service, None, job, **cookie)).status_code == 401  # a cookie alone proves nothing
    named = {**cookie, "X-Guichet-Audience": "STAFF"}
    assert (await fetched(service, None, job, **named)).status_code == 200
    posted = await service.http.post(f"/files/exports/{job['id']}", headers=await service.headers("ada"))
    assert (posted.status_code, posted.headers["allow"]) == (405, "GET, HEAD")
    for odd in ("x", "exp_", "..%2f..%2fguichet.db", job["id"] + "%00", "é" * 300):
        assert (
            await service.http.get(f"/files/exports/{odd}", headers=await service.headers("ada"))
        ).status_code == 404
    await Person.filter(id=service.cast.key("ada")).update(must_change_password=True)
    assert (await fetched(service, "ada", job)).status_code == 403


# What is asked.


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"columns": ["title"]}, ("REQUIRED", "list")),
        ({"list": "REQUESTS"}, ("REQUIRED", "columns")),
        ({"list": "REQUESTS", "columns": ["email"]}, ("INVALID_VALUE", "columns.0")),
        ({"list": "REQUESTS", "columns": ["title"], "where": {"audience": ["STAFF"]}}, ("INVALID_VALUE", "where")),
        ({"list": "REQUESTS", "columns": ["title"], "where": {"siteId": ["x"]}}, ("NOT_FOUND", "where.siteId.0")),
        (
            {"list": "REQUESTS", "columns": ["title"], "orderBy": [{"field": "id"}]},
            ("INVALID_VALUE", "orderBy.0.field"),
        ),
        ({"list": "REQUESTS", "columns": ["title"], "search": "x" * 201}, ("TOO_LONG", "search")),
        ({"viewId": "viw_" + "0" * 32}, ("NOT_FOUND", "viewId")),
    ],
)
async def test_what_does_not_fit_is_refused_with_its_place(
    service: Service, given: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert refusals(await asked(service, "ada", **given)) == [expected]
    assert await ExportJob.all().count() == 0


@pytest.mark.requirement(51, 52)
async def test_a_view_is_exported_as_it_is_or_with_changes(service: Service) -> None:
    view = {"list": "REQUESTS", "columns": ["title", "number"], "search": "é", "name": "\u202eÀ faire\t=1+1"}
    text = await saved(service, "max", orderBy=[{"field": "TITLE", "direction": "DESC"}], isShared=True, **view)
    rows = [["Titre", "Numéro"], ["Évier bouché", "R-1001"], ["Door squeaks", "R-1005"]]
    assert sorted(await sheet(service, "max", viewId=text, search=None)) != rows
    assert await sheet(service, "max", viewId=text) == [rows[0], *sorted(await _titles(service), reverse=True)]
    job = await made(service, "ada", viewId=text, columns=["number"], format="PDF")
    assert (job["title"], job["columns"], job["search"]) == ("À faire =1+1", ["number"], "é")
    assert job["fileName"].startswith("requests-") and job["fileName"].endswith(".pdf")
    assert refusals(await asked(service, "ada", viewId=text, list="USERS")) == [("INVALID_VALUE", "list")]
    assert refusals(await asked(service, "cora", viewId=text)) == [("NOT_FOUND", "viewId")]


async def _titles(service: Service) -> list[list[str]]:
    query = '{ requests(search: "é") { nodes { title number } } }'
    return [[row["title"], row["number"]] for row in (await service.ask("max", query))["requests"]["nodes"]]


async def test_only_so_many_wait_at_once(service: Service) -> None:
    wanted = {"list": "REQUESTS", "columns": ["title"]}
    person = await Person.get(id=service.cast.key("ada"))
    waiting: dict[str, Any] = {
        "workspace_id": person.workspace_id,
        "list_name": "REQUESTS",
        "columns": ["title"],
        "format": "PDF",
        "attempts": 1,
    }
    later = now() + timedelta(minutes=4)
    waiting["rights"] = [["export.run", "ALL"], ["request.read", "ALL"]]
    for _ in range(5):
        await ExportJob.create(owner_id=person.id, next_attempt_at=later, **waiting)
    assert refusals(await asked(service, "ada", **wanted)) == [("TOO_MANY", "")]
    assert (await made(service, "max", **wanted))["state"] == "DONE"
    text = (await service.ask("ada", "{ exportJobs { nodes { id } } }"))["exportJobs"]["nodes"][0]["id"]
    cancelled = await service.change("ada", "cancelExport", {"exportId": text}, "export { state reason url }")
    assert cancelled["export"] == {"state": "CANCELLED", "reason": "ASKED", "url": None}
    assert (await made(service, "ada", **wanted))["state"] == "DONE"


async def test_a_job_of_a_clock_that_was_ahead_does_not_wait(service: Service) -> None:
    person = await Person.get(id=service.cast.key("ada"))
    held: dict[str, Any] = {"state": "RUNNING", "attempts": 1, "next_attempt_at": now() + timedelta(days=1)}
    held |= {"list_name": "REQUESTS", "columns": ["title"], "format": "EXCEL", "workspace_id": person.workspace_id}
    rights = [["export.run", "ALL"], ["request.read", "ALL"]]
    job = await ExportJob.create(owner_id=person.id, rights=rights, **held)
    assert (await eventually(lambda: ExportJob.get(id=job.id), lambda row: row.state == "DONE")).attempts == 2


@pytest.mark.parametrize("options", [{"exports_at_once": 0}])
async def test_as_many_at_the_same_time_are_no_more(service: Service) -> None:
    wanted = {"list": "REQUESTS", "columns": ["title"]}
    payloads = await asyncio.gather(*(asked(service, "ada", **wanted) for _ in range(12)))
    codes = sorted(code for each in payloads for code, _ in refusals(each))
    assert codes == ["TOO_MANY"] * 7 and await ExportJob.all().count() == 5


# The end.


async def test_what_is_not_ours_among_the_files_is_left_alone(service: Service, folder: Path) -> None:
    job = await made(service, "ada", list="REQUESTS", columns=["title"])
    strays = [folder / ".DS_Store", folder / "lost+found", folder / "x" / "y", folder / f"{'0' * 32}-z"]
    for stray in strays:
        stray.mkdir(parents=True)
    of_another_database, over = folder / f"{'0' * 32}-1", folder / f"{'1' * 32}-1"
    for each in (of_another_database, over):
        each.mkdir()
    long_ago = time.time() - settings().export_lifetime - 60
    os.utime(over, (long_ago, long_ago))
    await sweep(settings(), True)
    assert not over.exists() and of_another_database.exists() and all(stray.exists() for stray in strays)
    assert (await fetched(service, "ada", job)).status_code == 200


async def test_a_file_is_deleted_when_its_time_is_over(service: Service, folder: Path) -> None:
    job = await made(service, "ada", list="REQUESTS", columns=["title"])
    assert len(list(folder.glob("*/*"))) == 1
    spent = datetime.fromisoformat(job["expiresAt"]) - datetime.fromisoformat(job["finishedAt"])
    assert spent.total_seconds() == pytest.approx(24 * 3600, abs=1)
    await ExportJob.all().update(expires_at=now())
    assert (await fetched(service, "ada", job)).status_code == 404
    await eventually(lambda: state(service, "ada", job["id"]), lambda found: found["state"] == "EXPIRED")
    assert (await state(service, "ada", job["id"]))["url"] is None
    await eventually(lambda: _files(folder), lambda found: found == [])


async def test_files_go_when_their_owner_goes(service: Service, folder: Path) -> None:
    """FAILURES 43: nothing is left to fetch, and soon nothing is left."""
    job = await made(service, "max", list="REQUESTS", columns=["title"])
    kept = await made(service, "ada", list="REQUESTS", columns=["title"])
    await Session.filter(person_id=service.cast.key("max")).update(revoked_at=now())
    await Person.filter(id=service.cast.key("max")).update(status=AccountStatus.INACTIVE)
    assert (await fetched(service, "max", job)).status_code == 401
    key = ExportJob.get(id__not=(await ExportJob.get(owner_id=service.cast.key("ada"))).id)
    await eventually(lambda: key.values_list("state", "reason"), lambda found: found == ("CANCELLED", "ACCESS_ENDED"))
    files = await eventually(lambda: _files(folder), lambda found: len(found) == 1)
    assert files[0].startswith(kept["id"].removeprefix("exp_"))


async def _files(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_progress_is_told_from_the_queue_to_the_end(service: Service) -> None:
    payload = await asked(service, "ada", list="REQUESTS", columns=["title"])
    told = await steps(service, "ada", payload["export"]["id"])
    states = [each["state"] for each in told]
    assert states[-1] == "DONE" and set(states) <= {"QUEUED", "RUNNING", "DONE"}
    assert [each["progress"] for each in told] == sorted(each["progress"] for each in told)
    assert (await steps(service, "ada", payload["export"]["id"])) == [told[-1]]
    again = await service.change("ada", "cancelExport", {"exportId": payload["export"]["id"]}, "export { id }")
    assert refusals(again) == [("WRONG_STATE", "exportId")]
    foreign = await service.change("max", "cancelExport", {"exportId": payload["export"]["id"]}, "export { id }")
    assert refusals(foreign) == [("NOT_FOUND", "exportId")]
