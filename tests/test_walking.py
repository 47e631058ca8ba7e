"""Walking through a list, page by page, in every order and while rows come and go."""

from datetime import timedelta

import pytest

from app.models import Person, Request
from app.models.base import now
from app.models.request import Priority, RequestStatus
from tests.ask import Service
from tests.unusual import MOMENT, fill


async def walked(service: Service, name: str, order: str, first: int) -> list[str]:
    """The titles of all pages, one after the other."""
    query = f"""query($after: String) {{ requests(first: {first}, after: $after, orderBy: {order}) {{
      totalCount edges {{ cursor node {{ title }} }}
      pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"""
    after, found = None, []
    for page_number in range(100):
        page = (await service.ask(name, query, after=after))["requests"]
        info = page["pageInfo"]
        assert info["hasPreviousPage"] is (page_number > 0)
        if page["edges"]:
            assert (info["startCursor"], info["endCursor"]) == (
                page["edges"][0]["cursor"],
                page["edges"][-1]["cursor"],
            )
        found += [edge["node"]["title"] for edge in page["edges"]]
        if not info["hasNextPage"]:
            assert page["totalCount"] == len(found)
            return found
        after = info["endCursor"]
    raise AssertionError("the walk does not end")


TIMES = [
    None,
    MOMENT,
    MOMENT,
    MOMENT + timedelta(microseconds=1),
    None,
    MOMENT.replace(year=1971),
    MOMENT + timedelta(days=1),
]
ORDERS = [
    "{field: DUE_AT}",
    "{field: DUE_AT, direction: DESC}",
    "{field: SCHEDULED_START}",
    "{field: SCHEDULED_START, direction: DESC}",
    "[{field: DUE_AT}, {field: SCHEDULED_START, direction: DESC}]",
    "[{field: PRIORITY, direction: DESC}, {field: DUE_AT}]",
    "[{field: STATUS}, {field: TITLE, direction: DESC}]",
    "[{field: TITLE}]",
    "[{field: UPDATED_AT, direction: DESC}, {field: NUMBER}]",
    "[{field: DUE_AT}, {field: DUE_AT, direction: DESC}]",
    "{field: CLOSED_AT, direction: DESC}",
    "[]",
]


@pytest.mark.requirement(49)
async def test_walking_by_cursor_meets_every_row_once(service: Service) -> None:
    await fill(
        service,
        23,
        due_at=TIMES,
        scheduled_start=[None, MOMENT, None, MOMENT + timedelta(seconds=1), MOMENT.replace(microsecond=500_000)],
        priority=list(Priority),
        status=list(RequestStatus),
    )
    for order in ORDERS:
        whole = await walked(service, "ada", order, 100)
        assert len(whole) == len(set(whole)) == 29
        for first in (3, 7):
            assert await walked(service, "ada", order, first) == whole, order
        narrow = await walked(service, "max", order, 5)
        assert narrow == [title for title in whole if title not in ("Gate stuck", "Lamp without a site")]


async def test_an_order_is_what_it_says(service: Service) -> None:
    titles = await fill(service, 7, due_at=TIMES, priority=[Priority.URGENT, Priority.LOW])
    rows = {row.title: row for row in await Request.all()}
    for direction, sign in (("ASC", 1), ("DESC", -1)):
        whole = await walked(service, "ada", f"{{field: DUE_AT, direction: {direction}}}", 3)
        instants = [rows[title].due_at for title in whole]
        present = [each for each in instants if each]
        assert instants == [*sorted(present, reverse=sign < 0), *[None] * (len(instants) - len(present))]
    first, last = titles[0], titles[1]
    urgent_first = await walked(service, "ada", "[{field: PRIORITY, direction: DESC}, {field: NUMBER}]", 4)
    assert urgent_first.index(first) < urgent_first.index("Évier bouché") < urgent_first.index(last)
    priorities = [rows[title].priority for title in urgent_first]
    assert priorities == sorted(priorities, reverse=True)


async def test_rows_that_come_and_go_disturb_no_walk(service: Service) -> None:
    """Rows before the cursor come and go between the pages; those after it are met once each."""
    await fill(service, 12)
    query = """query($after: String) { requests(first: 5, after: $after, orderBy: {field: TITLE}) {
      nodes { title } pageInfo { endCursor hasNextPage } } }"""
    before = await walked(service, "ada", "{field: TITLE}", 100)
    found: list[str] = []
    after, more = None, True
    while more:
        page = (await service.ask("ada", query, after=after))["requests"]
        found += [row["title"] for row in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        await fill(service, 2, title=["A new one, before all others"])
        gone = await Request.filter(title="A new one, before all others").first()
        assert gone is not None
        await gone.delete()
    assert found == before


@pytest.mark.requirement(49, 63)
async def test_people_are_walked_by_columns_that_may_be_empty(service: Service) -> None:
    for number, name in enumerate(("wes", "wil", "sam")):
        await Person.filter(id=service.cast.key(name)).update(last_login_at=now() - timedelta(days=number))
    for field in ("NAME", "EMAIL", "STATUS", "CREATED_AT", "LAST_LOGIN_AT"):
        for direction in ("ASC", "DESC"):
            order = f"{{field: {field}, direction: {direction}}}"
            query = f"""query($after: String) {{ users(first: 4, after: $after, orderBy: {order}) {{
              nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }} }}"""
            found, after, more = [], None, True
            while more:
                page = (await service.ask("ada", query, after=after))["users"]
                found += [row["id"] for row in page["nodes"]]
                after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
            assert len(found) == len(set(found)) == 13, (field, direction)


async def test_pages_below_rows_are_walked_too(service: Service) -> None:
    query = """query($id: ID!, $after: String, $more: String) { request(id: $id) {
      comments(first: 1, after: $after) { totalCount nodes { body } pageInfo { endCursor hasNextPage } }
      activity(first: 1, after: $more) { nodes { kind } pageInfo { endCursor hasNextPage } } } }"""
    ids = {"id": service.cast.request("tap")}
    assert (await service.change("wes", "startRequest", {"requestId": ids["id"]}))["errors"] == []
    one = (await service.ask("wes", query, **ids))["request"]
    assert (one["comments"]["totalCount"], one["comments"]["nodes"]) == (2, [{"body": "for everybody"}])
    assert one["activity"]["nodes"] == [{"kind": "STARTED"}]
    after = {"after": one["comments"]["pageInfo"]["endCursor"], "more": one["activity"]["pageInfo"]["endCursor"]}
    two = (await service.ask("wes", query, **ids, **after))["request"]
    assert two["comments"]["nodes"] == [{"body": "only for us"}]
    assert two["activity"]["nodes"] == [{"kind": "CREATED"}]
    assert two["comments"]["pageInfo"]["hasNextPage"] is two["activity"]["pageInfo"]["hasNextPage"] is False
