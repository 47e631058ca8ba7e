"""Two administrators at once, and deletion against the work that goes on meanwhile."""

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest

from app.models import Assignment, Person, PersonSite, Request, Role
from app.models.nouns import USER, WORKER
from app.models.person import AccountStatus
from tests.ask import Service
from tests.conftest import free_port
from tests.servers.guichet import served
from tests.test_races import contested

ROUNDS = 8
WATCHING: dict[str, Any] = {"watches": True, "preferences": {"CREATED": ["LIVE"]}}
Urls = tuple[str, str]


async def hired(service: Service, count: int, role: str = "WORKER", **columns: Any) -> list[Person]:
    """Fresh people at the northern site."""
    found = []
    key = (await Role.get(workspace_id=service.cast.key("toits"), key=role)).id
    ids: dict[str, Any] = {"workspace_id": service.cast.key("toits"), "role_id": key, "is_worker": True}
    for _ in range(count):
        person = Person(**ids, last_name="Contested", status=AccountStatus.ACTIVE, **columns)
        await person.index().save()
        site: dict[str, Any] = {"person_id": person.id, "site_id": service.cast.key("north")}
        await PersonSite.create(workspace_id=person.workspace_id, **site)
        found.append(person)
    return found


async def change(service: Service, url: str, name: str, mutation: str, **input: Any) -> str:
    """`ok`, or the code of the only refusal; a session that ended meanwhile is one too."""
    kind = f"{mutation[0].upper()}{mutation[1:]}Input!"
    body = {
        "query": f"mutation($i: {kind}) {{ {mutation}(input: $i) {{ errors {{ code }} }} }}",
        "variables": {"i": input},
    }
    answer = await service.http.post(f"{url}/graphql", json=body, headers=await service.headers(name))
    told = orjson.loads(answer.content)
    errors = [error["extensions"]["code"] for error in told.get("errors", [])]
    errors += [error["code"] for error in (told.get("data") or {}).get(mutation, {}).get("errors", [])]
    assert len(errors) <= 1, errors
    return errors[0] if errors else "ok"


async def twice(service: Service, urls: Urls) -> None:
    """Two delete the same person."""
    for person in await hired(service, ROUNDS):
        ids = {"personId": USER.id(person.id)}
        names = zip(urls, ("ada", "max"), strict=True)
        outcome = await asyncio.gather(*(change(service, url, name, "deletePerson", **ids) for url, name in names))
        assert sorted(outcome) == ["WRONG_STATE", "ok"]


async def against_work(service: Service, urls: Urls, **more: Any) -> set[tuple[str, str]]:
    """One gives work to a worker whom the other deletes."""
    outcomes = set()
    for person, request in zip(await hired(service, ROUNDS), await contested(service, ROUNDS), strict=True):
        give = {"requestId": request, "workerId": WORKER.id(person.id)}
        outcome = await asyncio.gather(
            change(service, urls[0], "max", "assignRequest", **give),
            change(service, urls[1], "ada", "deletePerson", personId=USER.id(person.id), **more),
        )
        outcomes.add((outcome[0], outcome[1]))
        await person.refresh_from_db()
        open_ = await Assignment.filter(worker_id=person.id, ended_at__isnull=True).count()
        assert (person.status is AccountStatus.DELETED) is (outcome[1] == "ok")
        assert open_ == (0 if outcome[1] == "ok" else 1), outcome
    return outcomes


async def crossing(service: Service, urls: Urls) -> None:
    """Each leaves the work to the other; a deleted person is nobody's successor."""
    for _ in range(ROUNDS):
        one, two = await hired(service, 2)
        for person, request in zip((one, two), await contested(service, 2), strict=True):
            give = {"requestId": request, "workerId": WORKER.id(person.id)}
            assert await change(service, urls[0], "ada", "assignRequest", **give) == "ok"
        ids = [(USER.id(a.id), WORKER.id(b.id)) for a, b in ((one, two), (two, one))]
        outcome = await asyncio.gather(
            *(
                change(service, url, name, "deletePerson", personId=a, reassignTo=b)
                for url, name, (a, b) in zip(urls, ("ada", "max"), ids, strict=True)
            )
        )
        assert sorted(outcome) in (["WORKER_INACTIVE", "ok"], ["CONFLICT", "ok"])
        gone = await Person.filter(id__in=[one.id, two.id], status=AccountStatus.DELETED).values_list("id", flat=True)
        assert not await Assignment.filter(worker_id__in=list(gone), ended_at__isnull=True).exists()


