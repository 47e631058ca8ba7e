"""What payloads and events show of a changed row: what a query shows of it, whatever was shown before."""

from typing import Any

import pytest

from app.reading import reader
from tests.ask import Service

SHOWN = """fragment Shown on Request {
  id title ...Parts site @include(if: $deep) { name } requester @skip(if: $deep) { id name }
}
fragment Parts on Request {
  comments(first: $first) { totalCount nodes { body author { name } } } assignees { id name }
}
"""
CHANGE = (
    """mutation($input: UpdateRequestInput!, $deep: Boolean!, $first: Int = 2) {
  updateRequest(input: $input) { errors { code } request { ...Shown } }
}
"""
    + SHOWN
)
READ = "query($id: ID!, $deep: Boolean!, $first: Int = 2) { request(id: $id) { ...Shown } }\n" + SHOWN
BOTH = (
    """mutation($one: UpdateRequestInput!, $other: UpdateRequestInput!, $deep: Boolean!, $first: Int) {
  one: updateRequest(input: $one) { request { id title } }
  other: updateRequest(input: $other) { request { ...Shown } again: request { id } }
}
"""
    + SHOWN
)
FOLLOW = (
    "subscription($id: ID!, $deep: Boolean!, $first: Int) { requestChanged(id: $id) { request { ...Shown } } }\n"
    + SHOWN
)


SHARED = """
mutation A($input: UpdateRequestInput!, $first: Int = 1, $deep: Boolean = true) {
  updateRequest(input: $input) { ...P }
}
mutation B($input: UpdateRequestInput!, $first: Int = 3, $deep: Boolean = false) {
  updateRequest(input: $input) { ...P }
}
fragment P on UpdateRequestPayload {
  request { id title @include(if: $deep) comments(first: $first) { nodes { body } } }
}
"""


async def said(service: Service, title: str, *bodies: str) -> None:
    """Comments on a request."""
    for body in bodies:
        given = {"requestId": service.cast.request(title), "body": body}
        assert (await service.change("ada", "commentOnRequest", given))["errors"] == []


@pytest.mark.parametrize("deep", [True, False])
async def test_a_payload_shows_what_a_query_shows(service: Service, deep: bool) -> None:
    await said(service, "tap", "one", "two", "three")
    await said(service, "door", "four")
    for variables in ({}, {"first": 1}, {"first": 3}, {}):
        for name, title in (("ada", "tap"), ("max", "door"), ("max", "tap"), ("ada", "gate")):
            key, more = service.cast.request(title), {"deep": deep, **variables}
            given = {"requestId": key, "title": f"{title} by {name} {len(variables)}"}
            payload = (await service.ask(name, CHANGE, input=given, **more))["updateRequest"]
            assert payload["errors"] == []
            assert payload["request"]["title"] == given["title"]
            assert payload["request"] == (await service.ask(name, READ, id=key, **more))["request"]


async def test_two_payloads_in_one_document(service: Service) -> None:
    await said(service, "roof", "five", "six")
    for one, other in (("tap", "roof"), ("roof", "tap"), ("gate", "roof")):
        given: dict[str, Any] = {
            "one": {"requestId": service.cast.request(one), "title": f"{one} first"},
            "other": {"requestId": service.cast.request(other), "title": f"{other} second"},
        }
        data = await service.ask("ada", BOTH, deep=True, first=1, **given)
        assert data["one"]["request"] == {"id": service.cast.request(one), "title": f"{one} first"}
        shown = (await service.ask("ada", READ, id=service.cast.request(other), deep=True, first=1))["request"]
        assert data["other"] == {"request": shown, "again": {"id": service.cast.request(other)}}


async def test_one_plan_shows_every_row_after_every_change(service: Service) -> None:
    before = set(reader.PLANS.kept)
    for name, title in (("ada", "tap"), ("ada", "roof"), ("ada", "gate")):
        given = {"requestId": service.cast.request(title), "title": f"{title}, whatever is written"}
        await service.ask(name, CHANGE, input=given, deep=True)
    assert len(set(reader.PLANS.kept) - before) == 1


@pytest.mark.parametrize("order", ["ABAB", "BABA"])
async def test_operations_that_share_a_fragment_keep_their_own_defaults(service: Service, order: str) -> None:
    await said(service, "tap", "one", "two", "three")
    for number, name in enumerate(order):
        given = {"requestId": service.cast.request("tap"), "title": f"title {number}"}
        body = {"query": SHARED, "operationName": name, "variables": {"input": given}}
        answer = await service.http.post("/graphql", json=body, headers=await service.headers("ada"))
        shown = answer.json()["data"]["updateRequest"]["request"]
        assert len(shown["comments"]["nodes"]) == {"A": 1, "B": 3}[name]
        assert shown.get("title") == {"A": f"title {number}", "B": None}[name]


async def test_a_payload_hides_what_is_hidden(service: Service) -> None:
    """The plan of one viewer serves others of the same rights, each with their own rows."""
    shown = "request { id assignees { name } }"
    for name in ("wes", "wil"):
        given = {"requestId": service.cast.request("roof")}
        payload = await service.change(name, "acknowledgeAssignment", given, shown)
        assert payload["request"]["id"] == service.cast.request("roof")
    for name in ("wil", "wes"):
        given = {"requestId": service.cast.request("roof"), "reason": "no time"}
        payload = await service.change(name, "declineAssignment", given, shown)
        assert payload["errors"] == []
        assert payload["request"] is None, "who gave it back sees it no more"


async def test_events_show_what_a_query_shows(service: Service) -> None:
    key = service.cast.request("tap")
    async with service.socket("ada") as ada, service.socket("wes") as wes:
        for socket in (ada, wes):
            await socket.subscribe(FOLLOW, id=key, deep=True, first=1)
            await socket.next()
        for title in ("once", "twice"):
            given = {"requestId": key, "title": title}
            assert (await service.change("ada", "updateRequest", given))["errors"] == []
            for name, socket in (("ada", ada), ("wes", wes)):
                shown = (await socket.next())["requestChanged"]["request"]
                assert shown["title"] == title
                assert shown == (await service.ask(name, READ, id=key, deep=True, first=1))["request"]
