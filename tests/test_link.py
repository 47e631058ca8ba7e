"""Links after something changed for which they were made: what a former mailbox or phone holds lets nobody in."""

from pathlib import Path
from typing import Any

import pytest

from app.models import Invitation, Person, Workspace
from app.models.invitation import InvitationState
from app.models.person import AccountStatus
from tests.ask import Service
from tests.cast import PASSWORD
from tests.mailbox import Mailbox
from tests.test_credential import NEW, code, codes

LOOK = "query($token: String!) { invitationByToken(token: $token) { state method asksPassword canRenew } }"
WRONG, RIGHT = "nai@toits.example", "nia@toits.example"


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


async def by_ada(service: Service, mutation: str, **given: Any) -> None:
    assert codes(await service.change("ada", mutation, given)) == []


async def invited(service: Service, **given: Any) -> str:
    """A new worker with an open invitation, by mail unless said."""
    given = {"lastName": "Roy", "sendInvitation": True, **given}
    payload = await service.change("ada", "createWorker", given, "worker { id }")
    assert payload["errors"] == []
    found: str = payload["worker"]["id"]
    return found


async def is_dead(service: Service, token: str) -> bool:
    """Whether a link lets nobody in and is not renewed either."""
    look = (await service.ask(None, LOOK, token=token))["invitationByToken"]
    entered = [
        await stranger(service, mutation, token=token, password=NEW)
        for mutation in ("acceptInvitation", "resetPassword")
    ]
    renewed = await stranger(service, "requestNewLink", token=token)
    return not look["canRenew"] and all(entered) and bool(renewed)


async def test_an_address_corrected_after_a_second_invitation(service: Service, mailbox: Mailbox) -> None:
    """The first link was replaced, the second taken back: the wrong mailbox can renew neither."""
    made = await invited(service, email=WRONG)
    first = await mailbox.take(WRONG)
    await by_ada(service, "sendCredentials", personId=made, channels=["EMAIL"])
    second = await mailbox.take(WRONG)
    await by_ada(service, "updateWorker", workerId=made, email=RIGHT)
    assert await is_dead(service, first.token) and await is_dead(service, second.token)
    assert await stranger(service, "acceptInvitation", token=(await mailbox.take(RIGHT)).token, password=NEW) == []


async def test_a_phone_corrected_after_an_invitation_by_sms(service: Service, mailbox: Mailbox) -> None:
    made = await invited(service, phone="+15145550155", channels=["SMS"])
    old = await mailbox.take("+15145550155")
    await by_ada(service, "updateWorker", workerId=made, phone="+15145550156")
    assert await is_dead(service, old.token)
    new = await mailbox.take("+15145550156")
    assert await stranger(service, "acceptInvitation", token=new.token, password=NEW) == []


@pytest.mark.parametrize(
    "back", [("revokeAccess", "personId"), ("deactivateAccount", "personId"), ("revokeInvitation", "invitationId")]
)
async def test_whoever_lost_the_invitation_does_not_renew_an_older_one(
    service: Service, mailbox: Mailbox, back: tuple[str, str]
) -> None:
    mutation, names = back
    made = await invited(service, email=WRONG)
    first = await mailbox.take(WRONG)
    await by_ada(service, "sendCredentials", personId=made, channels=["EMAIL"])
    await mailbox.take(WRONG)
    page = await service.ask("ada", "{ invitations(where: {state: [PENDING]}) { nodes { id } } }")
    [invitation] = page["invitations"]["nodes"]
    await by_ada(service, mutation, **{names: made if names == "personId" else invitation["id"]})
    assert await is_dead(service, first.token)
    assert await stranger(service, "requestPasswordReset", login=WRONG) == []
    assert await stranger(service, "signUp", workspace="toits", email=WRONG, password=NEW, lastName="Roy") == []
    if mutation == "deactivateAccount":
        await by_ada(service, "reactivateAccount", personId=made)
        assert await is_dead(service, first.token)
    assert await code(service, WRONG, NEW) == "INVALID_CREDENTIALS"
    assert (await Person.get(email=WRONG)).status is not AccountStatus.ACTIVE


