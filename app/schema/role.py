"""Named sets of grants."""

from datetime import datetime
from typing import Any

import strawberry

from app.auth.gates import ANYONE, SIGNED_IN, Requires
from app.auth.permissions import PRIVILEGED, Permission, Scope
from app.auth.permissions import Grant as GrantWord
from app.auth.viewer import HeldGrant, role_grants
from app.models import nouns
from app.models.role import Audience
from app.reading.page import Order, Page
from app.reading.source import Source
from app.resolvers import role
from app.schema.base import After, Connection, First, Info, Node
from app.schema.fields import about, computed, field, given, read
from app.schema.payload import Payload, mutation


@strawberry.type(description="A permission within a scope.")
class Grant:
    permission: Permission = field(ANYONE, "What is allowed.")
    scope: Scope = field(ANYONE, "On which rows.")
    source: str = field(ANYONE, "Where it comes from: the role, a bundle, or by itself.")
    privileged: bool = field(ANYONE, "Whether it reaches over other people's access.", name="isPrivileged")
    reason: str | None = field(ANYONE, "Why it was given beside the role.")
    expires_at: datetime | None = field(ANYONE, "When it ends by itself.")

    @classmethod
    def of(cls, held: HeldGrant) -> "Grant":
        """The published form of a grant."""
        permission, scope = held.grant
        privileged = GrantWord(permission, scope) in PRIVILEGED
        terms: dict[str, Any] = {"reason": held.reason, "expires_at": held.expires_at}
        return cls(permission=permission, scope=scope, source=held.source, privileged=privileged, **terms)


@strawberry.type(description="A named set of grants, also called a user group.")
class Role(Node):
    source = Source(nouns.ROLE)

    name: str | None = field(ANYONE, "Its name.")
    description: str | None = field(ANYONE, "What it is for.")
    audience: Audience | None = field(ANYONE, "The portal where people of the role sign in.")
    is_system: bool | None = field(ANYONE, "Whether every workspace has it; such a role stays as it is.")
    requires_email: bool | None = field(ANYONE, "Whether people of the role need an e-mail address.")
    version: int | None = field(ANYONE, "Grows with every change; give it back as `expectedVersion`.")

    @computed(ANYONE, "What the role allows.", "grants", "name")
    def grants(self) -> list[Grant]:
        return [Grant.of(held) for held in role_grants(self.__dict__["grants"], self.__dict__["name"])]


@strawberry.type
class RoleQuery:
    @read(SIGNED_IN, "The roles that the viewer sees.")
    def roles(self, info: Info, first: First = 25, after: After = None) -> Connection[Role] | None:
        return Page(role.listed(info.context.viewer), (Order("name"),), first, after)  # type: ignore[return-value]


@strawberry.input(description="A permission within a scope, to give.")
class GrantInput:
    permission: Permission = about("What to allow.")
    scope: Scope = about("On which rows; `permissionCatalogue` lists the scopes of each permission.")


@strawberry.input(description="Makes a role.")
class CreateRoleInput:
    name: str = about("Its name, at most 120 characters, which no other role has.")
    description: str | None = about("What it is for, at most 1,000 characters.", default=None)
    copy_from: strawberry.ID | None = about(
        "A role to begin with; what is given beside it replaces it.", default=None
    )
    audience: Audience | None = about("The portal; needed unless a role is copied.", default=None)
    requires_email: bool | None = about("Whether its people need an e-mail address.", default=None)
    grants: list[GrantInput] | None = about("What it allows.", default=None)


@strawberry.input(description="Changes a role for all who have it: absent fields stay as they are.")
class UpdateRoleInput:
    role_id: strawberry.ID = about("The role.")
    name: strawberry.Maybe[str | None] = about("Its name.")
    description: strawberry.Maybe[str | None] = about("What it is for.", clears=True)
    requires_email: strawberry.Maybe[bool | None] = about("Whether its people need an e-mail address.")
    grants: strawberry.Maybe[list[GrantInput] | None] = about("All that it allows from now on.")
    expected_version: int | None = about("The version that the client saw; another one is a CONFLICT.", default=None)


@strawberry.input(description="Removes a role.")
class DeleteRoleInput:
    role_id: strawberry.ID = about("The role.")
    replace_with: strawberry.ID | None = about("The role of the same portal that its people get.", default=None)


@strawberry.type(description="A changed role.")
class RolePayload(Payload):
    @read(ANYONE, "The role as it is now; on CONFLICT as somebody else left it.")
    def role(self) -> Role | None:
        return self.rows  # type: ignore[no-any-return]


@strawberry.type(description="What createRole did.")
class CreateRolePayload(RolePayload):
    """No more than the role."""


@strawberry.type(description="What updateRole did.")
class UpdateRolePayload(RolePayload):
    """No more than the role."""


@strawberry.type(description="What deleteRole did.")
class DeleteRolePayload(Payload):
    replaced_count: int | None = field(ANYONE, "How many people got the other role.")


@strawberry.type
class RoleMutation:
    @mutation(Requires(Permission.ROLE_MANAGE), "Makes a role, of grants that the viewer holds without end.")
    async def create_role(self, info: Info, input: CreateRoleInput) -> CreateRolePayload:
        return await role.create(info.context.viewer, given(input))  # type: ignore[return-value]

    @mutation(
        Requires(Permission.ROLE_MANAGE), "Changes a role; it takes effect on the next operation of its people."
    )
    async def update_role(self, info: Info, input: UpdateRoleInput) -> UpdateRolePayload:
        changes = given(input)
        text, version = changes.pop("role_id"), changes.pop("expected_version", None)
        return await role.update(info.context.viewer, text, version, changes)  # type: ignore[return-value]

    @mutation(
        Requires(Permission.ROLE_MANAGE), "Removes a role; ROLE_IN_USE with the count unless another replaces it."
    )
    async def delete_role(self, info: Info, input: DeleteRoleInput) -> DeleteRolePayload:
        return await role.delete(info.context.viewer, input.role_id, input.replace_with)  # type: ignore[return-value]
