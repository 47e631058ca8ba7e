"""Guessing passwords: counted before it is judged, the same for accounts that do not exist."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from app.auth import passwords, throttle
from app.models import Attempt, LoginName, Session
from app.models.base import now
from tests.ask import Service
from tests.cast import PASSWORD
from tests.test_session import SIGN_IN, sign_in

ADA, NOBODY, WRONG = "ada@toits.example", "nobody@toits.example", "wrong"


async def code(service: Service, login: str, password: str = WRONG) -> str | None:
    errors = (await sign_in(service, login, password)).json()["data"]["signIn"]["errors"]
    return errors[0]["code"] if errors else None


async def key(login: str) -> str:
    """Where the tries of a login name are counted: all names of an account together."""
    name = await LoginName.get_or_none(key=login)
    return throttle._key("login", str(name.person_id) if name else login)


async def attempts(login: str) -> Attempt | None:
    return await Attempt.get_or_none(key=await key(login))


async def pass_time(login: str, **span: int) -> None:
    """Moves the account's counting into the past."""
    attempt, past = await Attempt.get(key=await key(login)), timedelta(**span)
    changes: dict[str, Any] = {"window_ends_at": attempt.window_ends_at - past}
    if attempt.blocked_until:
        changes["blocked_until"] = attempt.blocked_until - past
    await Attempt.filter(id=attempt.id).update(**changes)


async def test_after_five_tries_even_the_right_password_is_wrong(service: Service) -> None:
    for login in (ADA, NOBODY):
        bodies = [(await sign_in(service, login, "wrong")).content for _ in range(5)]
        bodies += [(await sign_in(service, variant, PASSWORD)).content for variant in (login, f" {login.upper()}")]
        assert len(set(bodies)) == 1 and b"INVALID_CREDENTIALS" in bodies[0]
    counted = [await attempts(login) for login in (ADA, NOBODY)]
    assert [each and each.count for each in counted] == [5, 5]  # what came during the pause was not judged
    assert await code(service, "max@toits.example", PASSWORD) is None  # others are not concerned


async def test_the_pause_grows_and_ends(service: Service) -> None:
    for _ in range(5):
        await code(service, ADA)
    for minutes in (15, 30):
        attempt = await attempts(ADA)
        assert attempt and attempt.blocked_until
        left = attempt.blocked_until - now()
        assert timedelta(minutes=minutes - 2) < left <= timedelta(minutes=minutes)
        await pass_time(ADA, minutes=minutes)
        assert await code(service, ADA) == "INVALID_CREDENTIALS"
    await pass_time(ADA, minutes=60)
    assert await code(service, ADA, PASSWORD) is None
    assert await attempts(ADA) is None  # forgiven


async def test_tries_are_forgotten_after_a_quiet_window(service: Service) -> None:
    for _ in range(2):
        for _ in range(4):
            assert await code(service, ADA) == "INVALID_CREDENTIALS"
        await pass_time(ADA, minutes=15)
    assert await code(service, ADA, PASSWORD) is None


async def test_each_alias_is_a_try(service: Service) -> None:
    guess = '{name}: signIn(input: {{login: "{login}", password: "wrong"}}) {{ errors {{ code }} }}'
    many = "\n".join(guess.format(name=f"g{i}", login=ADA) for i in range(500))
    assert await service.refused(None, f"mutation {{ {many} }}") != []
    assert await Attempt.all().count() == 0  # refused before anything was judged
    four = " ".join(guess.format(name=f"g{i}", login=ADA) for i in range(4))
    data = await service.ask(None, f"mutation {{ {four} }}")
    assert [each["errors"][0]["code"] for each in data.values()] == ["INVALID_CREDENTIALS"] * 4
    attempt = await attempts(ADA)
    assert attempt and attempt.count == 4
    assert await code(service, ADA) == "INVALID_CREDENTIALS"
    assert await code(service, ADA, PASSWORD) == "INVALID_CREDENTIALS"


@pytest.mark.parametrize(("tries", "judged"), [(4, 4), (16, 5)])
async def test_tries_at_the_same_time_are_counted_one_by_one(service: Service, tries: int, judged: int) -> None:
    for login in (ADA, NOBODY):
        codes = await asyncio.gather(*(code(service, login) for _ in range(tries)))
        assert set(codes) == {"INVALID_CREDENTIALS"}
        attempt = await attempts(login)
        assert attempt and (attempt.count, bool(attempt.blocked_until)) == (judged, judged == 5)


async def test_tries_are_counted_while_others_are_forgiven(service: Service) -> None:
    async def forgive() -> None:
        for _ in range(200):
            await throttle.forgive("login", "contested")

    async def admit() -> None:
        while not forgiving.done():
            assert (await throttle.admit("login", "contested", 100_000, 900)).judged

    forgiving = asyncio.create_task(forgive())
    await asyncio.gather(forgiving, admit(), admit())


async def from_address(service: Service, address: str, login: str, password: str) -> str | None:
    body = {"query": SIGN_IN, "variables": {"input": {"login": login, "password": password, "client": "API"}}}
    answer = await service.http.post("/graphql", json=body, headers={"X-Forwarded-For": address})
    errors = answer.json()["data"]["signIn"]["errors"]
    return errors[0]["code"] if errors else None


async def test_an_address_has_fifty_tries(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_verify", lambda hashed, password: password == PASSWORD)
    office, home = "203.0.113.7", "203.0.113.8"

    async def guess(i: int) -> str | None:
        return await from_address(service, office, f"name{i}@toits.example", "wrong")

    # Many people may share an address: those who get in do not use up its tries.
    for _ in range(60):
        assert await from_address(service, office, ADA, PASSWORD) is None
    assert set(await asyncio.gather(*(guess(i) for i in range(50)))) == {"INVALID_CREDENTIALS"}
    before = await Session.all().count(), await Attempt.all().count()
    assert await guess(50) == "TOO_MANY_TRIES"
    assert await from_address(service, office, ADA, PASSWORD) == "TOO_MANY_TRIES"
    assert (await Session.all().count(), await Attempt.all().count()) == before
    assert await from_address(service, home, ADA, PASSWORD) is None

    # The pause is over after a quarter of an hour, and the next one is no longer.
    attempt = await Attempt.get(key=throttle._key("address", office))
    assert attempt.blocked_until and attempt.blocked_until - now() <= timedelta(minutes=15)
    past = now() - timedelta(seconds=1)
    await Attempt.filter(id=attempt.id).update(window_ends_at=past, blocked_until=past)
    assert set(await asyncio.gather(*(guess(i) for i in range(100, 150)))) == {"INVALID_CREDENTIALS"}
    assert await guess(150) == "TOO_MANY_TRIES"
