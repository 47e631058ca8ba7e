"""Figures: whose requests they count, and that both databases count as plain Python does."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.models import Assignment, DirectGrant, Person, PersonSite, Request, Role, Workspace
from app.models.period import Unit, edges
from app.models.request import CLOSED, Priority, RequestStatus
from tests.ask import Service
from tests.cast import SEES
from tests.reading import figures
from tests.reading.listing import Face
from tests.reading.world import Eyes, World
from tests.test_statements import costs

TOTAL = "{ statistics { total } }"
PLACES = """{ statistics { bySite { count site { name } }
  byWorker { count worker { name phone email } } } }"""
EVERYTHING = """query($where: RequestFilter, $search: String, $unit: PeriodUnit!, $period: TimeRange!) {
  statistics(where: $where, search: $search) { total
    byStatus { status count } byPriority { priority count } openByAge { age count }
    bySite { count site { id name } } byWorker(first: 3) { count worker { id name email } }
    timeToAssignment { count p50 p90 } timeToDone { count p50 p90 }
    series(unit: $unit, period: $period) { start end created done } } }"""
YEAR = {"unit": "MONTH", "period": {"from": "2026-01-01T00:00:00Z", "to": "2027-01-01T00:00:00Z"}}

# Whose figures count what; everybody else is refused.
COUNTS = {"ada": SEES["ada"], "max": SEES["max"], "zoe": SEES["zoe"]}


@pytest.mark.parametrize("name", SEES)
async def test_who_may_count_what(service: Service, name: str) -> None:
    if name not in COUNTS:
        assert await service.refused(name, TOTAL) == ["FORBIDDEN"]
        return
    assert (await service.ask(name, TOTAL))["statistics"] == {"total": len(COUNTS[name])}
    where = f'(where: {{assigneeId: ["{service.cast.worker("wes")}"]}})'
    found = await service.ask(name, TOTAL.replace("statistics", f"statistics{where}", 1))
    assert found["statistics"]["total"] == len({"tap", "roof"} & COUNTS[name])


async def test_a_stranger_counts_nothing(service: Service) -> None:
    assert await service.refused(None, TOTAL) == ["NOT_SIGNED_IN"]


async def grant(service: Service, name: str, permission: str, scope: str) -> None:
    """A grant beside the role."""
    ids: dict[str, Any] = {"workspace_id": service.cast.key("toits"), "person_id": service.cast.key(name)}
    await DirectGrant.create(**ids, permission=permission, scope=scope)


# person, the scope of the grant, and what is then counted: never more than what is seen.
NARROWED = [
    ("wes", "ALL", {"tap", "roof"}),
    ("wes", "OWN", set()),
    ("sam", "ALL", {"hair"}),
    ("sol", "ALL", {"tap", "roof", "door", "hair"}),
    ("sol", "ASSIGNED", set()),
    ("cora", "ALL", {"tap", "roof"}),
    ("cal", "OWN", {"roof"}),
    ("cyn", "ORGANIZATION", {"tap"}),
]


@pytest.mark.parametrize(("name", "scope", "counted"), NARROWED)
async def test_figures_count_what_is_seen_within_the_grant(
    service: Service, name: str, scope: str, counted: set[str]
) -> None:
    await grant(service, name, "stats.read", scope)
    assert (await service.ask(name, TOTAL))["statistics"]["total"] == len(counted)


async def test_the_fence_of_sites_holds(service: Service) -> None:
    await PersonSite.filter(person_id=service.cast.key("max")).delete()
    assert (await service.ask("max", TOTAL))["statistics"]["total"] == 0
    assert (await service.ask("max", PLACES))["statistics"] == {"bySite": [], "byWorker": []}


async def test_sites_and_workers_are_named_as_far_as_they_are_seen(service: Service) -> None:
    found = (await service.ask("ada", PLACES))["statistics"]
    counts = {each["site"]["name"] if each["site"] else None: each["count"] for each in found["bySite"]}
    assert counts == {"North": 4, "South": 1, None: 1}
    assert found["bySite"][0] == {"count": 4, "site": {"name": "North"}}
    workers = {each["worker"]["name"]: each["count"] for each in found["byWorker"]}
    assert workers == {"Wes Roy": 2, "Wil Roy": 1, "Win Roy": 1, "Sam Roy": 1}
    await grant(service, "cora", "stats.read", "ALL")
    cards = (await service.ask("cora", PLACES))["statistics"]["byWorker"]
    assert [each["count"] for each in cards] == [2, 1]
    assert cards[0]["worker"] == {"name": "Wes Roy", "phone": "+15145550101", "email": None}


@pytest.mark.parametrize(
    "period",
    [
        {},
        {"from": "2026-01-01T00:00:00Z"},
        {"to": "2026-01-01T00:00:00Z"},
        {"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"},
        {"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"},
        {"from": "2026-01-01T00:00:00Z", "to": "2027-02-10T00:00:00Z"},
        {"from": "1000-01-01T00:00:00Z", "to": "9998-01-01T00:00:00Z"},
    ],
)
async def test_a_period_without_parts_or_with_too_many_is_told_as_such(
    service: Service, period: dict[str, str]
) -> None:
    assert await service.refused("ada", EVERYTHING, unit="DAY", period=period) == ["INVALID_PERIOD"]


@pytest.mark.parametrize("first", [-1, 101])
async def test_a_size_that_is_none_is_told_as_such(service: Service, first: int) -> None:
    query = "query($first: Int!) { statistics { byWorker(first: $first) { count } } }"
    assert await service.refused("ada", query, first=first) == ["INVALID_PAGE"]


async def test_what_is_selected_costs_one_statement(service: Service) -> None:
    await costs(service, "max", EVERYTHING, **YEAR)
    zone = 1  # the workspace's time zone is looked up before
    assert await costs(service, "max", EVERYTHING, **YEAR) == zone + 1
    assert await costs(service, "max", TOTAL) == zone + 1


# Many requests, over two nights in which the clock changes.

ZONES = ("America/Toronto", "Europe/Zurich", "Pacific/Apia", "UTC")
BEGINNING, SPAN = datetime(2025, 10, 1, tzinfo=UTC), 3600 * 24 * 400


async def many(service: Service, seed: int, count: int) -> None:
    """Requests of all kinds, some of them exactly at midnight, with assignments before and after them."""
    random, cast = Random(seed), service.cast
    zone = ZoneInfo((await Workspace.get(id=cast.key("toits"))).time_zone)
    workers = [cast.key(name) for name in ("wes", "wil", "win", "sam", "sol", "ned")]
    for number in range(count):
        created = BEGINNING + timedelta(seconds=random.randrange(SPAN), microseconds=random.choice((0, 123456)))
        if random.random() < 0.3:
            created = created.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
        status = random.choice([*RequestStatus])
        wait = timedelta(microseconds=random.randrange(-(10**9), 10**13))
        row = Request(
            workspace_id=cast.key("toits"),
            number=5000 + number,
            title=random.choice(("Roof", "Évier")),
            created_by_id=cast.key("ada"),
            site_id=random.choice([cast.key("north"), cast.key("south"), None]),
            status=status,
            priority=random.choice([*Priority]),
            created_at=created,
            closed_at=created + wait if status in CLOSED else None,
        )
        await row.index().save()
        for worker in random.sample(workers, random.choice((0, 1, 1, 2))):
            at = created + timedelta(microseconds=random.randrange(-(10**9), 10**11))
            ids: dict[str, Any] = {"request_id": row.id, "worker_id": worker, "assigned_by_id": cast.key("max")}
            ended = random.choice((None, None, at))
            await Assignment.create(workspace_id=row.workspace_id, **ids, assigned_at=at, ended_at=ended)


def shown(value: Any) -> Any:
    """A reference's value, with rows as the query selects them."""
    if isinstance(value, Face):
        row = value.row
        return {"id": f"{'sit' if value.kind == 'Site' else 'wrk'}_{row.id.hex}", "name": row.name}
    if isinstance(value, dict):
        return {key: shown(each) for key, each in value.items()}
    return [shown(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("zone", ZONES)
async def test_both_databases_count_as_plain_python_does(service: Service, zone: str) -> None:
    await Workspace.filter(id=service.cast.key("toits")).update(time_zone=zone)
    await many(service, seed=len(zone), count=120)
    world = await World.load()
    wheres: list[dict[str, Any]] = [
        {},
        {"createdAt": {"from": "2025-11-01T00:00:00Z", "to": "2026-03-15T05:00:00Z"}},
        {"status": ["DONE"], "isAssigned": True},
        {"createdAt": {"to": "2000-01-01T00:00:00Z"}},
    ]
    spans = [
        ("DAY", "2025-10-31T13:00:00Z", "2026-03-12T08:30:00Z"),
        ("WEEK", "2025-10-01T00:00:00Z", "2026-12-01T00:00:00Z"),
        ("MONTH", "2025-10-15T04:00:00+02:00", "2026-11-01T04:00:00Z"),
    ]
    for name in ("ada", "max"):
        for number, where in enumerate(wheres):
            unit, start, end = spans[number % len(spans)]
            asked: dict[str, Any] = {"where": where, "unit": unit, "period": {"from": start, "to": end}}
            found = (await service.ask(name, EVERYTHING, **asked, search="o" if number else None))["statistics"]
            eyes = Eyes(world, world.by_key[service.cast.key(name)], datetime.now(UTC))
            rows = figures.statistics(eyes, where, "o" if number else None).row
            for each in found["byWorker"]:
                each["worker"].pop("email")
            assert found == {
                "total": len(rows),
                "byStatus": figures.by_status(eyes, rows),
                "byPriority": figures.by_priority(eyes, rows),
                "openByAge": figures.open_by_age(eyes, rows),
                "bySite": shown(figures.by_site(eyes, rows)),
                "byWorker": shown(figures.by_worker(eyes, rows, 3)),
                "timeToAssignment": figures.time_to_assignment(eyes, rows),
                "timeToDone": figures.time_to_done(eyes, rows),
                "series": figures.series(eyes, rows, unit, asked["period"]),
            }


@pytest.mark.parametrize("night", ["2026-03-08", "2026-11-01"])
async def test_a_day_ends_at_midnight_though_it_has_an_hour_more_or_less(service: Service, night: str) -> None:
    await Workspace.filter(id=service.cast.key("toits")).update(time_zone="America/Toronto")
    zone = ZoneInfo("America/Toronto")
    day = datetime.fromisoformat(night).replace(tzinfo=zone)
    instants = [day, (day + timedelta(days=1)) - timedelta(microseconds=1), day + timedelta(days=1)]
    for name, instant in zip(("tap", "roof", "door"), instants, strict=True):
        await Request.filter(id=service.cast.key(name)).update(created_at=instant.astimezone(UTC))
    period = {"from": day.isoformat(), "to": (day + timedelta(days=2)).isoformat()}
    parts = (await service.ask("ada", EVERYTHING, unit="DAY", period=period))["statistics"]["series"]
    assert [part["created"] for part in parts] == [2, 1]
    hours = datetime.fromisoformat(parts[0]["end"]) - datetime.fromisoformat(parts[0]["start"])
    assert hours == timedelta(hours=23 if night == "2026-03-08" else 25)


@pytest.mark.parametrize("unit", Unit)
def test_parts_leave_no_gap_and_do_not_overlap(unit: Unit) -> None:
    start, end = datetime(2025, 12, 30, 21, tzinfo=UTC), datetime(2027, 1, 2, 3, tzinfo=UTC)
    for zone in map(ZoneInfo, ZONES):
        found = list(edges(unit, start, end, zone))
        assert found == sorted(set(found)) and (found[0], found[-1]) == (start, end)
        local = [each.astimezone(zone) for each in found[1:-1]]
        assert all((each.hour, each.minute) == (0, 0) for each in local)
        if unit is Unit.WEEK:
            assert all(each.weekday() == 0 for each in local)
        if unit is Unit.MONTH:
            assert all(each.day == 1 for each in local)
    assert list(edges(unit, start, start + timedelta(hours=1), ZoneInfo("UTC"))) == [
        start,
        start + timedelta(hours=1),
    ]


async def test_the_age_is_told_by_the_days_of_the_workspace(service: Service) -> None:
    await Workspace.filter(id=service.cast.key("toits")).update(time_zone="Pacific/Apia")
    today = datetime.now(ZoneInfo("Pacific/Apia")).replace(hour=0, minute=0, second=0, microsecond=0)
    ages = {"tap": 0, "roof": 1, "gate": 7, "lamp": 8, "door": 30, "hair": 31}
    for name, days in ages.items():
        await Request.filter(id=service.cast.key(name)).update(
            created_at=(today - timedelta(days=days)).astimezone(UTC)
        )
    query = "{ statistics { openByAge { age count } } }"
    found = {each["age"]: each["count"] for each in (await service.ask("ada", query))["statistics"]["openByAge"]}
    assert found == {"TODAY": 1, "WEEK": 2, "MONTH": 2, "OLDER": 1}
    await Request.filter(id=service.cast.key("tap")).update(status=RequestStatus.CANCELLED)
    found = {each["age"]: each["count"] for each in (await service.ask("ada", query))["statistics"]["openByAge"]}
    assert found["TODAY"] == 0


async def test_one_selection_twice_under_two_names(service: Service) -> None:
    query = """{ statistics { a: bySite(first: 1) { count } b: bySite { n: count site { name } it: site { id } }
      ...more ...more } } fragment more on Statistics { total __typename byStatus { __typename count } }"""
    found = (await service.ask("ada", query))["statistics"]
    assert found["a"] == [{"count": 4}] and found["total"] == 6 and found["__typename"] == "Statistics"
    assert found["b"][0] == {"n": 4, "site": {"name": "North"}, "it": {"id": service.cast.site("north")}}


async def test_a_deleted_role_s_words_give_nothing(service: Service) -> None:
    role = await Role.get(workspace_id=service.cast.key("toits"), key="MANAGER")
    kept = [each for each in role.grants if each["permission"] != "stats.read"]
    await Role.filter(id=role.id).update(grants=kept)
    await Person.filter(id=service.cast.key("max")).update(version=99)
    assert await service.refused("max", TOTAL) == ["FORBIDDEN"]
