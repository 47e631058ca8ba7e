"""People who sign up by themselves, forget their password, change their address, and get access before or after."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.models import AuditEvent, Delivery, Invitation, Person, Workspace
from app.models.base import now
from app.models.person import AccountStatus
from tests.ask import Service, key_of
from tests.cast import PASSWORD
from tests.mailbox import Mailbox
from tests.test_credential import code
from tests.test_role import codes
from tests.test_session import asked, token_of

NEW = "grey otters swim at dawn"
SOFI = {"workspace": "toits", "email": "Sofi@Mail.example", "password": NEW, "lastName": "Roy"}
LINK = """query($token: String!) { invitationByToken(token: $token) {
  state purpose method firm inviter email asksPassword canRenew } }"""


@pytest.fixture
def options() -> dict[str, object]:
    """Messages are written to files."""
    return {"demo": True}


@pytest.fixture
async def mailbox(service: Service, tmp_path: Path) -> Mailbox:
    """What was sent; the workspace lets people sign up."""
    await Workspace.filter(id=service.cast.key("toits")).update(policies={"sign_up_open": True})
    return Mailbox(tmp_path)


async def stranger(service: Service, mutation: str, **given: Any) -> list[tuple[str, str]]:
    return codes(await service.change(None, mutation, given))


@pytest.mark.requirement(98, 100, 101, 114, 116)
async def test_sign_up_then_verify_then_access_by_that_address(service: Service, mailbox: Mailbox) -> None:
    assert await stranger(service, "signUp", **SOFI) == []
    letter = await mailbox.take("sofi@mail.example")
    person = await Person.get(email="sofi@mail.example")
    assert person.status is AccountStatus.NO_ACCESS
    assert await code(service, "sofi@mail.example", NEW) == "INVALID_CREDENTIALS"  # not before the mailbox confirms
    look = (await service.ask(None, LINK, token=letter.token))["invitationByToken"]
    assert (look["state"], look["purpose"], look["asksPassword"]) == ("PENDING", "VERIFY_EMAIL", False)
    assert "sofi@" not in str(look["email"])
    assert await stranger(service, "verifyEmail", token=letter.token) == []
    assert await stranger(service, "verifyEmail", token=letter.token) == [("LINK_USED", "token")]
    bearer = {"authorization": f"Bearer {await token_of(service, 'sofi@mail.example', password=NEW)}"}
    alone = "{ viewer { name permissions { permission } } sites { totalCount } }"
    answer = (await asked(service, alone, **bearer)).json()["data"]
    assert answer == {"viewer": {"name": "Roy", "permissions": []}, "sites": {"totalCount": 0}}
    granted = await service.change("ada", "grantAccess", {"personId": f"usr_{person.id.hex}"}, "warnings { code }")
    assert granted == {"warnings": [], "errors": []}
    letter = await mailbox.take("sofi@mail.example")
    assert (await service.ask(None, LINK, token=letter.token))["invitationByToken"]["method"] == "CONFIRM"
    assert await stranger(service, "acceptInvitation", token=letter.token) == []
    assert (await Person.get(id=person.id)).status is AccountStatus.ACTIVE


@pytest.mark.requirement(100, 102, 103)
async def test_who_signed_up_books_once_access_is_granted(service: Service, mailbox: Mailbox) -> None:
    assert await stranger(service, "signUp", **SOFI) == []
    await stranger(service, "verifyEmail", token=(await mailbox.take("sofi@mail.example")).token)
    sofi = await Person.get(email="sofi@mail.example")
    assert not sofi.is_worker  # nobody gives work to a stranger
    face = f"usr_{sofi.id.hex}"
    await service.change("ada", "updateUser", {"userId": face, "siteIds": [service.cast.site("north")]})
    assert codes(await service.change("ada", "grantAccess", {"personId": face})) == []
    await stranger(service, "acceptInvitation", token=(await mailbox.take("sofi@mail.example")).token)
    bearer = {"authorization": f"Bearer {await token_of(service, 'sofi@mail.example', password=NEW)}"}
    given = f'title: "Cut", kind: BOOKING, siteId: "{service.cast.site("north")}"'
    query = (
        f"mutation {{ createRequest(input: {{{given}}}) {{ request {{ assignees {{ name }} }} errors {{ code }} }} }}"
    )
    made = (await asked(service, query, **bearer)).json()["data"]["createRequest"]
    assert made == {"request": {"assignees": [{"name": "Roy"}]}, "errors": []}


@pytest.mark.requirement(112, 113, 114)
async def test_access_before_there_is_an_account_and_taken_back(service: Service, mailbox: Mailbox) -> None:
    given = {"lastName": "Roy", "email": "nia@toits.example"}
    made = (await service.change("ada", "createUser", given, "user { id }"))["user"]["id"]
    granted = await service.change("ada", "grantAccess", {"personId": made}, "warnings { code }")
    assert granted["warnings"] == [{"code": "UNREGISTERED_EMAIL"}]
    first = await mailbox.take("nia@toits.example")
    assert codes(await service.change("ada", "revokeAccess", {"personId": made})) == []
    assert await stranger(service, "acceptInvitation", token=first.token, password=NEW) == [("LINK_REVOKED", "token")]
    assert codes(await service.change("ada", "revokeAccess", {"personId": made})) == [("WRONG_STATE", "personId")]
    assert codes(await service.change("ada", "grantAccess", {"personId": made})) == []
    second = await mailbox.take("nia@toits.example")
    assert await stranger(service, "acceptInvitation", token=second.token, password=NEW) == []
    assert await code(service, "nia@toits.example", NEW) is None


@pytest.mark.requirement(101)
async def test_access_is_granted_to_an_address_alone(service: Service) -> None:
    granted = await service.change("ada", "grantAccess", {"personId": service.cast.worker("ned")})
    assert codes(granted) == [("EMAIL_REQUIRED", "personId")]
    assert (await Person.get(id=service.cast.key("ned"))).status is AccountStatus.NO_ACCESS


@pytest.mark.requirement(104)
async def test_with_the_access_the_boxes_go(service: Service, mailbox: Mailbox) -> None:
    given = {"lastName": "Roy", "email": "nia@toits.example"}
    made = (await service.change("ada", "createUser", given, "user { id }"))["user"]["id"]
    await service.change("ada", "setGrants", {"personId": made, "bundles": [{"bundle": "CLIENT_LIST"}]})
    await service.change("ada", "grantAccess", {"personId": made})
    payload = await service.change("ada", "revokeAccess", {"personId": made}, "user { grants { source } }")
    assert {each["source"] for each in payload["user"]["grants"]} == {"role Staff"}


@pytest.mark.requirement(99)
async def test_sign_up_that_is_closed(service: Service) -> None:
    assert await stranger(service, "signUp", **SOFI) == [("SIGN_UP_CLOSED", "workspace")]
    assert await stranger(service, "signUp", **{**SOFI, "workspace": "nowhere"}) == [("SIGN_UP_CLOSED", "workspace")]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"password": "short"}, ("PASSWORD_TOO_SHORT", "password")),
        ({"password": "password1"}, ("PASSWORD_TOO_COMMON", "password")),
        ({"email": "nothing"}, ("INVALID_EMAIL", "email")),
        ({"lastName": " "}, ("REQUIRED", "lastName")),
        ({"language": "xx"}, ("LANGUAGE_NOT_SPOKEN", "language")),
    ],
)
async def test_bad_input_signs_nobody_up(
    service: Service, mailbox: Mailbox, given: dict[str, str], expected: tuple[str, str]
) -> None:
    before = await Person.all().count()
    assert await stranger(service, "signUp", **{**SOFI, **given}) == [expected]
    assert await Person.all().count() == before


@pytest.mark.requirement(98)
async def test_who_has_an_account_is_told_in_the_own_mailbox_alone(service: Service, mailbox: Mailbox) -> None:
    """A stranger who signs up with somebody's address learns nothing, and the password counts for nothing."""
    wes = await Person.get(id=service.cast.key("wes"))
    assert await stranger(service, "signUp", **{**SOFI, "email": "WES@toits.example"}) == []
    await mailbox.take("wes@toits.example")
    assert (await Person.get(id=wes.id)).password_hash == wes.password_hash
    assert await code(service, "wes@toits.example", NEW) == "INVALID_CREDENTIALS"


