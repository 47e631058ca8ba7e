"""What one person may do beside others of the same role: the role itself, and grants given directly."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from tortoise.exceptions import IntegrityError

from app.auth import delegation
from app.auth.permissions import BUNDLE_BASE, BUNDLES, Bundle, Grant, Permission, Scope
from app.auth.viewer import Viewer, grants_of
from app.models import DirectGrant, Person, Role, nouns
from app.models.audit_event import AuditKind
from app.models.base import now
from app.models.database import transaction
from app.models.person import AccountStatus
from app.models.refusal import ErrorCode, Refusal, Unfit, below
from app.models.role import Audience
from app.models.workspace import Feature
from app.resolvers.audit_event import note
from app.resolvers.details import REASON, text_of
from app.resolvers.feature import require_feature, require_portal
from app.resolvers.finding import find
from app.resolvers.outcome import Outcome
from app.resolvers.person import locked, tell_access
from app.resolvers.role import check_fit, check_giving, check_lending, check_scopes, settle, words

MOST = 100


class Word(NamedTuple):
    """A direct grant by what makes it one: the permission, the scope and the bundle that it comes from."""

    grant: Grant
    bundle: str


@dataclass(frozen=True)
class Terms:
    """Until when a direct grant holds, and why it was given."""

    expires_at: datetime | None
    reason: str | None


def word_of(row: DirectGrant) -> Word:
    """What a stored direct grant says."""
    return Word(Grant(Permission(row.permission), Scope(row.scope)), row.bundle)


async def set_role(viewer: Viewer, text: str, version: int | None, role_id: str) -> Outcome:
    """Gives a person another role. Extra boxes that need the base access of another portal go with it.

    Raises NOT_FOUND, FORBIDDEN, CONFLICT, ROLE_NOT_FITTING, EMAIL_REQUIRED_BY_ROLE, OUT_OF_SCOPE_PERMISSION or
    LAST_ADMINISTRATOR.
    """

    async def body() -> Outcome:
        person = await locked(viewer, text, "personId", version)
        role: Role = await find(viewer, nouns.ROLE, role_id, "roleId")
        dropped = await become(viewer, person, role, "roleId")
        return Outcome(person.id, values={"dropped_bundles": dropped})

    return await transaction(body)


async def become(viewer: Viewer, person: Person, role: Role, path: str) -> list[Bundle]:
    """Makes it the person's role and tells which boxes went; inside a transaction, with the person locked."""
    if role.id == person.role_id:
        return []
    check_fit(person, role, path)
    check_giving(viewer, grants_of(role), role.audience, path)
    dropped = await drop_bundles(person, role.audience)
    if role.audience is not person.role.audience:  # what is held besides may mean more in another portal
        held = await DirectGrant.filter(delegation.current(viewer.at), person_id=person.id)
        check_lending(viewer, [(word_of(row).grant, row.expires_at) for row in held], role.audience, path)
        await _require_access(person, role)
    before, after = {"role": person.role.name}, {"role": role.name}
    if dropped:
        before["bundles"], after["bundles"] = ", ".join(dropped), ""
    try:
        await person.change(role_id=role.id)
    except IntegrityError as error:  # the role was deleted in this moment
        raise Refusal(ErrorCode.CONFLICT, path) from error
    await settle(viewer, Person.filter(id=person.id), grants_of(role), path)
    await note(viewer, AuditKind.ROLE_SET, person, before=before, after=after)
    tell_access(person.id)
    return dropped


async def _require_access(person: Person, role: Role) -> None:
    """Whoever has access takes it along: only into a portal that has its feature. Raises FEATURE_NOT_ENABLED."""
    if person.status in (AccountStatus.ACTIVE, AccountStatus.INVITED):
        await require_portal(person.workspace_id, role.audience)


async def drop_bundles(person: Person, audience: Audience | None) -> list[Bundle]:
    """Takes away the boxes whose base access a portal does not give (none does: all), and names them."""
    held = await DirectGrant.filter(person_id=person.id).exclude(bundle="").values_list("bundle", flat=True)
    dropped = sorted(bundle for bundle in map(Bundle, set(map(str, held))) if BUNDLE_BASE[bundle] is not audience)
    await DirectGrant.filter(person_id=person.id, bundle__in=dropped).delete()
    return dropped


async def set_grants(viewer: Viewer, text: str, version: int | None, given: dict[str, Any]) -> Outcome:
    """Makes these the direct grants and boxes of a person; what is absent of the two stays as it is.

    Raises NOT_FOUND, FORBIDDEN, CONFLICT, OUT_OF_SCOPE_PERMISSION, BASE_ACCESS_REQUIRED, FEATURE_NOT_ENABLED,
    INVALID_VALUE, TOO_MANY or LAST_ADMINISTRATOR.
    """

    async def body() -> Outcome:
        person = await locked(viewer, text, "personId", version)
        held = {word_of(row): row for row in await DirectGrant.filter(person_id=person.id)}
        wanted = await _wanted(viewer, person, given, held)
        await replace(viewer, person, held, wanted)
        return Outcome(person.id)

    return await transaction(body)