async def against_a_request(service: Service, urls: Urls) -> None:
    """Somebody hands in a request while being deleted: both wait for rows that the other holds.

    All of them are told of each other's requests.
    """
    for number, person in enumerate(await hired(service, ROUNDS, "MANAGER", all_sites=True, **WATCHING)):
        name = f"author {number}"
        service.cast.keys[name] = person.id
        await service.token(name)
        outcome = await asyncio.gather(
            change(service, urls[0], name, "createRequest", title="Last one"),
            change(service, urls[1], "ada", "deletePerson", personId=USER.id(person.id)),
        )
        assert outcome[1] == "ok" and outcome[0] in ("ok", "UNAUTHENTICATED")


async def against_watchers(service: Service, urls: Urls) -> None:
    """Requests are handed in while somebody who is told of them is suspended and taken back."""
    [person] = await hired(service, 1, "MANAGER", all_sites=True, **WATCHING)
    for _ in range(ROUNDS):
        for mutation in ("deactivateAccount", "reactivateAccount"):
            outcome = await asyncio.gather(
                *(change(service, url, "max", "createRequest", title="Watched") for url in (*urls, *urls)),
                change(service, urls[1], "ada", mutation, personId=USER.id(person.id)),
            )
            assert set(outcome) == {"ok"}


async def last_one(service: Service, urls: Urls, mutation: str) -> None:
    """Two administrators end each other's access: one of them stays."""
    ids = [service.cast.key("ada"), service.cast.key("max")]
    for _ in range(ROUNDS):
        back: dict[str, Any] = {"status": AccountStatus.ACTIVE, "all_sites": True, "tombstone": None}
        await Person.filter(id__in=ids).update(**back)
        service._tokens.clear()
        await asyncio.gather(service.token("ada"), service.token("max"))
        outcome = await asyncio.gather(
            change(service, urls[0], "ada", mutation, personId=USER.id(ids[1])),
            change(service, urls[1], "max", mutation, personId=USER.id(ids[0])),
        )
        assert "ok" in outcome
        assert set(outcome) <= {"ok", "LAST_ADMINISTRATOR", "UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND"}
        assert await Person.filter(id__in=ids, status=AccountStatus.ACTIVE).count() == 1


async def everything(service: Service, urls: Urls) -> None:
    """All of it; whatever happens, no statement fails and nobody waits for ever."""
    role = await Role.get(workspace_id=service.cast.key("toits"), key="ADMIN")
    await Person.filter(id=service.cast.key("max")).update(role_id=role.id, all_sites=True)
    await twice(service, urls)
    assert await against_work(service, urls) <= {("ok", "OPEN_WORK"), ("WORKER_INACTIVE", "ok")}
    await against_work(service, urls, releaseOpenWork=True)
    await crossing(service, urls)
    await against_a_request(service, urls)
    await against_watchers(service, urls)
    for mutation in ("deactivateAccount", "deletePerson"):
        await last_one(service, urls, mutation)
    numbers = [row.tombstone for row in await Person.filter(tombstone__isnull=False)]
    assert len(numbers) == len(set(numbers)) > 2 * ROUNDS


@pytest.mark.requirement(17, 34, 35, 88)
async def test_in_one_process(service: Service) -> None:
    await asyncio.wait_for(everything(service, (service.url, service.url)), 240)


@pytest.mark.requirement(17, 34, 35, 88)
async def test_in_two_processes(service: Service, tmp_path: Path) -> None:
    async with served(tmp_path, free_port(), database_url=service.database_url) as url:
        await asyncio.wait_for(everything(service, (service.url, url)), 240)
    assert await Request.filter(title="Contested").exists()


async def test_one_changes_the_own_profile_and_the_settings_at_once(service: Service) -> None:
    """Each change names the other's row: the person as who did it, and the workspace as where."""
    for number in range(ROUNDS):
        payloads = await asyncio.gather(
            service.change("ada", "updateProfile", {"phone": f"+1514555010{number}"}),
            service.change("ada", "updateWorkspace", {"name": f"Toits {number}"}),
        )
        assert [payload["errors"] for payload in payloads] == [[], []]