async def test_a_former_mailbox_does_not_reset_the_password(service: Service, mailbox: Mailbox) -> None:
    """Neither with a link that is still open when the address changes, nor by renewing one."""
    assert await stranger(service, "requestPasswordReset", login="wes@toits.example") == []
    reset = await mailbox.take("wes@toits.example")
    given = {"email": "wesley@toits.example", "password": PASSWORD}
    assert codes(await service.change("wes", "requestEmailChange", given)) == []
    for mail in ("wes@toits.example", "wesley@toits.example"):
        assert await stranger(service, "confirmEmailChange", token=(await mailbox.take(mail)).token) == []
    assert await is_dead(service, reset.token)
    assert await code(service, "wesley@toits.example", PASSWORD) is None


async def test_a_change_of_address_that_is_taken_back_ends_for_both_mailboxes(
    service: Service, mailbox: Mailbox
) -> None:
    given = {"workerId": service.cast.worker("wes"), "email": "wesley@toits.example"}
    assert codes(await service.change("ada", "updateWorker", given)) == []
    links = [await mailbox.take(mail) for mail in ("wes@toits.example", "wesley@toits.example")]
    first = await Invitation.filter(purpose="CHANGE_EMAIL").order_by("id").first()
    assert first
    taken = await service.change("ada", "revokeInvitation", {"invitationId": f"inv_{first.id.hex}"})
    assert codes(taken) == []
    for letter in links:
        assert await stranger(service, "confirmEmailChange", token=letter.token) == [("LINK_REVOKED", "token")]


@pytest.mark.requirement(98)
async def test_whoever_signs_up_first_does_not_choose_the_password_of_who_owns_the_mailbox(
    service: Service, mailbox: Mailbox
) -> None:
    given = {"workspace": "toits", "email": RIGHT, "lastName": "Roy"}
    assert await stranger(service, "signUp", password="chosen by a stranger", **given) == []
    first = await mailbox.take(RIGHT)
    assert await stranger(service, "signUp", password=NEW, **given) == []
    second = await mailbox.take(RIGHT)
    assert await stranger(service, "verifyEmail", token=first.token) == [("LINK_REPLACED", "token")]
    look = (await service.ask(None, LOOK, token=second.token))["invitationByToken"]
    assert look == {"state": "PENDING", "method": "LINK", "asksPassword": True, "canRenew": False}
    assert await stranger(service, "verifyEmail", token=second.token) == [("REQUIRED", "password")]
    assert await stranger(service, "verifyEmail", token=second.token, password=NEW) == []
    assert await code(service, RIGHT, "chosen by a stranger") == "INVALID_CREDENTIALS"
    assert await code(service, RIGHT, NEW) is None


async def test_access_that_was_taken_back_is_granted_anew_and_not_sent_again(
    service: Service, mailbox: Mailbox
) -> None:
    payload = await service.change("ada", "createUser", {"lastName": "Roy", "email": RIGHT}, "user { id }")
    made = payload["user"]["id"]
    granted = await service.change("ada", "grantAccess", {"personId": made}, "invitation { id }")
    await by_ada(service, "revokeAccess", personId=made)
    again = {"invitationId": granted["invitation"]["id"]}
    assert codes(await service.change("ada", "resendInvitation", again)) == [("WRONG_STATE", "invitationId")]
    assert not await Invitation.filter(state=InvitationState.PENDING).exists()


async def test_whoever_may_not_give_a_way_in_does_not_turn_one_round_to_their_own_mailbox(
    service: Service, mailbox: Mailbox
) -> None:
    """Sam may correct what is said of workers, and no more."""
    grants = [{"permission": each, "scope": "ALL"} for each in ("WORKER_READ", "WORKER_MANAGE")]
    await by_ada(service, "setGrants", personId=service.cast.user("sam"), grants=grants, bundles=[])
    made = await invited(service, email=WRONG, siteIds=[service.cast.site("north")])
    old = await mailbox.take(WRONG)
    given = {"workerId": made, "email": "sam@elsewhere.example"}
    assert codes(await service.change("sam", "updateWorker", given)) == []
    assert await is_dead(service, old.token)
    assert await stranger(service, "requestPasswordReset", login="sam@elsewhere.example") == []
    assert not await Invitation.filter(email="sam@elsewhere.example").exists()
    await by_ada(service, "sendCredentials", personId=made, channels=["EMAIL"])
    await mailbox.take("sam@elsewhere.example")
