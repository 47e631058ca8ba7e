"""What the operator has switched off is refused in plain words, in this workspace only."""

from typing import Any

import pytest

from app.models import Delivery, ExportJob, Invitation, Person, Workspace
from app.models.person import AccountStatus
from app.models.workspace import Feature
from tests.ask import Service
from tests.test_calendar_feed import CREATE, address, read
from tests.test_role import codes

OFF = [("FEATURE_NOT_ENABLED", "")]
PORTALS = {Feature.WORKER_ACCOUNTS: "wil", Feature.STAFF_ACCESS: "sam"}


async def switch_off(*features: Feature) -> None:
    """As `guichet workspace features` leaves Toits."""
    await Workspace.filter(slug="toits").update(features={feature.value: False for feature in features})


@pytest.mark.requirement(26, 46, 95)
async def test_figures_that_are_switched_off(service: Service) -> None:
    figures = "{ statistics { total } }"
    await service.ask("ada", figures)
    await switch_off(Feature.STATISTICS)
    [error] = (await service.post("max", figures)).json()["errors"]
    assert error["extensions"]["code"] == "FEATURE_NOT_ENABLED"
    assert error["message"] == "Cette fonction n'est pas activée ici : Statistiques."
    await service.ask("zoe", figures)


@pytest.mark.requirement(46, 95)
async def test_exports_that_are_switched_off(service: Service) -> None:
    given = {"list": "REQUESTS", "format": "EXCEL", "columns": ["number"]}
    await switch_off(Feature.EXPORTS)
    [error] = (await service.change("ada", "createExport", given))["errors"]
    assert (error["code"], error["message"]) == (
        "FEATURE_NOT_ENABLED",
        "This feature is not switched on here: Exports.",
    )
    assert not await ExportJob.exists()
    assert (await service.change("zoe", "createExport", given))["errors"] == []


@pytest.mark.requirement(46, 95)
async def test_calendars_that_are_switched_off(service: Service) -> None:
    held, elsewhere = await address(service, "wes"), await address(service, "zed")
    await switch_off(Feature.CALENDAR_FEEDS)
    payload = (await service.ask("wes", CREATE))["createCalendarFeed"]
    assert (payload["url"], payload["errors"]) == (None, [{"code": "FEATURE_NOT_ENABLED"}])
    assert (await read(service, held)).status_code == 404
    assert (await read(service, elsewhere)).status_code == 200
    await Workspace.filter(slug="toits").update(features={})
    assert (await read(service, held)).status_code == 200  # it was not ended


@pytest.mark.requirement(46, 95)
@pytest.mark.parametrize(("off", "channels"), [((), {"EMAIL", "SMS"}), ((Feature.SMS,), {"EMAIL"})])
async def test_messages_to_phones_that_are_switched_off(
    service: Service, off: tuple[Feature, ...], channels: set[str]
) -> None:
    await switch_off(*off)
    ids = {"requestId": service.cast.request("door"), "workerId": service.cast.worker("wes")}
    assert (await service.change("ada", "assignRequest", ids))["errors"] == []
    assert {delivery.channel.value for delivery in await Delivery.all()} == channels


# Access: each portal of the firm has its feature.


async def shut_out(service: Service, name: str) -> None:
    """Takes somebody's access away, as if they had never had any."""
    nothing: dict[str, Any] = {"status": AccountStatus.NO_ACCESS, "password_hash": None, "activated_at": None}
    await Person.filter(id=service.cast.key(name)).update(**nothing)


async def entrust(service: Service, mutation: str, name: str, **given: Any) -> list[tuple[str, str]]:
    return codes(await service.change("ada", mutation, {"personId": service.cast.user(name), **given}))


WAYS_IN: list[tuple[str, dict[str, Any]]] = [
    ("sendCredentials", {"channels": ["EMAIL"]}),
    ("sendCredentials", {"method": "TEMPORARY_PASSWORD"}),
    ("sendCredentials", {"method": "PIN"}),
    ("setTemporaryPassword", {}),
    ("setTemporaryPassword", {"pin": "704913"}),
    ("grantAccess", {}),
]


