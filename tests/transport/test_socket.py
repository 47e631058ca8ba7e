"""graphql-transport-ws: the protocol, and clients that do not keep to it."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import pytest
import websockets

from app.transport import socket
from tests.transport.conftest import Keeper
from tests.transport.door import PATIENCE, Door, Line, Opener, codes, until
from tests.transport.graph import Desk

INIT = {"type": "connection_init"}


async def test_a_subscription_runs_to_its_end(door: Door) -> None:
    async with door.connected() as line:
        messages = await line.ask("subscription { count(to: 2) }", "7")
    assert messages == [
        {"id": "7", "type": "next", "payload": {"data": {"count": 0}, "extensions": {"cost": 1}}},
        {"id": "7", "type": "next", "payload": {"data": {"count": 1}}},
        {"id": "7", "type": "complete"},
    ]


async def test_queries_and_mutations_run_too(door: Door) -> None:
    async with door.connected() as line:
        query = await line.ask("query($n: String!) { hello(name: $n) }", variables={"n": "Ann"})
        mutation = await line.ask("query a { hello } mutation b { touch }", operationName="b")
    assert query[0]["payload"]["data"] == {"hello": "Hello Ann"}
    assert mutation[0]["payload"]["data"] == {"touch": True}


async def test_operations_run_side_by_side(door: Door) -> None:
    async with door.connected() as line:
        await line.start('subscription { ticks(name: "a") }', "a")
        await line.start("{ forever }", "f")
        await line.start('subscription { ticks(name: "b") }', "b")
        seen = {(message["id"], message["type"]) for message in [await line.read(), await line.read()]}
        assert seen == {("a", "next"), ("b", "next")}


async def test_an_id_is_free_again_once_its_operation_ended(door: Door) -> None:
    async with door.connected() as line:
        for _ in range(3):
            assert (await line.ask("{ hello }", "same"))[-1] == {"id": "same", "type": "complete"}


async def test_complete_stops_a_subscription(door: Door, desk: Desk) -> None:
    async with door.connected() as line:
        await line.start("subscription { ticks }")
        await line.read()
        await line.send({"id": "1", "type": "complete"})
        await line.send({"id": "unknown", "type": "complete"})
        await until(lambda: desk.finished == ["ticks"])
        assert (await line.ask("{ hello }"))[-1]["type"] == "complete"


async def test_ping_is_answered(door: Door) -> None:
    async with door.open() as connection:
        line = Line(connection)
        await line.send({"type": "ping", "payload": {"a": 1}})
        assert await line.read() == {"type": "pong"}
        await line.send({"type": "pong"})
        await line.send({"type": "connection_init", "payload": None})
        assert await line.read() == {"type": "connection_ack"}


async def test_the_server_pings(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    assert socket.PING_SECONDS == 20
    monkeypatch.setattr(socket, "PING_SECONDS", 0.05)
    async with door.connected() as line:
        assert await line.read() == await line.read() == {"type": "ping"}


def subscribe(**message: Any) -> dict[str, Any]:
    return {"id": "1", "type": "subscribe", "payload": {"query": "{ hello }"}} | message


MALFORMED: list[tuple[str, Any]] = [
    ("no JSON", "hello"),
    ("empty", ""),
    ("NaN", '{"type":"ping","payload":{"a":NaN}}'),
    ("bottomless", "[" * 100_000),
    ("5,000 digits", '{"type":"ping","payload":{"a":' + "9" * 5000 + "}}"),
    ("lone surrogate", '{"type":"ping","payload":{"a":"\\ud800"}}'),
    ("a list", [subscribe()]),
    ("a string", '"x"'),
    ("null", "null"),
    ("a number", "1"),
    ("binary", json.dumps(subscribe()).encode()),
    ("no type", {}),
    ("unknown type", {"type": "start", "id": "1"}),
    ("type is a list", {"type": ["ping"]}),
    ("ping with a list", {"type": "ping", "payload": []}),
    ("NUL in a ping", {"type": "ping", "payload": {"a": "\0"}}),
    ("id is a number", subscribe(id=1)),
    ("id is a list", subscribe(id=[])),
    ("id is null", subscribe(id=None)),
    ("id is empty", subscribe(id="")),
    ("no id", {"type": "subscribe", "payload": {"query": "{ hello }"}}),
    ("payload is a list", subscribe(payload=[])),
    ("payload is a string", subscribe(payload="{ hello }")),
    ("payload is null", subscribe(payload=None)),
    ("no query", subscribe(payload={})),
    ("query is a number", subscribe(payload={"query": 1})),
    ("variables are a list", subscribe(payload={"query": "{ hello }", "variables": []})),
    ("operationName is a number", subscribe(payload={"query": "{ hello }", "operationName": 1})),
    ("complete without id", {"type": "complete"}),
    ("complete with a number", {"type": "complete", "id": 1}),
]


@pytest.mark.parametrize("frame", [case[1] for case in MALFORMED], ids=[case[0] for case in MALFORMED])
async def test_malformed_frames_close_with_4400(door: Door, logged: Keeper, frame: Any) -> None:
    async with door.connected() as line:
        await line.send(frame)
        code, reason = await line.closed()
    assert (code, str(reason).split(":")[0]) == (4400, "INVALID_MESSAGE")
    assert logged.records == []


@pytest.mark.parametrize("payload", [[], "x", 1, {"a": "\0"}])
async def test_malformed_init_closes_with_4400(door: Door, payload: Any) -> None:
    async with door.open() as connection:
        await Line(connection).send(INIT | {"payload": payload})
        assert (await Line(connection).closed())[0] == 4400


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": "{ hello }", "variables": {"a": "\0"}}, "INVALID_TEXT"),
        ({"query": '{ hello(name: "\\u0000") }'}, "INVALID_TEXT"),
        ({"query": "{"}, "SYNTAX_ERROR"),
        ({"query": "{ helo }"}, "VALIDATION_FAILED"),
        ({"query": "query a { hello }", "operationName": "b"}, "UNKNOWN_OPERATION"),
        ({"query": "query a { hello } query b { hello }"}, "OPERATION_NAME_REQUIRED"),
        ({"query": "fragment a on Query { hello }"}, "NO_OPERATION"),
        ({"query": "query($v: Int!) { number(value: $v) }"}, "BAD_VARIABLES"),
        ({"query": "subscription($v: Int!) { count(to: $v) }", "variables": {"v": "x"}}, "BAD_VARIABLES"),
        ({"query": "{" + "a " * 3000 + "}"}, "TOKEN_LIMIT"),
    ],
)
async def test_a_wrong_operation_is_an_error_and_the_socket_lives_on(
    door: Door, payload: dict[str, Any], code: str
) -> None:
    async with door.connected() as line:
        await line.send(subscribe(payload=payload))
        error = await line.read()
        assert (error["id"], error["type"], codes(error["payload"])) == ("1", "error", [code])
        assert (await line.ask("{ hello }"))[0]["type"] == "next"


async def test_subscribing_before_the_ack_closes_with_4401(door: Door) -> None:
    async with door.open() as connection:
        await Line(connection).send(subscribe())
        assert (await Line(connection).closed())[0] == 4401


async def test_a_second_init_closes_with_4429(door: Door) -> None:
    async with door.connected() as line:
        await line.send(INIT)
        assert (await line.closed())[0] == 4429


async def test_an_id_in_use_closes_with_4409(door: Door) -> None:
    async with door.connected() as line:
        await line.start("subscription { ticks }")
        await line.start("subscription { ticks }")
        assert (await line.closed())[0] == 4409


async def test_no_init_closes_with_4408(open_door: Opener) -> None:
    async with open_door(connection_init_timeout=0.2) as door, door.open() as connection:
        code, reason = await Line(connection).closed()
    assert (code, str(reason).split(":")[0]) == (4408, "INIT_TIMEOUT")


async def test_the_time_for_init_does_not_touch_admitted_sockets(open_door: Opener) -> None:
    async with open_door(connection_init_timeout=0.1) as door, door.connected() as line:
        await asyncio.sleep(0.3)
        assert (await line.ask("{ hello }"))[-1]["type"] == "complete"


@pytest.mark.parametrize("protocols", [["graphql-ws"], None])
async def test_other_protocols_are_refused(door: Door, protocols: Any) -> None:
    async with websockets.connect(door.url.replace("http", "ws"), subprotocols=protocols) as connection:
        assert connection.subprotocol is None
        assert (await Line(connection).closed())[0] == 4406


async def test_a_socket_runs_so_many_operations_at_once(open_door: Opener) -> None:
    async with open_door(max_subscriptions=2) as door, door.connected() as line:
        for name in ("a", "b"):
            await line.start("subscription { ticks }", name)
            await line.read()
        [refused] = await line.ask("subscription { ticks }", "c")
        assert refused["payload"][0]["extensions"] == {"code": "SUBSCRIPTION_LIMIT", "limit": 2}
        await line.send({"id": "a", "type": "complete"})
        assert (await line.ask("{ hello }", "d"))[-1]["type"] == "complete"


async def test_messages_are_limited(open_door: Opener) -> None:
    async with open_door(max_socket_message=1000) as door, door.connected() as line:
        assert (await line.ask("{ hello }" + " " * 900))[-1]["type"] == "complete"
        await line.send("x" * 1001)
        assert (await line.closed())[0] == 1009


async def opens(door: Door, params: dict[str, Any] | None = None) -> bool:
    """Whether one more socket finds a place for a moment."""
    async with door.open() as connection:
        line = Line(connection)
        with suppress(websockets.ConnectionClosed):
            await line.send({"type": "connection_init", "payload": params or {}})
            return bool((await line.read())["type"] == "connection_ack")
        assert (connection.close_code, str(connection.close_reason).split(":")[0]) == (1013, "TOO_MANY_SOCKETS")
        return False


@pytest.mark.parametrize("limit", ["max_anonymous_sockets", "max_anonymous_sockets_per_address"])
async def test_strangers_keep_so_many_sockets_open(open_door: Opener, logged: Keeper, limit: str) -> None:
    async with open_door(**{limit: 2}) as door:
        async with door.connected(), door.open():
            assert not await opens(door)
            assert not await opens(door, {"authorization": "Bearer ann-token"})
        await until(lambda: not door.lines)
        assert await opens(door)
    assert logged.records == []


async def test_whoever_signs_in_leaves_their_place_to_strangers(open_door: Opener) -> None:
    signed_in = {"authorization": "Bearer ann-token"}
    async with (
        open_door(max_anonymous_sockets_per_address=1) as door,
        door.connected(signed_in),
        door.connected(signed_in),
        door.connected(),
    ):
        assert not await opens(door)


async def test_leaving_within_a_subscription_ends_it_quietly(
    door: Door, desk: Desk, logged: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "PING_SECONDS", 1000)
    async with door.connected({"authorization": "Bearer ann-token"}) as line:
        await line.start("subscription { flood(size: 1000) }", "a")
        await line.start("subscription { ticks }", "b")
        await line.start("{ forever }", "c")
        await desk.running.wait()
        assert door.sockets.person_ids() == {"ann"}
    await until(lambda: sorted(desk.finished) == ["flood", "forever", "ticks"])
    await until(lambda: not any("SocketHandler" in repr(task) for task in asyncio.all_tasks()))
    assert door.sockets.person_ids() == set()
    assert logged.records == []


async def test_a_lost_connection_ends_its_operations_quietly(door: Door, desk: Desk, logged: Keeper) -> None:
    async with door.connected() as line:
        await line.start("subscription { flood(size: 1000) }")
        await line.read()
        line.connection.transport.abort()
        await until(lambda: desk.finished == ["flood"])
    assert logged.records == []


async def test_many_sockets_come_and_go(door: Door, desk: Desk, logged: Keeper) -> None:
    async def visit(number: int) -> None:
        async with door.connected({"authorization": "Bearer ann-token"}) as line:
            await line.start("subscription { ticks }")
            await line.read()
            if number % 2:
                line.connection.transport.abort()

    await asyncio.wait_for(asyncio.gather(*(visit(number) for number in range(40))), PATIENCE)
    await until(lambda: len(desk.finished) == 40 and not door.sockets.person_ids())
    assert logged.records == []
