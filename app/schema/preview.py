"""Who would gain or lose what, before it is saved."""

from typing import Annotated

import strawberry

from app.auth.gates import ANYONE, SIGNED_IN, Requires
from app.auth.permissions import Bundle, Permission
from app.resolvers import preview
from app.schema.account import ANY_FACE
from app.schema.base import Info
from app.schema.fields import argument, computed, field, given
from app.schema.role import Grant, GrantInput


@strawberry.type(description="What would change for one person.")
class PersonPreview:
    name: str = field(ANYONE, "First and last name.")
    gains: list[Grant] = field(ANYONE, "Grants that would come.")
    losses: list[Grant] = field(ANYONE, "Grants that would go.")
    dropped_bundles: list[Bundle] = field(ANYONE, "Boxes that would go because their base access does.")

    @classmethod
    def of(cls, change: preview.Change) -> "PersonPreview":
        """The published form of a change."""
        gains, losses = [Grant.of(each) for each in change.gains], [Grant.of(each) for each in change.losses]
        return cls(name=change.name, gains=gains, losses=losses, dropped_bundles=list(change.dropped))


@strawberry.type(description="What a changed role would do.")
class RolePreview:
    gains: list[Grant] = field(ANYONE, "Grants that the role would bring.")
    losses: list[Grant] = field(ANYONE, "Grants that the role would no longer bring.")
    people_count: int = field(ANYONE, "How many people have the role, as far as the viewer sees them.")
    people: list[PersonPreview] = field(ANYONE, "What would change for each of the first hundred, by name.")

    @classmethod
    def of(cls, found: preview.Preview) -> "RolePreview":
        """The published form of a preview."""
        return cls(
            gains=[Grant.of(each) for each in found.gains],
            losses=[Grant.of(each) for each in found.losses],
            people_count=found.people_count,
            people=[PersonPreview.of(each) for each in found.changes],
        )


@strawberry.type
class PreviewQuery:
    @computed(Requires(Permission.ROLE_MANAGE), "What it would do to give a role these grants; nothing is saved.")
    async def role_preview(
        self,
        info: Info,
        role_id: Annotated[strawberry.ID, argument("The role.")],
        grants: Annotated[list[GrantInput], argument("All that it would allow.")],
    ) -> RolePreview | None:
        wanted = {"grants": [given(each) for each in grants]}
        found = await preview.of_role(info.context.viewer, role_id, wanted)
        return RolePreview.of(found) if found else None

    @computed(SIGNED_IN, "What it would do to give somebody whom the viewer manages another role; nothing is saved.")
    async def access_preview(
        self,
        info: Info,
        person_id: Annotated[strawberry.ID, argument(ANY_FACE)],
        role_id: Annotated[strawberry.ID, argument("The role.")],
    ) -> PersonPreview | None:
        found = await preview.of_person(info.context.viewer, person_id, role_id)
        return PersonPreview.of(found) if found else None
