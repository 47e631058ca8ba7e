"""Named sets of grants."""

import strawberry

from app.auth import policy
from app.auth.gates import ANYONE, SIGNED_IN
from app.auth.permissions import PRIVILEGED, Permission, Scope
from app.auth.permissions import Grant as GrantWord
from app.auth.viewer import role_grants
from app.models import nouns
from app.models.role import Audience
from app.reading.page import Order, Page
from app.reading.source import Source
from app.schema.base import After, Connection, First, Info, Node
from app.schema.fields import computed, field, read


@strawberry.type(description="A permission within a scope.")
class Grant:
    permission: Permission = field(ANYONE, "What is allowed.")
    scope: Scope = field(ANYONE, "On which rows.")
    source: str = field(ANYONE, "Where it comes from: the role, a bundle, or by itself.")
    privileged: bool = field(ANYONE, "Whether it reaches over other people's access.", name="isPrivileged")

    @classmethod
    def of(cls, permission: Permission, scope: Scope, source: str) -> "Grant":
        """The published form of a grant."""
        privileged = GrantWord(permission, scope) in PRIVILEGED
        return cls(permission=permission, scope=scope, source=source, privileged=privileged)


@strawberry.type(description="A named set of grants, also called a user group.")
class Role(Node):
    source = Source(nouns.ROLE)

    name: str | None = field(ANYONE, "Its name.")
    description: str | None = field(ANYONE, "What it is for.")
    audience: Audience | None = field(ANYONE, "The portal where people of the role sign in.")
    is_system: bool | None = field(ANYONE, "Whether every workspace has it.")
    requires_email: bool | None = field(ANYONE, "Whether people of the role need an e-mail address.")

    @computed(ANYONE, "What the role allows.", "grants", "name")
    def grants(self) -> list[Grant]:
        found = role_grants(self.__dict__["grants"], f"role {self.name}")
        return [Grant.of(held.grant.permission, held.grant.scope, held.source) for held in found]


@strawberry.type
class RoleQuery:
    @read(SIGNED_IN, "The roles that the viewer sees.")
    def roles(self, info: Info, first: First = 25, after: After = None) -> Connection[Role] | None:
        rows = policy.visible(info.context.viewer, nouns.ROLE)
        return Page(rows, (Order("name"),), first, after)  # type: ignore[return-value]
