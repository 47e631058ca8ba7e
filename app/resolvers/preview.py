"""Who would gain or lose what, before a role is saved or given: nothing is written here."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.auth import delegation, policy
from app.auth.people import direct_grant
from app.auth.permissions import BUNDLE_BASE, Bundle, stored
from app.auth.viewer import HeldGrant, Viewer, role_grants
from app.models import DirectGrant, Person, Role, nouns
from app.models.person import AccountStatus
from app.resolvers.finding import rights
from app.resolvers.person import face_of
from app.resolvers.role import wanted

MOST_PEOPLE = 100


@dataclass(frozen=True)
class Change:
    """What would change for one person; `dropped` are the boxes that would go."""

    name: str
    gains: tuple[HeldGrant, ...]
    losses: tuple[HeldGrant, ...]
    dropped: tuple[Bundle, ...] = ()


@dataclass(frozen=True)
class Preview:
    """What a changed role would do; `changes` names the first people by name."""

    gains: tuple[HeldGrant, ...]
    losses: tuple[HeldGrant, ...]
    people_count: int
    changes: tuple[Change, ...]


def _difference(name: str, before: list[HeldGrant], after: list[HeldGrant], dropped: Iterable[Bundle] = ()) -> Change:
    """What is held on one side only; a grant that is also held by other means is neither gained nor lost."""
    had, has = {held.grant for held in before}, {held.grant for held in after}
    gains = tuple(held for held in after if held.grant not in had)
    return Change(name, gains, tuple(held for held in before if held.grant not in has), tuple(dropped))


async def of_role(viewer: Viewer, text: str, given: dict[str, Any]) -> Preview | None:
    """What it would do to give a visible role these grants; None if there is no such role."""
    role: Role | None = await policy.visible(viewer, nouns.ROLE).get_or_none(id=nouns.ROLE.key(text))
    if role is None:
        return None
    before = role_grants(role.grants, role.name)
    after = role_grants(stored(wanted(given)), role.name)
    holders = policy.visible(viewer, nouns.USER).filter(role_id=role.id).exclude(status=AccountStatus.DELETED)
    people = await holders.order_by("sort_name", "id").limit(MOST_PEOPLE)
    direct = await _direct(people)
    changes = [
        _difference(each.name, before + direct.get(each.id, []), after + direct.get(each.id, [])) for each in people
    ]
    whole = _difference("", before, after)
    return Preview(whole.gains, whole.losses, await holders.count(), tuple(changes))


async def _direct(people: list[Person]) -> dict[Any, list[HeldGrant]]:
    found: dict[Any, list[HeldGrant]] = {}
    for row in await DirectGrant.filter(person_id__in=[each.id for each in people]):
        if held := direct_grant(row.permission, row.scope, row.bundle, row.expires_at, row.reason):
            found.setdefault(row.person_id, []).append(held)
    return found


async def of_person(viewer: Viewer, text: str, role_id: str) -> Change | None:
    """What it would do to give a person whom the viewer manages another visible role; None if there is none such."""
    noun = face_of(text)
    person: Any = await policy.visible(viewer, noun).get_or_none(id=noun.key(text)).select_related("role")
    role: Role | None = await policy.visible(viewer, nouns.ROLE).get_or_none(id=nouns.ROLE.key(role_id))
    if person is None or role is None:
        return None
    person.rights = await rights(viewer, person.id)
    if not delegation.can_manage(viewer, person):
        return None
    direct = (await _direct([person])).get(person.id, [])
    bundles = {bundle for bundle in Bundle if any(held.source == f"bundle {bundle}" for held in direct)}
    dropped = sorted(bundle for bundle in bundles if BUNDLE_BASE[bundle] is not role.audience)
    kept = [held for held in direct if held.source not in {f"bundle {bundle}" for bundle in dropped}]
    before = [*role_grants(person.role.grants, person.role.name), *direct]
    return _difference(person.name, before, [*role_grants(role.grants, role.name), *kept], dropped)