@pytest.mark.requirement(90)
async def test_a_forgotten_password_is_answered_alike_for_everybody(service: Service, mailbox: Mailbox) -> None:
    for login in ("wes@toits.example", "nobody@toits.example", "ina@toits.example"):
        assert await stranger(service, "requestPasswordReset", login=login) == []
    letter = await mailbox.take("wes@toits.example")
    assert await Delivery.filter(recipient_id=service.cast.key("ina")).count() == 0
    old = await token_of(service, "wes@toits.example")
    assert await stranger(service, "resetPassword", token=letter.token, password=NEW) == []
    assert (await asked(service, "{ viewer { name } }", authorization=f"Bearer {old}")).status_code == 401
    assert await code(service, "wes@toits.example", PASSWORD) == "INVALID_CREDENTIALS"
    assert await code(service, "wes@toits.example", NEW) is None
    assert await stranger(service, "resetPassword", token=letter.token, password=PASSWORD) == [("LINK_USED", "token")]


async def test_both_mailboxes_confirm_a_new_address(service: Service, mailbox: Mailbox) -> None:
    given = {"email": "wesley@toits.example", "password": "not it"}
    assert codes(await service.change("wes", "requestEmailChange", given)) == [("INVALID_CREDENTIALS", "password")]
    assert codes(await service.change("wes", "requestEmailChange", {**given, "password": PASSWORD})) == []
    old, new = await mailbox.take("wes@toits.example"), await mailbox.take("wesley@toits.example")
    assert await stranger(service, "confirmEmailChange", token=new.token) == []
    assert (await Person.get(id=service.cast.key("wes"))).email == "wes@toits.example"
    assert await stranger(service, "confirmEmailChange", token=old.token) == []
    assert (await Person.get(id=service.cast.key("wes"))).email == "wesley@toits.example"
    assert await code(service, "wesley@toits.example", PASSWORD) is None


