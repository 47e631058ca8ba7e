"""Suspending accounts and taking them back: who may, what ends, and what stays."""

from datetime import timedelta
from typing import Any

import pytest

from app.auth.secrets import new_token, token_hash
from app.models import ApiToken, Assignment, AuditEvent, DirectGrant, ExportJob, Invitation, Person, Role, Session
from app.models.audit_event import AuditKind
from app.models.base import now
from app.models.export_job import ExportFormat, ExportReason, ExportState
from app.models.invitation import InvitationState, Method, Purpose
from app.models.listing import ListName
from app.models.person import AccountStatus, PasswordKind
from tests.ask import Service
from tests.cast import PASSWORD, PEOPLE
from tests.live.listening import SOON, listening, streaming

FACES = "user { id status } worker { id status } contact { id status } warnings { code message path }"
SIGN_IN = """mutation($login: String!, $password: String!) {
  signIn(input: {login: $login, password: $password, client: API}) { token errors { code } } }"""
MISSING = "usr_" + "0" * 32


def face(service: Service, name: str) -> str:
    """The id under which people of this kind are managed."""
    facets = PEOPLE[name]
    if "organization" in facets:
        return service.cast.contact(name)
    return service.cast.worker(name) if facets.get("is_worker") else service.cast.user(name)


async def suspend(service: Service, by: str, who: str, reason: str | None = None) -> dict[str, Any]:
    ids = {"personId": face(service, who), "reason": reason}
    return await service.change(by, "deactivateAccount", ids, FACES)


async def take_back(service: Service, by: str, who: str) -> dict[str, Any]:
    return await service.change(by, "reactivateAccount", {"personId": face(service, who)}, FACES)


def refusal(payload: dict[str, Any]) -> str:
    """`ok`, or the only refusal, which names the person."""
    if not payload["errors"]:
        return "ok"
    [error] = payload["errors"]
    assert error["path"] == ["personId"]
    return str(error["code"])


# Who may do it to whom, by hand: OK, FORBIDDEN where the person is visible, else NOT_FOUND.
SUSPENDS: dict[str, set[str]] = {
    "ada": set(PEOPLE) - {"ada", "ina", "zoe", "zed"},
    "max": {"sam", "wes", "wil", "ned"},  # not sol, whose box lets her delete requests, as he cannot
    "cora": {"cyn", "cal"},
    "zoe": {"zed"},
}
OTHERWISE: dict[tuple[str, str], str] = {
    ("ada", "ada"): "NOT_YOURSELF",
    ("zoe", "zoe"): "NOT_YOURSELF",
    ("ada", "ina"): "WRONG_STATE",
    ("max", "ina"): "WRONG_STATE",
    **{("max", name): "FORBIDDEN" for name in ("ada", "max", "sol", "cora", "cyn", "cal", "bo")},
    **{("cora", name): "FORBIDDEN" for name in ("wes", "wil")},
    ("cora", "cora"): "NOT_YOURSELF",
    **{(name, name): "FORBIDDEN" for name in ("sam", "sol", "wes", "wil", "win", "cyn", "cal", "bo", "zed")},
    ("sol", "sam"): "FORBIDDEN",  # cards are visible, and no more than that
    **{("sol", name): "FORBIDDEN" for name in ("wes", "wil", "cyn", "cal")},
    **{("wes", name): "FORBIDDEN" for name in ("wil", "cyn", "cal")},
    **{("wil", name): "FORBIDDEN" for name in ("wes", "cal")},
    ("win", "bo"): "FORBIDDEN",
    **{(name, worker): "FORBIDDEN" for name in ("cyn", "cal") for worker in ("wes", "wil")},
    ("cyn", "wil"): "NOT_FOUND",
    ("cal", "cyn"): "FORBIDDEN",
    ("bo", "win"): "FORBIDDEN",
}


async def can_sign_in(service: Service, login: str, password: str) -> bool:
    return bool((await service.ask(None, SIGN_IN, login=login, password=password))["signIn"]["token"])


@pytest.mark.requirement(34)
async def test_the_own_password_is_there_again_after_a_reset_was_asked_for(service: Service) -> None:
    given = {"personId": service.cast.worker("wes")}
    assert (await service.change("ada", "sendPasswordReset", given))["errors"] == []
    await suspend(service, "ada", "wes")
    assert not await can_sign_in(service, "wes@toits.example", PASSWORD)
    assert (await take_back(service, "ada", "wes"))["warnings"] == []
    assert await can_sign_in(service, "wes@toits.example", PASSWORD)
    assert (await Person.get(id=service.cast.key("wes"))).must_change_password


@pytest.mark.requirement(34, 89)
@pytest.mark.parametrize("stays", [True, False])
async def test_a_pin_ends_for_good_with_the_account(service: Service, stays: bool) -> None:
    given = {"personId": service.cast.worker("ned"), "pin": "704913", "requirePasswordReset": not stays}
    assert (await service.change("ada", "setTemporaryPassword", given))["errors"] == []
    assert await can_sign_in(service, "ned.roy", "704913")
    await suspend(service, "ada", "ned")
    assert [each["code"] for each in (await take_back(service, "ada", "ned"))["warnings"]] == ["CANNOT_LOG_IN"]
    assert not await can_sign_in(service, "ned.roy", "704913")


