"""Looking over access: what is shown, who is due, and keep, reduce or remove."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from app.auth.secrets import new_token, token_hash
from app.models import ApiToken, AuditEvent, DirectGrant, Invitation, Person, Role
from app.models.audit_event import AuditKind
from app.models.base import now
from app.models.invitation import InvitationState, Method, Purpose
from app.models.person import AccountStatus
from tests.ask import Service
from tests.auth import words
from tests.cast import PEOPLE, SEES
from tests.live.listening import SOON, listening

LIST = """query($where: AccessReviewFilter) { accessReview(where: $where, first: 100) { totalCount nodes {
  id name status lastLoginAt reviewedAt role { name } sites { name }
  review { reviewedAt dueAt isDue openLinks openSecrets tokens sessions } } } }"""
FACES = "user { status reviewedAt review { isDue } } warnings { code }"


async def review(service: Service, by: str, who: str, decision: str, note: str | None = None) -> dict[str, Any]:
    ids = {"personId": service.cast.user(who), "decision": decision, "note": note}
    return await service.change(by, "reviewAccess", ids, FACES)


def codes(payload: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(error["code"], error["path"]) for error in payload["errors"]]


async def lines(service: Service, by: str = "ada", **where: Any) -> dict[str, dict[str, Any]]:
    """The lines of the review by the names of the cast."""
    page = (await service.ask(by, LIST, where=where))["accessReview"]
    names = {service.cast.user(name): name for name in PEOPLE}
    found = {names[row["id"]]: row for row in page["nodes"]}
    assert page["totalCount"] == len(found)
    return found


@pytest.mark.requirement(45)
@pytest.mark.parametrize("name", SEES)
async def test_who_reviews_whom(service: Service, name: str) -> None:
    if name not in ("ada", "zoe"):
        assert await service.refused(name, LIST) == ["FORBIDDEN"]
        ids = {"personId": service.cast.user("wes"), "decision": "KEEP"}
        text = "mutation($i: ReviewAccessInput!) { reviewAccess(input: $i) { errors { code } } }"
        assert await service.refused(name, text, i=ids) == ["FORBIDDEN"]
        return
    mine = {each for each in PEOPLE if words.HOME.get(each, "toits") == words.HOME[name]}
    assert set(await lines(service, name)) == mine
    for who in PEOPLE:
        assert codes(await review(service, name, who, "KEEP")) == (
            [] if who in mine else [("NOT_FOUND", ["personId"])]
        )
    query = "{ users(first: 100) { nodes { review { isDue } } } }"
    assert all(row["review"] for row in (await service.ask(name, query))["users"]["nodes"])
    assert all(row["review"] is None for row in (await service.ask("max", query))["users"]["nodes"])


@pytest.mark.requirement(45)
async def test_a_line_says_all_that_lets_the_person_in(service: Service) -> None:
    cast, later = service.cast, now() + timedelta(days=1)
    ids: dict[str, Any] = {"workspace_id": cast.key("toits"), "person_id": cast.key("sol")}
    for method, ends in (("LINK", later), ("LINK", now()), ("PIN", later), ("TEMPORARY_PASSWORD", later)):
        await Invitation.create(
            **ids, purpose=Purpose.RESET, method=Method(method), token_hash=token_hash(new_token()), expires_at=ends
        )
    await Invitation.create(
        **ids, purpose=Purpose.RESET, method=Method.LINK, expires_at=later, state=InvitationState.REVOKED
    )
    token: dict[str, Any] = {"workspace_id": cast.key("toits"), "owner_id": cast.key("sol"), "prefix": "gat"}
    await ApiToken.create(**token, name="script", token_hash=token_hash(new_token()))
    await ApiToken.create(**token, name="old", token_hash=token_hash(new_token()), revoked_at=now())
    await service.token("sol")
    await Person.filter(id=cast.key("sol")).update(last_login_at=now())
    line = (await lines(service))["sol"]
    assert (line["role"], line["sites"], line["reviewedAt"]) == ({"name": "Staff"}, [{"name": "North"}], None)
    assert line["lastLoginAt"]
    counts = {name: line["review"][name] for name in ("openLinks", "openSecrets", "tokens", "sessions")}
    assert counts == {"openLinks": 1, "openSecrets": 2, "tokens": 1, "sessions": 1}
    made = (await Person.get(id=cast.key("sol"))).created_at
    assert datetime.fromisoformat(line["review"]["dueAt"]) == made + timedelta(days=180)
    assert line["review"]["isDue"] is False


@pytest.mark.requirement(45)
async def test_reviews_come_due(service: Service) -> None:
    cast = service.cast
    assert await lines(service, isDue=True) == {}
    old: dict[str, Any] = {"created_at": now() - timedelta(days=181)}
    await Person.filter(id__in=[cast.key("wes"), cast.key("wil"), cast.key("zed")]).update(**old)
    looked: dict[str, Any] = {"reviewed_at": now() - timedelta(days=20)}
    await Person.filter(id__in=[cast.key("wil"), cast.key("win")]).update(**looked)
    assert set(await lines(service, isDue=True)) == {"wes"}
    assert set(await lines(service, isDue=False)) == words.TOITS - {"wes"}
    assert set(await lines(service, isDue=True, status=["INACTIVE"])) == set()
    rule = {"policies": {"accessReviewDays": 10}}
    assert codes(await service.change("ada", "updateWorkspace", rule)) == []
    assert set(await lines(service, isDue=True)) == {"wes", "wil", "win"}
    assert all(line["review"]["isDue"] for line in (await lines(service, isDue=True)).values())
    kept = await review(service, "ada", "wes", "KEEP", "still here")
    assert kept["errors"] == [] and kept["user"]["reviewedAt"] and not kept["user"]["review"]["isDue"]
    assert set(await lines(service, isDue=True)) == {"wil", "win"}
    for days in (0, -1, 3651):
        payload = await service.change("ada", "updateWorkspace", {"policies": {"accessReviewDays": days}})
        assert codes(payload) == [("INVALID_VALUE", ["policies", "accessReviewDays"])]


@pytest.mark.requirement(45)
async def test_keep_reduce_remove(service: Service) -> None:
    cast = service.cast
    assert codes(await review(service, "ada", "sol", "KEEP", "needed")) == []
    assert await DirectGrant.filter(person_id=cast.key("sol")).count() == 6
    assert codes(await review(service, "ada", "sol", "REDUCE", "summer is over")) == []
    assert not await DirectGrant.filter(person_id=cast.key("sol")).exists()
    assert (await service.ask("sol", "{ requests { totalCount } }"))["requests"]["totalCount"] == 0
    async with listening(service, "wes") as ear:
        assert await ear.answers()
        removed = await review(service, "ada", "wes", "REMOVE")
        assert (removed["user"]["status"], removed["errors"]) == ("INACTIVE", [])
        assert [each["code"] for each in removed["warnings"]] == ["STILL_ASSIGNED"]
        assert (await ear.closed(SOON))[0] == 4403
    events = await AuditEvent.filter(kind=AuditKind.ACCESS_REVIEWED).order_by("id")
    assert [event.after for event in events] == [
        {"decision": "KEEP", "note": "needed"},
        {"decision": "REDUCE", "note": "summer is over"},
        {"decision": "REMOVE", "note": None},
    ]
    assert len(events[1].before["grants"]) == 6 and events[2].before == {"grants": []}
    assert await AuditEvent.filter(kind=AuditKind.DEACTIVATED, subject_id=cast.key("wes")).count() == 1
    assert codes(await review(service, "ada", "ina", "REMOVE")) == [("WRONG_STATE", ["personId"])]


async def test_nobody_takes_from_themselves_or_from_the_last_administrator(service: Service) -> None:
    cast = service.cast
    for decision in ("REDUCE", "REMOVE"):
        assert codes(await review(service, "ada", "ada", decision)) == [("NOT_YOURSELF", ["personId"])]
    assert codes(await review(service, "ada", "ada", "KEEP")) == []
    assert codes(await review(service, "ada", "wes", "KEEP", "x" * 501)) == [("TOO_LONG", ["note"])]
    ids: dict[str, Any] = {"workspace_id": cast.key("toits"), "person_id": cast.key("max")}
    for permission in ("role.manage", "user.manage"):
        await DirectGrant.create(**ids, permission=permission, scope="ALL")
    admin = await Role.get(workspace_id=cast.key("toits"), key="ADMIN")
    await Person.filter(id=cast.key("sam")).update(
        role_id=admin.id, all_sites=True, access_expires_at=now() + timedelta(days=1)
    )
    await Person.filter(id=cast.key("ada")).update(status=AccountStatus.INACTIVE)
    assert codes(await review(service, "sam", "max", "REDUCE")) == [("LAST_ADMINISTRATOR", [])]
    assert await DirectGrant.filter(person_id=cast.key("max")).count() == 2
    assert not await AuditEvent.filter(kind=AuditKind.ACCESS_REVIEWED, subject_id=cast.key("max")).exists()


@pytest.mark.requirement(45, 94)
async def test_a_review_shows_what_was_given_beside_the_role(service: Service) -> None:
    grants = [{"permission": "CONTACT_READ", "scope": "ALL", "reason": "Fair", "expiresAt": "2099-01-01T00:00:00Z"}]
    await service.change("ada", "setGrants", {"personId": service.cast.user("sam"), "grants": grants})
    query = '{ accessReview(search: "sam") { nodes { grants { permission source reason expiresAt } } } }'
    [row] = (await service.ask("ada", query))["accessReview"]["nodes"]
    extra = [grant for grant in row["grants"] if not grant["source"].startswith("role ")]
    assert extra == [
        {
            "permission": "CONTACT_READ",
            "source": "direct grant",
            "reason": "Fair",
            "expiresAt": "2099-01-01T00:00:00.000000Z",
        }
    ]
