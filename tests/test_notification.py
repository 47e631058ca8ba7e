"""The inbox: what is in it, marking it as read, and hearing of more live."""

import asyncio
from typing import Any

import pytest

from app.models import Activity, Notification, Person, PersonSite
from app.models.activity import ActivityKind
from app.models.nouns import NOTIFICATION
from app.models.person import next_notification
from tests.ask import Service
from tests.cast import SEES
from tests.live.listening import PATIENCE, SOON, assign, unassign

K = ActivityKind
INBOX = """query($where: NotificationFilter, $first: Int! = 25, $after: String) {
  viewer { unreadNotifications }
  notifications(where: $where, first: $first, after: $after) { totalCount pageInfo { endCursor hasNextPage }
    nodes { id seq kind createdAt readAt request { id title } actor { name } } } }"""
READ = "viewer { unreadNotifications }"
RECEIVED = """subscription($after: String) {
  notificationReceived(after: $after) { cursor unread notification { kind request { title } actor { name } } } }"""


async def inbox(service: Service, name: str, **variables: Any) -> dict[str, Any]:
    """The answer to the query of an inbox."""
    return await service.ask(name, INBOX, **variables)


async def comment(service: Service, request: str, by: str = "ada", internal: bool = False) -> None:
    """Somebody says something."""
    words = {"requestId": service.cast.request(request), "body": "Anybody there?", "isInternal": internal}
    assert (await service.change(by, "commentOnRequest", words))["errors"] == []


async def busy(service: Service) -> None:
    """wes hears of five things, in this order."""
    await assign(service, "door")
    await comment(service, "tap")
    await comment(service, "roof")
    await unassign(service, "door")
    await comment(service, "tap")


@pytest.mark.requirement(40)
async def test_the_inbox_holds_what_was_told_newest_first(service: Service) -> None:
    await busy(service)
    found = await inbox(service, "wes")
    nodes = found["notifications"]["nodes"]
    assert found["viewer"]["unreadNotifications"] == found["notifications"]["totalCount"] == 5
    assert [(row["seq"], row["kind"]) for row in nodes] == [
        (5, "COMMENTED"),
        (4, "UNASSIGNED"),
        (3, "COMMENTED"),
        (2, "COMMENTED"),
        (1, "ASSIGNED"),
    ]
    assert nodes[0]["request"] == {"id": service.cast.request("tap"), "title": "Évier bouché"}
    assert nodes[0]["actor"] == {"name": "Ada Roy"} and nodes[0]["readAt"] is None


async def test_what_is_out_of_sight_is_told_without_a_word_of_it(service: Service) -> None:
    await busy(service)
    nodes = (await inbox(service, "wes"))["notifications"]["nodes"]
    hidden = [row["kind"] for row in nodes if row["request"] is None]
    assert hidden == ["UNASSIGNED", "ASSIGNED"]  # the door is no longer theirs
    assert all(row["actor"] is None for row in nodes if row["request"] is None)
    await PersonSite.filter(person_id=service.cast.key("wes")).delete()
    nodes = (await inbox(service, "wes"))["notifications"]["nodes"]
    assert [(row["request"], row["actor"]) for row in nodes] == [(None, None)] * 5


async def test_filters_and_pages(service: Service) -> None:
    await busy(service)
    await service.change("wes", "markNotificationsRead", {"upTo": 2})
    for where, expected in (
        ({"isUnread": True}, [5, 4, 3]),
        ({"isUnread": False}, [2, 1]),
        ({"kind": ["COMMENTED"]}, [5, 3, 2]),
        ({"kind": ["ASSIGNED", "UNASSIGNED"], "isUnread": True}, [4]),
        ({"kind": ["DECLINED"]}, []),
        ({}, [5, 4, 3, 2, 1]),
    ):
        found = await inbox(service, "wes", where=where)
        assert [row["seq"] for row in found["notifications"]["nodes"]] == expected, where
        assert found["viewer"]["unreadNotifications"] == 3
    page = (await inbox(service, "wes", first=2))["notifications"]
    await comment(service, "roof")  # what comes in meanwhile does not shift the next page
    rest = (await inbox(service, "wes", first=2, after=page["pageInfo"]["endCursor"]))["notifications"]
    assert [row["seq"] for row in (*page["nodes"], *rest["nodes"])] == [5, 4, 3, 2]


async def test_marking_as_read(service: Service) -> None:
    await busy(service)
    rows = {row.seq: row for row in await Notification.filter(recipient_id=service.cast.key("wes"))}
    some = {"ids": [NOTIFICATION.id(rows[seq].id) for seq in (5, 2, 5)]}
    payload = await service.change("wes", "markNotificationsRead", some, READ)
    assert payload == {"viewer": {"unreadNotifications": 3}, "errors": []}
    first = (await Notification.get(id=rows[5].id)).read_at
    payload = await service.change("wes", "markNotificationsRead", {"upTo": 2**31 - 1}, READ)
    assert payload == {"viewer": {"unreadNotifications": 0}, "errors": []}
    assert (await Notification.get(id=rows[5].id)).read_at == first  # it was read then, not now
    assert (await service.change("wes", "markNotificationsRead", {"upTo": -1}, READ))["errors"] == []


