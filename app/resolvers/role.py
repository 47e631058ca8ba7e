"""Roles: named sets of grants, who gives them, and who gains or loses when they change."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F
from uuid_utils.compat import uuid7

from app.auth import delegation, policy
from app.auth.permissions import Grant, Permission, Scope, scopes_of, stored
from app.auth.policy import Rows
from app.auth.viewer import Viewer, grants_of
from app.models import Person, Role, nouns
from app.models.audit_event import AuditKind
from app.models.database import transaction, unless_taken
from app.models.person import AccountStatus
from app.models.refusal import ErrorCode, Refusal, Unfit, below
from app.models.role import Audience
from app.reading.page import One
from app.resolvers.audit_event import note
from app.resolvers.details import text_of
from app.resolvers.finding import find, unchanged
from app.resolvers.outcome import Outcome
from app.resolvers.person import tell_access
from app.resolvers.profile import name_of

DESCRIPTION = 1000


def listed(viewer: Viewer) -> Rows:
    """The roles that the viewer sees."""
    return policy.visible(viewer, nouns.ROLE)


def words(grants: Iterable[Grant]) -> str:
    """Grants for people to read."""
    return ", ".join(map(str, grants))


def is_for_own_work(role: Role) -> bool:
    """Whether staff with the role handle what is assigned to them, so that requests can be given to them."""
    return role.audience is Audience.STAFF and any(grant.scope is Scope.ASSIGNED for grant in grants_of(role))


def check_giving(viewer: Viewer, grants: Iterable[Grant], audience: Audience, path: str) -> None:
    """Raises OUT_OF_SCOPE_PERMISSION with the grants that the viewer may not give for good."""
    check_lending(viewer, [(grant, None) for grant in grants], audience, path)


def check_lending(
    viewer: Viewer, given: Iterable[tuple[Grant, datetime | None]], audience: Audience, path: str
) -> None:
    """Raises OUT_OF_SCOPE_PERMISSION with the grants that the viewer may not give, or not until their ends."""
    if beyond := delegation.lacking(viewer, given, audience):
        raise Refusal(ErrorCode.OUT_OF_SCOPE_PERMISSION, path, permissions=words(beyond))


async def settle(viewer: Viewer, people: Rows, grants: Collection[Grant], path: str) -> None:
    """What has to hold at the end of a change that gave people these grants, for what they hold is seen by then.

    Raises OUT_OF_SCOPE_PERMISSION if one of them holds something at sites where the viewer does not, or
    LAST_ADMINISTRATOR.
    """
    beyond = delegation.elsewhere(viewer)
    if grants and beyond is not policy.NONE and await people.filter(beyond).exists():
        raise Refusal(ErrorCode.OUT_OF_SCOPE_PERMISSION, path, permissions=words(grants))
    await delegation.end_lasting_pins(viewer.workspace_id, people)
    await delegation.keep_an_administrator(viewer.workspace_id)


def check_fit(person: Person, role: Role, path: str) -> None:
    """Whether the person can have the role. Raises ROLE_NOT_FITTING or EMAIL_REQUIRED_BY_ROLE."""
    at_home = {
        Audience.STAFF: True,
        Audience.WORKER: person.is_worker,
        Audience.CONTACT: person.organization_id is not None,
    }
    if not at_home[role.audience]:
        raise Refusal(ErrorCode.ROLE_NOT_FITTING, path)
    if role.requires_email and not person.email:
        raise Refusal(ErrorCode.EMAIL_REQUIRED_BY_ROLE, "email", role=role.name)


async def chosen(viewer: Viewer, given: dict[str, Any], default: str) -> Role:
    """The role for a new person: an existing one, a new one made along, or a system role.

    Raises INVALID_VALUE if both are given, NOT_FOUND, OUT_OF_SCOPE_PERMISSION and what `make` raises.
    """
    if given.get("new_role"):
        return await _made_along(viewer, given)
    if given.get("role_id"):
        role: Role = await find(viewer, nouns.ROLE, given["role_id"], "roleId")
    else:
        role = await Role.get(workspace_id=viewer.workspace_id, key=default)
    check_giving(viewer, grants_of(role), role.audience, "roleId")
    return role


async def _made_along(viewer: Viewer, given: dict[str, Any]) -> Role:
    """The new role of somebody new; what is wrong with it lies below `newRole`."""
    if given.get("role_id"):
        raise Refusal(ErrorCode.INVALID_VALUE, "newRole", reason=Unfit.BOTH)
    with below("newRole"):
        return await make(viewer, given["new_role"])


async def make(viewer: Viewer, given: dict[str, Any]) -> Role:
    """A new role, inside a transaction.

    Raises REQUIRED, TOO_LONG, NAME_IN_USE, INVALID_VALUE, NOT_FOUND, OUT_OF_SCOPE_PERMISSION or FORBIDDEN.
    """
    template = await _template(viewer, given)
    audience = given.get("audience") or (template.audience if template else None)
    if audience is None:
        raise Refusal(ErrorCode.REQUIRED, "audience")
    grants = list(grants_of(template)) if template else []
    if "grants" in given:
        grants = wanted(given)
        check_scopes(grants, "grants")
    check_giving(viewer, grants, audience, "grants")
    if not viewer.may(Permission.ROLE_MANAGE):
        raise Refusal(ErrorCode.FORBIDDEN)
    requires_email = given.get("requires_email", template.requires_email if template else False)
    role = Role(
        workspace_id=viewer.workspace_id,
        key=f"OWN_{uuid7().hex}",
        name=name_of(given["name"], "name"),
        description=text_of(given.get("description"), "description", DESCRIPTION) or "",
        audience=audience,
        requires_email=requires_email,
        grants=stored(grants),
    )
    await _named(role)
    await note(viewer, AuditKind.ROLE_CREATED, after=_told(role))
    return role


async def _template(viewer: Viewer, given: dict[str, Any]) -> Role | None:
    if not given.get("copy_from"):
        return None
    template: Role = await find(viewer, nouns.ROLE, given["copy_from"], "copyFrom")
    return template


def check_scopes(grants: Iterable[Grant], path: str) -> None:
    """Raises INVALID_VALUE with the grants whose scope the catalogue does not list for their permission."""
    if unlisted := [grant for grant in grants if grant.scope not in scopes_of(grant.permission)]:
        raise Refusal(ErrorCode.INVALID_VALUE, path, reason=words(unlisted))


def wanted(given: dict[str, Any]) -> list[Grant]:
    """The grants that a client listed, each once."""
    return list(dict.fromkeys(Grant(each["permission"], each["scope"]) for each in given["grants"]))


async def _named(role: Role) -> None:
    """Writes the role under its name. Raises NAME_IN_USE."""
    async with unless_taken(Refusal(ErrorCode.NAME_IN_USE, "name")):
        await role.save()


def _told(role: Role) -> dict[str, Any]:
    requires_email = role.requires_email
    return {"role": role.name, "grants": words(grants_of(role)), "requiresEmail": requires_email}


async def create(viewer: Viewer, given: dict[str, Any]) -> Outcome:
    """Makes a role. Raises what `make` raises."""

    async def body() -> Outcome:
        return Outcome(One(nouns.ROLE, (await make(viewer, given)).id))

    return await transaction(body)


async def _locked(viewer: Viewer, text: str, version: int | None = None) -> Role:
    """An own role of the workspace, none of whose grants the viewer lacks."""
    role: Role = await find(viewer, nouns.ROLE, text, "roleId", lock=True)
    if role.is_system:
        raise Refusal(ErrorCode.SYSTEM_ROLE, "roleId")
    if beyond := [grant for grant in grants_of(role) if not delegation.holds(viewer, grant)]:
        raise Refusal(ErrorCode.OUT_OF_SCOPE_PERMISSION, "roleId", permissions=words(beyond))
    unchanged(role, version, One(nouns.ROLE, role.id))
    return role


async def update(viewer: Viewer, text: str, version: int | None, given: dict[str, Any]) -> Outcome:
    """Changes a role, for all who have it at once.

    Raises SYSTEM_ROLE, CONFLICT, REQUIRED, TOO_LONG, INVALID_VALUE, OUT_OF_SCOPE_PERMISSION, EMAIL_REQUIRED_BY_ROLE,
    NAME_IN_USE or LAST_ADMINISTRATOR.
    """

    async def body() -> Outcome:
        role = await _locked(viewer, text, version)
        before, held, meaning = _told(role), grants_of(role), role.description
        if "grants" in given:
            added = [grant for grant in wanted(given) if grant not in held]
            check_scopes(added, "grants")
            check_giving(viewer, added, role.audience, "grants")
            role.grants = stored(wanted(given))
        if "description" in given:
            role.description = text_of(given["description"], "description", DESCRIPTION) or ""
        if "requires_email" in given:
            role.requires_email = given["requires_email"]
            await _check_addresses(role)
        role.name = name_of(given.get("name", role.name), "name")
        if (_told(role), role.description) == (before, meaning):
            return Outcome(One(nouns.ROLE, role.id))
        role.version += 1
        await _named(role)
        await _touched(role)
        await settle(viewer, _holders(role), [each for each in grants_of(role) if each not in held], "grants")
        await note(viewer, AuditKind.ROLE_UPDATED, before=before, after=_told(role))
        return Outcome(One(nouns.ROLE, role.id))

    return await transaction(body)


def _holders(role: Role) -> Rows:
    return Person.filter(role_id=role.id).exclude(status=AccountStatus.DELETED)


async def _check_addresses(role: Role) -> None:
    if role.requires_email and await _holders(role).filter(email__isnull=True).exists():
        raise Refusal(ErrorCode.EMAIL_REQUIRED_BY_ROLE, "requiresEmail", role=role.name)


async def _touched(role: Role) -> None:
    """Whoever has the role has other rights from the commit on. A statement would lock them in the table's order."""
    people = await _holders(role).order_by("id").select_for_update(no_key=True)
    await _holders(role).update(version=F("version") + 1)
    tell_access(*(person.id for person in people))


