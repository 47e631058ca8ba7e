"""What the operator has switched off is refused in plain words, in this workspace only."""

import pytest

from app.models import Delivery, ExportJob, Workspace
from app.models.workspace import Feature
from tests.ask import Service
from tests.test_calendar_feed import CREATE, address, read


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
    assert error["message"] == "Cette fonction n'est pas activée ici : STATISTICS."
    await service.ask("zoe", figures)


@pytest.mark.requirement(46, 95)
async def test_exports_that_are_switched_off(service: Service) -> None:
    given = {"list": "REQUESTS", "format": "EXCEL", "columns": ["number"]}
    await switch_off(Feature.EXPORTS)
    [error] = (await service.change("ada", "createExport", given))["errors"]
    assert (error["code"], error["message"]) == (
        "FEATURE_NOT_ENABLED",
        "This feature is not switched on here: EXPORTS.",
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
