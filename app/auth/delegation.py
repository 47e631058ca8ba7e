"""Who manages whom, and what they may give: nobody hands on or takes over rights beyond their own."""

from collections.abc import Iterable
from datetime import datetime
from itertools import product
from typing import Any, Protocol
from uuid import UUID

from tortoise.expressions import Q, Subquery

from app.auth.permissions import (
    BUNDLES,
    CONTACT,
    MANAGING,
    PRIVILEGED,
    WIDER,
    Bundle,
    Grant,
    Permission,
    Right,
    Scope,
)
from app.auth.policy import EVERY, NONE, Decision, Rows, all_of, any_of, at_own_sites, entrusted, is_fenced, managed
from app.auth.viewer import HeldGrant, Viewer
from app.models import DirectGrant, Person, PersonSite, Role, Workspace
from app.models.base import now
from app.models.person import GONE, AccountStatus, PasswordKind
from app.models.refusal import ErrorCode, Refusal
from app.models.role import Audience

P, S = Permission, Scope
ADMINISTRATION = (Grant(P.ROLE_MANAGE, S.ALL), Grant(P.USER_MANAGE, S.ALL))
OF_CONTACTS = frozenset((*CONTACT.grants, *BUNDLES[Bundle.SEE_ALL_REQUESTS]))
EVERY_GRANT = tuple(Grant(permission, scope) for permission, scope in product(Permission, Scope))


def holds(viewer: Viewer, grant: Grant) -> bool:
    """Whether the viewer holds the grant, in this scope or in a wider one."""
    return bool(WIDER[grant.scope] & viewer.scopes.get(grant.permission, {}).keys())


def holds_until(viewer: Viewer, grant: Grant, ends: datetime | None) -> bool:
    """Whether the viewer holds the grant until then at least, or for good, in this scope or in a wider one."""
    wider = {Grant(grant.permission, scope) for scope in WIDER[grant.scope]}
    own = [_end(viewer, held) for held in viewer.held if held.grant in wider]
    return None in own or (ends is not None and any(ends <= end for end in own if end))


def _end(viewer: Viewer, held: HeldGrant) -> datetime | None:
    """When the viewer holds it no more; None if they hold it for good. Power over people ends with the access."""
    ends = (held.expires_at, viewer.access_expires_at if held.grant in PRIVILEGED else None)
    return min(filter(None, ends), default=None)


def lacking(viewer: Viewer, given: Iterable[tuple[Grant, datetime | None]], audience: Audience) -> list[Grant]:
    """The grants that the viewer may not give to people of a portal, or not until these ends.

    Client contacts have no sites: ALL means more to them than to somebody who stays within sites.
    """
    unfenced = audience is not Audience.CONTACT or not is_fenced(viewer)
    return [
        grant
        for grant, ends in given
        if not (
            _may_give(viewer, grant, audience)
            and (holds_until(viewer, grant, ends) or _is_common(grant, audience))
            and (unfenced or grant.scope is not S.ALL)
        )
    ]


def _is_common(grant: Grant, audience: Audience) -> bool:
    """Whether every client contact has it: also whoever stands in for a week adds contacts."""
    return audience is Audience.CONTACT and grant in CONTACT.grants


async def keep_an_administrator(workspace_id: UUID, everywhere: bool = False) -> None:
    """Refuses, at the end of a transaction, to leave a workspace without anybody who manages roles and users, or
    without anybody who does so everywhere.

    Two administrators who act at once wait for each other at the workspace's row. Raises LAST_ADMINISTRATOR.
    """
    # A plain FOR UPDATE would wait for whoever has written any row of the workspace, and may wait for us.
    await Workspace.filter(id=workspace_id).select_for_update(no_key=True).first()
    reach = Q(all_sites=True) if everywhere else EVERY
    if not await Person.filter(all_of(administrators(workspace_id), reach)).exists():
        raise Refusal(ErrorCode.LAST_ADMINISTRATOR)


def administrators(workspace_id: UUID) -> Q:
    """The people of a workspace who manage roles and users for good."""
    tenant = Q(workspace_id=workspace_id)
    for_good = Q(expires_at__isnull=True)
    holders = [
        _holders(all_of(tenant, _word(grant)), all_of(tenant, for_good, _same(grant))) for grant in ADMINISTRATION
    ]
    lasting = Q(status=AccountStatus.ACTIVE, access_expires_at__isnull=True)
    return all_of(tenant, lasting, *holders)


async def end_lasting_pins(workspace_id: UUID, people: Rows) -> None:
    """Those among the people who hold a privileged grant replace a PIN that was to stay at their next sign-in."""
    lasting = Q(password_kind=PasswordKind.PIN, must_change_password=False)
    await people.filter(all_of(lasting, privileged(workspace_id))).update(must_change_password=True)


def privileged(workspace_id: UUID) -> Q:
    """The people of a workspace who hold a privileged grant now, with or without access."""
    tenant = Q(workspace_id=workspace_id)
    words, grants = any_of(*map(_word, PRIVILEGED)), any_of(*map(_same, PRIVILEGED))
    return _holders(all_of(tenant, words), all_of(tenant, grants, current(now())))


def current(moment: datetime) -> Q:
    """The direct grants that have not ended."""
    return Q(expires_at__isnull=True) | Q(expires_at__gt=moment)


