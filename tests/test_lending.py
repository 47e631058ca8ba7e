"""What is lent: grants and access that end, and what nobody makes of them that lasts."""

import pytest

from app.models import DirectGrant, Person, Role
from tests.ask import Service
from tests.test_grant import SOON, grant, set_grants, set_role
from tests.test_role import codes

SOONER, SOON_TOO, LATER = "2098-01-01T00:00:00Z", "2099-01-01T01:00:00+01:00", "2099-01-01T00:00:01Z"
LENT: list[tuple[str, str, str | None, bool]] = [
    ("REQUEST_READ", "ALL", None, False),
    ("REQUEST_READ", "ALL", LATER, False),
    ("REQUEST_READ", "ALL", SOON_TOO, True),
    ("REQUEST_READ", "ALL", SOONER, True),
    ("REQUEST_READ", "ORGANIZATION", None, False),
    ("REQUEST_READ", "ORGANIZATION", SOON, True),  # of the two that hold it, the wider one lasts longer
    ("REQUEST_READ", "ASSIGNED", None, True),  # the role's
]


async def lent(service: Service) -> None:
    """Sam manages accounts, as long as something is lent to him beside his role."""
    given = {
        "grants": [
            {"permission": "USER_MANAGE", "scope": "ALL", "expiresAt": LATER},
            {"permission": "ROLE_MANAGE", "scope": "ALL", "expiresAt": LATER},
            {"permission": "REQUEST_READ", "scope": "ALL", "expiresAt": SOON},
            {"permission": "REQUEST_READ", "scope": "ORGANIZATION", "expiresAt": SOONER},
        ],
        "bundles": [{"bundle": "CLIENT_LIST", "expiresAt": SOON}],
    }
    assert codes(await set_grants(service, "ada", service.cast.user("sam"), **given)) == []


@pytest.mark.requirement(25)
@pytest.mark.parametrize(("permission", "scope", "ends", "allowed"), LENT)
async def test_nobody_gives_for_longer_than_they_hold(
    service: Service, permission: str, scope: str, ends: str | None, allowed: bool
) -> None:
    await lent(service)
    given = {"permission": permission, "scope": scope, "expiresAt": ends}
    payload = await set_grants(service, "sam", service.cast.worker("wes"), grants=[given])
    assert codes(payload) == ([] if allowed else [("OUT_OF_SCOPE_PERMISSION", "grants")])
    assert allowed or payload["errors"][0]["message"] == f"You may not give: request.read@{scope}."
    assert await DirectGrant.filter(person_id=service.cast.key("wes")).count() == int(allowed)


@pytest.mark.requirement(25)
async def test_nobody_makes_permanent_what_is_lent_to_them(service: Service) -> None:
    await lent(service)
    sam, given = service.cast.user("sam"), grant("USER_MANAGE", "ALL")["grants"]
    held = await DirectGrant.filter(person_id=service.cast.key("sam")).order_by("id").values()
    for changes, path in (
        (grant("USER_MANAGE", "ALL"), "grants"),
        ({"bundles": [{"bundle": "CLIENT_LIST"}]}, "bundles"),
    ):
        assert codes(await set_grants(service, "sam", sam, **changes)) == [("OUT_OF_SCOPE_PERMISSION", path)]
    role = {"name": "Mine", "audience": "STAFF", "grants": given}
    refused = [("OUT_OF_SCOPE_PERMISSION", "grants")]
    assert codes(await service.change("sam", "createRole", role)) == refused
    empty = (await service.change("sam", "createRole", role | {"grants": []}, "role { id }"))["role"]["id"]
    assert codes(await service.change("sam", "updateRole", {"roleId": empty, "grants": given})) == refused
    strong = (await service.change("ada", "createRole", role | {"name": "Hers"}, "role { id }"))["role"]["id"]
    for mutation, ids in (("setRole", {"personId": sam}), ("createUser", {"lastName": "Roy", "username": "roy"})):
        payload = await service.change("sam", mutation, {"roleId": strong, **ids})
        assert codes(payload) == [("OUT_OF_SCOPE_PERMISSION", "roleId")]
        assert "user.manage@ALL" in payload["errors"][0]["message"]
    assert await DirectGrant.filter(person_id=service.cast.key("sam")).order_by("id").values() == held
    # What stays as it is need not be given anew, and less may be kept.
    assert codes(await set_grants(service, "sam", sam, bundles=[])) == []


