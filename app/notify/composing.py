"""From a delivery to its words: gathered when the message leaves, since no table holds a one-time secret."""

from datetime import datetime
from hmac import compare_digest

from app.auth.secrets import link_token, pin, temporary_password, token_hash
from app.models import CalendarFeed, Delivery, Invitation, Person, Workspace
from app.models.base import now
from app.models.invitation import InvitationState, Method, Purpose
from app.notify import digest
from app.notify.words import account, request
from app.notify.words.account import Facts
from app.notify.words.letter import Words, spoken

REQUEST = "request"
NOTICES = ("email_changed", "password_changed", "password_set", "sign_up_known")  # they hand nothing out
BY_METHOD = {Method.TEMPORARY_PASSWORD: "temporary_password", Method.PIN: "pin"}
BY_PURPOSE = {
    Purpose.ACTIVATION: "activation_link",
    Purpose.ACCESS: "access_unregistered",
    Purpose.RESET: "reset_sent",
    Purpose.VERIFY_EMAIL: "verify_email",
    Purpose.CHANGE_EMAIL: "change_email_new",
}


def template_of(invitation: Invitation) -> str:
    """The template in which an invitation is sent."""
    if invitation.method in BY_METHOD:
        return BY_METHOD[invitation.method]
    if invitation.purpose is Purpose.ACCESS and invitation.method is Method.CONFIRM:
        return "access_granted"
    if invitation.purpose is Purpose.RESET and invitation.created_by_id is None:
        return "reset_asked"
    if invitation.purpose is Purpose.CHANGE_EMAIL and invitation.email != invitation.new_email:
        return "change_email_old"
    return BY_PURPOSE[invitation.purpose]


async def compose(delivery: Delivery) -> Words | None:
    """The message that a delivery carries; None if it must no longer leave.

    Needs `recipient__role`, `workspace` and `invitation__created_by` loaded.
    """
    if delivery.template == REQUEST:
        return await request.compose(delivery)
    if delivery.template == digest.TEMPLATE:
        return await digest.compose(delivery)
    if delivery.invitation and delivery.template not in NOTICES and not _can_be_used(delivery.invitation):
        return None
    return account.written(delivery.template, await _facts(delivery))


async def _facts(delivery: Delivery) -> Facts:
    invitation, person, workspace = delivery.invitation, delivery.recipient, delivery.workspace
    handed_out = invitation if delivery.template not in NOTICES else None
    return Facts(
        language=spoken(person.language),
        zone=workspace.time_zone,
        firm=workspace.name,
        name=person.name,
        link=(link_of(workspace, handed_out) if handed_out else None) or portal_of(workspace, person),
        inviter=invitation.created_by.name if invitation and invitation.created_by else "",
        login=person.username or person.email or "",
        secret=secret_of(handed_out) or "" if handed_out else "",
        address=(invitation.new_email if invitation else None) or "",
        until=invitation.expires_at if invitation else None,
        at=delivery.created_at,
        feed_at=await _feed_at(delivery) if delivery.template == "password_changed" else None,
    )


async def _feed_at(delivery: Delivery) -> datetime | None:
    """When the calendar address was made that goes on working, whatever the password; None without one."""
    feed = await CalendarFeed.get_or_none(person_id=delivery.recipient_id)
    return feed.created_at if feed else None


def _can_be_used(invitation: Invitation) -> bool:
    """Not if it was used, replaced or taken back, nor if the key from which its token was made is gone."""
    kept = invitation.token_hash
    is_ours = kept is None or compare_digest(kept, token_hash(link_token(invitation.id)))
    return is_ours and invitation.state_at(now()) is InvitationState.PENDING


def portal_of(workspace: Workspace, person: Person) -> str:
    """Where somebody signs in. Needs `person.role` loaded."""
    return f"{workspace.base_url}/{spoken(person.language)}/{person.role.audience.lower()}"


def link_of(workspace: Workspace, invitation: Invitation) -> str | None:
    """The invitation's link, built from configuration alone; what is typed at the sign-in has none."""
    token = link_token(invitation.id) if invitation.token_hash else None
    return f"{workspace.base_url}/l/{token}" if token else None


def secret_of(invitation: Invitation) -> str | None:
    """The temporary password or PIN that goes with an invitation; None for links."""
    if invitation.method is Method.TEMPORARY_PASSWORD:
        return temporary_password(invitation.id)
    return pin(invitation.id) if invitation.method is Method.PIN else None
