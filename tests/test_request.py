"""Requests: who sees which, on every path."""

import pytest

from tests.ask import Service
from tests.cast import REQUESTS, SEES

LIST = "{ requests(first: 100) { totalCount nodes { id number title } } }"
ONE = """query($id: ID!) {
  request(id: $id) { id title site { name } requester { name phone email organization { name } }
    assignees { name phone email } comments { nodes { body author { name } } } viewerCan { assign cancel } }
}"""
NODE = "query($id: ID!) { node(id: $id) { id ... on Request { title } } }"


@pytest.mark.parametrize("name", SEES)
async def test_each_sees_their_own(service: Service, name: str) -> None:
    page = (await service.ask(name, LIST))["requests"]
    assert service.cast.requests([row["id"] for row in page["nodes"]]) == SEES[name]
    assert page["totalCount"] == len(SEES[name])
    for each in REQUESTS:
        row = service.cast.request(each)
        assert bool((await service.ask(name, ONE, id=row))["request"]) is (each in SEES[name])
        assert bool((await service.ask(name, NODE, id=row))["node"]) is (each in SEES[name])
