"""Access that is granted to somebody, and taken back before it was used."""

import strawberry

from app.resolvers import access
from app.schema.account import AccountInput, AccountPayload
from app.schema.base import Info
from app.schema.credential import ENTRUST, SHOW, CredentialPayload
from app.schema.fields import about
from app.schema.payload import mutation


@strawberry.input(description="Gives access to somebody, who confirms it from the own mailbox.")
class GrantAccessInput(AccountInput):
    show: bool = about(SHOW, default=False)


@strawberry.input(description="Takes access back that was not used yet.")
class RevokeAccessInput(AccountInput):
    """No more than the person."""


@strawberry.type(description="What grantAccess did.")
class GrantAccessPayload(CredentialPayload):
    """No more than the invitation."""


@strawberry.type(description="What revokeAccess did.")
class RevokeAccessPayload(AccountPayload):
    """No more than the person."""


@strawberry.type
class AccessMutation:
    @mutation(
        ENTRUST,
        "Gives access to somebody, before or after they have signed up: the link goes to their address alone. Where"
        " nobody has registered with it yet, UNREGISTERED_EMAIL is among the warnings, and the same link lets them.",
    )
    async def grant_access(self, info: Info, input: GrantAccessInput) -> GrantAccessPayload:
        return await access.grant(info.context.viewer, input.person_id, input.show)  # type: ignore[return-value]

    @mutation(ENTRUST, "Takes access back that was not used yet; its links end.")
    async def revoke_access(self, info: Info, input: RevokeAccessInput) -> RevokeAccessPayload:
        return await access.revoke(info.context.viewer, input.person_id)  # type: ignore[return-value]