async def delete(viewer: Viewer, text: str, replace_with: str | None) -> Outcome:
    """Removes a role; who has it gets another one in the same transaction.

    Raises SYSTEM_ROLE, CONFLICT, ROLE_IN_USE with the count, OUT_OF_SCOPE_PERMISSION, ROLE_NOT_FITTING,
    EMAIL_REQUIRED_BY_ROLE or LAST_ADMINISTRATOR.
    """

    async def body() -> Outcome:
        role = await _locked(viewer, text)
        count = await _holders(role).count()
        if count and replace_with is None:
            raise Refusal(ErrorCode.ROLE_IN_USE, "replaceWith", count=count)
        heir = await _heir(viewer, role, replace_with)
        people = await _holders(role).order_by("id")
        for person in people:
            check_fit(person, heir, "replaceWith")
            await _note_set(viewer, person, role, heir)
        await _touched(role)
        await Person.filter(role_id=role.id).update(role_id=heir.id)
        moved = Person.filter(id__in=[person.id for person in people])
        await _remove(role)
        await settle(viewer, moved, grants_of(heir), "replaceWith")
        await note(viewer, AuditKind.ROLE_DELETED, before=_told(role), after={"role": heir.name})
        return Outcome(values={"replaced_count": count})

    return await transaction(body)


async def _remove(role: Role) -> None:
    try:
        await role.delete()
    except IntegrityError as error:  # somebody was given the role in this moment
        raise Refusal(ErrorCode.CONFLICT, "roleId") from error


async def _heir(viewer: Viewer, role: Role, text: str | None) -> Role:
    """The role that takes over; without one, deleted people keep the system role of their portal."""
    if text is None:
        weakest = {Audience.STAFF: "STAFF", Audience.WORKER: "WORKER", Audience.CONTACT: "CONTACT"}[role.audience]
        return await Role.get(workspace_id=viewer.workspace_id, key=weakest)
    heir: Role = await find(viewer, nouns.ROLE, text, "replaceWith")
    if heir.id == role.id or heir.audience is not role.audience:
        raise Refusal(ErrorCode.ROLE_NOT_FITTING, "replaceWith")
    check_giving(viewer, grants_of(heir), heir.audience, "replaceWith")
    return heir


async def _note_set(viewer: Viewer, person: Person, before: Role, after: Role) -> None:
    await note(viewer, AuditKind.ROLE_SET, person, before={"role": before.name}, after={"role": after.name})
