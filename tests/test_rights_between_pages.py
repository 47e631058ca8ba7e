"""Rights that change while somebody turns the pages: each page is as the rights are when it is asked for."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from app.models import Assignment, DirectGrant, PersonSite, Request
from tests.ask import Service
from tests.unusual import fill

PAGE = """query($after: String) { requests(first: 4, after: $after, orderBy: {field: TITLE}) {
  totalCount nodes { id title } pageInfo { endCursor hasNextPage } } }"""
Change = Callable[[Service], Awaitable[Any]]


async def _no_box(service: Service) -> None:
    await DirectGrant.filter(person_id=service.cast.key("cal")).delete()


async def _no_site(service: Service) -> None:
    await PersonSite.filter(person_id=service.cast.key("max")).delete()


async def _no_work(service: Service) -> None:
    await Assignment.filter(worker_id=service.cast.key("wes")).delete()


CHANGES: dict[str, tuple[Change, set[str]]] = {
    "cal": (_no_box, {"roof"}),
    "max": (_no_site, set()),
    "wes": (_no_work, set()),
}


async def _more(service: Service) -> None:
    """Nine more requests, which each of them sees by the right that will end."""
    await fill(service, 9)
    new = Request.filter(title__startswith="Row ")
    maple: dict[str, Any] = {"organization_id": service.cast.key("maple")}
    await new.update(**maple)
    for row in await new:
        ids: dict[str, Any] = {"request_id": row.id, "worker_id": service.cast.key("wes")}
        ids["assigned_by_id"] = service.cast.key("ada")
        await Assignment.create(workspace_id=row.workspace_id, **ids)


@pytest.mark.parametrize("name", CHANGES)
async def test_the_next_page_has_only_what_is_still_visible(service: Service, name: str) -> None:
    await _more(service)
    change, left = CHANGES[name]
    first = (await service.ask(name, PAGE))["requests"]
    assert (len(first["nodes"]), first["pageInfo"]["hasNextPage"]) == (4, True)
    await change(service)
    after = first["pageInfo"]["endCursor"]
    second = (await service.ask(name, PAGE, after=after))["requests"]
    assert second["totalCount"] == len(left)
    assert service.cast.requests([row["id"] for row in second["nodes"]]) <= left
    again = (await service.ask(name, PAGE))["requests"]
    assert service.cast.requests([row["id"] for row in again["nodes"]]) == left
