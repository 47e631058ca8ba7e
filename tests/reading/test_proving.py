"""The statement that brings the data proves who asks: nothing of it outlives a revocation or a change of rights."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from app.auth import identity, sessions
from app.auth.secrets import token_hash
from app.models import DirectGrant, Person, Role, Session
from app.models.base import now
from app.models.person import AccountStatus
from app.models.role import Audience
from app.models.session import Client
from tests.reading.house import House
from tests.reading.spying import statements

ASKED = "{ requests(first: 100) { nodes { id } } }"
Change = Callable[[Any, Any], Awaitable[Any]]
ENDS: dict[str, Change] = {
    "revoked": lambda person, session: session.update(revoked_at=now()),
    "expired": lambda person, session: session.update(expires_at=now() - timedelta(seconds=1)),
    "idle": lambda person, session: session.update(last_seen_at=now() - timedelta(days=2)),
    "deleted": lambda person, session: session.delete(),
    "suspended": lambda person, session: person.update(status=AccountStatus.INACTIVE),
    "locked": lambda person, session: person.update(locked_until=now() + timedelta(hours=1)),
    "access ended": lambda person, session: person.update(access_expires_at=now() - timedelta(seconds=1)),
    "portal": lambda person, session: session.update(audience=Audience.CONTACT),
}


async def asked(house: House, name: str, audience: str | None = None) -> Any:
    """Who asks, and the data that came with the proof."""
    return await house.fast.begin(house.check(ASKED), house.tokens[name], audience)


async def known(house: House, name: str) -> Any:
    """Lets somebody ask until the data come with the proof."""
    await house.viewer(name)
    viewer, data = await asked(house, name)
    assert viewer and data and identity.guess(token_hash(house.tokens[name]), now())
    return data


@pytest.mark.parametrize("name", ["wes", "ada", "cyn"])
@pytest.mark.parametrize("end", ENDS)
async def test_a_session_that_ended_brings_nothing(house: House, name: str, end: str) -> None:
    if name == "cyn" and end == "portal":
        return  # it is the portal of client contacts
    await known(house, name)
    person = Person.filter(id=house.cast.key(name))
    session = Session.filter(token_hash=token_hash(house.tokens[name]))
    before = await person.first()
    assert before
    try:
        await ENDS[end](person, session)
        with statements() as run:
            assert await asked(house, name) == (None, None)
        assert any('"v0"' in sql for sql, _ in run), "the guess was tried"
        assert await asked(house, name) == (None, None)
    finally:
        kept = {"status": before.status, "locked_until": None, "access_expires_at": None}
        await person.update(**kept)
        del house.tokens[name]
    assert await known(house, name)


async def test_a_token_of_another_portal_brings_nothing(house: House) -> None:
    await known(house, "wes")
    assert await asked(house, "wes", "STAFF") == (None, None)
    viewer, data = await asked(house, "wes", "WORKER")
    assert viewer and data


async def test_a_changed_role_brings_its_own_rows(house: House) -> None:
    before = await known(house, "sam")
    person = Person.filter(id=house.cast.key("sam"))
    staff = (await person.get()).role_id
    manager = await Role.get(workspace_id=house.cast.key("toits"), key="MANAGER")
    await person.update(role_id=manager.id)
    viewer, data = await asked(house, "sam")
    assert len(data) > len(before)
    assert {held.source for held in viewer.held} == {"role Manager"}
    await person.update(role_id=staff)
    assert (await asked(house, "sam"))[1] == before


async def test_a_grant_that_ends_ends_with_its_moment(house: House) -> None:
    before = await known(house, "cyn")
    ids: dict[str, Any] = {"workspace_id": house.cast.key("toits"), "person_id": house.cast.key("cyn")}
    ends = now() + timedelta(hours=1)
    grant = await DirectGrant.create(**ids, permission="request.read", scope="ORGANIZATION", expires_at=ends)
    more = (await asked(house, "cyn"))[1]
    assert len(more) > len(before) and (await asked(house, "cyn"))[1] == more
    with time_machine.travel(ends, tick=False):
        assert (await asked(house, "cyn"))[1] == before
    await grant.delete()
    assert (await asked(house, "cyn"))[1] == before


async def test_two_sessions_of_one_person_end_by_themselves(house: House) -> None:
    await known(house, "max")
    person = await Person.get(id=house.cast.key("max")).select_related("role")
    other = await sessions.start(person, Client.API, "127.0.0.1", "tests")
    one, two = house.check(ASKED), other.token
    assert (await house.fast.begin(one, two, None))[1] == (await house.fast.begin(one, two, None))[1]
    await sessions.revoke(other.session.id)
    assert await house.fast.begin(one, two, None) == (None, None)
    assert (await asked(house, "max"))[1]


async def test_what_is_remembered_is_bounded(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "KEPT", 3)
    monkeypatch.setattr(identity, "_known", OrderedDict())
    for name in ("ada", "max", "sam", "wes", "wil"):
        await known(house, name)
    assert len(identity._known) <= 3