@pytest.mark.requirement(34, 68, 88)
@pytest.mark.parametrize("name", [name for name in PEOPLE if name not in ("ned", "ina")])
async def test_who_may_suspend_and_take_back_whom(service: Service, name: str) -> None:
    for who in PEOPLE:
        status = (await Person.get(id=service.cast.key(who))).status
        expected = "ok" if who in SUSPENDS.get(name, set()) else OTHERWISE.get((name, who), "NOT_FOUND")
        payload = await suspend(service, name, who)
        assert refusal(payload) == expected, who
        if expected != "ok":
            assert [payload[each] for each in ("user", "worker", "contact")] == [None] * 3
            assert (await Person.get(id=service.cast.key(who))).status is status
            continue
        back = await take_back(service, name, who)
        assert refusal(back) == "ok", who
        assert {row["status"] for row in (back["user"], back["worker"], back["contact"]) if row} == {status.name}
        assert (await Person.get(id=service.cast.key(who))).status is status


async def test_a_stranger_and_nonsense(service: Service) -> None:
    for mutation in ("deactivateAccount", "reactivateAccount", "deletePerson"):
        text = f'mutation {{ {mutation}(input: {{personId: "{MISSING}"}}) {{ errors {{ code }} }} }}'
        assert await service.refused(None, text) == ["NOT_SIGNED_IN"]
        for each in (MISSING, "", "usr_", "con_" + "f" * 32, service.cast.request("tap"), service.cast.user("zoe")):
            payload = await service.change("ada", mutation, {"personId": each})
            assert [(error["code"], error["path"]) for error in payload["errors"]] == [("NOT_FOUND", ["personId"])]
    long = await suspend(service, "ada", "wes", "x" * 501)
    assert (long["errors"][0]["code"], long["errors"][0]["path"]) == ("TOO_LONG", ["reason"])
    assert (await Person.get(id=service.cast.key("wes"))).status is AccountStatus.ACTIVE


async def ways_in(service: Service, name: str) -> None:
    """Gives somebody an open link, a token and a running export."""
    ids: dict[str, Any] = {"workspace_id": service.cast.key("toits")}
    person = service.cast.key(name)
    await Invitation.create(
        **ids,
        person_id=person,
        purpose=Purpose.RESET,
        method=Method.LINK,
        token_hash=token_hash(new_token()),
        email=f"{name}@toits.example",
        expires_at=now() + timedelta(hours=1),
    )
    await ApiToken.create(**ids, owner_id=person, prefix="gat", token_hash=token_hash(new_token()), name="script")
    job: dict[str, Any] = {"list_name": ListName.REQUESTS, "format": ExportFormat.EXCEL}
    await ExportJob.create(**ids, **job, owner_id=person, state=ExportState.RUNNING)
    await ExportJob.create(**ids, **job, owner_id=person, state=ExportState.DONE)


@pytest.mark.requirement(34, 88, 89)
async def test_whatever_lets_the_person_in_ends_with_the_account(service: Service) -> None:
    await ways_in(service, "wes")
    version = (await Person.get(id=service.cast.key("wes"))).version
    async with listening(service, "wes", language="fr") as ear, streaming(service, "wes") as stream:
        await service.change(
            "ada",
            "unassignRequest",
            {
                "requestId": service.cast.request("tap"),
                "workerId": service.cast.worker("wes"),
            },
        )  # so that both are known to listen
        assert (await ear.hear())["kind"] == (await stream.hear())["kind"] == "UNASSIGNED"
        payload = await suspend(service, "ada", "wes", "leaves us")
        assert payload["errors"] == []
        assert payload["user"]["status"] == payload["worker"]["status"] == "INACTIVE"
        assert [(each["code"], each["path"]) for each in payload["warnings"]] == [("STILL_ASSIGNED", ["personId"])]
        assert payload["warnings"][0]["message"] == "Open requests still assigned to Wes Roy: 1."
        code, reason, _ = await ear.closed(SOON)
        assert (code, reason) == (4403, "SESSION_ENDED: The session has ended. Sign in again.")
        (_, data), (last, _) = await stream.rest()
        assert data["errors"][0]["extensions"]["code"] == "SESSION_ENDED" and last == "complete"
    assert await service.refused("wes", "{ viewer { name } }") == ["UNAUTHENTICATED"]
    wes = {"person_id": service.cast.key("wes")}
    assert not await Session.filter(**wes, revoked_at__isnull=True).exists()
    assert {row.state for row in await Invitation.filter(**wes)} == {InvitationState.REVOKED}
    assert not await ApiToken.filter(owner_id=wes["person_id"], revoked_at__isnull=True).exists()
    running, done = await ExportJob.filter(owner_id=wes["person_id"]).order_by("id")
    ended = (ExportState.CANCELLED, ExportReason.ACCESS_ENDED)
    assert (running.state, running.reason) == ended
    assert (done.state, done.reason) in ((ExportState.DONE, None), ended)  # the sweeper may have come by
    assert (await Person.get(id=wes["person_id"])).version > version
    assert await Assignment.filter(worker_id=wes["person_id"], ended_at__isnull=True).count() == 1
    event = await AuditEvent.filter(kind=AuditKind.DEACTIVATED).get()
    assert (event.actor_id, event.subject_id) == (service.cast.key("ada"), wes["person_id"])
    assert (event.before, event.after) == ({"status": "ACTIVE"}, {"status": "INACTIVE", "reason": "leaves us"})


