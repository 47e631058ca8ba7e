"""Hostile and careless HTTP requests: a typed refusal each, and never a 500."""

import asyncio
import json
from typing import Any

import pytest

from tests.transport.door import PATIENCE, Door, Opener, codes

QUERY = b'{"query":"{ hello }"'
BODIES: list[tuple[str, bytes, int, str]] = [
    ("empty", b"", 400, "INVALID_JSON"),
    ("no JSON", b"query=hello", 400, "INVALID_JSON"),
    ("cut off", QUERY, 400, "INVALID_JSON"),
    ("a string", b'"x"', 400, "INVALID_REQUEST"),
    ("null", b"null", 400, "INVALID_REQUEST"),
    ("a number", b"1", 400, "INVALID_REQUEST"),
    ("no query", b"{}", 400, "INVALID_REQUEST"),
    ("empty query", b'{"query":""}', 400, "INVALID_REQUEST"),
    ("batch", b"[" + QUERY + b"}]", 400, "BATCHING_OFF"),
    ("empty batch", b"[]", 400, "BATCHING_OFF"),
    ("query is a list", b'{"query":["{ hello }"]}', 400, "INVALID_REQUEST"),
    ("query is a number", b'{"query":1}', 400, "INVALID_REQUEST"),
    ("variables are a list", QUERY + b',"variables":[]}', 400, "INVALID_REQUEST"),
    ("variables are a string", QUERY + b',"variables":"{}"}', 400, "INVALID_REQUEST"),
    ("operationName is an object", QUERY + b',"operationName":{}}', 400, "INVALID_REQUEST"),
    ("operationName is true", QUERY + b',"operationName":true}', 400, "INVALID_REQUEST"),
    ("extensions are a list", QUERY + b',"extensions":[1]}', 400, "INVALID_REQUEST"),
    ("NaN", QUERY + b',"variables":{"a":NaN}}', 400, "INVALID_JSON"),
    ("infinity", QUERY + b',"variables":{"a":1e999}}', 400, "INVALID_JSON"),
    ("invalid UTF-8", b'{"query":"{ hello(name: \\"\xff\\") }"}', 400, "INVALID_JSON"),
    ("UTF-16", '{"query":"{ hello }"}'.encode("utf-16"), 400, "INVALID_JSON"),
    ("lone surrogate in a variable", QUERY + b',"variables":{"a":"\\ud800"}}', 400, "INVALID_JSON"),
    ("lone surrogate in the query", b'{"query":"{ hello(name: \\"\\udfff\\") }"}', 400, "INVALID_JSON"),
    ("NUL in a variable", QUERY + b',"variables":{"a":["b\\u0000c"]}}', 400, "INVALID_TEXT"),
    ("NUL in a variable's name", QUERY + b',"variables":{"a\\u0000":1}}', 400, "INVALID_TEXT"),
    ("NUL in the query", b'{"query":"{ hello }\\u0000"}', 400, "INVALID_TEXT"),
    ("NUL in the operation name", QUERY + b',"operationName":"\\u0000"}', 400, "INVALID_TEXT"),
    ("NUL by a GraphQL escape", b'{"query":"{ hello(name: \\"\\\\u0000\\") }"}', 400, "INVALID_TEXT"),
    ("NUL by a braced escape", b'{"query":"{ hello(name: \\"\\\\u{0}\\") }"}', 400, "INVALID_TEXT"),
    ("surrogate by a GraphQL escape", b'{"query":"{ hello(name: \\"\\\\ud800\\") }"}', 200, "SYNTAX_ERROR"),
    ("5,000 digits", QUERY + b',"variables":{"a":' + b"9" * 5000 + b"}}", 400, "INVALID_JSON"),
    ("5,000 digits in the query", b'{"query":"{ number(value: ' + b"9" * 5000 + b') }"}', 200, "VALIDATION_FAILED"),
    ("100,000 brackets", b"[" * 100_000, 400, "INVALID_JSON"),
    ("100,000 pairs of brackets", b"[" * 100_000 + b"]" * 100_000, 400, "INVALID_JSON"),
    ("100,000 objects", b'{"a":' * 100_000, 400, "INVALID_JSON"),
    ("1,000 levels", QUERY + b',"variables":{"a":' + b"[" * 999 + b"]" * 999 + b"}}", 400, "NESTED_TOO_DEEPLY"),
    ("no GraphQL", b'{"query":"hello?"}', 200, "SYNTAX_ERROR"),
    ("brackets in the query", b'{"query":"' + b"{a" * 5000 + b'"}', 200, "DEPTH_LIMIT"),
    ("unknown field", b'{"query":"{ helo }"}', 200, "VALIDATION_FAILED"),
    ("comment only", b'{"query":"# nothing"}', 200, "SYNTAX_ERROR"),
    ("no operation", b'{"query":"fragment f on Query { hello }"}', 200, "NO_OPERATION"),
    ("type definitions", b'{"query":"type A { b: Int }"}', 200, "NO_OPERATION"),
    ("unknown operation", b'{"query":"query a { hello }","operationName":"b"}', 200, "UNKNOWN_OPERATION"),
    ("two operations", b'{"query":"query a { hello } query b { hello }"}', 200, "OPERATION_NAME_REQUIRED"),
    ("subscription", b'{"query":"subscription { count }"}', 200, "SUBSCRIPTION_NEEDS_STREAM"),
    ("missing variable", b'{"query":"query($v: Int!) { number(value: $v) }"}', 200, "BAD_VARIABLES"),
    (
        "wrong variable",
        b'{"query":"query($v: Int!) { number(value: $v) }","variables":{"v":"\xe2\x82\xac"}}',
        200,
        "BAD_VARIABLES",
    ),
    (
        "an integer too large",
        b'{"query":"query($v: Int!) { number(value: $v) }","variables":{"v":99999999999999999999}}',
        200,
        "BAD_VARIABLES",
    ),
]


