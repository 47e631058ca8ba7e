"""Organizations, departments and sites: set up, renamed, and taken out of use."""

from asyncio import gather
from typing import Any

import pytest

from app.models import AuditEvent, Organization, Person, PersonSite, Request, Site
from tests.ask import Service
from tests.auth.words import SITES
from tests.cast import SEES

MADE = {
    "Organization": "organization { id name isActive version }",
    "Department": "department { id name isActive version organization { id } }",
    "Site": "site { id name address isActive version }",
}


async def change(service: Service, who: str, mutation: str, **input: Any) -> dict[str, Any]:
    """The payload of a mutation of a place."""
    kind = next(kind for kind in MADE if mutation.endswith(kind))
    return await service.change(who, mutation, input, MADE[kind])


def words(payload: dict[str, Any]) -> list[str]:
    """Code and path of each error."""
    return [" ".join([error["code"], *error["path"]]) for error in payload["errors"]]


def places(service: Service) -> dict[str, tuple[str, str]]:
    """The id of a place of Toits for each kind, and the field that names it."""
    return {
        "Organization": ("organizationId", service.cast.organization("maple")),
        "Department": ("departmentId", service.cast.department("front")),
        "Site": ("siteId", service.cast.site("north")),
    }


@pytest.mark.requirement(2, 79)
@pytest.mark.parametrize("name", SEES)
async def test_who_sets_up_places(service: Service, name: str) -> None:
    maple = {"Department": {"organizationId": service.cast.organization("maple")}}
    expected = {"ada": ([], []), "zoe": (["NOT_FOUND organizationId"], ["NOT_FOUND"])}
    for kind, (path, text) in places(service).items():
        make = f"mutation($input: Create{kind}Input!) {{ create{kind}(input: $input) {{ errors {{ code }} }} }}"
        edit = f"mutation($input: Update{kind}Input!) {{ update{kind}(input: $input) {{ errors {{ code }} }} }}"
        new, old = {"name": "New", **maple.get(kind, {})}, {path: text, "name": "Renamed"}
        if name not in expected:
            assert await service.refused(name, make, input=new) == ["FORBIDDEN"]
            assert await service.refused(name, edit, input=old) == ["FORBIDDEN"]
            continue
        made, edited = expected[name]
        assert words(await change(service, name, f"create{kind}", **new)) == (made if kind == "Department" else [])
        assert [each.split()[0] for each in words(await change(service, name, f"update{kind}", **old))] == edited


@pytest.mark.requirement(2)
async def test_an_administrator_of_some_sites_stays_within_them(service: Service) -> None:
    cast = service.cast
    await Person.filter(id=cast.key("ada")).update(all_sites=False)
    ids: dict[str, Any] = {"workspace_id": cast.key("toits"), "person_id": cast.key("ada")}
    await PersonSite.create(**ids, site_id=cast.key("north"))
    assert words(await change(service, "ada", "updateSite", siteId=cast.site("north"), address="1 Main St")) == []
    assert words(await change(service, "ada", "updateSite", siteId=cast.site("south"), address="x")) == [
        "NOT_FOUND siteId"
    ]
    assert words(await change(service, "ada", "createSite", name="East")) == ["OUT_OF_SCOPE"]
    assert not await Site.filter(name="East").exists()
    assert words(await change(service, "ada", "createOrganization", name="Elm")) == []  # companies have no site


async def test_no_two_places_have_the_same_name_whatever_case_and_accents(service: Service) -> None:
    cast, birch = service.cast, service.cast.organization("birch")
    for kind in ("Organization", "Site"):
        made = await change(service, "ada", f"create{kind}", name="  Résidence   Été ")
        assert made[kind.lower()]["name"] == "Résidence Été"
        assert words(await change(service, "ada", f"create{kind}", name="RESIDENCE ete")) == ["NAME_IN_USE name"]
        assert words(await change(service, "zoe", f"create{kind}", name="RESIDENCE ete")) == []  # another workspace
        path, text = places(service)[kind]
        assert words(await change(service, "ada", f"update{kind}", **{path: text, "name": "residence été"})) == [
            "NAME_IN_USE name"
        ]
    assert words(await change(service, "ada", "updateSite", siteId=cast.site("north"), name="NÖRTH")) == []
    front = await change(service, "ada", "createDepartment", organizationId=birch, name="Front")
    assert front["department"]["organization"] == {"id": birch}  # maple has one, too
    assert words(await change(service, "ada", "createDepartment", organizationId=birch, name="fRÓnt")) == [
        "NAME_IN_USE name"
    ]


async def test_of_two_who_take_a_name_at_once_one_gets_it(service: Service) -> None:
    names = ("Cedar", "CEDAR", "cedár", "cedar ")
    made = await gather(*(change(service, "ada", "createOrganization", name=name) for name in names))
    assert sorted(map(words, made)) == [[], *[["NAME_IN_USE name"]] * 3]
    assert await Organization.filter(workspace_id=service.cast.key("toits"), sort_name="cedar").count() == 1


