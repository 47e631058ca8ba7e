"""How somebody wants to hear of each kind of news, and what comes of it."""

from typing import Any

import pytest

from app.models import Delivery, Notification, Person, Role
from app.models.activity import ActivityKind
from app.models.person import AccountStatus
from app.notify.preferences import USUAL
from tests.ask import Service, key_of
from tests.live.listening import assign
from tests.test_notification import comment

PREFERENCES = "{ viewer { notificationPreferences { kind channels isDefault } } }"
CHANGED = "viewer { notificationPreferences { kind channels isDefault } } warnings { code path }"
K = ActivityKind


async def chosen(service: Service, name: str) -> dict[str, list[str]]:
    """The channels by kind."""
    found = (await service.ask(name, PREFERENCES))["viewer"]["notificationPreferences"]
    return {each["kind"]: each["channels"] for each in found}


async def prefer(service: Service, name: str, **channels: list[str] | None) -> dict[str, Any]:
    """Chooses the channels of some kinds."""
    given = [{"kind": kind, "channels": each} for kind, each in channels.items()]
    return await service.change(name, "updateNotificationPreferences", {"preferences": given}, CHANGED)


async def told(service: Service, name: str) -> list[tuple[str, list[str], bool]]:
    """Kind, messages and whether it is in the inbox, of everything that somebody was told."""
    rows = await Notification.filter(recipient_id=service.cast.key(name)).order_by("seq")
    return [
        (row.kind, sorted(await Delivery.filter(notification_id=row.id).values_list("channel", flat=True)), row.live)  # type: ignore[arg-type]
        for row in rows
    ]


async def test_at_first_everything_is_as_usual(service: Service) -> None:
    found = (await service.ask("wes", PREFERENCES))["viewer"]["notificationPreferences"]
    assert [each["kind"] for each in found] == list(USUAL) and all(each["isDefault"] for each in found)
    assert (await chosen(service, "wes"))["ASSIGNED"] == ["LIVE", "EMAIL", "SMS"]


@pytest.mark.requirement(14)
async def test_a_choice_decides_how_the_next_news_are_told(service: Service) -> None:
    await comment(service, "tap")
    payload = await prefer(service, "wes", COMMENTED=["SMS", "EMAIL", "SMS"], ASSIGNED=["LIVE"], UPDATED=[])
    assert payload["errors"] == payload["warnings"] == []
    shown = {each["kind"]: each for each in payload["viewer"]["notificationPreferences"]}
    assert shown["COMMENTED"] == {"kind": "COMMENTED", "channels": ["EMAIL", "SMS"], "isDefault": False}
    assert shown["UPDATED"]["channels"] == [] and shown["CANCELLED"]["isDefault"]
    await comment(service, "tap")
    await assign(service, "door")
    change = {"requestId": service.cast.request("door"), "title": "Door still squeaks"}
    assert (await service.change("ada", "updateRequest", change))["errors"] == []
    assert await told(service, "wes") == [
        ("COMMENTED", ["EMAIL"], True),
        ("COMMENTED", ["EMAIL", "SMS"], False),
        ("ASSIGNED", [], True),
    ]
    inbox = await service.ask("wes", "{ notifications { nodes { seq } } viewer { unreadNotifications } }")
    assert [row["seq"] for row in inbox["notifications"]["nodes"]] == [3, 1]
    assert inbox["viewer"]["unreadNotifications"] == 2
    await prefer(service, "wes", COMMENTED=None)
    await comment(service, "tap")
    assert (await told(service, "wes"))[-1] == ("COMMENTED", ["EMAIL"], True)
    assert (await chosen(service, "wes"))["UPDATED"] == []  # what is not named stays


async def test_the_choice_of_one_is_not_that_of_another(service: Service) -> None:
    await prefer(service, "wes", COMMENTED=[])
    await comment(service, "roof")
    assert await told(service, "wes") == []
    assert await told(service, "wil") == [("COMMENTED", ["EMAIL"], True)]


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ([], "REQUIRED", ["preferences"]),
        ([("COMMENTED", []), ("COMMENTED", ["LIVE"])], "INVALID_VALUE", ["preferences", "1", "kind"]),
        ([("COMMENTED", ["LIVE"])] * 500, "INVALID_VALUE", ["preferences", "1", "kind"]),
        ([("ACKNOWLEDGED", ["LIVE"])], "INVALID_VALUE", ["preferences", "0", "kind"]),
        ([("COMMENTED", []), ("ASSIGNED", [])], "LIVE_REQUIRED", ["preferences", "1", "channels"]),
        ([("UNASSIGNED", ["EMAIL", "DIGEST"])], "LIVE_REQUIRED", ["preferences", "0", "channels"]),
    ],
)
async def test_a_choice_that_does_not_fit_changes_nothing(
    service: Service, given: list[Any], code: str, path: list[str]
) -> None:
    before = await chosen(service, "wes")
    entries = [{"kind": kind, "channels": channels} for kind, channels in given]
    payload = await service.change("wes", "updateNotificationPreferences", {"preferences": entries}, CHANGED)
    assert [(each["code"], each["path"]) for each in payload["errors"]] == [(code, path)]
    assert payload["viewer"] is None and await chosen(service, "wes") == before
    assert (await Person.get(id=service.cast.key("wes"))).preferences == {}


