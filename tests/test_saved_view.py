"""Lists as people like to see them."""

from typing import Any

import pytest

from app.auth.listing import READS
from app.lists.asking import unknown_ids
from app.lists.registry import LISTS
from app.models import SavedView
from app.models.listing import ListName
from app.schema import build_schema
from app.settings import Settings
from tests.ask import Service
from tests.cast import SEES
from tests.test_audit_event import written

VIEW = "view { id name list columns where orderBy { field direction } search isShared isOwn owner { name } }"
VIEWS = "query($list: ListName) { savedViews(list: $list) { nodes { id name isOwn } } }"
CONTACTS = """query($where: PersonFilter, $orderBy: [PersonOrder!], $search: String) {
  contacts(where: $where, orderBy: $orderBy, search: $search) { nodes { name } } }"""
MISSING = "viw_" + "0" * 32


async def save(service: Service, person: str, **given: Any) -> dict[str, Any]:
    values = {"name": "Mine", "list": "CONTACTS", "columns": ["name", "email"], **given}
    return await service.change(person, "saveView", values, VIEW)


async def saved(service: Service, person: str, **given: Any) -> str:
    payload = await save(service, person, **given)
    assert payload["errors"] == []
    text: str = payload["view"]["id"]
    return text


def refusals(payload: dict[str, Any]) -> list[tuple[str, str]]:
    return [(error["code"], ".".join(error["path"])) for error in payload["errors"]]


async def names(service: Service, name: str, **which: Any) -> list[str]:
    return [row["name"] for row in (await service.ask(name, VIEWS, **which))["savedViews"]["nodes"]]


@pytest.mark.requirement(50, 51)
async def test_a_view_comes_back_as_it_was_saved_and_fits_the_list(service: Service) -> None:
    given = {
        "columns": ["email", "name", "department"],
        "where": {"organizationId": [service.cast.organization("maple")], "status": ["ACTIVE"]},
        "orderBy": [{"field": "EMAIL", "direction": "DESC"}, {"field": "NAME", "direction": "ASC"}],
        "search": "roy",
    }
    view = (await save(service, "ada", **given))["view"]
    shown = {"name": "Mine", "list": "CONTACTS", "isShared": False, "isOwn": True, "owner": {"name": "Ada Roy"}}
    assert {name: value for name, value in view.items() if name != "id"} == {**shown, **given}
    listed = await service.ask("ada", CONTACTS, **{name: view[name] for name in ("where", "orderBy", "search")})
    assert [row["name"] for row in listed["contacts"]["nodes"]] == ["Cyn Roy", "Cora Roy", "Cal Roy"]
    changed = (await save(service, "ada", viewId=view["id"], name="Other", columns=["phone"]))["view"]
    assert (changed["id"], changed["name"], changed["columns"]) == (view["id"], "Other", ["phone"])
    assert (changed["where"], changed["orderBy"], changed["search"]) == (None, [], None)
    assert await SavedView.all().count() == 1


