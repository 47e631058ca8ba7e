"""Lists as people look at them: searched, and ordered by the headers of their columns."""

from typing import Any

import pytest

from app.lists.labels import FILTERS, ORDERS, PHRASES, VALUES
from app.lists.registry import LISTS
from app.models import Department, Person
from app.models.person import AccountStatus
from app.schema import build_schema
from app.settings import Settings
from tests.ask import Service

CONTACTS = """query($orderBy: [PersonOrder!], $search: String, $after: String, $first: Int!) {
  contacts(orderBy: $orderBy, search: $search, after: $after, first: $first) {
    nodes { firstName isActive } pageInfo { hasNextPage endCursor } } }"""


async def names(service: Service, person: str, first: int = 100, **asked: Any) -> list[str]:
    """The contacts of all pages, in order."""
    found, after, more = [], None, True
    while more:
        page = (await service.ask(person, CONTACTS, after=after, first=first, **asked))["contacts"]
        found += [row["firstName"] for row in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    return found


@pytest.mark.requirement(49, 63)
@pytest.mark.parametrize("first", [1, 2, 100])
async def test_the_active_header_brings_all_inactive_accounts_to_the_top(service: Service, first: int) -> None:
    for name, status in (("cora", AccountStatus.INACTIVE), ("cal", AccountStatus.NO_ACCESS)):
        await Person.filter(id=service.cast.key(name)).update(status=status)
    by_name = {"field": "NAME", "direction": "ASC"}
    up, down = ({"field": "ACTIVE", "direction": each} for each in ("ASC", "DESC"))
    assert await names(service, "ada", first, orderBy=[up, by_name]) == ["Cal", "Cora", "Bo", "Cyn"]
    assert await names(service, "ada", first, orderBy=[down, by_name]) == ["Bo", "Cyn", "Cal", "Cora"]
    back = {"field": "NAME", "direction": "DESC"}
    assert await names(service, "ada", first, orderBy=[up, back]) == ["Cora", "Cal", "Cyn", "Bo"]


@pytest.mark.requirement(53, 67, 93)
@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("cyn roy", ["Cyn"]),
        ("CYN@MAPLE", ["Cyn"]),
        ("+15145550102", ["Cyn"]),
        ("(514) 555-0102", ["Cyn"]),
        ("514-555-0102", ["Cyn"]),
        ("514.555.0102", ["Cyn"]),
        ("5145550102", ["Cyn"]),
        ("front", ["Cyn"]),
        ("accueil général", ["Cyn"]),
        ("roy FRONT", ["Cyn"]),
        ("front bo", []),
        ("maple", ["Cal", "Cora", "Cyn"]),
    ],
)
async def test_a_contact_is_found_by_name_mail_phone_and_department(
    service: Service, search: str, expected: list[str]
) -> None:
    department = await Department.get(id=service.cast.key("front"))
    department.name = "Front – Accueil Général"
    await department.index().save()
    cyn = await Person.get(id=service.cast.key("cyn"))
    await cyn.index().save()
    assert await names(service, "ada", search=search) == expected
    assert await names(service, "cora", search=search) == expected


def test_whatever_a_list_is_filtered_and_ordered_by_has_words_in_both_languages() -> None:
    core = build_schema(Settings(_env_file=None))._schema
    assert core.query_type
    for listing in LISTS.values():
        arguments: Any = core.query_type.fields[listing.field].args
        where = arguments["where"].type
        assert set(where.fields) <= set(FILTERS)
        if order := arguments.get("orderBy"):
            assert set(order.type.of_type.of_type.fields["field"].type.of_type.values) <= set(ORDERS)
        for field in where.fields.values():
            bare = field.type
            while hasattr(bare, "of_type"):
                bare = bare.of_type
            assert not hasattr(bare, "values") or set(bare.values) == set(VALUES[bare.name])
    said = [*FILTERS.values(), *ORDERS.values(), *PHRASES.values()]
    assert all(each["en"] and each["fr"] for each in (*said, *(s for kind in VALUES.values() for s in kind.values())))