BAD = [
    ({"name": ""}, "REQUIRED name"),
    ({"name": " \t\u202e "}, "REQUIRED name"),
    ({"name": "x" * 201}, "TOO_LONG name"),
    ({"name": "x", "address": "x" * 301}, "TOO_LONG address"),
]


@pytest.mark.parametrize(("given", "word"), BAD)
async def test_what_does_not_fit_changes_nothing(service: Service, given: dict[str, str], word: str) -> None:
    north = {"siteId": service.cast.site("north")}
    before = await Site.all().order_by("id").values()
    assert words(await change(service, "ada", "createSite", **given)) == [word]
    assert words(await change(service, "ada", "updateSite", **north, **given)) == [word]
    assert await Site.all().order_by("id").values() == before
    assert await AuditEvent.filter(kind__in=["PLACE_CREATED", "PLACE_UPDATED"]).count() == 0


async def test_ids_of_nothing_and_of_other_kinds_are_not_found(service: Service) -> None:
    cast = service.cast
    for text in ("", "sit_", "sit_" + "0" * 32, cast.organization("maple"), cast.site("zug"), "x" * 500):
        assert words(await change(service, "ada", "updateSite", siteId=text, name="x")) == ["NOT_FOUND siteId"]
        assert words(await change(service, "ada", "createDepartment", organizationId=text[:4] + "0", name="x")) == [
            "NOT_FOUND organizationId"
        ]


async def test_a_lost_update_is_a_conflict_that_shows_the_present_state(service: Service) -> None:
    north = {"siteId": service.cast.site("north")}
    first = await change(service, "ada", "updateSite", **north, address="1 Main St", expectedVersion=1)
    assert (first["site"]["version"], first["site"]["address"], first["site"]["name"]) == (2, "1 Main St", "North")
    late = await change(service, "ada", "updateSite", **north, address="2 Main St", expectedVersion=1)
    assert words(late) == ["CONFLICT expectedVersion"]
    assert late["site"] == first["site"]
    same = await change(service, "ada", "updateSite", **north, address="1  Main St", expectedVersion=2)
    assert same["site"]["version"] == 2  # nothing was changed
    cleared = await change(service, "ada", "updateSite", **north, address=None)
    assert (cleared["site"]["version"], cleared["site"]["address"]) == (3, None)


async def test_nothing_new_comes_to_a_place_out_of_use(service: Service) -> None:
    cast = service.cast
    for mutation, path, text in (
        ("updateSite", "siteId", cast.site("north")),
        ("updateOrganization", "organizationId", cast.organization("maple")),
        ("updateDepartment", "departmentId", cast.department("barn")),
    ):
        assert words(await change(service, "ada", mutation, **{path: text, "isActive": False})) == []
        given = {"title": "x", path: text}
        if path == "departmentId":
            given["organizationId"] = cast.organization("birch")
        refused = await service.change("ada", "createRequest", given)
        assert words(refused) == [f"PLACE_INACTIVE {path}"]
        assert "is no longer in use" in refused["errors"][0]["message"]
    assert words(
        await change(service, "ada", "createDepartment", organizationId=cast.organization("maple"), name="New")
    ) == ["PLACE_INACTIVE organizationId"]
    tap = {"requestId": cast.request("tap")}  # it lies in both
    for given in ({"title": "still worked on"}, {"siteId": cast.site("north")}):
        assert words(await service.change("max", "updateRequest", tap | given)) == []
    moved = {"requestId": cast.request("gate"), "siteId": cast.site("north")}
    assert words(await service.change("ada", "updateRequest", moved)) == ["PLACE_INACTIVE siteId"]
    assert (await Request.get(id=cast.key("gate"))).site_id == cast.key("south")
    listed = await service.ask("ada", "{ sites(where: {isActive: true}) { nodes { id } } }")
    assert listed["sites"]["nodes"] == [{"id": cast.site("south")}]
    assert SITES["ada"] == {"north", "south"}
    assert words(await change(service, "ada", "updateSite", siteId=cast.site("north"), isActive=True)) == []
    assert words(await service.change("ada", "updateRequest", moved)) == []