async def left_behind(service: Service) -> list[Any]:
    """What a client administrator reads of her own access."""
    query = """{ auditEvents { totalCount nodes { kind } } invitations { nodes { purpose state method
      deliveries { channel state } } } }"""
    found = await service.ask("cora", query)
    return [[event["kind"] for event in found["auditEvents"]["nodes"]], found["invitations"]["nodes"]]


async def test_asking_for_an_address_does_not_tell_whether_it_is_taken(service: Service, mailbox: Mailbox) -> None:
    """Not by what is written down either; whoever has the mailbox is told when they confirm."""
    left = []
    for address in ("free@toits.example", "wil@toits.example"):
        given = {"email": address, "password": PASSWORD}
        assert codes(await service.change("cora", "requestEmailChange", given)) == []
        for mail in ("cora@maple.example", address):
            assert (await mailbox.take(mail)).token
        left.append(await left_behind(service))
        for model in (Delivery, Invitation, AuditEvent):
            await model.all().delete()
    assert left[0] == left[1] and len(left[0][1]) == 2
    given = {"email": "wil@toits.example", "password": PASSWORD}
    assert codes(await service.change("cora", "requestEmailChange", given)) == []
    tokens = [(await mailbox.take(mail)).token for mail in ("cora@maple.example", "wil@toits.example")]
    assert await stranger(service, "confirmEmailChange", token=tokens[0]) == []
    assert await stranger(service, "confirmEmailChange", token=tokens[1]) == [("EMAIL_IN_USE", "token")]
    assert (await Person.get(id=service.cast.key("cora"))).email == "cora@maple.example"
    assert await code(service, "wil@toits.example", PASSWORD) is None


async def test_whoever_asked_for_a_taken_address_is_not_told_by_confirming_last(
    service: Service, mailbox: Mailbox
) -> None:
    given = {"email": "wil@toits.example", "password": PASSWORD}
    assert codes(await service.change("cora", "requestEmailChange", given)) == []
    former, wanted = [(await mailbox.take(mail)).token for mail in ("cora@maple.example", "wil@toits.example")]
    assert await stranger(service, "confirmEmailChange", token=wanted) == [("EMAIL_IN_USE", "token")]
    assert await stranger(service, "confirmEmailChange", token=former) == []
    assert (await Person.get(id=service.cast.key("cora"))).email == "cora@maple.example"