@pytest.mark.requirement(26, 95)
@pytest.mark.parametrize(("mutation", "given"), WAYS_IN)
@pytest.mark.parametrize("feature", PORTALS)
async def test_without_the_feature_people_of_its_portal_are_given_no_access(
    service: Service, feature: Feature, mutation: str, given: dict[str, Any]
) -> None:
    for name in PORTALS.values():
        await shut_out(service, name)
    await switch_off(feature)
    for each, name in PORTALS.items():
        before = await Person.get(id=service.cast.key(name)).values()
        assert await entrust(service, mutation, name, **given) == (OFF if each == feature else []), name
        assert (await Person.get(id=service.cast.key(name)).values() == before) is (each == feature)
    assert await Invitation.all().values_list("person_id", flat=True) == [
        service.cast.key(name) for each, name in PORTALS.items() if each != feature
    ]


@pytest.mark.requirement(26, 95)
@pytest.mark.parametrize(
    ("feature", "mutation", "given"),
    [
        (Feature.WORKER_ACCOUNTS, "createWorker", {}),
        (Feature.WORKER_ACCOUNTS, "createUser", {"isWorker": True}),
        (Feature.STAFF_ACCESS, "createUser", {"sendInvitation": True}),
    ],
)
async def test_without_the_feature_nobody_is_added_for_it(
    service: Service, feature: Feature, mutation: str, given: dict[str, Any]
) -> None:
    await switch_off(feature)
    given = {"lastName": "Roy", "email": "new@toits.example", **given}
    assert codes(await service.change("ada", mutation, given)) == OFF
    assert not await Person.filter(email="new@toits.example").exists()
    plain = {"lastName": "Roy", "email": "new@toits.example"}
    assert codes(await service.change("ada", "createUser", plain)) == []  # a profile without access
    assert (await Person.get(email="new@toits.example")).status is AccountStatus.NO_ACCESS


@pytest.mark.requirement(26)
async def test_without_worker_accounts_nobody_becomes_a_worker(service: Service) -> None:
    await switch_off(Feature.WORKER_ACCOUNTS)
    given: dict[str, Any] = {"userId": service.cast.user("max"), "isWorker": True}
    assert codes(await service.change("ada", "updateUser", given)) == OFF
    assert not (await Person.get(id=service.cast.key("max"))).is_worker
    given = {"userId": service.cast.user("sam"), "isWorker": True, "firstName": "Samuel"}  # he is one
    assert codes(await service.change("ada", "updateUser", given)) == []


@pytest.mark.requirement(26, 95)
async def test_whoever_has_access_keeps_it_without_the_features(service: Service) -> None:
    await switch_off(*PORTALS)
    for name in PORTALS.values():
        assert await entrust(service, "sendPasswordReset", name) == []
        assert await entrust(service, "sendCredentials", name, channels=["EMAIL"]) == []
        assert await entrust(service, "setTemporaryPassword", name) == []
        assert await entrust(service, "unlockAccount", name) == []
        assert (await Person.get(id=service.cast.key(name))).status is AccountStatus.ACTIVE
    await shut_out(service, "cyn")  # contacts have no feature
    assert await entrust(service, "sendCredentials", "cyn", channels=["EMAIL"]) == []


@pytest.mark.requirement(26, 37, 95)
@pytest.mark.parametrize(("feature", "name"), PORTALS.items())
async def test_what_was_sent_before_is_taken_back_and_not_sent_again(
    service: Service, feature: Feature, name: str
) -> None:
    await shut_out(service, name)
    await entrust(service, "grantAccess", name)
    await switch_off(feature)
    [node] = (await service.ask("ada", "{ invitations { nodes { id } } }"))["invitations"]["nodes"]
    assert codes(await service.change("ada", "resendInvitation", {"invitationId": node["id"]})) == OFF
    assert (await Invitation.get()).state == "PENDING"
    assert codes(await service.change("ada", "revokeInvitation", {"invitationId": node["id"]})) == []
    assert await entrust(service, "revokeAccess", name) == []
    assert (await Person.get(id=service.cast.key(name))).status is AccountStatus.NO_ACCESS


async def test_a_corrected_address_brings_no_new_link_without_the_feature(service: Service) -> None:
    await shut_out(service, "wil")
    await entrust(service, "sendCredentials", "wil", channels=["EMAIL"])
    await switch_off(Feature.WORKER_ACCOUNTS)
    given = {"workerId": service.cast.worker("wil"), "email": "will@toits.example"}
    assert codes(await service.change("ada", "updateWorker", given)) == []
    assert await Invitation.all().values("email", "state") == [{"email": "wil@toits.example", "state": "REVOKED"}]
