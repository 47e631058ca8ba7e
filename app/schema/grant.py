"""What one person may do: the role, and grants and boxes beside it."""

from datetime import datetime

import strawberry

from app.auth.gates import ANYONE, SIGNED_IN
from app.auth.permissions import Bundle, Permission, Scope
from app.resolvers import grant
from app.schema.account import AccountInput, AccountPayload
from app.schema.base import Info
from app.schema.fields import about, field, given
from app.schema.payload import mutation
from app.schema.person import VERSION

REASON = "Why, at most 500 characters; shown wherever the grant is."
ENDS = "When it ends by itself; an instant in the future."


@strawberry.input(description="A grant for one person, beside the role.")
class DirectGrantInput:
    permission: Permission = about("What to allow.")
    scope: Scope = about("On which rows; `permissionCatalogue` lists the scopes of each permission.")
    reason: str | None = about(REASON, default=None)
    expires_at: datetime | None = about(ENDS, default=None)


@strawberry.input(description="A box to tick for one person.")
class BundleInput:
    bundle: Bundle = about("The box.")
    reason: str | None = about(REASON, default=None)
    expires_at: datetime | None = about(ENDS, default=None)


@strawberry.input(description="Gives a person another role.")
class SetRoleInput(AccountInput):
    role_id: strawberry.ID = about("The role.")
    expected_version: int | None = about(VERSION, default=None)


@strawberry.input(description="Makes these the direct grants and boxes of a person; absent ones stay as they are.")
class SetGrantsInput(AccountInput):
    grants: list[DirectGrantInput] | None = about("All single grants from now on; at most 100.", default=None)
    bundles: list[BundleInput] | None = about("All ticked boxes from now on.", default=None)
    expected_version: int | None = about(VERSION, default=None)


@strawberry.type(description="What setRole did.")
class SetRolePayload(AccountPayload):
    dropped_bundles: list[Bundle] | None = field(
        ANYONE, "Boxes that went because the new role lacks their base access."
    )


@strawberry.type(description="What setGrants did.")
class SetGrantsPayload(AccountPayload):
    """No more than the person."""


@strawberry.type
class GrantMutation:
    @mutation(
        SIGNED_IN,
        "Gives somebody whom the viewer manages another role, of grants that the viewer holds without end. It takes"
        " effect on the person's next operation; boxes that need the base access of another portal go with it.",
    )
    async def set_role(self, info: Info, input: SetRoleInput) -> SetRolePayload:
        ids = (input.person_id, input.expected_version, input.role_id)
        return await grant.set_role(info.context.viewer, *ids)  # type: ignore[return-value]

    @mutation(
        SIGNED_IN,
        "Sets what somebody whom the viewer manages may do beside the role, out of grants that the viewer holds; none"
        " lasts longer than the viewer's own.",
    )
    async def set_grants(self, info: Info, input: SetGrantsInput) -> SetGrantsPayload:
        changes = given(input)
        text, version = changes.pop("person_id"), changes.pop("expected_version", None)
        return await grant.set_grants(info.context.viewer, text, version, changes)  # type: ignore[return-value]
