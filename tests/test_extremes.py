"""Values at the edge of what a database takes."""

import pytest

from tests.ask import Service

OVER = "query($d: DateTime!) { requests(where: {dueAt: {from: $d}}) { totalCount } }"
STATUS = """query($s: [RequestStatus!]) {
  requests(where: {status: $s}) { totalCount nodes { title viewerCan { assign } } } }"""
ROLES = "query($a: [Audience!]) { users(where: {audience: $a}) { totalCount } }"
DUE = "query($id: ID!) { request(id: $id) { dueAt } }"


@pytest.mark.parametrize(
    "instant",
    ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "0999-12-31T23:59:59Z", "9998-12-31T23:59:59-05:00"],
)
async def test_instants_beyond_the_databases_are_refused(service: Service, instant: str) -> None:
    assert await service.refused("ada", OVER, d=instant) == ["INVALID_INSTANT"]
    create = (
        'mutation($d: DateTime!) { createRequest(input: {title: "x", dueAt: $d}) { request { id } errors { code } } }'
    )
    assert await service.refused("ada", create, d=instant) == ["INVALID_INSTANT"]


@pytest.mark.parametrize("instant", ["1000-01-01T00:00:00.000000Z", "9998-12-31T23:59:59.999999Z"])
async def test_instants_within_come_back(service: Service, instant: str) -> None:
    change = {"requestId": service.cast.request("lamp"), "dueAt": instant}
    payload = await service.change("ada", "updateRequest", change, "request { dueAt isOverdue }")
    assert payload["request"]["dueAt"] == instant
    found = await service.ask("ada", DUE, id=service.cast.request("lamp"))
    assert found["request"]["dueAt"] == instant


async def test_a_value_repeated_forty_thousand_times_counts_once(service: Service) -> None:
    page = (await service.ask("ada", STATUS, s=["OPEN"] * 40_000))["requests"]
    assert page["totalCount"] == 6
    assert (await service.ask("ada", ROLES, a=["CONTACT"] * 40_000))["users"]["totalCount"] == 4
