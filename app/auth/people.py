"""The viewers that people are who need not be signed in: who is told something, or owns a feed or an export."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.auth.kept import kept
from app.auth.permissions import grant_of
from app.auth.viewer import HeldGrant, Viewer, role_grants
from app.models import DirectGrant, Person
from app.models.base import now


async def viewer_of(person: Person) -> Viewer:
    """The viewer that a person is now. Needs `person.role` loaded."""
    return (await viewers_of([person]))[person.id]


async def viewers_of(people: Sequence[Person]) -> dict[UUID, Viewer]:
    """The viewers that people are now, by their ids. Needs `role` of each loaded."""
    moment = now()
    found = {person.id: _viewer(person) for person in people}
    for direct in await _direct_grants(tuple(sorted(found))) if found else ():
        grant = grant_of(direct.permission, direct.scope)
        if grant and (direct.expires_at is None or direct.expires_at > moment):
            source = f"bundle {direct.bundle}" if direct.bundle else "direct grant"
            viewer = found[direct.person_id]
            found[direct.person_id] = viewer.holding(HeldGrant(grant, source))
    return found


@kept
def _direct_grants(people: tuple[UUID, ...]) -> Any:
    return DirectGrant.filter(person_id__in=people)


def _viewer(person: Person) -> Viewer:
    role = person.role
    return Viewer(
        person_id=person.id,
        workspace_id=person.workspace_id,
        audience=role.audience,
        language=person.language,
        held=tuple(role_grants(role.grants, f"role {role.key}")),
        name=person.name,
        organization_id=person.organization_id,
        department_id=person.department_id,
        all_sites=person.all_sites,
        default_site_id=person.default_site_id,
        is_worker=person.is_worker,
        must_change_password=person.must_change_password,
        version=person.version,
    )