async def test_a_way_without_an_address_is_chosen_with_a_warning(service: Service) -> None:
    await Person.filter(id=service.cast.key("wil")).update(email=None)
    payload = await prefer(service, "wil", COMMENTED=["DIGEST", "SMS"])
    assert [each["code"] for each in payload["warnings"]] == ["NO_EMAIL", "NO_PHONE"]
    await comment(service, "roof")
    assert await told(service, "wil") == [("COMMENTED", [], False)]


# FAILURES 13: whoever asks to hear of all new requests hears of those that they may open.
HEARS_OF_NEW = {
    "ada": {"north", "south"},
    "max": {"north"},
    "sol": {"north"},
    "sam": set(),
    "wes": set(),
    "win": set(),
    "cora": set(),
    "cal": set(),
    "zoe": set(),
}


@pytest.mark.requirement(24)
async def test_news_of_all_new_requests_stay_within_what_one_may_open(service: Service) -> None:
    for name in HEARS_OF_NEW:
        assert (await prefer(service, name, CREATED=["LIVE", "EMAIL"]))["errors"] == []
    by = {"north": "max", "south": "ada"}
    for site, author in by.items():
        words = {"title": f"Work at {site}", "siteId": service.cast.site(site)}
        assert (await service.change(author, "createRequest", words))["errors"] == []
    for name, sites in HEARS_OF_NEW.items():
        heard = await told(service, name)
        expected = [("CREATED", ["EMAIL"], True)] * len({site for site in sites if by[site] != name})
        assert heard == expected, name


async def test_a_client_administrator_hears_of_the_new_requests_of_the_own_company(service: Service) -> None:
    await prefer(service, "cora", CREATED=["LIVE"])
    await prefer(service, "bo", CREATED=["LIVE"])
    assert (await service.change("cyn", "createRequest", {"title": "The bell is mute"}))["errors"] == []
    assert await told(service, "cora") == [("CREATED", [], True)]
    assert await told(service, "bo") == []
    await prefer(service, "cora", CREATED=None)
    assert (await service.change("cyn", "createRequest", {"title": "The bell rings"}))["errors"] == []
    assert len(await told(service, "cora")) == 1


async def test_all_of_many_who_watch_are_told(service: Service) -> None:
    ada = await Person.get(id=service.cast.key("ada"))
    facts: dict[str, Any] = {"workspace_id": ada.workspace_id, "role_id": ada.role_id, "all_sites": True}
    chosen: dict[str, Any] = {"watches": True, "preferences": {"CREATED": ["LIVE", "EMAIL"]}}
    watching = [Person(**facts, **chosen, last_name=f"Watcher {n}", status=AccountStatus.ACTIVE) for n in range(40)]
    barred = (AccountStatus.INACTIVE, AccountStatus.NO_ACCESS, AccountStatus.INVITED)
    others = [Person(**facts, **chosen, last_name=f"Barred {status}", status=status) for status in barred]
    for n, person in enumerate((*watching, *others)):
        person.email = f"watcher{n}@alpha.example" if n else None
        await person.index().save()
    payload = await service.change("ada", "createRequest", {"title": "Everybody hears"}, "request { id }")
    assert payload["errors"] == []
    heard = await Notification.filter(kind=K.CREATED, request_id=key_of(payload["request"]["id"]))
    assert {row.recipient_id for row in heard} == {person.id for person in watching}
    mails = Delivery.filter(notification_id__in=[row.id for row in heard], channel="EMAIL")
    assert await mails.count() == len(watching) - 1  # one has no address


@pytest.mark.requirement(14)
@pytest.mark.parametrize("status", [AccountStatus.NO_ACCESS, AccountStatus.INVITED])
async def test_without_access_one_is_told_of_the_own_work(service: Service, status: AccountStatus) -> None:
    """A worker who never signs in still has to know, whatever lets those read who do."""
    role = await Role.create(
        workspace_id=service.cast.key("toits"),
        key="SEES_ALL",
        name="Sees all",
        audience="WORKER",
        grants=[{"permission": "request.read", "scope": "ALL"}],
    )
    await Person.filter(id=service.cast.key("win")).update(status=status, role_id=role.id, all_sites=True)
    given = {"requestId": service.cast.request("roof"), "workerId": service.cast.worker("win")}
    assert (await service.change("ada", "assignRequest", given))["errors"] == []
    [heard] = await Notification.filter(recipient_id=service.cast.key("win"))
    assert heard.kind is K.ASSIGNED
