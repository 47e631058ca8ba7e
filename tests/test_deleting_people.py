"""Deleting people: open work goes somewhere, the history stays, and the names are free again."""

from typing import Any

import pytest

from app.models import Assignment, AuditEvent, LoginName, Notification, Person, Request
from app.models.activity import ActivityKind
from app.models.audit_event import AuditKind
from app.models.person import AccountStatus, reserve_login_names
from app.models.request import RequestStatus
from tests.ask import Service
from tests.live.listening import SOON, listening

SELECT = """deletedPersonId name movedRequests lost { notes savedViews sessions tokens invitations }"""
ONE = "query($i: ID!) { request(id: $i) { assignees { name phone } requester { name phone } createdBy { name } } }"


async def delete(service: Service, by: str, text: str, **more: Any) -> dict[str, Any]:
    return await service.change(by, "deletePerson", {"personId": text, **more}, SELECT)


def codes(payload: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(error["code"], error["path"]) for error in payload["errors"]]


async def unchanged(service: Service, name: str) -> None:
    """Nothing was done: the person, the work and the names are as before."""
    person = await Person.get(id=service.cast.key(name))
    assert (person.status, person.tombstone) == (AccountStatus.ACTIVE, None)
    assert person.email and await LoginName.filter(person_id=person.id).exists()
    assert not await Assignment.filter(worker_id=person.id, ended_at__isnull=False).exists()


@pytest.mark.requirement(17, 35)
async def test_open_work_has_to_go_somewhere(service: Service) -> None:
    wes = service.cast.worker("wes")
    payload = await delete(service, "ada", wes)
    assert codes(payload) == [("OPEN_WORK", ["reassignTo"])]
    assert payload["errors"][0]["message"] == "Open requests of this person: 2. Say who takes them over."
    assert payload["deletedPersonId"] is payload["lost"] is None
    await Request.filter(id=service.cast.key("roof")).update(status=RequestStatus.DONE)
    assert "person: 1." in (await delete(service, "ada", wes))["errors"][0]["message"]
    await unchanged(service, "wes")


@pytest.mark.requirement(17, 35)
async def test_another_worker_takes_it_over(service: Service) -> None:
    cast = service.cast
    async with listening(service, "wes") as leaver, listening(service, "sam") as heir:
        payload = await delete(service, "max", cast.worker("wes"), reassignTo=cast.worker("sam"))
        assert payload["errors"] == []
        assert payload["deletedPersonId"] == cast.worker("wes")
        assert (payload["name"], payload["movedRequests"]) == ("Deleted person #1", 2)
        assert payload["lost"] == {"notes": 0, "savedViews": 0, "sessions": 1, "tokens": 0, "invitations": 0}
        assert (await leaver.closed(SOON))[0] == 4403
        heard = [await heir.hear(), await heir.hear()]
    assert {each["requestId"] for each in heard} == {cast.request("tap"), cast.request("roof")}
    assert {each["kind"] for each in heard} == {"ASSIGNED"}
    shown = (await service.ask("ada", ONE, i=cast.request("roof")))["request"]
    assert [each["name"] for each in shown["assignees"]] == ["Sam Roy", "Wil Roy"]
    told = await Notification.filter(kind=ActivityKind.ASSIGNED).values_list("recipient_id", flat=True)
    assert set(map(str, told)) == {str(cast.key("sam"))}
    event = await AuditEvent.get(kind=AuditKind.PERSON_DELETED)
    assert event.after == {"status": "DELETED", "tombstone": 1, "openWork": 2, "reassignTo": cast.worker("sam")}


async def test_who_works_on_it_already_is_not_given_it_twice(service: Service) -> None:
    cast = service.cast
    assert (await delete(service, "ada", cast.user("wes"), reassignTo=cast.worker("wil")))["movedRequests"] == 2
    for name in ("tap", "roof"):
        open_ = await Assignment.filter(request_id=cast.key(name), ended_at__isnull=True)
        assert [row.worker_id for row in open_] == [cast.key("wil")]


@pytest.mark.requirement(35)
async def test_it_may_be_left_unassigned(service: Service) -> None:
    payload = await delete(service, "ada", service.cast.worker("wes"), releaseOpenWork=True)
    assert (payload["errors"], payload["movedRequests"]) == ([], 2)
    assert (await service.ask("ada", ONE, i=service.cast.request("tap")))["request"]["assignees"] == []


@pytest.mark.requirement(17, 35)
async def test_whoever_cannot_take_it_over(service: Service) -> None:
    cast = service.cast
    heirs = {
        cast.worker("ina"): "WORKER_INACTIVE",
        cast.worker("win"): "WORKER_OUT_OF_SITE",
        cast.worker("zed"): "NOT_FOUND",
        cast.user("sam"): "NOT_FOUND",
        "nobody": "NOT_FOUND",
        cast.worker("wes"): "INVALID_VALUE",
    }
    for heir, code in heirs.items():
        assert codes(await delete(service, "ada", cast.worker("wes"), reassignTo=heir)) == [(code, ["reassignTo"])]
    await unchanged(service, "wes")


