"""What administrators hand out: links, temporary passwords and PINs, and what becomes of the account."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.auth.secrets import link_token
from app.models import AuditEvent, Delivery, Invitation, Person, Session, Workspace
from app.models.base import now
from app.models.person import reserve_login_names
from tests.ask import Service
from tests.cast import PASSWORD
from tests.mailbox import Mailbox
from tests.test_role import role_id
from tests.test_session import asked, sign_in, token_of

NEW = "grey otters swim at dawn"
SHOWN = (
    "acceptUrl temporaryPassword username invitation { state method purpose email } user { status } warnings { code }"
)


@pytest.fixture
def options() -> dict[str, object]:
    """Messages are written to files."""
    return {"demo": True}


@pytest.fixture
def mailbox(service: Service, tmp_path: Path) -> Mailbox:
    """What was sent."""
    return Mailbox(tmp_path)


async def person(service: Service, name: str) -> Person:
    return await Person.get(id=service.cast.key(name))


async def send(service: Service, by: str, to: str, **more: Any) -> dict[str, Any]:
    return await service.change(by, "sendCredentials", {"personId": service.cast.worker(to), **more}, SHOWN)


async def set_password(service: Service, to: str, by: str = "ada", **more: Any) -> dict[str, Any]:
    input = {"personId": service.cast.worker(to), **more}
    return await service.change(by, "setTemporaryPassword", input, SHOWN)


def codes(payload: dict[str, Any]) -> list[tuple[str, str]]:
    return [(error["code"], ".".join(error["path"])) for error in payload["errors"]]


async def code(service: Service, login: str, password: str) -> str | None:
    errors = (await sign_in(service, login, password)).json()["data"]["signIn"]["errors"]
    return errors[0]["code"] if errors else None


CHANGE = """mutation($input: ChangePasswordInput!) {
  changePassword(input: $input) { user { status } errors { code path } } }"""


async def change_password(service: Service, token: str, **input: str) -> dict[str, Any]:
    body = {"query": CHANGE, "variables": {"input": input}}
    headers = {"Authorization": f"Bearer {token}"}
    answer = (await service.http.post("/graphql", json=body, headers=headers)).json()
    payload: dict[str, Any] = answer["data"]["changePassword"]
    return payload


@pytest.mark.requirement(10, 15, 16, 31)
async def test_a_link_by_mail_lets_a_worker_in(service: Service, mailbox: Mailbox) -> None:
    ned = await person(service, "ned")
    await ned.change(email="ned@toits.example", username="ned@toits.example")
    payload = await send(service, "ada", "ned", channels=["EMAIL"])
    assert payload["invitation"] == {
        "state": "PENDING",
        "method": "LINK",
        "purpose": "ACTIVATION",
        "email": "ned@toits.example",
    }
    assert (await person(service, "ned")).status == "INVITED"
    letter = await mailbox.take("ned@toits.example")
    accept = {"token": letter.token, "password": NEW, "client": "API"}
    done = await service.change(None, "acceptInvitation", accept, "token audience")
    assert done["errors"] == [] and done["audience"] == "WORKER"
    viewer = (await asked(service, "{ viewer { name } }", Authorization=f"Bearer {done['token']}")).json()
    assert viewer["data"]["viewer"] == {"name": "Ned Roy"}
    ned = await person(service, "ned")
    assert ned.status == "ACTIVE" and ned.email_verified_at and not ned.must_change_password
    kinds = [event.kind for event in await AuditEvent.filter(subject_id=ned.id).order_by("id")]
    assert kinds == ["INVITATION_SENT", "INVITATION_ACCEPTED", "SIGNED_IN"]


@pytest.mark.requirement(11)
async def test_without_a_channel_the_link_is_shown_once(service: Service) -> None:
    payload = await send(service, "ada", "ned")
    assert payload["acceptUrl"].startswith(f"{service.url}/l/") and payload["username"] == "ned.roy"
    stored = await Invitation.get(person_id=service.cast.key("ned"))
    token = payload["acceptUrl"].rpartition("/")[2]
    assert token not in str(stored.__dict__)
    page = await service.ask("ada", "{ invitations { nodes { id state person { name } createdBy { name } } } }")
    assert [node["person"]["name"] for node in page["invitations"]["nodes"]] == ["Ned Roy"]
    assert token not in str(page)


@pytest.mark.requirement(10, 58)
async def test_credentials_by_sms_make_up_a_username(service: Service, mailbox: Mailbox) -> None:
    missing = await send(service, "max", "ned", channels=["SMS"])
    assert codes(missing) == [("PHONE_REQUIRED", "channels")]
    assert codes(await send(service, "max", "ned", channels=["EMAIL"])) == [("EMAIL_REQUIRED", "channels")]
    assert (await person(service, "ned")).status == "NO_ACCESS" and not await Invitation.all().exists()
    await (await person(service, "ned")).change(phone="+15145550155")
    payload = await send(service, "max", "ned", channels=["SMS"])
    assert payload["errors"] == [] and payload["username"] == "ned.roy"
    letter = await mailbox.take("+15145550155")
    accept = {"token": letter.token, "password": NEW, "client": "API"}
    assert (await service.change(None, "acceptInvitation", accept, "token"))["errors"] == []
    assert await code(service, "NED.ROY", NEW) is None
    assert not (await person(service, "ned")).email_verified_at
    delivery = await Delivery.get(recipient_id=service.cast.key("ned"))
    assert letter.token not in str(delivery.__dict__)


async def test_people_of_one_name_who_are_invited_at_once_get_usernames_of_their_own(service: Service) -> None:
    for name in ("Jean Roy", "Anne Roy", "Paul Roy"):
        worker = {"lastName": name, "phone": "+15145550155", "siteIds": [service.cast.site("north")]}
        given = {**worker, "sendInvitation": True, "channels": ["SMS"]}
        payloads = await asyncio.gather(*(service.change("ada", "createWorker", given) for _ in range(3)))
        assert [payload["errors"] for payload in payloads] == [[], [], []]
        base = name.lower().replace(" ", ".")
        usernames = [each.username for each in await Person.filter(last_name=name).order_by("username")]
        assert usernames == [base, f"{base}2", f"{base}3"]


@pytest.mark.requirement(64, 65, 66)
async def test_a_temporary_password_must_be_changed_and_activates(service: Service, mailbox: Mailbox) -> None:
    await (await person(service, "ned")).change(email="ned@toits.example")
    await reserve_login_names(await person(service, "ned"))
    payload = await send(service, "ada", "ned", method="TEMPORARY_PASSWORD", channels=["EMAIL"], show=True)
    secret = payload["temporaryPassword"]
    assert secret in (await mailbox.take("ned@toits.example")).text
    token = await token_of(service, "ned@toits.example", password=secret)
    headers = {"Authorization": f"Bearer {token}"}
    closed = (await asked(service, "{ requests { totalCount } }", **headers)).json()
    assert [error["extensions"]["code"] for error in closed["errors"]] == ["PASSWORD_CHANGE_REQUIRED"]
    assert codes(await change_password(service, token, newPassword=secret)) == [("PASSWORD_REUSED", "newPassword")]
    for common in ("password123", "football", "ned@toits.example"):
        refused = await change_password(service, token, newPassword=common)
        assert codes(refused) == [("PASSWORD_TOO_COMMON", "newPassword")], common
    assert codes(await change_password(service, token, newPassword="short")) == [
        ("PASSWORD_TOO_SHORT", "newPassword")
    ]
    changed = await change_password(service, token, newPassword=NEW)
    assert changed["errors"] == []
    ned = await person(service, "ned")
    assert (ned.status, ned.must_change_password) == ("ACTIVE", False)
    assert (await asked(service, "{ requests { totalCount } }", **headers)).json()["data"]
    assert (await Invitation.get(person_id=ned.id)).state == "ACCEPTED"
    assert await code(service, "ned@toits.example", secret) == "INVALID_CREDENTIALS"


@pytest.mark.requirement(82, 83, 92)
async def test_a_pin_is_exactly_six_digits_and_dies_after_ten_wrong_tries(service: Service) -> None:
    for pin in ("12345", "1234567", "１２３４５６", "12345a", "123456", "000000", "121212", "112233", ""):
        assert codes(await set_password(service, "ned", pin=pin)) == [("INVALID_PIN", "pin")], pin
    payload = await set_password(service, "ned", pin="704913")
    assert payload["temporaryPassword"] is None and payload["username"] == "ned.roy"
    ned = await person(service, "ned")
    assert (ned.status, ned.must_change_password) == ("INVITED", True)
    assert await code(service, "ned.roy", "704913") is None
    invitation = await Invitation.get(person_id=ned.id)
    assert invitation.wrong_tries == 0
    await Invitation.filter(id=invitation.id).update(wrong_tries=9)
    assert await code(service, "ned.roy", "111111") == "INVALID_CREDENTIALS"
    assert await code(service, "ned.roy", "704913") == "INVALID_CREDENTIALS"
    assert (await set_password(service, "ned", pin="704914"))["errors"] == []
    assert await code(service, "ned.roy", "704914") is None


@pytest.mark.requirement(83)
async def test_a_pin_may_stay_only_where_it_can_do_little(service: Service) -> None:
    stays: dict[str, Any] = {"pin": "704913", "requirePasswordReset": False}
    privileged = await set_password(service, "wes", **stays)
    assert codes(privileged) == [("RESET_REQUIRED", "requirePasswordReset")]
    chosen = await set_password(service, "ned", password=NEW, requirePasswordReset=False)
    assert codes(chosen) == [("RESET_REQUIRED", "requirePasswordReset")]
    assert (await set_password(service, "ned", **stays))["user"] == {"status": "ACTIVE"}
    token = await token_of(service, "ned.roy", password="704913")
    page = await asked(service, "{ requests { totalCount } }", Authorization=f"Bearer {token}")
    assert page.json()["data"] == {"requests": {"totalCount": 0}}
    await Invitation.all().update(wrong_tries=10)
    assert await code(service, "ned.roy", "704913") == "INVALID_CREDENTIALS"


ROLE = {"audience": "WORKER", "grants": [{"permission": "REQUEST_READ", "scope": "ASSIGNED"}]}
POWER = {"permission": "USER_MANAGE", "scope": "ALL"}


async def _becomes_an_administrator(service: Service) -> None:
    given = {"personId": service.cast.worker("ned"), "roleId": await role_id(service, "ADMIN")}
    assert (await service.change("ada", "setRole", given))["errors"] == []


async def _is_given_a_grant(service: Service) -> None:
    given = {"personId": service.cast.worker("ned"), "grants": [POWER]}
    assert (await service.change("ada", "setGrants", given))["errors"] == []


async def _has_a_role_that_grows(service: Service) -> None:
    made = await service.change("ada", "createRole", {"name": "Hands", **ROLE}, "role { id }")
    given = {"personId": service.cast.worker("ned"), "roleId": made["role"]["id"]}
    assert (await service.change("ada", "setRole", given))["errors"] == []
    given = {"roleId": made["role"]["id"], "grants": [*ROLE["grants"], POWER]}
    assert (await service.change("ada", "updateRole", given))["errors"] == []


async def _gets_an_address(service: Service) -> None:
    given = {"workerId": service.cast.worker("ned"), "email": "ned@toits.example"}
    assert (await service.change("ada", "updateWorker", given))["errors"] == []
    token = link_token((await Invitation.get(purpose="CHANGE_EMAIL")).id)
    assert (await service.change(None, "confirmEmailChange", {"token": token}))["errors"] == []


@pytest.mark.requirement(83)
@pytest.mark.parametrize(
    "becomes", [_becomes_an_administrator, _is_given_a_grant, _has_a_role_that_grows, _gets_an_address]
)
async def test_a_pin_does_not_stay_when_it_could_do_more(service: Service, becomes: Any) -> None:
    await set_password(service, "ned", pin="704913", requirePasswordReset=False)
    await becomes(service)
    token = await token_of(service, "ned.roy", password="704913")
    page = await asked(service, "{ users { totalCount } }", Authorization=f"Bearer {token}")
    assert page.json()["errors"][0]["extensions"]["code"] == "PASSWORD_CHANGE_REQUIRED"


@pytest.mark.requirement(83)
async def test_a_pin_does_not_stay_where_none_is_allowed_any_more(service: Service) -> None:
    elsewhere = Person.filter(id=service.cast.key("zed"))
    await elsewhere.update(password_kind="PIN")
    await set_password(service, "ned", pin="704913", requirePasswordReset=False)
    token = await token_of(service, "ned.roy", password="704913")
    answers = []
    for policies in ({"isManualPasswordAllowed": True}, {"isPinAllowed": False}):
        assert (await service.change("ada", "updateWorkspace", {"policies": policies}))["errors"] == []
        page = await asked(service, "{ requests { totalCount } }", Authorization=f"Bearer {token}")
        answers.append([error["extensions"]["code"] for error in page.json().get("errors", [])])
    assert answers == [[], ["PASSWORD_CHANGE_REQUIRED"]]
    assert await code(service, "ned.roy", "704913") is None  # to choose a password with
    assert not (await elsewhere.get()).must_change_password


@pytest.mark.requirement(36, 90, 91)
async def test_an_administrator_sends_a_reset_once(service: Service, mailbox: Mailbox) -> None:
    old = await token_of(service, "wes@toits.example")
    for _ in range(2):
        payload = await service.change("max", "sendPasswordReset", {"personId": service.cast.worker("wes")}, SHOWN)
        assert payload["errors"] == []
    assert await Invitation.all().count() == 1 and await Delivery.all().count() == 1
    gone = await asked(service, "{ viewer { name } }", Authorization=f"Bearer {old}")
    assert gone.status_code == 401
    letter = await mailbox.take("wes@toits.example")
    done = await service.change(
        None, "resetPassword", {"token": letter.token, "password": NEW, "client": "API"}, "token"
    )
    assert done["errors"] == []
    again = await service.change(None, "resetPassword", {"token": letter.token, "password": NEW})
    assert codes(again) == [("LINK_USED", "token")]
    assert await code(service, "wes@toits.example", NEW) is None
    assert await code(service, "wes@toits.example", PASSWORD) == "INVALID_CREDENTIALS"


@pytest.mark.requirement(91)
async def test_several_resets_at_once_are_one(service: Service) -> None:
    given = {"personId": service.cast.worker("wes")}
    payloads = await asyncio.gather(*(service.change("ada", "sendPasswordReset", given, SHOWN) for _ in range(4)))
    assert [codes(payload) for payload in payloads] == [[]] * 4
    assert {payload["invitation"]["state"] for payload in payloads} == {"PENDING"}
    assert await Invitation.all().count() == 1 and await Delivery.all().count() == 1


@pytest.mark.requirement(91)
async def test_a_reset_by_another_way_is_another_one(service: Service) -> None:
    given: dict[str, Any] = {"personId": service.cast.worker("wes")}
    for channels in (["EMAIL"], ["SMS"], ["SMS"], ["EMAIL", "SMS"]):
        payload = await service.change("ada", "sendPasswordReset", {**given, "channels": channels}, SHOWN)
        assert payload["errors"] == [], channels
    sent = await Invitation.all().order_by("id")
    assert [each.state for each in sent] == ["SUPERSEDED", "SUPERSEDED", "PENDING"]
    assert sent[1].phone == "+15145550101" and sent[2].addresses.keys() == {"EMAIL", "SMS"}
    await Person.filter(id=service.cast.key("wil")).update(email=None)
    unreached = {"personId": service.cast.worker("wil")}
    assert codes(await service.change("ada", "sendPasswordReset", unreached)) == [("EMAIL_REQUIRED", "channels")]


@pytest.mark.requirement(90, 92)
async def test_a_person_is_told_when_somebody_sets_their_password(service: Service, mailbox: Mailbox) -> None:
    before = await Session.filter(person_id=service.cast.key("wes"), revoked_at__isnull=True).count()
    await service.token("wes")
    payload = await set_password(service, "wes", by="max")
    secret = payload["temporaryPassword"]
    letter = await mailbox.take("wes@toits.example")
    assert "Max Roy" in letter.text and secret not in letter.text
    assert await Session.filter(person_id=service.cast.key("wes"), revoked_at__isnull=True).count() == before
    assert await code(service, "wes@toits.example", secret) is None
    wes = await person(service, "wes")
    assert (wes.status, wes.must_change_password) == ("ACTIVE", True)
    [event] = await AuditEvent.filter(kind="TEMPORARY_PASSWORD_SET")
    assert event.actor_id == service.cast.key("max") and secret not in str(event.after)


async def test_policies_forbid_pins_and_manual_passwords(service: Service) -> None:
    await Workspace.all().update(policies={"pin_allowed": False, "manual_passwords_allowed": False})
    assert codes(await set_password(service, "ned", pin="704913")) == [("PIN_NOT_ALLOWED", "pin")]
    assert codes(await set_password(service, "ned", password=NEW)) == [("PASSWORD_NOT_ALLOWED", "password")]
    assert codes(await send(service, "ada", "ned", method="PIN")) == [("PIN_NOT_ALLOWED", "method")]
    assert codes(await send(service, "ada", "ned", method="CONFIRM")) == [("INVALID_VALUE", "method")]


async def test_a_temporary_password_expires(service: Service) -> None:
    secret = (await set_password(service, "ned"))["temporaryPassword"]
    assert await code(service, "ned.roy", secret) is None
    await Invitation.all().update(expires_at=now() - timedelta(seconds=1))
    assert await code(service, "ned.roy", secret) == "INVALID_CREDENTIALS"


@pytest.mark.requirement(37)
async def test_resending_replaces_and_revoking_ends(service: Service) -> None:
    first = (await send(service, "ada", "ned"))["acceptUrl"].rpartition("/")[2]
    [node] = (await service.ask("max", "{ invitations { nodes { id } } }"))["invitations"]["nodes"]
    again = await service.change("max", "resendInvitation", {"invitationId": node["id"]}, SHOWN)
    second = again["acceptUrl"].rpartition("/")[2]
    assert codes(await accept(service, first)) == [("LINK_REPLACED", "token")]
    query = "{ invitations(where: {state: [PENDING]}) { nodes { id state } } }"
    [node] = (await service.ask("ada", query))["invitations"]["nodes"]
    gone = await service.change("ada", "revokeInvitation", {"invitationId": node["id"]}, "invitation { state }")
    assert gone["invitation"] == {"state": "REVOKED"}
    assert codes(await accept(service, second)) == [("LINK_REVOKED", "token")]
    twice = await service.change("ada", "revokeInvitation", {"invitationId": node["id"]})
    assert codes(twice) == [("WRONG_STATE", "invitationId")]


@pytest.mark.requirement(37)
async def test_an_invitation_is_not_sent_again_to_no_address(service: Service) -> None:
    await Person.filter(id=service.cast.key("ned")).update(phone="+15145550155")
    await send(service, "ada", "ned", channels=["SMS"])
    [node] = (await service.ask("ada", "{ invitations { nodes { id } } }"))["invitations"]["nodes"]
    given = {"invitationId": node["id"]}
    await Workspace.filter(id=service.cast.key("toits")).update(features={"SMS": False})
    assert codes(await service.change("ada", "resendInvitation", given)) == [("FEATURE_NOT_ENABLED", "invitationId")]
    await Person.filter(id=service.cast.key("ned")).update(phone=None)
    assert codes(await service.change("ada", "resendInvitation", given)) == [("PHONE_REQUIRED", "invitationId")]


@pytest.mark.requirement(37)
async def test_an_invitation_that_was_replaced_is_not_sent_to_somebody_who_is_in(service: Service) -> None:
    """It would end the sessions of somebody who needs no link any more."""
    await send(service, "ada", "ned")
    [first] = (await service.ask("ada", "{ invitations { nodes { id } } }"))["invitations"]["nodes"]
    again = await service.change("ada", "resendInvitation", {"invitationId": first["id"], "show": True}, SHOWN)
    assert codes(await accept(service, again["acceptUrl"].rpartition("/")[2])) == []
    before = await Person.get(id=service.cast.key("ned")).values()
    late = await service.change("ada", "resendInvitation", {"invitationId": first["id"]})
    assert codes(late) == [("WRONG_STATE", "invitationId")]
    assert await Person.get(id=service.cast.key("ned")).values() == before


@pytest.mark.requirement(37, 81)
@pytest.mark.parametrize("kind", ["User", "Worker", "Contact"])
async def test_who_adds_and_invites_somebody_finds_the_invitation(service: Service, kind: str) -> None:
    """In the payload, and among those of the person, by the id of any face."""
    given = {"lastName": "Neuf", "email": "neuf@toits.example", "sendInvitation": True}
    given |= {"organizationId": service.cast.organization("maple")} if kind == "Contact" else {}
    shown = f"{kind.lower()} {{ id }} invitation {{ id state user {{ id }} }}"
    made = await service.change("ada", f"create{kind}", given, shown)
    assert made["invitation"]["state"] == "PENDING"
    await send(service, "ada", "ned")
    query = "query($id: [ID!]) { invitations(where: {personId: $id}) { nodes { id } } }"
    for text in (made[kind.lower()]["id"], made["invitation"]["user"]["id"]):
        page = await service.ask("ada", query, id=[text])
        assert page["invitations"]["nodes"] == [{"id": made["invitation"]["id"]}]
    assert (await service.ask("ada", query, id=["wrk_no"]))["invitations"]["nodes"] == []


async def accept(service: Service, token: str, password: str | None = NEW) -> dict[str, Any]:
    return await service.change(None, "acceptInvitation", {"token": token, "password": password})


# Who may hand out what to whom.

FORBIDDEN, HIDDEN, GATE = "FORBIDDEN", "NOT_FOUND", "gate"
MAY: dict[str, dict[str, str]] = {
    "ada": {
        "wes": "",
        "win": "",
        "max": "",
        "cyn": "",
        "bo": "",
        "ada": "NOT_YOURSELF",
        "zed": HIDDEN,
        "ina": "WRONG_STATE",
    },
    "max": {
        "wes": "",
        "win": HIDDEN,
        "sol": FORBIDDEN,
        "ada": FORBIDDEN,
        "cyn": FORBIDDEN,
        "max": FORBIDDEN,
        "zed": HIDDEN,
    },
    "cora": {"cyn": "", "cal": "", "bo": HIDDEN, "cora": "NOT_YOURSELF", "wes": FORBIDDEN, "ada": HIDDEN},
    "sam": {"wes": GATE},
    "sol": {"wes": GATE},
    "wes": {"wil": GATE, "wes": GATE},
    "cyn": {"cal": GATE},
    "zoe": {"wes": HIDDEN, "zed": ""},
}
ASKS = ("sendCredentials", "setTemporaryPassword", "sendPasswordReset", "unlockAccount")


@pytest.mark.requirement(15)
@pytest.mark.parametrize("mutation", ASKS)
@pytest.mark.parametrize("name", MAY)
async def test_who_may_hand_out_to_whom(service: Service, name: str, mutation: str) -> None:
    cast = service.cast
    kind = f"{mutation[0].upper()}{mutation[1:]}Input!"
    query = f"mutation($input: {kind}) {{ {mutation}(input: $input) {{ errors {{ code }} }} }}"
    for to, expected in MAY[name].items():
        contact = to in ("cyn", "cal", "bo", "cora")
        worker = to in ("wes", "wil", "win", "sol", "sam", "ned", "zed", "ina")
        text = cast.contact(to) if contact else cast.worker(to) if worker else cast.user(to)
        answer = (await service.post(name, query, input={"personId": text})).json()
        if expected == GATE:
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
            continue
        found = [error["code"] for error in answer["data"][mutation]["errors"]]
        assert found == ([expected] if expected else []), to