@pytest.mark.parametrize(("body", "status", "code"), [case[1:] for case in BODIES], ids=[case[0] for case in BODIES])
async def test_hostile_bodies_get_a_typed_refusal(door: Door, body: bytes, status: int, code: str) -> None:
    old = await door.send(body)
    new = await door.send(body, accept="application/graphql-response+json")
    assert (old.status_code, new.status_code) == (status, 400)
    assert codes(old.json()["errors"])[0] == codes(new.json()["errors"])[0] == code
    assert "data" not in old.json()
    assert new.headers["content-type"] == "application/graphql-response+json"


async def test_refusals_speak_the_language_of_the_client(door: Door) -> None:
    french = await door.send(b"[]", accept_language="de, fr-CA;q=0.8, en;q=0.5")
    english = await door.send(b"[]", accept_language="xx")
    assert french.json()["errors"][0]["message"] == "Envoyez une seule opération par requête."
    assert english.json()["errors"][0]["message"] == "Send one operation per request."


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_refused_with_allow(door: Door, method: str) -> None:
    response = await door.http.request(method, door.url, params={"query": "{hello}"}, headers={"accept": "*/*"})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert codes(response.json()["errors"]) == ["METHOD_NOT_ALLOWED"]


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "text/plain; application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "application/json; charset=utf-8; charset=utf-16",
        "application/json; charset=utf-8; charset=utf-8",
        "application/json; a=1; a=2",
        "application/json; charset=latin-1",
        "application/json, text/plain",
        "",
    ],
)
async def test_other_content_types_are_refused(door: Door, content_type: str) -> None:
    response = await door.send(QUERY + b"}", content_type=content_type)
    assert response.status_code == 415
    assert codes(response.json()["errors"]) == ["UNSUPPORTED_MEDIA_TYPE"]


async def test_two_content_types_are_refused(door: Door) -> None:
    head = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Type: text/plain\r\n"
    answer = await door.raw(head + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}")
    assert answer.startswith(b"HTTP/1.1 415 ")


@pytest.mark.parametrize(
    "content_type", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"']
)
async def test_json_is_accepted_however_it_is_spelt(door: Door, content_type: str) -> None:
    response = await door.send(QUERY + b"}", content_type=content_type)
    assert response.json()["data"] == {"hello": "Hello world"}


async def test_a_body_over_the_limit_is_refused(open_door: Opener) -> None:
    body = json.dumps({"query": "{ hello }", "variables": {"a": "x" * 2000}}).encode()

    async def chunks() -> Any:
        for start in range(0, len(body), 100):
            yield body[start : start + 100]

    async with open_door(max_body=1000) as door:
        whole = await door.send(body)
        chunked = await door.http.post(door.url, content=chunks(), headers={"content-type": "application/json"})
        fitting = await door.send(QUERY + b"}" + b" " * (1000 - len(QUERY) - 1))
    assert [whole.status_code, chunked.status_code, fitting.status_code] == [413, 413, 200]
    assert codes(whole.json()["errors"]) == codes(chunked.json()["errors"]) == ["BODY_TOO_LARGE"]


async def test_a_body_that_never_ends_is_given_up(open_door: Opener) -> None:
    head = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n"
    async with open_door(header_timeout=0.3) as door:
        answer = await door.raw(head + b"{")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"BODY_TIMEOUT" in answer and b"connection: close" in answer.lower()


async def test_an_endless_chunked_body_is_cut(open_door: Opener) -> None:
    head = (
        b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    async with open_door(max_body=1000) as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        writer.write(head + b"3e8\r\n" + b"x" * 1000 + b"\r\n")
        writer.write(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
        for _ in range(20):
            writer.write(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
        answer = await asyncio.wait_for(reader.readline(), PATIENCE)
        writer.close()
    assert answer.startswith(b"HTTP/1.1 413 ")