async def test_work_out_of_reach_stays_with_whoever_may_give_it(service: Service) -> None:
    """Wes works in the south as well, where Max gives no work."""
    cast = service.cast
    await Request.filter(id=cast.key("tap")).update(site_id=cast.key("south"))
    for given, path in (
        ({"reassignTo": cast.worker("sam")}, "reassignTo"),
        ({"releaseOpenWork": True}, "releaseOpenWork"),
    ):
        assert codes(await delete(service, "max", cast.worker("wes"), **given)) == [("FORBIDDEN", [path])]
    await unchanged(service, "wes")
    assert codes(await delete(service, "ada", cast.worker("wes"), releaseOpenWork=True)) == []


@pytest.mark.requirement(35, 44)
async def test_the_history_shows_a_number_and_is_final(service: Service) -> None:
    cast = service.cast
    closed = {"status": RequestStatus.DONE}
    await Request.filter(id=cast.key("roof")).update(**closed)
    assert codes(await delete(service, "ada", cast.worker("wes"), releaseOpenWork=True)) == []
    assert codes(await delete(service, "cora", cast.contact("cyn"))) == []
    for name in ("ada", "max", "sol", "wil", "cal"):
        row = (await service.ask(name, ONE, i=cast.request("roof")))["request"]
        assert {"name": "Deleted person #1", "phone": None} in row["assignees"]
    row = (await service.ask("ada", ONE, i=cast.request("tap")))["request"]
    assert row["requester"] == {"name": "Deleted person #2", "phone": None}
    assert row["createdBy"] == {"name": "Deleted person #2"}
    for name in ("deletePerson", "deactivateAccount", "reactivateAccount"):
        again = await service.change("ada", name, {"personId": cast.user("wes")})
        assert codes(again) == [("WRONG_STATE", ["personId"])]
    listed = "{ workers(first: 100) { nodes { id } } contacts(first: 100) { nodes { id } } }"
    rows = await service.ask("ada", listed)
    assert cast.worker("wes") not in {row["id"] for row in rows["workers"]["nodes"]}
    assert cast.contact("cyn") not in {row["id"] for row in rows["contacts"]["nodes"]}
    assignment = await Assignment.get(worker_id=cast.key("wes"), request_id=cast.key("tap"))
    assert assignment.ended_at and assignment.end_reason is None
    give = {"requestId": cast.request("tap"), "workerId": cast.worker("wes")}
    assert codes(await service.change("ada", "assignRequest", give)) == [("WORKER_INACTIVE", ["workerId"])]


@pytest.mark.requirement(17, 35)
async def test_the_same_address_makes_a_fresh_account(service: Service) -> None:
    """Deleted and added again: another person, without the old one's rights, work or history."""
    cast = service.cast
    old = await Person.get(id=cast.key("sol"))
    assert codes(await delete(service, "ada", cast.user("sol"))) == []
    fresh = Person(
        workspace_id=old.workspace_id,
        role_id=old.role_id,
        last_name="Roy",
        email="sol@toits.example",
        username="sol@toits.example",
        status=AccountStatus.ACTIVE,
    )
    await fresh.index().save()
    await reserve_login_names(fresh)
    cast.keys["fresh"] = fresh.id
    viewer = await service.ask("fresh", "{ viewer { permissions { source } } requests { totalCount } }")
    assert {each["source"] for each in viewer["viewer"]["permissions"]} == {"role Staff"}  # the box is gone
    assert viewer["requests"]["totalCount"] == 0
    assert await service.refused("sol", "{ viewer { name } }") == ["UNAUTHENTICATED"]


async def test_nobody_deletes_themselves_or_whoever_they_do_not_manage(service: Service) -> None:
    cast = service.cast
    refused = {
        ("ada", cast.user("ada")): "NOT_YOURSELF",
        ("cora", cast.contact("cora")): "NOT_YOURSELF",
        ("max", cast.user("ada")): "FORBIDDEN",
        ("max", cast.user("win")): "NOT_FOUND",
        ("cora", cast.contact("bo")): "NOT_FOUND",
        ("wes", cast.worker("wil")): "FORBIDDEN",
        ("zoe", cast.user("wes")): "NOT_FOUND",
    }
    for (name, text), code in refused.items():
        assert codes(await delete(service, name, text, releaseOpenWork=True)) == [(code, ["personId"])]
    assert not await AuditEvent.filter(kind=AuditKind.PERSON_DELETED).exists()
    assert not await Person.filter(tombstone__isnull=False).exists()
