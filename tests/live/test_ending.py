"""What ends a session ends what it has open, within a second, and nothing else."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tortoise.expressions import F

from app.auth import sessions
from app.auth.secrets import token_hash
from app.models import Person, Role, Session
from app.models.base import now
from app.models.database import after_commit, transaction
from app.models.person import AccountStatus
from app.models.session import Client
from app.notify.bus import Topic, bus
from tests.ask import Service
from tests.live.database import eventually, value
from tests.live.listening import SOON, Ear, assign, listening, streaming

Deed = Callable[[Service], Awaitable[None]]


async def sign_out(service: Service) -> None:
    """The session's own signOut."""
    await service.ask("wes", "mutation { signOut { errors { code } } }")


async def revoke(service: Service) -> None:
    """Another process ends the session: no message comes, only the tables tell."""
    session = await Session.get(token_hash=token_hash(await service.token("wes")))
    await transaction(lambda: sessions.revoke(session.id))


async def revoke_from_elsewhere(service: Service) -> None:
    """The person ends the session from another one."""
    person = await Person.get(id=service.cast.key("wes")).select_related("role")
    token = (await sessions.start(person, Client.API, "127.0.0.1", "tests")).token
    lost = await Session.get(token_hash=token_hash(await service.token("wes")))
    text = f'mutation {{ revokeSession(input: {{sessionId: "ses_{lost.id.hex}"}}) {{ errors {{ code }} }} }}'
    answer = await service.http.post("/graphql", json={"query": text}, headers={"Authorization": f"Bearer {token}"})
    assert answer.json()["data"]["revokeSession"]["errors"] == []


async def _change(service: Service, **columns: Any) -> None:
    changes: dict[str, Any] = columns | {"version": F("version") + 1}
    await Person.filter(id=service.cast.key("wes")).update(**changes)


async def deactivate(service: Service) -> None:
    """As the mutation does it: in a transaction that publishes after its commit."""

    async def work() -> None:
        await _change(service, status=AccountStatus.INACTIVE)
        after_commit(lambda: bus.publish(Topic.ACCESS, service.cast.key("wes")))

    await transaction(work)


async def deactivate_elsewhere(service: Service) -> None:
    """The same by another process."""
    await _change(service, status=AccountStatus.INACTIVE)


async def move_to_another_portal(service: Service) -> None:
    """A session of one portal is not accepted by another."""
    role = await Role.get(workspace_id=service.cast.key("toits"), key="STAFF")
    await _change(service, role_id=role.id)


@pytest.mark.requirement(23, 89)
@pytest.mark.parametrize(
    "deed",
    [sign_out, revoke, revoke_from_elsewhere, deactivate, deactivate_elsewhere, move_to_another_portal],
    ids=lambda deed: deed.__name__,
)
async def test_what_is_open_ends(service: Service, deed: Deed) -> None:
    async with (
        listening(service, "wes") as wes,
        listening(service, "wes", language="fr") as again,
        listening(service, "wil") as wil,
        streaming(service, "wes") as stream,
        streaming(service, "wil") as other,
    ):
        await assign(service, "door")
        assert [(await each.hear())["cursor"] for each in (wes, again, stream)] == ["1"] * 3
        await eventually(lambda: value(service.cast.key("wes") in bus._known), bool)  # the tick has a view to compare
        await deed(service)
        code, reason, _ = await wes.closed(SOON)
        assert (code, reason) == (4403, "SESSION_ENDED: The session has ended. Sign in again.")
        assert (await again.closed(SOON))[0] == 4403
        (_, data), (last, _) = await stream.rest()
        assert data["errors"][0]["extensions"]["code"] == "SESSION_ENDED" and last == "complete"
        await assign(service, "hair", "wil")
        assert [(await each.hear())["cursor"] for each in (wil, other)] == ["1"] * 2
    assert await service.refused("wes", "{ viewer { name } }") == ["UNAUTHENTICATED"]


async def test_another_session_of_the_same_person_goes_on(service: Service) -> None:
    person = await Person.get(id=service.cast.key("wes")).select_related("role")
    phone = (await sessions.start(person, Client.MOBILE, "127.0.0.1", "phone")).token
    async with (
        listening(service, "wes") as ended,
        listening(service, None, authorization=f"Bearer {phone}") as kept,
    ):
        await sign_out(service)
        assert (await ended.closed(SOON))[0] == 4403
        await assign(service, "door")
        assert (await kept.hear())["cursor"] == "1"


async def test_a_session_that_ran_out_hears_nothing_more(service: Service) -> None:
    """Nobody tells of the time that passes: the next event finds out, and is not told."""
    async with listening(service, "wes") as ear, streaming(service, "wes") as stream:
        await assign(service, "door")
        assert [(await each.hear())["cursor"] for each in (ear, stream)] == ["1"] * 2
        mine = Session.filter(person_id=service.cast.key("wes"))
        await mine.update(expires_at=now())
        await assign(service, "hair")
        code, reason, frames = await ear.closed(SOON)
        assert (code, reason.partition(":")[0]) == (4403, "SESSION_ENDED")
        assert not [frame for frame in frames if "data" in frame.get("payload", {})]
        (_, data), (last, _) = await stream.rest()
        assert data["errors"][0]["extensions"]["code"] == "SESSION_ENDED" and last == "complete"
        assert not data.get("data")


async def test_a_change_between_signing_in_and_the_first_look_is_not_missed(service: Service) -> None:
    """Another process deactivates before the tick of this one has ever seen the person."""
    async with service.socket("wes") as socket:
        await deactivate_elsewhere(service)
        assert (await Ear(socket).closed(SOON))[0] == 4403