async def set_box(viewer: Viewer, person: Person, bundle: Bundle, ticked: bool, path: str) -> None:
    """Ticks or unticks the box at `path`; inside a transaction, with the person locked and its role loaded.

    Unticked, what the box stands for is not held by itself either. A box that is ticked already stays as it was
    given, with its end and its reason.
    """
    held = {word_of(row): row for row in await DirectGrant.filter(person_id=person.id)}
    present = {word.grant for word, row in held.items() if row.expires_at is None or row.expires_at > viewer.at}
    if ticked and present.issuperset(BUNDLES[bundle]):
        return
    kept = {word: _terms(row) for word, row in held.items() if word.grant not in BUNDLES[bundle]}
    if ticked:
        with below(path):
            kept |= _of_bundle(person, {"bundle": bundle})
    await replace(viewer, person, held, kept, path)


async def _wanted(
    viewer: Viewer, person: Person, given: dict[str, Any], held: dict[Word, DirectGrant]
) -> dict[Word, Terms]:
    wanted = {
        word: _terms(row) for word, row in held.items() if ("bundles" if word.bundle else "grants") not in given
    }
    for name in ("grants", "bundles"):
        if len(given.get(name) or ()) > MOST:
            raise Refusal(ErrorCode.TOO_MANY, name, limit=MOST)
    for place, each in enumerate(given.get("grants") or ()):
        with below("grants", str(place)):
            wanted[Word(Grant(each["permission"], each["scope"]), "")] = _given_terms(each)
    check_scopes([word.grant for word in wanted if word not in held and not word.bundle], "grants")
    for place, each in enumerate(given.get("bundles") or ()):
        with below("bundles", str(place)):
            wanted |= _of_bundle(person, each)
    if any(word not in held and person.role.audience is Audience.STAFF for word in wanted):
        await require_feature(viewer, Feature.STAFF_ACCESS)
    return wanted


def _of_bundle(person: Person, given: dict[str, Any]) -> dict[Word, Terms]:
    bundle = Bundle(given["bundle"])
    if BUNDLE_BASE[bundle] is not person.role.audience:
        raise Refusal(ErrorCode.BASE_ACCESS_REQUIRED, bundle=bundle)
    return dict.fromkeys((Word(grant, bundle) for grant in BUNDLES[bundle]), _given_terms(given))


def _terms(row: DirectGrant) -> Terms:
    return Terms(row.expires_at, row.reason)


def _given_terms(given: dict[str, Any]) -> Terms:
    ends = given.get("expires_at")
    if ends is not None and ends <= now():
        raise Refusal(ErrorCode.INVALID_VALUE, "expiresAt", reason=Unfit.PAST)
    return Terms(ends, text_of(given.get("reason"), "reason", REASON))


async def replace(
    viewer: Viewer, person: Person, held: dict[Word, DirectGrant], wanted: dict[Word, Terms], path: str | None = None
) -> None:
    """Writes the difference between what is held and what is wanted, with the audit's line.

    Raises OUT_OF_SCOPE_PERMISSION or LAST_ADMINISTRATOR at `path`, or where what begins was given.
    """
    ended = [row for word, row in held.items() if wanted.get(word) != _terms(row)]
    begun = [word for word in wanted if word not in held or wanted[word] != _terms(held[word])]
    if not ended and not begun:
        return
    path = path or ("bundles" if any(word.bundle for word in begun) else "grants")
    check_lending(viewer, [(word.grant, wanted[word].expires_at) for word in begun], person.role.audience, path)
    await DirectGrant.filter(id__in=[row.id for row in ended]).delete()
    for word in begun:
        await DirectGrant.create(
            workspace_id=person.workspace_id,
            person_id=person.id,
            permission=word.grant.permission,
            scope=word.grant.scope,
            bundle=word.bundle,
            reason=wanted[word].reason,
            expires_at=wanted[word].expires_at,
            granted_by_id=viewer.person_id,
        )
    await person.change()
    await settle(viewer, Person.filter(id=person.id), [word.grant for word in begun], path)
    before, after = _told(held), _told(wanted)
    await note(viewer, AuditKind.GRANTS_SET, person, before=before, after=after)
    tell_access(person.id)


def _told(given: Mapping[Word, Terms | DirectGrant]) -> dict[str, Any]:
    """Grants and boxes as the record has them, with the ends and reasons of those that have any."""
    single = [word.grant for word in given if not word.bundle]
    bundles = sorted({word.bundle for word in given if word.bundle})
    terms = {word.bundle or str(word.grant): each for word, each in given.items()}
    ends = [f"{name}: {each.expires_at.isoformat()}" for name, each in terms.items() if each.expires_at]
    reasons = [f"{name}: {each.reason}" for name, each in terms.items() if each.reason]
    said = {"ends": ends, "reason": reasons}
    return {"grants": words(single), "bundles": ", ".join(bundles), **{k: v for k, v in said.items() if v}}
