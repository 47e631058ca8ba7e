"""`subscription accessChanged`: a person's open streams follow what may be seen and done, or end with a reason."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tortoise.expressions import F

from app.models import DirectGrant, Person, PersonSite, Role
from app.models.base import now
from app.models.database import after_commit, transaction
from app.notify.bus import Topic, bus
from app.resolvers import access_change
from tests.ask import Service, Socket
from tests.conftest import Stage
from tests.live.database import eventually, value
from tests.live.listening import SOON, Ear, listening
from tests.live.test_sharing import sharing

CHANGES = """subscription { accessChanged { version viewer { audience permissions { permission scope source }
  user { sites { name } department: contact { department { name } } } } } }"""
Deed = Callable[[Service], Awaitable[None]]


async def told(socket: Socket) -> dict[str, Any]:
    """The next change."""
    async with asyncio.timeout(SOON):
        event: dict[str, Any] = (await socket.next())["accessChanged"]
    return event


async def listens(service: Service, socket: Socket) -> None:
    """Starts the subscription, and goes on once it has a first look to compare with."""
    await socket.subscribe(CHANGES)
    number = await socket.subscribe("{ viewer { name } }")
    assert ((await socket.receive())["id"], (await socket.receive())["type"]) == (number, "complete")


async def grow(service: Service, name: str, **columns: Any) -> None:
    """A change of the person's row; the version tells every process of it."""
    changes: dict[str, Any] = columns | {"version": F("version") + 1}
    await Person.filter(id=service.cast.key(name)).update(**changes)


async def a_box(service: Service) -> None:
    grant: dict[str, Any] = {"permission": "contact.read", "scope": "ALL", "bundle": "CLIENT_LIST"}

    async def work() -> None:
        await DirectGrant.create(workspace_id=service.cast.key("toits"), person_id=service.cast.key("sam"), **grant)
        await grow(service, "sam")

    await transaction(work)


async def another_role(service: Service) -> None:
    role = await Role.get(workspace_id=service.cast.key("toits"), key="MANAGER")
    await grow(service, "sam", role_id=role.id)


async def another_site(service: Service) -> None:
    ids: dict[str, Any] = {"person_id": service.cast.key("sam"), "site_id": service.cast.key("south")}

    async def work() -> None:
        await PersonSite.create(workspace_id=service.cast.key("toits"), **ids)
        await grow(service, "sam")

    await transaction(work)


async def the_role_itself(service: Service) -> None:
    """Whoever changes a role publishes for its people; their own rows may stay as they are."""

    async def work() -> None:
        role = await Role.get(workspace_id=service.cast.key("toits"), key="STAFF")
        role.grants = [*role.grants, {"permission": "stats.read", "scope": "ALL"}]
        await role.save()
        after_commit(lambda: bus.publish(Topic.ACCESS, service.cast.key("sam")))

    await transaction(work)


@pytest.mark.parametrize("deed", [a_box, another_role, another_site, the_role_itself], ids=lambda deed: deed.__name__)
async def test_a_change_is_told_with_the_rights_that_hold_then(service: Service, deed: Deed) -> None:
    async with service.socket("sam") as socket, service.socket("sol") as other:
        await listens(service, socket)
        await listens(service, other)
        await deed(service)
        event = await told(socket)
        assert event["version"] == (await Person.get(id=service.cast.key("sam"))).version
        words = {(each["permission"], each["source"]) for each in event["viewer"]["permissions"]}
        sites = {each["name"] for each in event["viewer"]["user"]["sites"]}
        assert (("CONTACT_READ", "bundle CLIENT_LIST") in words) is (deed is a_box)
        assert (("REQUEST_ASSIGN", "role Manager") in words) is (deed is another_role)
        assert (("STATS_READ", "role Staff") in words) is (deed is the_role_itself)
        assert sites == ({"North", "South"} if deed is another_site else {"North"})
        assert await Ear(socket).answers() and await Ear(other).answers()  # once, and to nobody else


async def test_what_changes_no_rights_is_not_told(service: Service) -> None:
    """The version grows for other reasons too, such as another session that ended."""
    async with service.socket("sam") as socket:
        await listens(service, socket)
        await eventually(lambda: value(service.cast.key("sam") in bus._known), bool)
        await grow(service, "sam", first_name="Samuel")
        before = bus._known[service.cast.key("sam")]
        await eventually(lambda: value(bus._known[service.cast.key("sam")]), lambda known: known != before)
        assert await Ear(socket).answers()


async def test_what_ends_by_the_clock_is_noticed(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_change, "LOOK", 0.1)
    later: dict[str, Any] = {"expires_at": now() + timedelta(days=1)}
    grant: dict[str, Any] = {"permission": "contact.read", "scope": "ALL", **later}
    row = await DirectGrant.create(workspace_id=service.cast.key("toits"), person_id=service.cast.key("sam"), **grant)
    async with service.socket("sam") as socket:
        await listens(service, socket)
        past: dict[str, Any] = {"expires_at": now()}  # as if the day were over
        await DirectGrant.filter(id=row.id).update(**past)
        event = await told(socket)
        assert "CONTACT_READ" not in {each["permission"] for each in event["viewer"]["permissions"]}


async def test_a_stranger_hears_nothing(service: Service) -> None:
    async with service.socket(None) as socket:
        await socket.subscribe(CHANGES)
        frame = await socket.receive()
        errors = frame["payload"] if frame["type"] == "error" else frame["payload"]["errors"]
        assert errors[0]["extensions"]["code"] == "NOT_SIGNED_IN"


@pytest.mark.requirement(89)
async def test_the_reason_is_in_the_persons_language(service: Service) -> None:
    async with service.socket("max") as socket:
        await listens(service, socket)
        ids = {"personId": service.cast.user("max")}
        assert (await service.change("ada", "deactivateAccount", ids))["errors"] == []
        code, reason, frames = await Ear(socket).closed(SOON)
        assert (code, reason) == (4403, "SESSION_ENDED: La session est terminée. Reconnectez-vous.")
        assert not [frame for frame in frames if frame["type"] == "next"]


@pytest.mark.requirement(34, 89)
@pytest.mark.parametrize("with_valkey", [False, True], ids=["tables", "valkey"])
async def test_other_processes_follow(stage: Stage, tmp_path: Path, redis_url: str, with_valkey: bool) -> None:
    """What one process does is told, and ends what it must, in another one."""
    async with (
        sharing(stage, tmp_path, redis_url if with_valkey else None) as (here, there),
        there.socket("sam") as sam,
        listening(there, "wes") as wes,
        listening(there, "wil") as wil,
    ):
        await listens(there, sam)
        await a_box(here)
        assert "CONTACT_READ" in {each["permission"] for each in (await told(sam))["viewer"]["permissions"]}
        ids = {"personId": here.cast.worker("wes")}
        assert (await here.change("ada", "deactivateAccount", ids))["errors"] == []
        assert (await wes.closed(SOON))[0] == 4403
        gone = {"personId": here.cast.worker("wil"), "reassignTo": here.cast.worker("sam")}
        assert (await here.change("ada", "deletePerson", gone))["errors"] == []
        assert (await wil.closed(SOON))[0] == 4403
        assert await Ear(sam).answers()
