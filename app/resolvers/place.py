"""Organizations, departments and sites: lists by name, and setting them up."""

from typing import Any

from app.auth import policy
from app.auth.policy import Rows
from app.auth.viewer import Viewer
from app.models import nouns
from app.models.audit_event import AuditKind
from app.models.database import transaction, unless_taken
from app.models.nouns import Noun
from app.models.refusal import ErrorCode, Refusal
from app.reading.page import One
from app.resolvers.audit_event import note
from app.resolvers.details import told
from app.resolvers.finding import find, in_use, narrowed, require, standing, unchanged
from app.resolvers.outcome import Outcome
from app.resolvers.profile import line_of, name_of
from app.resolvers.searching import searched

NAME, ADDRESS = 200, 300
IDS = {"organization_id": ("organization_id", nouns.ORGANIZATION)}


def listed(viewer: Viewer, noun: Noun, where: dict[str, Any], search: str | None) -> Rows:
    """The visible ones that match."""
    rows = narrowed(searched(policy.visible(viewer, noun), search), where, {}, IDS)
    return rows.filter(active=where["is_active"]) if "is_active" in where else rows


def departments_of(viewer: Viewer, organization: Any) -> Rows:
    """The departments of an organization."""
    rows = policy.visible(viewer, nouns.DEPARTMENT).filter(organization_id=organization["id"])
    return rows.order_by("sort_name", "id")


async def create(viewer: Viewer, noun: Noun, given: dict[str, Any]) -> Outcome:
    """Makes a place.

    Raises REQUIRED, TOO_LONG, NAME_IN_USE, NOT_FOUND or PLACE_INACTIVE for its organization, or OUT_OF_SCOPE.
    """

    async def body() -> Outcome:
        values = _checked(given)
        if "organization_id" in values:
            organization = await find(
                viewer, nouns.ORGANIZATION, values["organization_id"], "organizationId", lock=True
            )
            values["organization_id"] = in_use(organization, "organizationId").id
        place: Any = noun.model(workspace_id=viewer.workspace_id, **values)
        async with unless_taken(Refusal(ErrorCode.NAME_IN_USE, "name")):
            await place.index().save()
        if not policy.can_set_up(viewer, await standing(viewer, noun, place.id)):
            raise Refusal(ErrorCode.OUT_OF_SCOPE)
        await note(viewer, AuditKind.PLACE_CREATED, after={"id": noun.id(place.id), **await told(values)})
        return Outcome(One(noun, place.id))

    return await transaction(body)


async def update(viewer: Viewer, noun: Noun, path: str, given: dict[str, Any]) -> Outcome:
    """Changes the given fields of the place whose id is the input field `path`.

    Raises NOT_FOUND, FORBIDDEN, CONFLICT, REQUIRED, TOO_LONG or NAME_IN_USE.
    """
    text, version = given.pop(f"{noun.model.__name__.lower()}_id"), given.pop("expected_version", None)

    async def body() -> Outcome:
        place = await find(viewer, noun, text, path, lock=True)
        require(policy.can_set_up(viewer, await standing(viewer, noun, place.id)), path)
        rows = One(noun, place.id)
        unchanged(place, version, rows)
        changes = {name: value for name, value in _checked(given).items() if value != getattr(place, name)}
        if changes:
            before = await told({name: getattr(place, name) for name in changes})
            async with unless_taken(Refusal(ErrorCode.NAME_IN_USE, "name")):
                await place.change(**changes)
            named = {"id": noun.id(place.id)}
            await note(viewer, AuditKind.PLACE_UPDATED, before=named | before, after=named | await told(changes))
        return Outcome(rows)

    return await transaction(body)


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    values = dict(given)
    if "name" in values:
        values["name"] = name_of(values["name"], "name", NAME)
    if "address" in values:
        values["address"] = line_of(values["address"], "address", ADDRESS)
    return values
