"""Errors on their way out: no internals for the client, no secrets for the log."""

import asyncio
import re
from unittest.mock import AsyncMock

import pytest
from graphql import GraphQLError
from strawberry.types.execution import PreExecutionError

from app.transport.media import GRAPHQL
from app.transport.view import GraphView
from tests.transport.conftest import Keeper
from tests.transport.door import Door, Opener, codes, until
from tests.transport.graph import Desk

AWAY = ConnectionError("the database at db.internal is away")


async def test_a_bug_is_masked_and_can_be_found_in_the_log(door: Door, logged: Keeper) -> None:
    response = await door.ask("{ hello boom }", accept_language="fr", accept=GRAPHQL)
    [error] = response.json()["errors"]
    assert (response.status_code, response.json()["data"]) == (200, {"hello": "Hello world", "boom": None})
    assert re.fullmatch("[0-9a-f]{12}", error["extensions"]["id"])
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["path"] == ["boom"]
    assert error["extensions"]["id"] in error["message"] and "assistance" in error["message"]
    assert "cellar" not in response.text
    [record] = logged.records
    assert error["extensions"]["id"] in logged.text
    assert "Traceback" in logged.text and "in the cellar" in logged.text and "in boom" in logged.text
    assert record.name == "guichet.graph"


async def test_the_log_holds_neither_query_nor_variables_nor_tokens(door: Door, logged: Keeper) -> None:
    query = 'query Odd($s: String!) { first: boom(secret: $s) second: boom(secret: "literal-secret") }'
    response = await door.ask(query, {"s": "variable-secret"}, authorization="Bearer ann-token")
    assert codes(response.json()["errors"]) == ["INTERNAL", "INTERNAL"]
    assert logged.text.count("it broke on [redacted] in the cellar") == 2
    for secret in ("variable-secret", "literal-secret", "ann-token", "query Odd"):
        assert secret not in logged.text


async def test_each_bug_has_its_own_id(door: Door) -> None:
    errors = (await door.ask("{ a: boom b: boom }")).json()["errors"]
    assert errors[0]["extensions"]["id"] != errors[1]["extensions"]["id"]


async def test_our_own_errors_pass_and_are_not_logged(door: Door, logged: Keeper) -> None:
    [error] = (await door.ask("{ refused }")).json()["errors"]
    assert (error["message"], error["extensions"]) == ("Not for you.", {"code": "FORBIDDEN"})
    assert logged.records == []


async def test_mistakes_of_the_client_are_not_logged(door: Door, logged: Keeper) -> None:
    for query in ("{", "{ helo }", "query($v: Int!) { number(value: $v) }", "subscription { count }"):
        await door.ask(query)
    assert logged.records == []


async def test_a_failing_desk_is_masked(door: Door, desk: Desk, logged: Keeper) -> None:
    desk.broken = AWAY
    response = await door.ask("{ hello }")
    assert (response.status_code, codes(response.json()["errors"])) == (500, ["INTERNAL"])
    assert "db.internal" not in response.text and "db.internal" in logged.text


async def test_a_time_out_of_the_database_is_not_that_of_the_operation(door: Door, desk: Desk) -> None:
    desk.broken = TimeoutError("no connection to db.internal")
    assert codes((await door.ask("{ hello }")).json()["errors"]) == ["INTERNAL"]


