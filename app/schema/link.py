"""What whoever holds a link can do with it, signed in or not."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from app.auth.gates import ANYONE
from app.models.invitation import InvitationState, Method, Purpose
from app.models.refusal import ErrorCode, Refusal
from app.models.role import Audience
from app.models.session import Client
from app.resolvers import link, session
from app.resolvers.outcome import Outcome
from app.schema.base import Info
from app.schema.fields import about, argument, computed, field
from app.schema.payload import Payload, mutation
from app.schema.session import shown_session

WORD = "The last part of the link."
CHOSEN = "The password to choose, where the link asks for one."
CLIENT = "Signs in at once with this kind of program; without it, signIn is the next step."


@strawberry.type(description="What a link says of itself, without being used.")
class LinkPreview:
    state: InvitationState = field(ANYONE, "Whether it can be used, or what became of it.")
    purpose: Purpose = field(ANYONE, "What it is for.")
    method: Method = field(ANYONE, "LINK asks for a password, CONFIRM does not.")
    first_name: str | None = field(ANYONE, "Whom it is for.")
    firm: str = field(ANYONE, "The workspace's name.")
    inviter: str | None = field(ANYONE, "Who invited; null where the person asked for it.")
    language: str = field(ANYONE, "The language that the person prefers.")
    email: str | None = field(ANYONE, "The mailbox that it was sent to, masked.")
    phone: str | None = field(ANYONE, "The phone that it was sent to, masked.")
    new_email: str | None = field(ANYONE, "The address that is to be confirmed, masked.")
    created_at: datetime = field(ANYONE, "When it was made.")
    expires_at: datetime = field(ANYONE, "Until when it can be used.")
    newer_at: datetime | None = field(ANYONE, "When the link that replaces it was made.")
    asks_password: bool = field(ANYONE, "Whether a password has to be chosen.")
    can_renew: bool = field(ANYONE, "Whether requestNewLink sends another one to the same address.")


@strawberry.type
class LinkQuery:
    @computed(ANYONE, "A link, looked at without using it; null for what is no link of ours.")
    async def invitation_by_token(self, info: Info, token: Annotated[str, argument(WORD)]) -> LinkPreview | None:
        found = await link.look(token)
        shown = [each.python_name for each in LinkPreview.__strawberry_definition__.fields]  # type: ignore[attr-defined]
        return LinkPreview(**{name: getattr(found, name) for name in shown}) if found else None


@strawberry.input(description="Accepts an invitation.")
class AcceptInvitationInput:
    token: str = about(WORD)
    password: str | None = about(CHOSEN, default=None)
    client: Client | None = about(CLIENT, default=None)


@strawberry.input(description="Sets a new password.")
class ResetPasswordInput:
    token: str = about(WORD)
    password: str = about("The new password.")
    client: Client | None = about(CLIENT, default=None)


@strawberry.input(description="Confirms the address with which somebody signed up.")
class VerifyEmailInput:
    token: str = about(WORD)
    password: str | None = about(CHOSEN, default=None)


@strawberry.input(description="Confirms, from one of two mailboxes, that the address of an account changes.")
class ConfirmEmailChangeInput:
    token: str = about(WORD)


@strawberry.input(description="Asks for another link in place of one that has expired or was replaced.")
class RequestNewLinkInput:
    token: str = about(WORD)


@strawberry.type
class EnteringPayload(Payload):
    token: str | None = field(ANYONE, "The session's token, for scripts and apps. Shown only now.")
    audience: Audience | None = field(ANYONE, "The portal of the session.")


@strawberry.type(description="What acceptInvitation did.")
class AcceptInvitationPayload(EnteringPayload):
    """No more than the session."""


@strawberry.type(description="What resetPassword did.")
class ResetPasswordPayload(EnteringPayload):
    """No more than the session."""


@strawberry.type(description="What verifyEmail did.")
class VerifyEmailPayload(Payload):
    """No more than that."""


@strawberry.type(description="What confirmEmailChange did.")
class ConfirmEmailChangePayload(Payload):
    """No more than that."""


@strawberry.type(description="What requestNewLink did.")
class RequestNewLinkPayload(Payload):
    """No more than that."""


def _require_response(info: Info, client: Client | None) -> None:
    if client and (info.context.is_socket or info.context.response is None):
        raise Refusal(ErrorCode.SIGN_IN_OVER_HTTP)


async def _entered(info: Info, person_id: UUID, client: Client | None) -> Outcome:
    if client is None:
        return Outcome()
    shown = info.context.credentials
    started = await session.enter(person_id, client, shown.address, shown.user_agent)
    return shown_session(info, client, started)


@strawberry.type
class LinkMutation:
    @mutation(ANYONE, "Uses an invitation's link, once: the person is active then, and every other open link ends.")
    async def accept_invitation(self, info: Info, input: AcceptInvitationInput) -> AcceptInvitationPayload:
        _require_response(info, input.client)
        person = await link.accept(input.token, input.password, info.context.credentials.address)
        return await _entered(info, person.id, input.client)  # type: ignore[return-value]

    @mutation(ANYONE, "Uses a reset link, once: sets the password and ends every session.")
    async def reset_password(self, info: Info, input: ResetPasswordInput) -> ResetPasswordPayload:
        _require_response(info, input.client)
        person = await link.reset(input.token, input.password, info.context.credentials.address)
        return await _entered(info, person.id, input.client)  # type: ignore[return-value]

    @mutation(ANYONE, "Confirms the address with which somebody signed up, who can sign in from then on.")
    async def verify_email(self, info: Info, input: VerifyEmailInput) -> VerifyEmailPayload:
        await link.confirm(input.token, input.password, info.context.credentials.address, Purpose.VERIFY_EMAIL)
        return Outcome()  # type: ignore[return-value]

    @mutation(ANYONE, "Confirms a change of address from one mailbox; once both have, the address changes.")
    async def confirm_email_change(self, info: Info, input: ConfirmEmailChangeInput) -> ConfirmEmailChangePayload:
        await link.confirm(input.token, None, info.context.credentials.address, Purpose.CHANGE_EMAIL)
        return Outcome()  # type: ignore[return-value]

    @mutation(ANYONE, "Sends another link in place of an expired or replaced one, to the same address only.")
    async def request_new_link(self, info: Info, input: RequestNewLinkInput) -> RequestNewLinkPayload:
        await link.request_new_link(input.token, info.context.credentials.address)
        return Outcome()  # type: ignore[return-value]