CLOSED: list[tuple[str, dict[str, Any], str]] = [
    ("createUser", {"email": "new@toits.example", "siteIds": ["$north", "$south"]}, "siteIds"),
    ("createUser", {"email": "new@toits.example", "hasAllSites": True, "defaultSiteId": "$south"}, "defaultSiteId"),
    ("createWorker", {"siteIds": ["$south"]}, "siteIds"),
    ("createContact", {"email": "new@birch.example", "organizationId": "$birch"}, "organizationId"),
    (
        "createContact",
        {"email": "new@maple.example", "organizationId": "$maple", "departmentId": "$back"},
        "departmentId",
    ),
    ("updateUser", {"userId": "$sam", "siteIds": ["$north", "$south"]}, "siteIds"),
    ("updateUser", {"userId": "$max", "hasAllSites": True, "defaultSiteId": "$south"}, "defaultSiteId"),
    ("updateWorker", {"workerId": "$wes", "siteIds": ["$south"]}, "siteIds"),
    ("updateContact", {"contactId": "$cyn", "organizationId": "$birch"}, "organizationId"),
    ("updateContact", {"contactId": "$cyn", "departmentId": "$back"}, "departmentId"),
    ("updateContact", {"contactId": "$cal", "siteIds": ["$south"]}, "siteIds"),
]


@pytest.mark.parametrize(("mutation", "given", "path"), CLOSED)
async def test_nobody_new_comes_to_a_place_out_of_use(
    service: Service, mutation: str, given: dict[str, Any], path: str
) -> None:
    def filled(value: Any) -> Any:
        if isinstance(value, list):
            return [filled(each) for each in value]
        return ids[value[1:]] if str(value).startswith("$") else value

    cast = service.cast
    ids = {name: cast.site(name) for name in ("north", "south")} | {"back": cast.department("back")}
    ids |= {name: cast.organization(name) for name in ("maple", "birch")}
    ids |= {"sam": cast.user("sam"), "max": cast.user("max"), "wes": cast.worker("wes")}
    ids |= {name: cast.contact(name) for name in ("cyn", "cal")}
    for kind, place in (("Site", "south"), ("Organization", "birch"), ("Department", "back")):
        closed = {f"{kind.lower()}Id": ids[place], "isActive": False}
        assert words(await change(service, "ada", f"update{kind}", **closed)) == []
    before = await Person.all().order_by("id").values()
    names = {"lastName": "New"} if mutation.startswith("create") else {}
    input = names | {name: filled(value) for name, value in given.items()}
    assert words(await service.change("ada", mutation, input)) == [f"PLACE_INACTIVE {path}"]
    assert await Person.all().order_by("id").values() == before


async def test_whoever_is_at_a_place_out_of_use_stays(service: Service) -> None:
    cast = service.cast
    await Person.filter(id=cast.key("sam")).update(default_site_id=cast.key("north"))
    for mutation, given in (
        ("updateSite", {"siteId": cast.site("north")}),
        ("updateOrganization", {"organizationId": cast.organization("maple")}),
        ("updateDepartment", {"departmentId": cast.department("front")}),
    ):
        assert words(await change(service, "ada", mutation, **given, isActive=False)) == []
    both = [cast.site("north"), cast.site("south")]
    sam = {"userId": cast.user("sam"), "siteIds": both, "defaultSiteId": cast.site("north")}
    assert words(await service.change("ada", "updateUser", sam)) == []
    place = {"organizationId": cast.organization("maple"), "departmentId": cast.department("front")}
    cyn = {"contactId": cast.contact("cyn"), "firstName": "Cynthia", **place}
    assert words(await service.change("ada", "updateContact", cyn)) == []
    new = {"lastName": "New", "email": "new@maple.example"}
    assert words(await service.change("cora", "createContact", new)) == ["PLACE_INACTIVE organizationId"]


async def test_a_new_worker_is_at_those_sites_of_the_manager_that_are_in_use(service: Service) -> None:
    cast = service.cast
    ids: dict[str, Any] = {"workspace_id": cast.key("toits"), "person_id": cast.key("max")}
    await PersonSite.create(**ids, site_id=cast.key("south"))
    assert words(await change(service, "ada", "updateSite", siteId=cast.site("north"), isActive=False)) == []
    made = await service.change("max", "createWorker", {"lastName": "New"}, "worker { sites { name } }")
    assert made == {"worker": {"sites": [{"name": "South"}]}, "errors": []}


async def test_every_change_of_a_place_leaves_a_line(service: Service) -> None:
    made = (await change(service, "ada", "createSite", name="East", address="5 Rue Est"))["site"]
    await change(service, "ada", "updateSite", siteId=made["id"], name="Est", isActive=False)
    maple = service.cast.organization("maple")
    desk = (await change(service, "ada", "createDepartment", organizationId=maple, name="Desk"))["department"]
    lines = await AuditEvent.filter(kind__in=["PLACE_CREATED", "PLACE_UPDATED"]).order_by("id")
    assert [(line.kind, line.before, line.after) for line in lines[:2]] == [
        ("PLACE_CREATED", {}, {"id": made["id"], "name": "East", "address": "5 Rue Est"}),
        (
            "PLACE_UPDATED",
            {"id": made["id"], "name": "East", "active": True},
            {"id": made["id"], "name": "Est", "active": False},
        ),
    ]
    assert (lines[2].after["id"], lines[2].after["organization"]) == (desk["id"], "Maple")
    assert {line.actor_id for line in lines} == {service.cast.key("ada")}