async def test_a_bug_before_the_first_field_is_masked(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    error = GraphQLError("it broke in the cellar", original_error=ValueError("in the cellar"))
    monkeypatch.setattr(GraphView, "execute", AsyncMock(return_value=PreExecutionError(None, [error])))
    new, old = await door.ask("{ hello }", accept=GRAPHQL), await door.ask("{ hello }")
    assert (new.status_code, old.status_code) == (500, 200)
    assert codes(new.json()["errors"]) == ["INTERNAL"]
    assert "data" not in new.json() and "cellar" not in new.text


async def test_a_failing_desk_closes_new_sockets(door: Door, desk: Desk, logged: Keeper) -> None:
    desk.broken = AWAY
    async with door.open() as connection:
        await connection.send('{"type":"connection_init"}')
        await connection.wait_closed()
    assert connection.close_code == 1011
    assert "db.internal" not in (connection.close_reason or "") and "db.internal" in logged.text


async def test_bugs_on_sockets_are_masked(door: Door, logged: Keeper) -> None:
    async with door.connected() as line:
        [answer, complete] = await line.ask("{ boom }")
        stream = await line.ask("subscription { breaks }")
    assert codes(answer["payload"]["errors"]) == ["INTERNAL"] and complete["type"] == "complete"
    assert stream[0]["payload"]["data"] == {"breaks": 1}
    assert [message["type"] for message in stream] == ["next", "error"]
    assert codes(stream[1]["payload"]) == ["INTERNAL"]
    assert "cellar" not in str(stream) and logged.text.count("in the cellar") >= 2


HINTED = [
    "{ helo }",
    "{ hello(nam: 1) }",
    "query($v: Strin) { hello(name: $v) }",
    "{ ... on Quer { hello } }",
    "{ things(firs: 1) { nodes { name } } }",
    "{ deep(value: { nam: 1 }) }",
]


@pytest.mark.parametrize("query", HINTED)
async def test_closed_mode_gives_no_hints(shared_closed_door: Door, door: Door, query: str) -> None:
    closed, open_ = await shared_closed_door.ask(query), await door.ask(query)
    assert "Did you mean" in open_.text
    assert codes(closed.json()["errors"])[0] == "VALIDATION_FAILED"
    assert "Did you mean" not in closed.text


async def test_closed_mode_gives_no_hints_about_variables(shared_closed_door: Door, door: Door) -> None:
    query = "query($v: Deep!) { deep(value: $v) }"
    variables = {"v": {"inner": {"inne": "x"}}}
    assert "Did you mean" in (await door.ask(query, variables)).text
    response = await shared_closed_door.ask(query, variables)
    assert codes(response.json()["errors"]) == ["BAD_VARIABLES"]
    assert "Did you mean" not in response.text


@pytest.mark.parametrize("query", ["{ __schema { types { name } } }", '{ __type(name: "Query") { name } }'])
async def test_closed_mode_has_no_introspection(shared_closed_door: Door, door: Door, query: str) -> None:
    assert "errors" not in (await door.ask(query)).json()
    assert codes((await shared_closed_door.ask(query)).json()["errors"])[0] == "VALIDATION_FAILED"
    assert (await shared_closed_door.ask("{ __typename }")).json()["data"] == {"__typename": "Query"}


async def test_long_input_is_not_echoed_at_length(door: Door) -> None:
    response = await door.ask("query($v: Int!) { number(value: $v) }", {"v": "x" * 100_000})
    assert codes(response.json()["errors"]) == ["BAD_VARIABLES"]
    assert len(response.content) < 2000


async def test_an_operation_that_takes_too_long_is_stopped(open_door: Opener, desk: Desk) -> None:
    async with open_door(operation_timeout=0.2) as door:
        response = await door.ask("{ forever }", accept_language="fr")
        async with door.connected() as line:
            [stopped] = await line.ask("{ forever }")
            counted = await line.ask("subscription { ticks count: __typename }")
    assert response.json()["data"] is None
    assert response.json()["errors"][0]["extensions"] == {"code": "TIMEOUT", "limit": 0.2}
    assert "arrêtée" in response.json()["errors"][0]["message"]
    assert (stopped["type"], codes(stopped["payload"])) == ("error", ["TIMEOUT"])
    assert counted[0]["type"] == "error"
    assert desk.finished == ["forever", "forever"]


async def test_an_operation_is_stopped_also_when_its_client_has_gone(open_door: Opener, desk: Desk) -> None:
    body = b'{"query":"{ forever }"}'
    head = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    async with open_door(operation_timeout=0.3) as door:
        _, writer = await asyncio.open_connection("127.0.0.1", door.port)
        writer.write(head % len(body) + body)
        await desk.running.wait()
        writer.transport.abort()
        await until(lambda: desk.finished == ["forever"])
