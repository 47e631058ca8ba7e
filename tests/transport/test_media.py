"""Which media type answers, and with which status."""

import pytest

from app.transport.media import GRAPHQL, JSON, read_accept
from tests.transport.door import Door

URQL = "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, */*;q=0.1"


@pytest.mark.parametrize(
    ("accept", "media_type", "status", "events"),
    [
        (None, JSON, 200, False),
        ("", JSON, 200, False),
        ("*/*", JSON, 200, False),
        ("application/*", JSON, 200, False),
        ("application/json", JSON, 200, False),
        ("Application/GraphQL-Response+JSON", GRAPHQL, 400, False),
        ("application/graphql-response+json, application/json;q=0.9", GRAPHQL, 400, False),
        ("application/json, application/graphql-response+json;q=0.9", JSON, 200, False),
        ("application/json, application/graphql-response+json;q=0", JSON, 200, False),
        ("application/graphql-response+json;q=oops, */*", JSON, 200, False),
        ("text/plain; x=application/graphql-response+json", JSON, 400, False),
        ("text/event-stream", JSON, 400, True),
        ("text/event-stream;q=0", JSON, 400, False),
        (URQL, GRAPHQL, 400, True),
    ],
)
def test_accept_is_parsed(accept: str | None, media_type: str, status: int, events: bool) -> None:
    read = read_accept(accept)
    assert (read.media_type, read.request_error_status, read.events) == (media_type, status, events)


@pytest.mark.parametrize(
    "accept", ["application/json", "application/graphql-response+json", URQL, "text/event-stream"]
)
async def test_queries_are_answered_with_json(door: Door, accept: str) -> None:
    response = await door.ask("{ hello }", accept=accept)
    assert response.status_code == 200
    assert "json" in response.headers["content-type"]
    assert response.json()["data"] == {"hello": "Hello world"}


async def test_an_error_of_a_field_is_no_request_error(door: Door) -> None:
    response = await door.ask("{ hello refused }", accept=GRAPHQL)
    assert response.status_code == 200
    assert response.json()["data"] == {"hello": "Hello world", "refused": None}
    assert response.json()["errors"][0]["extensions"] == {"code": "FORBIDDEN"}


async def test_mutations_work_by_post(door: Door) -> None:
    assert (await door.ask("mutation { touch }")).json()["data"] == {"touch": True}


async def test_a_named_operation_is_chosen(door: Door) -> None:
    body = b'{"query":"query a { hello } query b { number(value: 2) }","operationName":"b","extensions":{}}'
    assert (await door.send(body)).json()["data"] == {"number": 2}
