"""A right that is lost ends what is open."""

import asyncio

import pytest

from app.transport import socket, sockets
from app.transport.sockets import OpenConnection, OpenSockets
from tests.transport.conftest import Keeper
from tests.transport.door import PATIENCE, Door, Line, until
from tests.transport.graph import Desk, Viewer

ANN = {"authorization": "Bearer ann-token"}
REMI = {"authorization": "Bearer remi-token"}


async def test_a_session_that_ends_closes_its_sockets(door: Door, desk: Desk, logged: Keeper) -> None:
    async with door.connected(ANN) as one, door.connected(ANN) as two, door.connected(REMI) as other:
        await one.start("subscription { ticks }")
        await one.read()
        assert door.sockets.person_ids() == {"ann", "remi"}
        del desk.sessions["ann-token"]
        await door.sockets.recheck("ann")
        assert await one.closed() == (4403, "SESSION_ENDED: The session has ended. Sign in again.")
        assert (await two.closed())[0] == 4403
        assert (await other.ask("{ viewer }"))[0]["payload"]["data"] == {"viewer": "remi"}
    await until(lambda: desk.finished == ["ticks"])
    assert logged.records == []


async def test_the_reason_is_in_the_persons_language(door: Door, desk: Desk) -> None:
    async with door.connected(REMI) as line:
        del desk.sessions["remi-token"]
        await door.sockets.recheck("remi")
        assert (await line.closed())[1] == "SESSION_ENDED: La session est terminée. Reconnectez-vous."


@pytest.mark.parametrize("viewer", [Viewer("ann", "s7"), Viewer("bob", "s1")])
async def test_another_session_or_person_closes_too(door: Door, desk: Desk, viewer: Viewer) -> None:
    async with door.connected(ANN) as line:
        desk.sessions["ann-token"] = viewer
        await door.sockets.recheck_all()
        assert (await line.closed())[0] == 4403


async def test_a_recheck_that_finds_nothing_changes_nothing(door: Door, desk: Desk) -> None:
    async with door.connected(ANN) as line, door.connected() as stranger:
        desk.sessions["ann-token"] = Viewer("ann", "s1", "fr")
        await door.sockets.recheck("ann")
        await door.sockets.recheck("nobody")
        await door.sockets.recheck_all()
        assert (await line.ask("{ viewer }"))[0]["payload"]["data"] == {"viewer": "ann"}
        assert (await stranger.ask("{ viewer }"))[0]["payload"]["data"] == {"viewer": None}


async def test_the_next_operation_notices_a_lost_session(door: Door, desk: Desk) -> None:
    async with door.connected(ANN) as line:
        del desk.sessions["ann-token"]
        await line.start("{ viewer }")
        assert (await line.closed())[0] == 4403
    assert desk.contexts == []


async def test_a_session_that_cannot_be_checked_ends(door: Door, desk: Desk, logged: Keeper) -> None:
    async with door.connected(ANN) as line:
        desk.broken = True
        await door.sockets.recheck("ann")
        assert (await line.closed())[0] == 4403
    assert "ConnectionError" in logged.text and "db.internal" not in logged.text


async def test_a_recheck_while_the_socket_was_signing_in_is_not_missed(door: Door, desk: Desk) -> None:
    """The desk has read the session, the session ends, and only then the socket is known."""
    read, go_on = asyncio.Event(), asyncio.Event()
    sessions = desk.sessions

    async def authenticate(credentials: object) -> Viewer | None:
        viewer = sessions.get("ann-token")
        read.set()
        await go_on.wait()
        return viewer

    opened = OpenSockets()
    ended: list[str] = []

    async def end() -> None:
        ended.append("ann")

    async def sign_in() -> None:
        since = opened.rechecks
        viewer = await authenticate(None)
        connection = OpenConnection(None, viewer, authenticate, end)  # type: ignore[arg-type]
        await opened.add(connection, since)

    signing_in = asyncio.create_task(sign_in())
    await read.wait()
    del sessions["ann-token"]
    await opened.recheck("ann")
    go_on.set()
    await signing_in
    assert ended == ["ann"]


async def test_a_stalled_reader_does_not_hold_up_the_others(
    door: Door, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "CLOSE_SECONDS", 0.1)
    monkeypatch.setattr(sockets, "AT_ONCE", 1)
    async with door.connected(ANN, max_queue=1) as stalled, door.connected(ANN) as line:
        await stalled.start("subscription { flood(size: 1000000) }")
        await line.start("subscription { ticks }")
        await line.read()
        del desk.sessions["ann-token"]
        await asyncio.wait_for(door.sockets.recheck("ann"), PATIENCE)
        assert (await line.closed())[0] == 4403
        stalled.connection.transport.abort()
    await until(lambda: sorted(desk.finished) == ["flood", "ticks"])


async def test_a_socket_that_signed_nobody_in_is_not_counted(door: Door) -> None:
    async with door.connected() as line, door.open() as silent:
        await line.ask("{ hello }")
        await Line(silent).send({"type": "ping"})
        await Line(silent).read()
        assert door.sockets.person_ids() == set()
