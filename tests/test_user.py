"""Accounts of the staff: added with what decides their rights, and changed."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from app.models import Person, Role, Workspace
from app.models.base import now
from tests.ask import Service
from tests.test_role import codes, role_id
from tests.test_session import asked

SHOWN = """user { id name email username language status hasAllSites version role { name } sites { name }
  defaultSite { name } worker { trade } warnings { code }
  viewerCan { update deactivate reactivate delete sendCredentials } }
  warnings { code }"""


async def create(service: Service, who: str, **given: Any) -> dict[str, Any]:
    return await service.change(who, "createUser", {"lastName": "Roy", **given}, SHOWN)


@pytest.mark.requirement(72, 73, 75, 77, 78, 79, 80, 84)
async def test_an_account_with_everything(service: Service) -> None:
    payload = await create(
        service,
        "ada",
        firstName="Ina",
        email="ines@toits.example",
        language="fr",
        roleId=await role_id(service, "MANAGER"),
        siteIds=[service.cast.site("north"), service.cast.site("south")],
        defaultSiteId=service.cast.site("south"),
    )
    user = payload["user"]
    assert payload["errors"] == payload["warnings"] == []
    assert (user["name"], user["username"], user["language"]) == ("Ina Roy", "ines@toits.example", "fr")
    assert (user["role"], user["status"]) == ({"name": "Manager"}, "NO_ACCESS")
    assert [site["name"] for site in user["sites"]] == ["North", "South"]
    assert user["defaultSite"] == {"name": "South"}
    assert user["warnings"] == [{"code": "CANNOT_LOG_IN"}]
    can = {"update": True, "deactivate": True, "reactivate": False, "delete": True, "sendCredentials": True}
    assert user["viewerCan"] == can


@pytest.mark.requirement(76)
async def test_an_account_without_an_address_has_a_username(service: Service) -> None:
    assert codes(await create(service, "ada")) == [("USERNAME_REQUIRED", "username")]
    payload = await create(service, "ada", username="Ines.Roy")
    assert payload["errors"] == [] and payload["user"]["username"] == "Ines.Roy"
    assert codes(await create(service, "ada", username="ínes.roy")) == [("USERNAME_IN_USE", "username")]


@pytest.mark.requirement(76)
async def test_an_account_keeps_an_address_or_a_username(service: Service) -> None:
    made = (await create(service, "ada", email="ines@toits.example", isWorker=False))["user"]["id"]
    given: dict[str, Any] = {"userId": made, "email": None}
    assert codes(await service.change("ada", "updateUser", given)) == [("USERNAME_REQUIRED", "email")]
    assert (await Person.get(email="ines@toits.example")).username == "ines@toits.example"
    named = (await create(service, "ada", email="ivo@toits.example", username="Ivo.Roy"))["user"]["id"]
    cleared = await service.change("ada", "updateUser", {**given, "userId": named}, SHOWN)
    assert codes(cleared) == [] and (cleared["user"]["email"], cleared["user"]["username"]) == (None, "Ivo.Roy")
    worker = {**given, "isWorker": True}  # whom a name is enough for
    assert codes(await service.change("ada", "updateUser", worker)) == []
    assert codes(await service.change("ada", "updateUser", {"userId": made, "isWorker": False})) == [
        ("USERNAME_REQUIRED", "isWorker")
    ]


async def test_what_is_no_longer_offered_may_stay(service: Service) -> None:
    """A form that is saved as it was read."""
    await Workspace.filter(id=service.cast.key("toits")).update(languages=["en"])
    ended = now() - timedelta(days=1)
    await Person.filter(id=service.cast.key("max")).update(language="fr", access_expires_at=ended)
    given = {"userId": service.cast.user("max"), "language": "fr", "accessExpiresAt": ended.isoformat()}
    assert codes(await service.change("ada", "updateUser", {**given, "firstName": "Maxime"})) == []
    for name, value, error in (
        ("language", "de", "LANGUAGE_NOT_SPOKEN"),
        ("accessExpiresAt", (ended - timedelta(days=1)).isoformat(), "INVALID_VALUE"),
    ):
        assert codes(await service.change("ada", "updateUser", {**given, name: value})) == [(error, name)]


@pytest.mark.requirement(102, 103)
async def test_staff_take_work_unless_it_is_said_otherwise(service: Service) -> None:
    manager = await role_id(service, "MANAGER")
    said: list[tuple[dict[str, Any], bool]] = [({}, True), ({"isWorker": False}, False)]
    said += [({"roleId": manager}, False), ({"roleId": manager, "isWorker": True}, True)]
    for number, (given, expected) in enumerate(said):
        made = await create(service, "ada", email=f"staff{number}@toits.example", **given)
        assert (codes(made), made["user"]["worker"] is not None) == ([], expected)
    await Workspace.filter(id=service.cast.key("toits")).update(features={"WORKER_ACCOUNTS": False})
    assert (await create(service, "ada", email="plain@toits.example"))["user"]["worker"] is None


@pytest.mark.requirement(74)
async def test_managers_need_an_address(service: Service) -> None:
    manager = await role_id(service, "MANAGER")
    payload = await create(service, "ada", username="ines", roleId=manager)
    assert codes(payload) == [("EMAIL_REQUIRED_BY_ROLE", "email")]
    given = {"userId": service.cast.user("max"), "email": None}
    assert codes(await service.change("ada", "updateUser", given)) == [("EMAIL_REQUIRED_BY_ROLE", "email")]
    both = {"userId": service.cast.user("ned"), "roleId": manager, "email": "ned@toits.example"}
    assert codes(await service.change("ada", "updateUser", both)) == []
    less = {"userId": service.cast.user("ned"), "roleId": await role_id(service, "STAFF"), "email": None}
    assert codes(await service.change("ada", "updateUser", less)) == []


@pytest.mark.requirement(86, 87)
async def test_an_account_is_changed_field_by_field_but_for_the_username(service: Service) -> None:
    given = {
        "userId": service.cast.user("sam"),
        "firstName": "Samuel",
        "language": "fr",
        "roleId": await role_id(service, "MANAGER"),
        "siteIds": [service.cast.site("south")],
    }
    payload = await service.change("ada", "updateUser", given, SHOWN)
    user = payload["user"]
    assert payload["errors"] == []
    assert (user["name"], user["language"], user["role"]) == ("Samuel Roy", "fr", {"name": "Manager"})
    assert user["sites"] == [{"name": "South"}]
    query = "mutation($input: UpdateUserInput!) { updateUser(input: $input) { errors { code } } }"
    answer = await service.post("ada", query, input={"userId": service.cast.user("sam"), "username": "x"})
    assert "username" in answer.json()["errors"][0]["message"]


@pytest.mark.requirement(80)
@pytest.mark.parametrize("sites", [[], ["south"]])
async def test_the_default_site_is_one_of_the_sites(service: Service, sites: list[str]) -> None:
    await Person.filter(id=service.cast.key("sam")).update(default_site_id=service.cast.key("north"))
    ids = [service.cast.site(each) for each in sites]
    given: dict[str, Any] = {"userId": service.cast.user("sam"), "siteIds": ids}
    assert codes(await service.change("ada", "updateUser", given)) == [("DEFAULT_SITE_INVALID", "defaultSiteId")]
    given["defaultSiteId"] = None
    assert codes(await service.change("ada", "updateUser", given)) == []


@pytest.mark.requirement(2, 79)
async def test_sites_hold_on_the_next_operation(service: Service) -> None:
    query = "{ requests { totalCount } }"
    assert (await service.ask("sol", query))["requests"]["totalCount"] == 4
    given = {"userId": service.cast.user("sol"), "siteIds": [service.cast.site("south")]}
    assert codes(await service.change("ada", "updateUser", given)) == []
    assert (await service.ask("sol", query))["requests"]["totalCount"] == 1


async def test_an_administrator_of_one_site_gives_no_other(service: Service) -> None:
    admin = (await Person.get(id=service.cast.key("ada"))).role_id
    await Person.filter(id=service.cast.key("max")).update(role_id=admin)
    given = {"email": "new@toits.example", "siteIds": [service.cast.site("south")]}
    assert codes(await create(service, "max", **given)) == [("NOT_FOUND", "siteIds")]
    assert codes(await create(service, "max", email="n@toits.example", hasAllSites=True)) == [
        ("OUT_OF_SCOPE", "hasAllSites")
    ]
    # Whoever has every site holds the same rights at more places: out of reach.
    payload = await service.change("max", "updateUser", {"userId": service.cast.user("ada"), "firstName": "x"})
    assert codes(payload) == [("FORBIDDEN", "userId")]


@pytest.mark.requirement(72)
@pytest.mark.parametrize("who", ["max", "sam", "wes", "cora", "cyn"])
async def test_others_add_no_accounts(service: Service, who: str) -> None:
    for field, words in (("createUser", 'lastName: "x"'), ("updateUser", 'userId: "x"')):
        query = f"mutation {{ {field}(input: {{{words}}}) {{ errors {{ code }} }} }}"
        assert await service.refused(who, query) == ["FORBIDDEN"]


@pytest.mark.requirement(115)
async def test_each_person_has_a_login_of_their_own(service: Service) -> None:
    await create(service, "ada", email="desk@toits.example")
    for email in ("desk@toits.example", "DESK@toits.example", "désk@toits.example"):
        assert codes(await create(service, "ada", email=email)) == [("EMAIL_IN_USE", "email")]
    assert codes(await create(service, "zoe", email="desk@toits.example")) == [("EMAIL_IN_USE", "email")]


async def test_who_has_a_role_of_workers_stays_a_worker(service: Service) -> None:
    given = {"userId": service.cast.user("wes"), "isWorker": False}
    assert codes(await service.change("ada", "updateUser", given)) == [("ROLE_NOT_FITTING", "roleId")]
    assert (await Person.get(id=service.cast.key("wes"))).is_worker is True


async def test_whoever_has_open_work_stays_a_worker(service: Service) -> None:
    """Otherwise nobody could see the assignment, or take it back."""
    given = {"userId": service.cast.user("sam"), "isWorker": False}
    payload = await service.change("ada", "updateUser", given)
    assert codes(payload) == [("OPEN_WORK", "isWorker")]
    assert "person: 1." in payload["errors"][0]["message"]
    taken = {"requestId": service.cast.request("hair"), "workerId": service.cast.worker("sam")}
    assert codes(await service.change("ada", "unassignRequest", taken)) == []
    assert codes(await service.change("ada", "updateUser", given)) == []
    assert (await Person.get(id=service.cast.key("sam"))).is_worker is False


async def test_the_same_address_twice_at_once_is_one_person(service: Service) -> None:
    payloads = await asyncio.gather(*(create(service, "ada", email="desk@toits.example") for _ in range(4)))
    assert sorted(codes(payload) for payload in payloads) == [[], *[[("EMAIL_IN_USE", "email")]] * 3]
    assert await Person.filter(email="desk@toits.example").count() == 1


@pytest.mark.requirement(88)
async def test_access_for_a_while(service: Service) -> None:
    """Set with the person or later, taken away again, and over when it is over."""
    later, past = "2099-01-01T00:00:00.000000Z", "2020-01-01T00:00:00Z"
    shown, over = "user { accessExpiresAt version }", [("INVALID_VALUE", "accessExpiresAt")]
    new = {"lastName": "Neuf", "username": "neuf"}
    assert codes(await service.change("ada", "createUser", {**new, "accessExpiresAt": past})) == over
    made = await service.change("ada", "createUser", {**new, "accessExpiresAt": later}, shown)
    assert made["user"]["accessExpiresAt"] == later
    wes = {"userId": service.cast.user("wes")}
    given = await service.change("ada", "updateUser", {**wes, "accessExpiresAt": later}, shown)
    assert given["user"]["accessExpiresAt"] == later
    assert codes(await service.change("ada", "updateUser", {**wes, "accessExpiresAt": past})) == over
    kept = await service.change("ada", "updateUser", {**wes, "trade": "roofer"}, shown)
    assert kept["user"]["accessExpiresAt"] == later
    token = await service.token("wes")
    await Person.filter(id=service.cast.key("wes")).update(access_expires_at=now())
    assert (await asked(service, "{ viewer { name } }", authorization=f"Bearer {token}")).status_code == 401
    cleared = await service.change("ada", "updateUser", {**wes, "accessExpiresAt": None}, shown)
    assert cleared["user"]["accessExpiresAt"] is None


@pytest.mark.requirement(88)
async def test_nobody_ends_or_lengthens_their_own_access_nor_that_of_the_last_administrator(service: Service) -> None:
    later = "2099-01-01T00:00:00Z"
    ada = {"userId": service.cast.user("ada"), "accessExpiresAt": later}
    assert codes(await service.change("ada", "updateUser", ada)) == [("NOT_YOURSELF", "accessExpiresAt")]
    admin = await Role.get(workspace_id=service.cast.key("toits"), key="ADMIN")
    passing = {"role_id": admin.id, "all_sites": True, "access_expires_at": now() + timedelta(days=1)}
    await Person.filter(id=service.cast.key("sam")).update(**passing)
    assert codes(await service.change("sam", "updateUser", ada)) == [("LAST_ADMINISTRATOR", "")]
    own = {"userId": service.cast.user("sam"), "accessExpiresAt": None}
    assert codes(await service.change("sam", "updateUser", own)) == [("NOT_YOURSELF", "accessExpiresAt")]
    await Person.filter(id=service.cast.key("sam")).update(access_expires_at=None)
    assert codes(await service.change("sam", "updateUser", ada)) == []