@pytest.mark.parametrize("name", ["wes", "ned"])
async def test_nobody_floods_a_mailbox_by_changing_addresses(service: Service, name: str) -> None:
    """Of somebody active both mailboxes are asked; who is invited is sent the link again."""
    given: dict[str, Any] = {"personId": service.cast.worker(name), "method": "LINK"}
    if name == "ned":
        await Person.filter(id=service.cast.key("ned")).update(email="ned@toits.example")
        assert codes(await service.change("ada", "sendCredentials", given)) == []
    refused = []
    for number in range(12):
        given = {"workerId": service.cast.worker(name), "email": f"{name}{number % 2}@toits.example"}
        refused += codes(await service.change("ada", "updateWorker", given))
    assert set(refused) == {("TOO_MANY_TRIES", "")} and len(refused) >= 2
    assert await Delivery.filter(recipient_id=service.cast.key(name)).count() <= 20
    same = {"workerId": service.cast.worker(name), "trade": "roofer"}
    assert codes(await service.change("ada", "updateWorker", same)) == []
    if name == "wes":
        asked_for = {"email": "wesley@toits.example", "password": PASSWORD}
        assert codes(await service.change("wes", "requestEmailChange", asked_for)) == [("TOO_MANY_TRIES", "")]


@pytest.mark.requirement(69)
@pytest.mark.parametrize(("language", "greeting"), [("en", "Hello,"), ("fr", "Bonjour,")])
async def test_a_stranger_writes_nothing_into_the_letter(
    service: Service, mailbox: Mailbox, language: str, greeting: str
) -> None:
    words = {"firstName": "Your mailbox is full: https://evil.example", "language": language}
    assert await stranger(service, "signUp", **{**SOFI, **words}) == []
    signed_up = await mailbox.take("sofi@mail.example")
    profile = await service.change("wes", "updateProfile", words)
    assert codes(profile) == []
    given = {"email": "victim@elsewhere.example", "password": PASSWORD}
    assert codes(await service.change("wes", "requestEmailChange", given)) == []
    proposed = await mailbox.take("victim@elsewhere.example")
    for letter in (signed_up, proposed):
        for body in (letter.text, letter.html):
            assert greeting in body and "evil.example" not in body


async def test_an_administrator_proposes_a_new_address_to_somebody_active(service: Service, mailbox: Mailbox) -> None:
    given = {"workerId": service.cast.worker("wes"), "email": "wesley@toits.example"}
    payload = await service.change("ada", "updateWorker", given, "worker { email } warnings { code }")
    assert payload["worker"] == {"email": "wes@toits.example"}
    assert payload["warnings"] == [{"code": "EMAIL_TO_CONFIRM"}]
    for mail in ("wes@toits.example", "wesley@toits.example"):
        assert await stranger(service, "confirmEmailChange", token=(await mailbox.take(mail)).token) == []
    assert (await Person.get(id=service.cast.key("wes"))).email == "wesley@toits.example"
    taken = {**given, "email": "wil@toits.example"}
    assert codes(await service.change("ada", "updateWorker", taken)) == [("EMAIL_IN_USE", "email")]


@pytest.mark.requirement(14)
async def test_a_mailbox_that_is_gone_need_not_confirm(service: Service, mailbox: Mailbox) -> None:
    await Person.filter(id=service.cast.key("wes")).update(email_bounced_at=now())
    given = {"workerId": service.cast.worker("wes"), "email": "wesley@toits.example"}
    assert codes(await service.change("ada", "updateWorker", given)) == []
    letter = await mailbox.take("wesley@toits.example")
    assert "Ada Roy has entered this address" in letter.text
    assert await stranger(service, "confirmEmailChange", token=letter.token) == []
    wes = await Person.get(id=service.cast.key("wes"))
    assert (wes.email, wes.email_bounced_at) == ("wesley@toits.example", None)


@pytest.mark.requirement(14, 43)
async def test_a_proposed_address_hides_no_other_warning_and_lapses(service: Service) -> None:
    await Workspace.filter(id=service.cast.key("toits")).update(policies={"preferred_email_domains": ["x.example"]})
    await Person.filter(id=service.cast.key("wil")).update(email=None, username="wil")
    for name, other in (("wes", "OTHER_DOMAIN"), ("wil", "NO_EMAIL")):
        given = {"workerId": service.cast.worker(name), "email": f"{name}@x.example"}
        payload = await service.change("ada", "updateWorker", given, "warnings { code }")
        assert payload == {"warnings": [{"code": "EMAIL_TO_CONFIRM"}, {"code": other}], "errors": []}
        await Invitation.all().update(expires_at=now() - timedelta(seconds=1))
        given = {"workerId": service.cast.worker(name), "trade": "plumber"}
        payload = await service.change("ada", "updateWorker", given, "warnings { code }")
        assert payload == {"warnings": [{"code": other}], "errors": []}


