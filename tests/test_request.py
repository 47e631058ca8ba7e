"""Requests: who sees which, on every path."""

from collections.abc import Mapping, Set
from datetime import timedelta

import pytest

from app.models import Request
from app.models.base import now
from app.models.request import RequestStatus
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


# What each may do with the requests that they see, while these are open.
WHOLE = frozenset({"update", "assign", "start", "cancel", "comment", "attach"})
WORK = frozenset({"start", "comment", "attach", "acknowledge", "decline"})
CAN: dict[str, Mapping[str, Set[str]]] = {
    "ada": dict.fromkeys(SEES["ada"], WHOLE | {"delete"}),
    "max": dict.fromkeys(SEES["max"], WHOLE),
    "sam": {"hair": WORK | {"update", "cancel"}},
    "sol": dict.fromkeys(SEES["sol"], WHOLE - {"assign"} | {"delete"}),
    "wes": dict.fromkeys(SEES["wes"], WORK),
    "wil": {"roof": WORK},
    "win": {"gate": WORK},
    "cora": {"tap": set(), "roof": set()},
    "cyn": {"tap": {"update", "attach", "cancel"}},
    "cal": {"tap": set(), "roof": {"update", "attach", "cancel"}},
    "bo": {"gate": {"update", "attach", "cancel"}},
    "zoe": {"zinc": WHOLE | {"delete"}},
    "zed": {"zinc": WORK},
}
BUTTONS = """{ requests(first: 100) { nodes { id
  viewerCan { update assign start hold finish cancel delete reopen comment attach acknowledge decline } } } }"""


@pytest.mark.requirement(24, 38, 60, 102, 103, 105)
@pytest.mark.parametrize("name", CAN)
async def test_the_buttons_of_each(service: Service, name: str) -> None:
    rows = (await service.ask(name, BUTTONS))["requests"]["nodes"]
    names = {service.cast.request(each): each for each in REQUESTS}
    found = {names[row["id"]]: {can for can, allowed in row["viewerCan"].items() if allowed} for row in rows}
    assert found == CAN[name]


async def test_the_buttons_follow_the_status(service: Service) -> None:
    query = BUTTONS.replace("requests(first: 100)", 'requests(where: {priority: [URGENT]}, search: "roof")')
    steps = {
        RequestStatus.IN_PROGRESS: {"hold", "finish", "cancel", "update", "assign", "comment", "attach"},
        RequestStatus.ON_HOLD: {"start", "finish", "cancel", "update", "assign", "comment", "attach"},
        RequestStatus.DONE: {"reopen", "update", "comment", "attach"},
        RequestStatus.CANCELLED: {"reopen", "update", "comment", "attach"},
    }
    for status, expected in steps.items():
        await Request.filter(id=service.cast.key("roof")).update(status=status)
        [row] = (await service.ask("ada", query))["requests"]["nodes"]
        assert {can for can, allowed in row["viewerCan"].items() if allowed} == expected | {"delete"}
        [row] = (await service.ask("cal", query))["requests"]["nodes"]
        closed = status in (RequestStatus.DONE, RequestStatus.CANCELLED)
        assert {can for can, allowed in row["viewerCan"].items() if allowed} == (set() if closed else {"cancel"})


@pytest.mark.requirement(4, 18, 22, 70)
async def test_a_request_tells_what_there_is_to_know(service: Service) -> None:
    cast = service.cast
    query = """query($id: ID!) { request(id: $id) { id number title description kind priority status version closedAt
      requester { name phone } createdBy { name } organization { id } department { id } site { name }
      assignees { name } isOverdue } }"""
    row = (await service.ask("ada", query, id=cast.request("roof")))["request"]
    assert row == {
        "id": cast.request("roof"),
        "number": "R-1002",
        "title": "Roof leaks",
        "description": None,
        "kind": "SERVICE",
        "priority": "URGENT",
        "status": "OPEN",
        "version": 1,
        "closedAt": None,
        "requester": {"name": "Cal Roy", "phone": None},
        "createdBy": {"name": "Cal Roy"},
        "organization": {"id": cast.organization("maple")},
        "department": None,
        "site": {"name": "North"},
        "assignees": [{"name": "Wes Roy"}, {"name": "Wil Roy"}],
        "isOverdue": False,
    }
    assert (await service.ask("ada", query, id="r-1002"))["request"] == row


async def test_late_is_late_in_the_field_and_in_the_filter(service: Service) -> None:
    due = {"tap": now() - timedelta(days=1), "roof": now() + timedelta(days=1), "door": now() - timedelta(days=1)}
    for name, instant in due.items():
        await Request.filter(id=service.cast.key(name)).update(due_at=instant)
    await Request.filter(id=service.cast.key("door")).update(status=RequestStatus.DONE)
    rows = (await service.ask("max", "{ requests { nodes { id isOverdue } } }"))["requests"]["nodes"]
    assert service.cast.requests([row["id"] for row in rows if row["isOverdue"]]) == {"tap"}
    for late, names in ((True, {"tap"}), (False, {"roof", "door", "hair"})):
        query = f"{{ requests(where: {{isOverdue: {str(late).lower()}}}) {{ nodes {{ id }} }} }}"
        page = (await service.ask("max", query))["requests"]
        assert service.cast.requests([row["id"] for row in page["nodes"]]) == names
