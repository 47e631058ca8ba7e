"""A right that is lost ends what is open."""

import asyncio
import gc

import pytest

from app.transport import server, socket, sockets
from app.transport.words import WORDS
from tests.transport.conftest import Keeper
from tests.transport.door import PATIENCE, Door, Line, Opener, until
from tests.transport.graph import Desk, Viewer

AWAY = ConnectionError("the database at db.internal is away")
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
        await door.sockets.recheck("ann")
        assert (await line.closed())[0] == 4403


async def test_a_recheck_that_finds_nothing_changes_nothing(door: Door, desk: Desk) -> None:
    async with door.connected(ANN) as line, door.connected() as stranger:
        desk.sessions["ann-token"] = Viewer("ann", "s1", "fr")
        await door.sockets.recheck("ann")
        await door.sockets.recheck("nobody")
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
        desk.broken = AWAY
        await door.sockets.recheck("ann")
        assert (await line.closed())[0] == 4403
    assert "ConnectionError" in logged.text and "db.internal" not in logged.text


async def test_a_recheck_while_a_socket_signs_in_is_not_missed(door: Door, desk: Desk, logged: Keeper) -> None:
    """The desk has read the session, the session ends, and only then the socket is known."""
    desk.hold = asyncio.Event()
    async with door.open() as connection:
        await Line(connection).send({"type": "connection_init", "payload": ANN})
        await until(lambda: len(desk.asked) == 1)
        del desk.sessions["ann-token"]
        await door.sockets.recheck("ann")
        desk.hold.set()
        assert (await Line(connection).closed())[0] == 4403
    assert logged.records == []


async def test_a_recheck_while_a_stream_signs_in_is_not_missed(door: Door, desk: Desk) -> None:
    desk.hold = asyncio.Event()
    headers = {"authorization": "Bearer ann-token", "accept": "text/event-stream"}
    asking = asyncio.create_task(door.ask("subscription { ticks }", None, **headers))
    await until(lambda: len(desk.asked) == 1)
    del desk.sessions["ann-token"]
    await door.sockets.recheck("ann")
    desk.hold.set()
    assert "SESSION_ENDED" in (await asyncio.wait_for(asking, PATIENCE)).text


async def test_a_client_that_leaves_while_it_signs_in_leaves_nothing(door: Door, desk: Desk, logged: Keeper) -> None:
    desk.hold = asyncio.Event()
    async with door.open() as connection:
        await Line(connection).send({"type": "connection_init", "payload": ANN})
        await until(lambda: len(desk.asked) == 1)
        connection.transport.abort()
    await until(lambda: not door.lines)
    running = len(door.server.server_state.tasks)
    desk.hold.set()
    await until(lambda: len(door.server.server_state.tasks) < running)
    assert door.sockets.person_ids() == set() and logged.records == []


async def test_rechecks_may_overlap(door: Door, desk: Desk, logged: Keeper) -> None:
    async with door.connected(ANN) as line:
        del desk.sessions["ann-token"]
        await asyncio.gather(*(door.sockets.recheck("ann") for _ in range(3)))
        assert (await line.closed())[0] == 4403
    await until(lambda: not door.sockets.person_ids())
    gc.collect()
    assert logged.records == []


async def test_a_long_reason_fits_into_the_close_frame(
    door: Door, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(WORDS["SESSION_ENDED"], "en", "é" * 200)
    async with door.connected(ANN) as line:
        del desk.sessions["ann-token"]
        await door.sockets.recheck("ann")
        code, reason = await line.closed()
    assert code == 4403 and 120 < len(str(reason).encode()) <= 123


async def test_a_stalled_reader_does_not_hold_up_the_others(
    open_door: Opener, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its close frame cannot be sent, but its operations end and so do the other sockets."""
    monkeypatch.setattr(server, "SLOW_READER_SECONDS", 1000)
    monkeypatch.setattr(socket, "CLOSE_SECONDS", 0.1)
    monkeypatch.setattr(sockets, "AT_ONCE", 1)
    async with open_door(slow_reader_limit=100_000) as door, door.connected(ANN, compression=None) as stalled:
        stalled.connection.transport.pause_reading()
        await stalled.start("subscription { flood(size: 100000) }")
        await until(lambda: any(not line.writable.is_set() for line in door.lines))
        async with door.connected(ANN) as line:
            del desk.sessions["ann-token"]
            await asyncio.wait_for(door.sockets.recheck("ann"), PATIENCE)
            assert (await line.closed())[0] == 4403
        await until(lambda: desk.finished == ["flood"])
        stalled.connection.transport.abort()


async def test_a_socket_that_signed_nobody_in_is_not_counted(door: Door) -> None:
    async with door.connected() as line, door.open() as silent:
        await line.ask("{ hello }")
        await Line(silent).send({"type": "ping"})
        await Line(silent).read()
        assert door.sockets.person_ids() == set()