async def test_what_cannot_be_marked(service: Service) -> None:
    await busy(service)
    [told] = await Notification.filter(recipient_id=service.cast.key("cyn"), seq=1)
    mine = await Notification.get(recipient_id=service.cast.key("wes"), seq=1)
    theirs, own = NOTIFICATION.id(told.id), NOTIFICATION.id(mine.id)
    for given, code, path in (
        ({}, "REQUIRED", ["ids"]),
        ({"ids": None, "upTo": None}, "REQUIRED", ["ids"]),
        ({"ids": [own], "upTo": 1}, "INVALID_VALUE", ["ids"]),
        ({"ids": [own, theirs]}, "NOT_FOUND", ["ids", "1"]),
        ({"ids": [own, "ntf_" + "0" * 32]}, "NOT_FOUND", ["ids", "1"]),
        ({"ids": [service.cast.request("tap"), own]}, "NOT_FOUND", ["ids", "0"]),
        ({"ids": ["x", own]}, "NOT_FOUND", ["ids", "0"]),
        ({"ids": [own] * 101}, "TOO_MANY", ["ids"]),
    ):
        payload = await service.change("wes", "markNotificationsRead", given, READ)
        assert [(each["code"], each["path"]) for each in payload["errors"]] == [(code, path)], given
        assert payload["viewer"] is None
    assert not await Notification.filter(read_at__isnull=False).exists()


@pytest.mark.requirement(20, 40)
async def test_a_reassignment_tells_the_old_worker_and_the_new_one(service: Service) -> None:
    await assign(service, "door", "wes")
    await unassign(service, "door", "wes")
    await assign(service, "door", "wil")
    old, new = [(await inbox(service, name))["notifications"]["nodes"] for name in ("wes", "wil")]
    assert [row["kind"] for row in old] == ["UNASSIGNED", "ASSIGNED"]
    assert [(row["kind"], row["request"]["title"]) for row in new] == [("ASSIGNED", "Door squeaks")]


@pytest.mark.parametrize("name", SEES)
async def test_an_inbox_is_its_owner_s_on_every_path(service: Service, name: str) -> None:
    """List, count, id, marking: notifications of others do not exist."""
    await tell_all(service)
    mine = {row["id"] for row in (await inbox(service, name))["notifications"]["nodes"]}
    rows = await Notification.all()
    own = {NOTIFICATION.id(row.id) for row in rows if row.recipient_id == service.cast.key(name)}
    assert mine == own and len(own) == 1
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Notification { kind request { id } } } }"
    ids = [NOTIFICATION.id(row.id) for row in rows]
    found = [row for row in (await service.ask(name, query, ids=ids))["nodes"] if row]
    assert {row["id"] for row in found} == own
    assert all(row["request"] is None or service.cast.requests([row["request"]["id"]]) <= SEES[name] for row in found)
    for text in ids:
        payload = await service.change(name, "markNotificationsRead", {"ids": [text]})
        assert [each["code"] for each in payload["errors"]] == ([] if text in own else ["NOT_FOUND"])
    read = await Notification.filter(read_at__isnull=False)
    assert {NOTIFICATION.id(row.id) for row in read} == own


async def tell_all(service: Service) -> None:
    """Everybody has one notification, about a request of their workspace that they may not see."""
    for name in SEES:
        person = await Person.get(id=service.cast.key(name))
        request = "zinc" if name in ("zoe", "zed") else "lamp"
        ids: dict[str, Any] = {"workspace_id": person.workspace_id, "request_id": service.cast.key(request)}
        activity = await Activity.filter(request_id=service.cast.key(request)).get()
        seq = await next_notification(person.id)
        await Notification.create(**ids, activity_id=activity.id, recipient_id=person.id, kind=K.COMMENTED, seq=seq)


async def test_a_stranger_has_no_inbox(service: Service) -> None:
    assert await service.refused(None, "{ notifications { totalCount } }") == ["NOT_SIGNED_IN"]
    for mutation in (
        "mutation { markNotificationsRead(input: {upTo: 1}) { errors { code } } }",
        "mutation { updateNotificationPreferences(input: {preferences: []}) { errors { code } } }",
    ):
        assert await service.refused(None, mutation) == ["NOT_SIGNED_IN"]


# Live.


async def hear(socket: Any, within: float = PATIENCE) -> dict[str, Any]:
    """The next event."""
    async with asyncio.timeout(within):
        event: dict[str, Any] = (await socket.next())["notificationReceived"]
    return event


@pytest.mark.requirement(40)
async def test_what_comes_in_is_told_at_once_and_to_nobody_else(service: Service) -> None:
    async with service.socket("wes") as wes, service.socket("cora") as cora:
        for socket in (wes, cora):
            await socket.subscribe(RECEIVED, after="0")
        await comment(service, "tap")
        notification = {"kind": "COMMENTED", "request": {"title": "Évier bouché"}, "actor": {"name": "Ada Roy"}}
        assert await hear(wes, SOON) == {"cursor": "1", "unread": 1, "notification": notification}
        await assign(service, "door")
        event = await hear(wes, SOON)
        assert (event["cursor"], event["unread"], event["notification"]["kind"]) == ("2", 2, "ASSIGNED")
        await cora.subscribe("{ viewer { name } }")
        assert (await cora.next()) == {"viewer": {"name": "Cora Roy"}}  # nothing came before


@pytest.mark.requirement(40)
async def test_what_was_missed_comes_in_order_once_each(service: Service) -> None:
    await busy(service)
    async with service.socket("wes") as socket:
        await socket.subscribe(RECEIVED, after="2")
        assert [(await hear(socket))["cursor"] for _ in range(3)] == ["3", "4", "5"]
        await comment(service, "roof")
        assert (await hear(socket, SOON))["cursor"] == "6"


@pytest.mark.parametrize("cursor", ["", "x", "-1", "6", "9" * 30])
async def test_a_bad_cursor_is_told_as_such(service: Service, cursor: str) -> None:
    await busy(service)
    async with service.socket("wes") as socket:
        await socket.subscribe(RECEIVED, after=cursor)
        frame = await socket.receive()
        errors = frame["payload"] if frame["type"] == "error" else frame["payload"]["errors"]
        assert errors[0]["extensions"]["code"] == "INVALID_CURSOR"
