"""Why somebody may or may not do something with a row."""

from dataclasses import dataclass
from typing import Any

from app.auth import delegation, policy
from app.auth.denials import Denial
from app.auth.explaining import DECISIONS, Reason, denied, nouns_of, shut_out
from app.auth.people import everything, viewer_of
from app.auth.permissions import Permission, Scope
from app.auth.viewer import HeldGrant, Viewer
from app.models import Person
from app.models import nouns as n
from app.models.nouns import Noun
from app.resolvers.finding import holding, rights, standing

OBJECTS = (n.REQUEST, *n.FACES)


@dataclass(frozen=True)
class Weighed:
    """A grant that was looked at: where it comes from, and whether it reaches the row."""

    held: HeldGrant
    in_scope: bool
    within_sites: bool


@dataclass(frozen=True)
class Verdict:
    """The answer, and every grant of the permission."""

    reason: Reason
    person: Person
    permission: Permission
    weighed: tuple[Weighed, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether it may be done."""
        return self.reason is Reason.GRANTED

    @property
    def deciding(self) -> Weighed | None:
        """The grant that allows it."""
        reaching = (each for each in self.weighed if each.in_scope and each.within_sites)
        return next(reaching, None) if self.allowed else None


async def explain(viewer: Viewer, person_id: str, permission: Permission, object_id: str | None) -> Verdict | None:
    """The verdict; None unless the viewer sees both the person and the object. Raises FORBIDDEN at the top level."""
    person: Any = await _visible(viewer, n.FACES, person_id)
    found = await _visible(viewer, OBJECTS, object_id) if object_id else None
    if person is None or (object_id and found is None):
        return None
    person.rights = await rights(viewer, person.id)
    if not delegation.can_explain(viewer, person):
        raise Denial("FORBIDDEN")
    noun = next((each for each in OBJECTS if object_id and each.key(object_id)), None)
    return await _judge(person, permission, noun, found)


async def _visible(viewer: Viewer, nouns: tuple[Noun, ...], text: str) -> Any:
    for noun in nouns:
        if key := noun.key(text):
            return await policy.visible(viewer, noun).get_or_none(id=key)
    return None


async def _judge(person: Person, permission: Permission, noun: Noun | None, row: Any) -> Verdict:
    them = await viewer_of(person, everything)
    held = them.scopes.get(permission, {})
    reached, stands = frozenset(held), frozenset(held)
    if noun and noun in nouns_of(permission):
        reached = await holding(noun, row.id, {scope: policy.SCOPES[noun][scope](them) for scope in held})
        stands = row.standing = await standing(them, noun, row.id)
        row.rights = await rights(them, row.id) if noun in n.FACES else frozenset()
    shut = await shut_out(person, them.at)
    reason = shut or _reason(them, permission, noun, row, reached)
    return Verdict(reason, person, permission, _weighed(them, permission, reached, stands))


def _reason(them: Viewer, permission: Permission, noun: Noun | None, row: Any, reached: frozenset[Scope]) -> Reason:
    held = them.scopes.get(permission, {})
    if not held:
        return Reason.NO_GRANT
    if noun is None:
        return Reason.GRANTED
    if noun not in nouns_of(permission):
        return Reason.NOT_CONCERNED
    decision = DECISIONS[permission](them, row)
    return Reason.GRANTED if decision else denied(decision, held, reached, row.standing)


def _weighed(
    them: Viewer, permission: Permission, reached: frozenset[Scope], stands: frozenset[Scope]
) -> tuple[Weighed, ...]:
    order = list(Scope)
    held = sorted(
        (each for each in them.held if each.grant.permission is permission),
        key=lambda each: order.index(each.grant.scope),
    )
    return tuple(Weighed(each, each.grant.scope in reached, each.grant.scope in stands) for each in held)