def _may_give(viewer: Viewer, grant: Grant, audience: Audience) -> bool:
    if viewer.may(P.USER_MANAGE) or not holds(viewer, grant):
        return holds(viewer, grant)
    if grant.permission in MANAGING or viewer.may(P.ROLE_MANAGE):
        return grant.permission not in MANAGING
    # Whoever manages contacts alone sets the role CONTACT and the box beside it, and nothing else.
    return grant in OF_CONTACTS if audience is Audience.CONTACT else viewer.may(P.WORKER_MANAGE)


def _holders(role: Q, direct: Q) -> Q:
    """People with such a grant, from their role or by themselves."""
    roles, people = Role.filter(role).values("id"), DirectGrant.filter(direct).values("person_id")
    return any_of(Q(role_id__in=Subquery(roles)), Q(id__in=Subquery(people)))


def _same(grant: Grant) -> Q:
    return Q(permission=grant.permission, scope=grant.scope)


def _word(grant: Grant) -> Q:
    return Q(grant_words__contains=f" {grant} ")


def above(viewer: Viewer, *lent: Grant) -> Q:
    """People who hold something that the viewer lacks or that is `lent` to the viewer, or hold it at sites where the
    viewer is not.
    """
    beyond = [grant for grant in EVERY_GRANT if grant in lent or not holds(viewer, grant)]
    tenant = Q(workspace_id=viewer.workspace_id)
    words = any_of(*map(_word, beyond))
    grants = any_of(*map(_same, beyond))
    stronger = NONE if words is NONE else _holders(all_of(tenant, words), all_of(tenant, grants))
    return any_of(stronger, elsewhere(viewer))


def elsewhere(viewer: Viewer) -> Q:
    """People who hold something everywhere, at sites where the viewer is not."""
    if not is_fenced(viewer):
        return NONE
    tenant = Q(workspace_id=viewer.workspace_id)
    foreign = PersonSite.filter(tenant).exclude(at_own_sites(viewer, "site_id")).values("person_id")
    beyond = any_of(Q(all_sites=True), Q(id__in=Subquery(foreign)))
    wide = _holders(all_of(tenant, Q(grant_words__contains=f"@{S.ALL} ")), all_of(tenant, Q(scope=S.ALL)))
    return all_of(beyond, wide, ~Q(id=viewer.person_id))


def sources(viewer: Viewer, person: Any) -> tuple[Rows, Rows]:
    """The rows that a visible person's rights come from: the role, and the direct grants that hold now."""
    direct = DirectGrant.filter(current(viewer.at), person_id=person["id"]).order_by("id")
    return Role.filter(id=person["role_id"]), direct


def rights(viewer: Viewer) -> dict[Right, Q]:
    """The people with whom the viewer may do something, by what it is.

    A way into an account lasts, so whoever stands in for an administrator, or has access for a while only, gets none
    into that of a lasting one.
    """
    lent = [grant for grant in PRIVILEGED if not holds_until(viewer, grant, None)]
    return {
        Right.MANAGE: _below(managed(viewer), above(viewer)),
        Right.CREDENTIALS: _below(entrusted(viewer), above(viewer, *lent)),
    }


def _below(reached: Q, higher: Q) -> Q:
    return reached if higher is NONE else all_of(reached, ~higher)


class Managed(Protocol):
    """A person as rights over people see it."""

    rights: frozenset[Right]
    status: AccountStatus


def can_manage(viewer: Viewer, person: Managed) -> Decision:
    """To change somebody's profile, role, grants and sites. Nothing of a deleted person changes."""
    decision = _decided(Right.MANAGE in person.rights, "manage")
    return _unless(person.status is AccountStatus.DELETED, decision)


def can_entrust(viewer: Viewer, person: Managed) -> Decision:
    """To give somebody a way to sign in: links, temporary passwords, PINs."""
    decision = _decided(Right.CREDENTIALS in person.rights, "account.credentials")
    return _unless(person.status in GONE, decision)


def can_readdress(viewer: Viewer, person: Any, email: str | None) -> Decision:
    """To say where somebody whom one manages is reached, `email` being what their address shall be. Who has been
    active, and has or keeps no mailbox that could object, is let in by whatever is sent there: that takes the right
    to let them in. A mailbox from which mail comes back does not object.
    """
    if person.activated_at and not (person.email and email and not person.email_bounced_at):
        return can_entrust(viewer, person)
    return can_manage(viewer, person)


def can_move(viewer: Viewer, person: Any) -> Decision:
    """To say to which company and department somebody whom one manages belongs, and until when they have access. What
    they see follows from it, so nobody says it of themselves.
    """
    return Decision(person.id != viewer.person_id, "where one belongs is for others to say", ErrorCode.NOT_YOURSELF)


def _unless(gone: bool, decision: Decision) -> Decision:
    return Decision(False, "the account is closed", ErrorCode.WRONG_STATE) if decision and gone else decision


def can_explain(viewer: Viewer, person: Any) -> Decision:
    """To ask why somebody may or may not do something: about oneself, about whom one manages, or with role.manage."""
    if person.id == viewer.person_id:
        return Decision(True, "oneself")
    if viewer.may(P.ROLE_MANAGE):
        return Decision(True, f"{P.ROLE_MANAGE} reaches everybody who is visible")
    return can_manage(viewer, person)


def _decided(allowed: bool, what: str) -> Decision:
    reach = "reaches this person, who holds nothing beyond it" if allowed else "does not reach this person"
    return Decision(allowed, f"{what} {reach}")