@pytest.mark.requirement(34, 44)
async def test_a_suspended_person_cannot_sign_in_until_taken_back(service: Service) -> None:
    login = {"login": "wes@toits.example", "password": PASSWORD}
    old = (await service.ask(None, SIGN_IN, **login))["signIn"]["token"]
    assert (await suspend(service, "max", "wes"))["errors"] == []
    refused = (await service.ask(None, SIGN_IN, **login))["signIn"]
    assert (refused["token"], refused["errors"]) == (None, [{"code": "INVALID_CREDENTIALS"}])
    assert refusal(await suspend(service, "ada", "wes")) == "WRONG_STATE"
    back = await take_back(service, "max", "wes")
    assert (back["errors"], back["warnings"], back["worker"]["status"]) == ([], [], "ACTIVE")
    assert refusal(await take_back(service, "max", "wes")) == "WRONG_STATE"
    answer = await service.http.post(
        "/graphql", json={"query": "{ viewer { name } }"}, headers={"Authorization": f"Bearer {old}"}
    )
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert (await service.ask(None, SIGN_IN, **login))["signIn"]["token"]
    assert (
        await service.ask(
            "ada", "query($i: ID!) { request(id: $i) { assignees { name } } }", i=service.cast.request("tap")
        )
    )["request"]["assignees"] == [{"name": "Wes Roy"}]
    assert await AuditEvent.filter(kind=AuditKind.REACTIVATED).count() == 1


async def test_what_was_handed_out_does_not_come_back(service: Service) -> None:
    """A temporary password dies with the suspension; the account returns as invited, and says so."""
    key = service.cast.key("wes")
    await ways_in(service, "wes")
    handed: dict[str, Any] = {"password_kind": PasswordKind.TEMPORARY, "must_change_password": True}
    await Person.filter(id=key).update(status=AccountStatus.INVITED, **handed)
    login = {"login": "wes@toits.example", "password": PASSWORD}
    assert (await service.ask(None, SIGN_IN, **login))["signIn"]["token"]
    assert (await suspend(service, "ada", "wes"))["errors"] == []
    back = await take_back(service, "ada", "wes")
    assert back["worker"]["status"] == "INVITED"
    assert [each["code"] for each in back["warnings"]] == ["CANNOT_LOG_IN"]
    assert (await service.ask(None, SIGN_IN, **login))["signIn"]["errors"] == [{"code": "INVALID_CREDENTIALS"}]
    assert {row.state for row in await Invitation.filter(person_id=key)} == {InvitationState.REVOKED}


async def test_nobody_suspends_whoever_holds_more(service: Service) -> None:
    """A manager's hands end where a worker holds what the manager lacks."""
    grant: dict[str, Any] = {"permission": "settings.manage", "scope": "ALL"}
    await DirectGrant.create(workspace_id=service.cast.key("toits"), person_id=service.cast.key("wes"), **grant)
    assert refusal(await suspend(service, "max", "wes")) == "FORBIDDEN"
    assert refusal(await suspend(service, "ada", "wes")) == "ok"


@pytest.mark.requirement(88)
async def test_the_last_administrator_stays(service: Service) -> None:
    """Max may manage accounts but not roles: without Ada nobody would do both."""
    role = await Role.get(workspace_id=service.cast.key("toits"), key="ADMIN")
    grants = [each for each in role.grants if each["permission"] != "role.manage"]
    almost = await Role.create(
        workspace_id=role.workspace_id, key="ALMOST", name="Almost", audience=role.audience, grants=grants
    )
    await Person.filter(id=service.cast.key("max")).update(role_id=role.id, all_sites=True)
    await Person.filter(id=service.cast.key("sam")).update(role_id=almost.id, all_sites=True)
    assert refusal(await suspend(service, "max", "ada")) == "ok"
    await Person.filter(id=service.cast.key("max")).update(access_expires_at=now() + timedelta(days=1))
    assert refusal(await take_back(service, "max", "ada")) == "ok"
    payload = await suspend(service, "max", "ada")  # his own access ends tomorrow
    assert [error["code"] for error in payload["errors"]] == ["LAST_ADMINISTRATOR"]
    gone = await service.change("max", "deletePerson", {"personId": service.cast.user("ada")}, "name")
    assert (gone["name"], [error["code"] for error in gone["errors"]]) == (None, ["LAST_ADMINISTRATOR"])
    assert (await Person.get(id=service.cast.key("ada"))).email == "ada@toits.example"
    assert await AuditEvent.filter(kind=AuditKind.DEACTIVATED).count() == 1
