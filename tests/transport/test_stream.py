"""Server-sent events, in the distinct connections mode of graphql-sse."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from app.transport import stream
from tests.transport.door import PATIENCE, Door, codes, until
from tests.transport.graph import Desk, Viewer

EVENTS = "text/event-stream"
URQL = "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, */*;q=0.1"


@asynccontextmanager
async def streaming(door: Door, query: str, **headers: str) -> AsyncIterator[httpx2.Response]:
    named = {"accept": EVENTS} | {name.replace("_", "-"): value for name, value in headers.items()}
    async with door.http.stream("POST", door.url, json={"query": query}, headers=named) as response:
        yield response


async def read_events(response: httpx2.Response) -> AsyncIterator[tuple[str, Any]]:
    """The events, split the way urql does: by blank lines of LF LF."""
    waiting = ""
    async for text in response.aiter_text():
        waiting += text
        *events, waiting = waiting.split("\n\n")
        for event in events:
            lines = dict(line.partition(": ")[::2] for line in event.split("\n"))
            yield lines.get("event", event), json.loads(lines.get("data") or "null")


@pytest.mark.parametrize("accept", [EVENTS, URQL])
async def test_a_subscription_is_streamed(door: Door, accept: str) -> None:
    async with streaming(door, "subscription { count(to: 2) }", accept=accept) as response:
        text = (await response.aread()).decode()
    assert (response.status_code, response.headers["content-type"]) == (200, EVENTS)
    assert response.headers["cache-control"] == "no-store, no-transform"
    assert text == (
        'event: next\ndata: {"data":{"count":0},"extensions":{"cost":1}}\n\n'
        'event: next\ndata: {"data":{"count":1}}\n\n'
        "event: complete\ndata: \n\n"
    )


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/graphql-response+json", 400),
        ("application/json", 200),
        ("multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json", 200),
    ],
)
async def test_without_the_accept_header_it_is_refused(door: Door, accept: str, status: int) -> None:
    response = await door.ask("subscription { count }", accept=accept)
    assert response.status_code == status
    assert codes(response.json()["errors"]) == ["SUBSCRIPTION_NEEDS_STREAM"]
    assert "text/event-stream" in response.json()["errors"][0]["message"]


async def test_a_wrong_subscription_is_refused_before_it_streams(door: Door) -> None:
    response = await door.ask("subscription { coun }", accept=EVENTS)
    assert (response.status_code, codes(response.json()["errors"])) == (400, ["VALIDATION_FAILED"])


async def test_a_wrong_token_gets_no_stream(door: Door) -> None:
    response = await door.ask("subscription { ticks }", accept=EVENTS, authorization="Bearer wrong")
    assert (response.status_code, codes(response.json()["errors"])) == (401, ["UNAUTHENTICATED"])


async def test_wrong_variables_end_the_stream(door: Door) -> None:
    response = await door.ask("subscription($t: Int!) { count(to: $t) }", {"t": "x"}, accept=EVENTS)
    first, last = response.text.strip("\n").split("\n\n")
    assert codes(json.loads(first.partition("data: ")[2])["errors"]) == ["BAD_VARIABLES"]
    assert last == "event: complete\ndata: "


async def test_a_bug_ends_the_stream_masked(door: Door) -> None:
    response = await door.ask("subscription { breaks }", accept=EVENTS)
    assert "INTERNAL" in response.text and "cellar" not in response.text
    assert response.text.endswith("event: complete\ndata: \n\n")


async def test_pings_keep_a_quiet_stream_open(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stream.PING_SECONDS == 15
    monkeypatch.setattr(stream, "PING_SECONDS", 0.05)
    async with streaming(door, "subscription { ticks }") as response:
        events = read_events(response)
        names = [(await anext(events))[0] for _ in range(3)]
    assert names == ["next", ": ping", ": ping"]


async def test_a_client_that_leaves_ends_the_subscription(door: Door, desk: Desk) -> None:
    async with streaming(door, "subscription { ticks }", authorization="Bearer ann-token") as response:
        await anext(read_events(response))
        assert door.sockets.person_ids() == {"ann"}
    await until(lambda: desk.finished == ["ticks"])
    await until(lambda: door.sockets.person_ids() == set())


async def test_a_session_that_ends_ends_the_stream(door: Door, desk: Desk) -> None:
    desk.sessions["ann-token"].language = "fr"
    async with streaming(door, "subscription { ticks }", authorization="Bearer ann-token") as response:
        events = read_events(response)
        await anext(events)
        del desk.sessions["ann-token"]
        await door.sockets.recheck("ann")
        rest = [event async for event in events]
    assert [name for name, _ in rest] == ["next", "complete"]
    assert codes(rest[0][1]["errors"]) == ["SESSION_ENDED"]
    assert "Reconnectez-vous" in rest[0][1]["errors"][0]["message"]
    assert desk.finished == ["ticks"]


async def test_a_session_that_lives_keeps_its_stream(door: Door, desk: Desk) -> None:
    desk.sessions["ann-token"] = Viewer("ann", "s1", "fr")
    async with streaming(door, "subscription { ticks }", authorization="Bearer ann-token") as response:
        events = read_events(response)
        await anext(events)
        await door.sockets.recheck("ann")
        assert door.sockets.person_ids() == {"ann"} and desk.finished == []


async def test_a_stalled_client_holds_up_only_itself(door: Door, desk: Desk) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    body = json.dumps({"query": "subscription { flood(size: 100000) }"}).encode()
    head = "POST /graphql HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    await asyncio.wait_for(reader.readuntil(b"event: next"), PATIENCE)
    assert (await door.ask("{ hello }")).status_code == 200
    writer.transport.abort()
    await until(lambda: "flood" in desk.finished)