@pytest.mark.requirement(10, 31, 81)
@pytest.mark.parametrize("mutation", ["createUser", "createWorker", "createContact"])
async def test_an_invitation_along_with_the_person(service: Service, mailbox: Mailbox, mutation: str) -> None:
    face = mutation.removeprefix("create").lower()
    given: dict[str, Any] = {"lastName": "Roy", "email": "nia@toits.example", "sendInvitation": True}
    if face == "contact":
        given["organizationId"] = service.cast.organization("maple")
    payload = await service.change("ada", mutation, given, f"{face} {{ id status }}")
    assert payload["errors"] == [] and payload[face]["status"] == "INVITED"
    letter = await mailbox.take("nia@toits.example")
    assert await stranger(service, "acceptInvitation", token=letter.token, password=NEW) == []
    assert (await Person.get(id=key_of(payload[face]["id"]))).status is AccountStatus.ACTIVE


@pytest.mark.requirement(11)
async def test_a_link_is_shown_once_where_nothing_is_sent(service: Service) -> None:
    given: dict[str, Any] = {"lastName": "Roy", "sendInvitation": True, "channels": []}
    payload = await service.change("ada", "createWorker", given, "acceptUrl worker { status }")
    assert payload["worker"] == {"status": "INVITED"}
    token = payload["acceptUrl"].rpartition("/")[2]
    assert await stranger(service, "acceptInvitation", token=token, password=NEW) == []
    rows = [str(row) for row in await AuditEvent.all().values()]
    assert not any(token in row or NEW in row for row in rows)


@pytest.mark.requirement(81)
async def test_no_address_no_mail_nobody_added(service: Service) -> None:
    before = await Person.all().count()
    given: dict[str, Any] = {"lastName": "Roy", "sendInvitation": True}
    for channels, expected in (
        (["EMAIL"], ("EMAIL_REQUIRED", "channels")),
        (["SMS"], ("PHONE_REQUIRED", "channels")),
    ):
        payload = await service.change("ada", "createWorker", {**given, "channels": channels})
        assert codes(payload) == [expected]
    assert await Person.all().count() == before


@pytest.mark.requirement(23)
async def test_an_address_corrected_before_the_first_sign_in_moves_the_link(
    service: Service, mailbox: Mailbox
) -> None:
    given: dict[str, Any] = {"lastName": "Roy", "email": "nai@toits.example", "sendInvitation": True}
    made = (await service.change("ada", "createWorker", given, "worker { id }"))["worker"]["id"]
    old = await mailbox.take("nai@toits.example")
    await service.change("ada", "updateWorker", {"workerId": made, "email": "nia@toits.example"})
    new = await mailbox.take("nia@toits.example")
    assert await stranger(service, "acceptInvitation", token=old.token, password=NEW) == [("LINK_REVOKED", "token")]
    assert await stranger(service, "acceptInvitation", token=new.token, password=NEW) == []


async def test_the_catalogue_names_every_word_in_the_viewer_s_language(service: Service) -> None:
    query = """{ permissionCatalogue { permissions { permission description scopes isManaging }
      bundles { bundle audience grants { permission scope } } } }"""
    english = (await service.ask("wes", query))["permissionCatalogue"]
    french = (await service.ask("max", query))["permissionCatalogue"]
    assert len(english["permissions"]) == len(french["permissions"]) == 20
    assert [each["bundle"] for each in english["bundles"]] == [
        "SEE_ALL_REQUESTS",
        "ALL_BOOKINGS",
        "CLIENT_LIST",
        "BUSINESS",
    ]
    read = {each["permission"]: each for each in french["permissions"]}
    assert read["REQUEST_READ"]["description"] == "Voir les demandes."
    assert read["ROLE_MANAGE"] == {
        "permission": "ROLE_MANAGE",
        "description": "Définir les rôles.",
        "scopes": ["ALL"],
        "isManaging": True,
    }
