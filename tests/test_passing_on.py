"""What a client learns of another one: a request that the office passes on, and people who move."""

from typing import Any

import httpx2
import pytest

from tests.ask import Service
from tests.test_attachment import attached
from tests.test_role import codes

HISTORY = """query($id: ID!) { request(id: $id) { title description createdBy { name }
  comments { nodes { body } } attachments { nodes { id } }
  activity { nodes { kind before after actor { name } } } } }"""
CHANGES = "{ auditEvents { nodes { kind actor { name } changes { field before after } } } }"


async def passed_on(service: Service) -> str:
    """Cyn's request, with what was said and handed in, is given to the other company."""
    cast, request = service.cast, service.cast.request("tap")
    told: dict[str, Any] = {"requestId": request, "body": "For the people of Maple", "isInternal": False}
    assert codes(await service.change("ada", "commentOnRequest", told)) == []
    await service.change("ada", "updateRequest", {"requestId": request, "description": "The door code is 4471"})
    file = await attached(service, "ada", "tap")
    moved = {"organizationId": cast.organization("birch"), "requesterId": cast.contact("bo"), "departmentId": None}
    given = {"requestId": request, "title": "Leak at Birch", "description": None, **moved}
    assert codes(await service.change("ada", "updateRequest", given)) == []
    return file


@pytest.mark.requirement(48, 60)
async def test_a_request_that_is_passed_on_tells_nothing_of_the_client_before(service: Service) -> None:
    request = service.cast.request("tap")
    file = await passed_on(service)
    node = f"{service.url}/files/attachments/{file}"
    async with httpx2.AsyncClient() as http:
        for name, status in (("bo", 404), ("wes", 200)):
            assert (await http.get(node, headers=await service.headers(name))).status_code == status
    shown = (await service.ask("bo", HISTORY, id=request))["request"]
    assert shown == {
        "title": "Leak at Birch",
        "description": None,
        "createdBy": None,
        "comments": {"nodes": []},
        "attachments": {"nodes": []},
        "activity": {"nodes": []},
    }
    assert (await service.ask("cyn", HISTORY, id=request))["request"] is None
    insider = (await service.ask("wes", HISTORY, id=request))["request"]
    assert insider["createdBy"] == {"name": "Cyn Roy"} and len(insider["comments"]["nodes"]) == 3
    assert insider["activity"]["nodes"][0]["before"]["organization"] == "Maple"


@pytest.mark.requirement(48)
async def test_what_happens_after_it_was_passed_on_is_the_new_clients(service: Service) -> None:
    request = service.cast.request("tap")
    await passed_on(service)
    told: dict[str, Any] = {"requestId": request, "body": "Welcome", "isInternal": False}
    assert codes(await service.change("ada", "commentOnRequest", told)) == []
    shown = (await service.ask("bo", HISTORY, id=request))["request"]
    assert shown["comments"]["nodes"] == [{"body": "Welcome"}]
    assert [(each["kind"], each["actor"]) for each in shown["activity"]["nodes"]] == [
        ("COMMENTED", {"name": "Ada Roy"})
    ]


@pytest.mark.requirement(48)
async def test_what_is_said_of_the_same_company_stays(service: Service) -> None:
    """Another requester or another department of it is no other client."""
    request = service.cast.request("tap")
    told: dict[str, Any] = {"requestId": request, "body": "For the people of Maple", "isInternal": False}
    assert codes(await service.change("ada", "commentOnRequest", told)) == []
    given = {"requestId": request, "requesterId": service.cast.contact("cal"), "departmentId": None}
    assert codes(await service.change("ada", "updateRequest", given)) == []
    shown = (await service.ask("cal", HISTORY, id=request))["request"]
    assert shown["createdBy"] == {"name": "Cyn Roy"} and len(shown["comments"]["nodes"]) == 2


@pytest.mark.requirement(48)
async def test_a_client_administrator_reads_no_words_of_the_firm_about_people(service: Service) -> None:
    bo = service.cast.contact("bo")
    moved = {"contactId": bo, "organizationId": service.cast.organization("maple")}
    assert codes(await service.change("ada", "updateContact", moved)) == []
    assert codes(await service.change("ada", "deactivateAccount", {"personId": bo, "reason": "Suspected"})) == []
    lines = {name: (await service.ask(name, CHANGES))["auditEvents"]["nodes"] for name in ("ada", "cora")}
    assert "Suspected" in str(lines["ada"]) and "Birch" in str(lines["ada"])
    [gone] = [each for each in lines["cora"] if each["kind"] == "DEACTIVATED"]
    assert gone["changes"] == [{"field": "status", "before": "ACTIVE", "after": "INACTIVE"}]
    assert "Suspected" not in str(lines["cora"]) and "Birch" not in str(lines["cora"])
