"""Adding people and changing what is said about them, whatever their face."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from app.auth import delegation, throttle
from app.auth.permissions import Right
from app.auth.viewer import Viewer
from app.models import Invitation, LoginName, Person, Workspace, nouns
from app.models.audit_event import AuditKind
from app.models.base import now
from app.models.caution import Caution, WarningCode
from app.models.database import transaction
from app.models.delivery import Channel
from app.models.invitation import InvitationState as S
from app.models.invitation import Method, Purpose
from app.models.nouns import Noun
from app.models.person import login_key, reserve_login_names
from app.models.refusal import ErrorCode, Refusal
from app.models.workspace import Feature
from app.resolvers import profile, reach, role
from app.resolvers.audit_event import note
from app.resolvers.credential import hand_out, outcome, prepare
from app.resolvers.details import camel, told
from app.resolvers.email import is_taken, propose, readdress
from app.resolvers.feature import require_feature
from app.resolvers.finding import find, require, rights
from app.resolvers.grant import become
from app.resolvers.handover import require_no_open_work
from app.resolvers.invitation import addresses, slow_down
from app.resolvers.outcome import Outcome
from app.resolvers.person import locked, tell_access
from app.resolvers.reach import Reach
from app.settings import settings

TAKEN = (ErrorCode.EMAIL_IN_USE, ErrorCode.USERNAME_IN_USE)
MOST_TAKEN = 20
NOWHERE = Reach(False, frozenset())


async def counted(viewer: Viewer, given: dict[str, Any], work: Callable[[], Awaitable[Outcome]]) -> Outcome:
    """Runs a change in one transaction. Whoever has tried out many taken login names gets TOO_MANY_TRIES for any."""
    name = next((name for name in ("email", "username") if given.get(name)), None)
    if name is None:
        return await transaction(work)
    who = str(viewer.person_id)
    if not await throttle.admit("taken", who, MOST_TAKEN, settings().tries_window):
        raise Refusal(ErrorCode.TOO_MANY_TRIES, name)
    try:
        outcome = await transaction(work)
    except Refusal as refusal:
        if refusal.code not in TAKEN:
            await throttle.give_back("taken", who)
        raise
    await throttle.give_back("taken", who)
    return outcome


async def add(viewer: Viewer, noun: Noun, given: dict[str, Any], default_role: str, **facets: Any) -> Person:
    """A new person without access, written with its role, sites and login names; inside a transaction.

    `facets` are the columns that make it a person of this face. Raises FEATURE_NOT_ENABLED, CLIENT_NOT_ALLOWED,
    OUT_OF_SCOPE, ROLE_NOT_FITTING, EMAIL_REQUIRED_BY_ROLE, EMAIL_IN_USE, USERNAME_IN_USE, DEFAULT_SITE_INVALID,
    PLACE_INACTIVE, what the choice of the role raises and whatever a single value raises.
    """
    if facets.get("is_worker"):
        await require_feature(viewer, Feature.WORKER_ACCOUNTS)
    workspace = await Workspace.get(id=viewer.workspace_id)
    if viewer.client is not None and viewer.client not in workspace.rules.creation_clients:
        raise Refusal(ErrorCode.CLIENT_NOT_ALLOWED)
    values = {"language": workspace.default_language, **profile.checked(given, workspace), **facets}
    profile.name_of(values.get("last_name"), "lastName")
    places = await reach.reach_given(viewer, given, NOWHERE)
    await reach.require_use(places, NOWHERE)
    values |= {"all_sites": places.all_sites, "username": values.get("username") or values.get("email")}
    values["default_site_id"] = await reach.default_given(viewer, given, places, None)
    person = Person(workspace_id=workspace.id, **values)
    held = await role.chosen(viewer, given, default_role)
    role.check_fit(person, held, "newRole" if given.get("new_role") else "roleId")
    person.role_id = held.id
    if noun is nouns.USER and "is_worker" not in facets:
        values["is_worker"] = person.is_worker = role.is_for_own_work(held) and workspace.has(Feature.WORKER_ACCOUNTS)
    await _written(person, person.index().save())
    await reach.link(person, places.site_ids)
    if Right.MANAGE not in await rights(viewer, person.id):
        raise Refusal(ErrorCode.OUT_OF_SCOPE, "siteIds")
    await note(viewer, AuditKind.PERSON_CREATED, person, after={"role": held.name, **await told(values)})
    person.role = held
    return person


async def _written(person: Person, writing: Coroutine[Any, Any, None]) -> None:
    """Writes the row and reserves its login names. Raises EMAIL_IN_USE, USERNAME_IN_USE or CONFLICT."""
    try:
        async with in_transaction("default"):  # a savepoint, so that the refusal can still be told
            await writing
            await reserve_login_names(person)
    except IntegrityError as error:
        raise await _taken(person) from error


async def _taken(person: Person) -> Refusal:
    others = LoginName.exclude(person_id=person.id)
    if person.email and await others.filter(key=login_key(person.email)).exists():
        return Refusal(ErrorCode.EMAIL_IN_USE, "email")
    if person.username and await others.filter(key=login_key(person.username)).exists():
        return Refusal(ErrorCode.USERNAME_IN_USE, "username")
    return Refusal(ErrorCode.CONFLICT)  # a row to which this one refers went in this moment


Extra = Callable[[Any], Awaitable[dict[str, Any]]]


async def amend(
    viewer: Viewer, text: str, path: str, version: int | None, given: dict[str, Any], extra: Extra | None = None
) -> Outcome:
    """Changes what a client gave about a person; `extra` brings what only one face has.

    Raises NOT_FOUND, FORBIDDEN, WRONG_STATE, CONFLICT, USERNAME_REQUIRED, what `add` raises, TOO_MANY_TRIES for
    addresses that change too often, and OPEN_WORK for a worker who shall be none any more.
    """

    async def body() -> Outcome:
        person = await locked(viewer, text, path, version)
        workspace = await Workspace.get(id=viewer.workspace_id)
        values = {**profile.checked(given, workspace, person), **(await extra(person) if extra else {})}
        await _change(viewer, person, values, given)
        if given.get("role_id"):
            await become(viewer, person, await find(viewer, nouns.ROLE, given["role_id"], "roleId"), "roleId")
            await person.fetch_related("role")
        role.check_fit(person, person.role, "roleId")
        if values.get("is_worker") is False:
            await require_no_open_work(person, "isWorker")
        if Right.MANAGE not in await rights(viewer, person.id):
            raise Refusal(ErrorCode.OUT_OF_SCOPE, "siteIds")
        return Outcome(person.id, await cautions(person, workspace))

    await _slow_down(viewer, text, path, given)
    return await counted(viewer, given, body)


async def _slow_down(viewer: Viewer, text: str, path: str, given: dict[str, Any]) -> None:
    """Links go to an address or phone that is changed."""
    changed = {name: given[name] for name in ("email", "phone") if given.get(name)}
    if not changed:
        return
    found = await transaction(lambda: locked(viewer, text, path))
    if any(getattr(found, name) != address for name, address in changed.items()):
        await slow_down(found.id)


async def _change(viewer: Viewer, person: Person, values: dict[str, Any], given: dict[str, Any]) -> None:
    present = await reach.reach_of(person)
    places = await reach.reach_given(viewer, given, present)
    await reach.require_use(places, present)
    values["all_sites"] = places.all_sites
    values["default_site_id"] = await reach.default_given(viewer, given, places, person.default_site_id)
    changes = {name: value for name, value in values.items() if value != getattr(person, name)}
    if changes.get("is_worker"):
        await require_feature(viewer, Feature.WORKER_ACCOUNTS)
    if moved := next((name for name in ("email", "phone") if name in changes), None):
        require(delegation.can_readdress(viewer, person, changes.get("email", person.email)), moved)
    if "access_expires_at" in changes:
        require(delegation.can_move(viewer, person), "accessExpiresAt")
    proposed = changes.pop("email") if changes.get("email") and person.activated_at else None
    if proposed:
        await _propose(viewer, person, proposed)
    if not changes and places == present:
        return
    if "email" in changes:
        changes |= _readdressed(person, changes["email"])
    _require_login_name(person, changes)
    narrows = changes.get("all_sites") is False or changes.get("access_expires_at")
    is_administrator = narrows and await _is_administrator(person)
    before, after = await told({name: getattr(person, name) for name in changes}), await told(changes)
    if places.site_ids != present.site_ids:
        before["sites"], after["sites"] = await reach.names(present), await reach.names(places)
    await reach.link(person, places.site_ids)
    await _written(person, person.change(**changes))
    if changes.keys() & {"email", "phone"}:
        await readdress(viewer, person)
    if is_administrator:
        await delegation.keep_an_administrator(person.workspace_id, everywhere=True)
    await note(viewer, AuditKind.PERSON_UPDATED, person, before=before, after=after)
    tell_access(person.id)


async def _is_administrator(person: Person) -> bool:
    return await Person.filter(delegation.administrators(person.workspace_id), id=person.id).exists()


def _readdressed(person: Person, address: str | None) -> dict[str, Any]:
    """Until somebody has signed in with it, a username that is the e-mail address goes along with it."""
    changes: dict[str, Any] = {"email_verified_at": None}
    if person.activated_at is None and person.username == person.email:
        changes["username"] = address
    if address is None and person.organization_id is not None:
        raise Refusal(ErrorCode.REQUIRED, "email")
    return changes


def _require_login_name(person: Person, changes: dict[str, Any]) -> None:
    """An account keeps a name to sign in with, which only workers may be without. Raises USERNAME_REQUIRED."""
    needed = ("email", "username", "is_worker")
    if any(changes.get(name, getattr(person, name)) for name in needed):
        return
    if taken := next((name for name in needed if name in changes), None):
        raise Refusal(ErrorCode.USERNAME_REQUIRED, camel(taken))


async def _propose(viewer: Viewer, person: Person, address: str) -> None:
    """Whoever has been active confirms a new address from both mailboxes before it counts."""
    if await is_taken(person, address):
        raise Refusal(ErrorCode.EMAIL_IN_USE, "email")
    await propose(viewer, person, address)


async def welcomed(viewer: Viewer, person: Any, given: dict[str, Any]) -> Outcome:
    """What the payload tells of a new person, and of the invitation if one was asked for.

    Raises FORBIDDEN, EMAIL_REQUIRED, PHONE_REQUIRED or FEATURE_NOT_ENABLED.
    """
    warned = await cautions(person, await Workspace.get(id=viewer.workspace_id))
    if not given.get("send_invitation"):
        return Outcome(person.id, warned)
    person.rights = await rights(viewer, person.id)
    require(delegation.can_entrust(viewer, person), "sendInvitation")
    to = await addresses(person, given.get("channels", [Channel.EMAIL]))
    invitation = await hand_out(viewer, person, await prepare(Method.LINK), to)
    return await outcome(person, invitation, False, warned)


async def cautions(person: Person, workspace: Workspace) -> tuple[Caution, ...]:
    """What deserves a second look in a person's profile."""
    domains = {domain.lower() for domain in workspace.rules.preferred_email_domains}
    domain = (person.email or "").rpartition("@")[2]
    proposed = Invitation.filter(person_id=person.id, purpose=Purpose.CHANGE_EMAIL, state=S.PENDING)
    found = {
        WarningCode.EMAIL_TO_CONFIRM: await proposed.filter(expires_at__gt=now()).exists(),
        WarningCode.NO_EMAIL: not person.email,
        WarningCode.OTHER_DOMAIN: domain and domains and domain not in domains and person.organization_id is None,
    }
    return tuple(Caution(code, "email", {"name": person.name}) for code, holds in found.items() if holds)
