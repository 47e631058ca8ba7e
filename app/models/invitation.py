"""One-time ways in: links, temporary passwords, PINs and confirmations."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.expressions import F

from app.models.base import WorkspaceRow, now, reference
from app.models.delivery import Channel
from app.models.refusal import ErrorCode, Refusal
from app.settings import settings


class Purpose(StrEnum):
    """What the invitation is for."""

    ACTIVATION = "ACTIVATION"
    ACCESS = "ACCESS"
    RESET = "RESET"
    VERIFY_EMAIL = "VERIFY_EMAIL"
    CHANGE_EMAIL = "CHANGE_EMAIL"


class Method(StrEnum):
    """How the person proves that the invitation reached them."""

    LINK = "LINK"
    TEMPORARY_PASSWORD = "TEMPORARY_PASSWORD"  # noqa: S105 (a method's name)
    PIN = "PIN"
    CONFIRM = "CONFIRM"


class InvitationState(StrEnum):
    """Where an invitation stands; all but PENDING are final."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"
    SUPERSEDED = "SUPERSEDED"


TYPED = (Method.TEMPORARY_PASSWORD, Method.PIN)  # what the person types at sign-in, without a link
WAYS_IN = (Purpose.ACTIVATION, Purpose.ACCESS, Purpose.RESET)
PIN_TRIES = 10
CLOSED_LINK = {
    InvitationState.ACCEPTED: ErrorCode.LINK_USED,
    InvitationState.EXPIRED: ErrorCode.LINK_EXPIRED,
    InvitationState.REVOKED: ErrorCode.LINK_REVOKED,
    InvitationState.SUPERSEDED: ErrorCode.LINK_REPLACED,
}


class Invitation(WorkspaceRow):
    person_id: UUID
    created_by_id: UUID | None
    person = reference("Person", "invitations")
    purpose = fields.CharEnumField(Purpose, max_length=20)
    method = fields.CharEnumField(Method, max_length=20)
    token_hash = fields.CharField(max_length=64, null=True, unique=True)
    email = fields.CharField(max_length=254, null=True, description="The only mailbox that it is for")
    phone = fields.CharField(max_length=20, null=True, description="The only phone that it is for, in E.164")
    new_email = fields.CharField(max_length=254, null=True, description="The address that two mailboxes confirm")
    expires_at = fields.DatetimeField()
    state = fields.CharEnumField(InvitationState, max_length=12, default=InvitationState.PENDING)
    wrong_tries = fields.IntField(default=0)
    created_by = reference("Person", null=True)
    created_at = fields.DatetimeField(default=now)
    closed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "invitations"
        indexes = (("workspace_id", "state", "expires_at"),)

    @property
    def addresses(self) -> dict[Channel, str]:
        """Where it was sent, by channel."""
        found = {Channel.EMAIL: self.email, Channel.SMS: self.phone}
        return {channel: address for channel, address in found.items() if address}

    def state_at(self, moment: datetime) -> InvitationState:
        """Where it stands: a pending one whose time is over has expired."""
        return state_at(self.state, self.expires_at, moment)

    def require_open(self) -> None:
        """Raises LINK_USED, LINK_EXPIRED, LINK_REVOKED or LINK_REPLACED unless it can still be used."""
        if (state := self.state_at(now())) is not InvitationState.PENDING:
            raise Refusal(CLOSED_LINK[state], "token")

    async def accept(self) -> None:
        """Uses it up, once: of two that try at the same time one is refused. Raises as `require_open`."""
        if not await self._close(InvitationState.ACCEPTED, expires_at__gt=now()):
            await self.refresh_from_db()
            self.require_open()

    async def revoke(self) -> None:
        """Takes it back. Raises WRONG_STATE if it was used, replaced or taken back before."""
        if not await self._close(InvitationState.REVOKED):
            raise Refusal(ErrorCode.WRONG_STATE, "invitationId")

    async def _close(self, state: InvitationState, **condition: Any) -> int:
        closed: dict[str, Any] = {"state": state, "closed_at": now()}
        pending = Invitation.filter(id=self.id, state=InvitationState.PENDING, **condition)
        done = int(await pending.update(**closed))
        self.state = state if done else self.state
        return done

    async def count_try(self) -> bool:
        """Counts one try of a temporary password or PIN before it is judged.

        False once there were ten wrong ones, and where it can no longer be used. A PIN that may stay was accepted
        when it was set.
        """
        if self.state_at(now()) not in (InvitationState.PENDING, InvitationState.ACCEPTED):
            return False
        fewer = Invitation.filter(id=self.id, wrong_tries__lt=PIN_TRIES)
        return bool(await fewer.update(**_tries(1)))

    async def give_back_try(self) -> None:
        """Takes the counted try back: it was right."""
        await Invitation.filter(id=self.id, wrong_tries__gt=0).update(**_tries(-1))


def _tries(more: int) -> dict[str, Any]:
    return {"wrong_tries": F("wrong_tries") + more}


def state_at(state: InvitationState, expires_at: datetime, moment: datetime) -> InvitationState:
    """Where an invitation stands at a moment."""
    is_over = state is InvitationState.PENDING and expires_at <= moment
    return InvitationState.EXPIRED if is_over else state


def lifetime(purpose: Purpose, method: Method) -> timedelta:
    """How long an invitation lasts."""
    limits = settings()
    if method in TYPED:
        return timedelta(seconds=limits.temporary_lifetime)
    if purpose is Purpose.RESET:
        return timedelta(seconds=limits.reset_lifetime)
    if purpose is Purpose.CHANGE_EMAIL:
        return timedelta(seconds=limits.confirmation_lifetime)
    return timedelta(seconds=limits.activation_lifetime)