@pytest.mark.requirement(50)
async def test_a_name_is_taken_once_per_owner_and_list(service: Service) -> None:
    mine = await saved(service, "ada")
    assert refusals(await save(service, "ada", name=" Mine ")) == [("NAME_IN_USE", "name")]
    other = await saved(service, "ada", list="USERS")
    await saved(service, "max")
    second = await saved(service, "ada", name="Second")
    assert refusals(await save(service, "ada", viewId=second)) == [("NAME_IN_USE", "name")]
    assert refusals(await save(service, "ada", viewId=other)) == [("NAME_IN_USE", "name")]
    assert refusals(await save(service, "ada", viewId=mine)) == []
    assert await names(service, "ada") == ["Mine", "Mine", "Second"]
    assert await names(service, "ada", list="USERS") == ["Mine"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"name": "  "}, ("REQUIRED", "name")),
        ({"name": "x" * 121}, ("TOO_LONG", "name")),
        ({"columns": []}, ("REQUIRED", "columns")),
        ({"columns": ["name", "password"]}, ("INVALID_VALUE", "columns.1")),
        ({"columns": ["name", "name"]}, ("INVALID_VALUE", "columns.1")),
        ({"columns": ["title"]}, ("INVALID_VALUE", "columns.0")),
        ({"columns": ["name"] * 500}, ("TOO_MANY", "columns")),
        ({"search": "x" * 201}, ("TOO_LONG", "search")),
        ({"where": []}, ("INVALID_VALUE", "where")),
        ({"where": {"nobody": 1}}, ("INVALID_VALUE", "where")),
        ({"where": {"status": ["ACTIVE", "GONE"]}}, ("INVALID_VALUE", "where.status.1")),
        ({"where": {"siteId": "sit_x"}}, ("NOT_FOUND", "where.siteId.0")),
        ({"where": {"siteId": ["sit_" + "0" * 32]}}, ("NOT_FOUND", "where.siteId.0")),
        ({"where": {"siteId": 5}}, ("NOT_FOUND", "where.siteId.0")),
        ({"where": {"siteId": [5.0]}}, ("NOT_FOUND", "where.siteId.0")),
        ({"where": {"siteId": [10**30]}}, ("NOT_FOUND", "where.siteId.0")),
        ({"where": {"status": ["ACTIVE"] * 101}}, ("TOO_MANY", "where.status")),
        ({"where": {"siteId": ["x" * 30_000]}}, ("TOO_LONG", "where")),
        (
            {"list": "REQUESTS", "columns": ["title"], "where": {"dueAt": {"from": "now"}}},
            ("INVALID_VALUE", "where.dueAt.from"),
        ),
        ({"orderBy": [{"field": "PASSWORD_HASH"}]}, ("INVALID_VALUE", "orderBy.0.field")),
        ({"orderBy": [{"field": "NAME"}] * 101}, ("TOO_MANY", "orderBy")),
        ({"viewId": MISSING}, ("NOT_FOUND", "viewId")),
        ({"viewId": "con_x"}, ("NOT_FOUND", "viewId")),
    ],
)
async def test_what_does_not_fit_is_refused_with_its_place(
    service: Service, given: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert refusals(await save(service, "ada", **given)) == [expected]
    assert await SavedView.all().count() == 0


@pytest.mark.parametrize(("digits", "code"), [(31, "NOT_FOUND"), (5_000, "INVALID_VALUE")])
async def test_a_long_number_in_the_document_is_no_id_either(service: Service, digits: int, code: str) -> None:
    view = f'list: CONTACTS, name: "Mine", columns: ["name"], where: {{siteId: [{"1" * digits}]}}'
    payload = await service.ask("ada", f"mutation {{ saveView(input: {{{view}}}) {{ errors {{ code path }} }} }}")
    assert refusals(payload["saveView"]) == [(code, "where.siteId.0")]


async def test_ids_of_others_are_not_found(service: Service) -> None:
    for other in (service.cast.site("zug"), service.cast.request("tap"), service.cast.organization("maple")):
        assert refusals(await save(service, "ada", where={"siteId": [other]})) == [("NOT_FOUND", "where.siteId.0")]
    birch = {"organizationId": [service.cast.organization("birch")]}
    assert refusals(await save(service, "cora", where=birch)) == [("NOT_FOUND", "where.organizationId.0")]


# Who may save, share, see and delete.

MANAGED = {ListName.CONTACTS, ListName.WORKERS, ListName.USERS, ListName.REQUESTS}
OPENS = {
    "ada": set(ListName),
    "max": MANAGED,
    "zoe": set(ListName),
    "cora": {ListName.CONTACTS, ListName.REQUESTS, ListName.AUDIT},
}
COLUMN = {ListName.REQUESTS: "title", ListName.AUDIT: "kind"}


@pytest.mark.requirement(50)
@pytest.mark.parametrize("name", SEES)
async def test_who_may_save_and_share_a_view(service: Service, name: str) -> None:
    staff = name in ("ada", "max", "sam", "sol", "zoe")
    for each in ListName:
        given = {"list": each.name, "columns": [COLUMN.get(each, "name")]}
        opens = each in OPENS.get(name, {ListName.REQUESTS})
        expected = [] if opens else [("FORBIDDEN", "list")]
        assert refusals(await save(service, name, **given)) == expected
        shared = await save(service, name, name="Ours", isShared=True, **given)
        assert refusals(shared) == (expected or ([] if staff else [("FORBIDDEN", "isShared")]))


@pytest.mark.parametrize("name", SEES)
async def test_who_sees_and_deletes_what_is_shared(service: Service, name: str) -> None:
    ids = {each: await saved(service, "max", name=each.name, list=each.name, columns=[COLUMN.get(each, "name")],
                             isShared=True) for each in MANAGED}  # fmt: skip
    private = await saved(service, "max", name="private")
    home = {"ada": MANAGED, "max": MANAGED, "sam": {ListName.REQUESTS}, "sol": {ListName.REQUESTS}}
    seen = home.get(name, set())
    if name != "max":
        assert set(await names(service, name)) == {each.name for each in seen}
        stolen = await save(service, name, viewId=private, list="REQUESTS", columns=["title"])
        assert refusals(stolen) == [("NOT_FOUND", "viewId")]
    for each, text in ids.items():
        payload = await service.change(name, "deleteView", {"viewId": text}, "viewId")
        if each not in seen:
            assert refusals(payload) == [("NOT_FOUND", "viewId")]
        elif name in ("ada", "max"):
            assert payload == {"viewId": text, "errors": []}
        else:
            assert refusals(payload) == [("FORBIDDEN", "viewId")]
            taken = await save(service, name, viewId=text, list="REQUESTS", columns=["title"])
            assert refusals(taken) == [("FORBIDDEN", "viewId")]
    left = {each.name for each in MANAGED if each not in seen or name not in ("ada", "max")} | {"private"}
    assert set(await names(service, "max")) == left


@pytest.mark.parametrize("name", SEES)
async def test_shared_views_of_access_are_for_who_opens_these_lists(service: Service, name: str) -> None:
    for each in set(ListName) - MANAGED:
        await saved(service, "ada", name=each.name, list=each.name, columns=[COLUMN.get(each, "name")], isShared=True)
    assert await names(service, name) == (["ACCESS_REVIEW", "AUDIT"] if name == "ada" else [])


async def test_a_list_without_order_or_search_takes_neither(service: Service) -> None:
    given = {"list": "AUDIT", "columns": ["kind"]}
    ordered = await save(service, "ada", orderBy=[{"field": "NAME"}], **given)
    assert refusals(ordered) == [("INVALID_VALUE", "orderBy")]
    assert refusals(await save(service, "ada", search="x", **given)) == [("INVALID_VALUE", "search")]
    for face in (service.cast.user("wes"), service.cast.worker("wes"), service.cast.contact("cyn")):
        assert refusals(await save(service, "ada", name=face, where={"subjectId": [face]}, **given)) == []
    for other in (service.cast.user("zed"), service.cast.site("north"), "usr_x"):
        assert refusals(await save(service, "ada", where={"subjectId": [other]}, **given)) == [
            ("NOT_FOUND", "where.subjectId.0")
        ]


async def test_a_shared_view_hides_when_its_owner_takes_it_back(service: Service) -> None:
    text = await saved(service, "max", isShared=True)
    assert await names(service, "ada") == ["Mine"]
    await saved(service, "max", viewId=text)
    assert await names(service, "ada") == []


# The registry.


@pytest.mark.requirement(50)
async def test_each_column_of_a_list_can_be_asked_for(service: Service) -> None:
    columns = "query($list: ListName!) { listColumns(list: $list) { name title selection } }"
    await written(service)
    for name, listing in LISTS.items():
        found = (await service.ask("ada", columns, list=name))["listColumns"]
        french = (await service.ask("max", columns, list=name))["listColumns"]
        assert [each["name"] for each in found] == [each["name"] for each in french] == list(listing.columns)
        assert all(each["title"] for each in french) and found != french
        selected = " ".join(f"c{place}: {each['selection']}" for place, each in enumerate(found))
        page = (await service.ask("ada", f"{{ {listing.field}(first: 1) {{ nodes {{ {selected} }} }} }}"))[
            listing.field
        ]
        assert len(page["nodes"][0]) == len(found)


def test_every_list_is_registered_under_the_gate_that_it_has() -> None:
    core = build_schema(Settings(_env_file=None))._schema
    assert core.query_type and set(LISTS) == set(READS) == set(ListName)
    for name, listing in LISTS.items():
        declared = core.query_type.fields[listing.field].extensions["strawberry-definition"]
        [gate] = declared.metadata["gates"]
        assert (gate.permission, gate.beyond_own) == READS[name]
    assert unknown_ids(core) == set()
