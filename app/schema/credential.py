"""What an administrator hands to somebody so that they get in."""

import strawberry

from app.auth.gates import ANYONE, Requires
from app.auth.permissions import Permission
from app.models.delivery import Channel
from app.models.invitation import Method
from app.resolvers import credential
from app.schema.account import AccountInput, AccountPayload
from app.schema.base import Info
from app.schema.fields import about, field
from app.schema.payload import mutation
from app.schema.person import InvitingPayload

ENTRUST = Requires(Permission.ACCOUNT_CREDENTIALS)
SHOW = "Show the link or secret once, also if it is sent."


@strawberry.input(description="Sends somebody a way in.")
class SendCredentialsInput(AccountInput):
    method: Method = about("What to hand over; not CONFIRM.", default=Method.LINK)
    channels: list[Channel] = about("By which ways; none means that nothing is sent.", default_factory=list)
    show: bool = about(SHOW, default=False)


@strawberry.input(description="Sends somebody a link to set a new password.")
class SendPasswordResetInput(AccountInput):
    channels: list[Channel] = about("By which ways; by e-mail unless said.", default_factory=lambda: [Channel.EMAIL])


@strawberry.input(description="Sets a password for somebody; without password and pin one is made up.")
class SetTemporaryPasswordInput(AccountInput):
    password: str | None = about("A password that the administrator thought of.", default=None)
    pin: str | None = about("Six digits instead.", default=None)
    require_password_reset: bool = about(
        "Whether it must be changed at the next sign-in. Only a PIN may stay, for people without an e-mail address"
        " and without privileged grants.",
        default=True,
    )


@strawberry.input
class InvitationInput:
    invitation_id: strawberry.ID = about("The invitation.")


@strawberry.input(description="Sends an invitation again, to where it went.")
class ResendInvitationInput(InvitationInput):
    show: bool = about(SHOW, default=False)


@strawberry.input(description="Takes an invitation back.")
class RevokeInvitationInput(InvitationInput):
    """No more than the invitation."""


@strawberry.input(description="Lets somebody try again who was locked out by wrong passwords.")
class UnlockAccountInput(AccountInput):
    """No more than the person."""


@strawberry.type
class CredentialPayload(AccountPayload, InvitingPayload):
    accept_url: str | None = field(ANYONE, "The link, where nothing could be sent or if asked for. Shown only now.")
    temporary_password: str | None = field(
        ANYONE, "The made up password or PIN, where nothing could be sent or if asked for. Shown only now."
    )
    username: str | None = field(ANYONE, "The name to sign in with; made up if there was none.")


@strawberry.type(description="What sendCredentials did.")
class SendCredentialsPayload(CredentialPayload):
    """No more than the invitation."""


@strawberry.type(description="What sendPasswordReset did.")
class SendPasswordResetPayload(CredentialPayload):
    """No more than the invitation."""


@strawberry.type(description="What setTemporaryPassword did.")
class SetTemporaryPasswordPayload(CredentialPayload):
    """No more than the invitation."""


@strawberry.type(description="What resendInvitation did.")
class ResendInvitationPayload(CredentialPayload):
    """No more than the new invitation."""


@strawberry.type(description="What revokeInvitation did.")
class RevokeInvitationPayload(CredentialPayload):
    """No more than the invitation."""


@strawberry.type(description="What unlockAccount did.")
class UnlockAccountPayload(AccountPayload):
    """No more than the person."""


@strawberry.type
class CredentialMutation:
    @mutation(
        ENTRUST,
        "Sends somebody a link, a temporary password or a PIN, to get in for the first time or again. Whoever is"
        " active is signed out everywhere and must choose a new password.",
    )
    async def send_credentials(self, info: Info, input: SendCredentialsInput) -> SendCredentialsPayload:
        viewer, channels = info.context.viewer, set(input.channels)
        return await credential.send(viewer, input.person_id, input.method, channels, input.show)  # type: ignore[return-value]

    @mutation(ENTRUST, "Sends somebody who is active a link to set a new password, and signs them out everywhere.")
    async def send_password_reset(self, info: Info, input: SendPasswordResetInput) -> SendPasswordResetPayload:
        channels = set(input.channels)
        return await credential.send_reset(info.context.viewer, input.person_id, channels)  # type: ignore[return-value]

    @mutation(ENTRUST, "Sets a password or PIN for somebody, who is told that it was done, and by whom.")
    async def set_temporary_password(
        self, info: Info, input: SetTemporaryPasswordInput
    ) -> SetTemporaryPasswordPayload:
        chosen = input.password, input.pin, input.require_password_reset
        return await credential.set_temporary(info.context.viewer, input.person_id, *chosen)  # type: ignore[return-value]

    @mutation(ENTRUST, "Sends an invitation again, with a new secret; the older one ends.")
    async def resend_invitation(self, info: Info, input: ResendInvitationInput) -> ResendInvitationPayload:
        return await credential.resend(info.context.viewer, input.invitation_id, input.show)  # type: ignore[return-value]

    @mutation(ENTRUST, "Takes an open invitation back: its link, password or PIN no longer works.")
    async def revoke_invitation(self, info: Info, input: RevokeInvitationInput) -> RevokeInvitationPayload:
        return await credential.revoke(info.context.viewer, input.invitation_id)  # type: ignore[return-value]

    @mutation(ENTRUST, "Ends the pause that follows too many wrong passwords.")
    async def unlock_account(self, info: Info, input: UnlockAccountInput) -> UnlockAccountPayload:
        return await credential.unlock(info.context.viewer, input.person_id)  # type: ignore[return-value]