@pytest.mark.requirement(15)
@pytest.mark.parametrize("mutation", ["setTemporaryPassword", "sendPasswordReset", "sendCredentials"])
async def test_whoever_stands_in_gets_no_way_into_the_account_of_a_lasting_administrator(
    service: Service, mutation: str
) -> None:
    """It would outlive what was lent; into the account of somebody without such power they let in as ever."""
    await Person.filter(id=service.cast.key("sam")).update(all_sites=True)
    bundles = [{"bundle": "BUSINESS", "expiresAt": SOON}]
    assert codes(await set_grants(service, "ada", service.cast.user("sam"), bundles=bundles)) == []
    ada, wes = service.cast.user("ada"), service.cast.user("wes")
    can = "query($id: ID!) { node(id: $id) { ... on User { viewerCan { sendCredentials update } } } }"
    assert (await service.ask("sam", can, id=ada))["node"]["viewerCan"] == {"sendCredentials": False, "update": True}
    before = await Person.get(id=service.cast.key("ada"))
    refused = await service.change("sam", mutation, {"personId": ada})
    assert codes(refused) == [("FORBIDDEN", "personId")]
    assert await Person.get(id=before.id).values("version", "password_hash") == {
        "version": before.version,
        "password_hash": before.password_hash,
    }
    assert (await service.ask("sam", can, id=wes))["node"]["viewerCan"] == {"sendCredentials": True, "update": True}
    assert codes(await service.change("sam", mutation, {"personId": wes})) == []
    assert codes(await set_grants(service, "ada", service.cast.user("sam"), bundles=[{"bundle": "BUSINESS"}])) == []
    assert codes(await service.change("sam", mutation, {"personId": ada})) == []


@pytest.mark.requirement(15)
async def test_whose_access_ends_makes_no_lasting_administrator_nor_gets_into_the_account_of_one(
    service: Service,
) -> None:
    admin = await Role.get(workspace_id=service.cast.key("toits"), key="ADMIN")
    await Person.filter(id=service.cast.key("sam")).update(role_id=admin.id, all_sites=True)
    ada, ends = service.cast.user("ada"), {"userId": service.cast.user("sam"), "accessExpiresAt": SOON}
    assert codes(await service.change("ada", "updateUser", ends, "user { accessExpiresAt }")) == []
    refused = await service.change("sam", "setTemporaryPassword", {"personId": ada})
    assert codes(refused) == [("FORBIDDEN", "personId")]
    sol = service.cast.user("sol")
    assert codes(await set_role(service, "sam", sol, "ADMIN")) == [("OUT_OF_SCOPE_PERMISSION", "roleId")]
    for until, expected in ((LATER, [("OUT_OF_SCOPE_PERMISSION", "bundles")]), (SOON, [])):
        given = [{"bundle": "BUSINESS", "expiresAt": until}]
        assert codes(await set_grants(service, "sam", sol, bundles=given)) == expected
    assert codes(await set_role(service, "sam", sol, "WORKER")) == []  # without power over people, as ever
    assert codes(await service.change("ada", "updateUser", {**ends, "accessExpiresAt": None})) == []
    assert codes(await service.change("sam", "setTemporaryPassword", {"personId": ada})) == []


@pytest.mark.requirement(60)
async def test_the_box_of_a_contact_is_lent_like_other_grants(service: Service) -> None:
    words = ("CONTACT_MANAGE", "CONTACT_READ", "REQUEST_READ")
    lent = [{"permission": word, "scope": "ORGANIZATION", "expiresAt": SOON} for word in words]
    cyn, box = service.cast.contact("cyn"), {"permission": "REQUEST_READ", "scope": "ORGANIZATION"}
    assert codes(await set_grants(service, "ada", cyn, grants=lent)) == []
    held = await DirectGrant.all().order_by("id").values()
    assert codes(await set_grants(service, "cyn", cyn, grants=[box])) == [("OUT_OF_SCOPE_PERMISSION", "grants")]
    added = {"lastName": "New", "email": "new@maple.example"}
    boxed = await service.change("cyn", "createContact", {**added, "seeAllRequests": True})
    assert codes(boxed) == [("OUT_OF_SCOPE_PERMISSION", "seeAllRequests")]
    assert await DirectGrant.all().order_by("id").values() == held
    assert codes(await service.change("cyn", "createContact", added)) == []


@pytest.mark.requirement(60)
async def test_a_box_that_is_ticked_already_stays_as_it_was_given(service: Service) -> None:
    """A form that is saved with what it showed lengthens nothing."""
    cyn = service.cast.contact("cyn")
    box = [{"bundle": "SEE_ALL_REQUESTS", "expiresAt": SOON, "reason": "Holiday cover"}]
    assert codes(await set_grants(service, "ada", cyn, bundles=box)) == []
    before = await DirectGrant.filter(person_id=service.cast.key("cyn")).values()
    for name in ("ada", "cora"):
        given = {"contactId": cyn, "phone": "+15145550177", "seeAllRequests": True}
        assert codes(await service.change(name, "updateContact", given)) == []
    assert await DirectGrant.filter(person_id=service.cast.key("cyn")).values() == before
    untick = {"contactId": cyn, "seeAllRequests": False}
    assert codes(await service.change("ada", "updateContact", untick)) == []
    assert not await DirectGrant.filter(person_id=service.cast.key("cyn")).exists()
