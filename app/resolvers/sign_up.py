"""Signing up by oneself: an account with an own password, which sees nothing but itself until access is granted."""

from typing import Any

from tortoise.exceptions import IntegrityError

from app.auth import throttle
from app.auth.passwords import hash_password, prepared
from app.models import LoginName, Person, Role, Workspace
from app.models.audit_event import AuditKind
from app.models.database import later, transaction
from app.models.delivery import Channel
from app.models.invitation import Method, Purpose
from app.models.person import AccountStatus, login_key, reserve_login_names
from app.models.refusal import ErrorCode, Refusal
from app.resolvers import profile
from app.resolvers.audit_event import note
from app.resolvers.invitation import invite, outstanding, supersede, tell
from app.settings import settings

SIGN_UPS, SIGN_UPS_WINDOW = 3, 3600
ROLE = "STAFF"  # it counts from the day on which access is granted
MAIL = (Channel.EMAIL,)


async def sign_up(slug: str, given: dict[str, Any], password: str, address: str) -> None:
    """Makes an account and asks its mailbox to confirm; the answer and its time never tell whether there was one.

    Raises SIGN_UP_CLOSED, TOO_MANY_TRIES, REQUIRED and whatever a single value raises.
    """
    limits = settings()
    if not await throttle.admit("address", address, limits.tries_per_address, limits.tries_window, growing=False):
        raise Refusal(ErrorCode.TOO_MANY_TRIES)
    workspace = await Workspace.filter(slug=slug.strip().casefold()[:60]).first()
    if workspace is None or not workspace.rules.sign_up_open:
        raise Refusal(ErrorCode.SIGN_UP_CLOSED, "workspace")
    values = {"language": workspace.default_language, **profile.checked(given, workspace)}
    profile.name_of(values.get("last_name"), "lastName")
    if not values.get("email"):
        raise Refusal(ErrorCode.REQUIRED, "email")
    person = Person(workspace_id=workspace.id, username=values["email"], **values).index()
    person.password_hash = await hash_password(prepared(password, person))
    later(_enrol(person, address))


async def _enrol(person: Person, address: str) -> None:
    if not await throttle.admit("sign up", login_key(person.email or ""), SIGN_UPS, SIGN_UPS_WINDOW, growing=False):
        return
    try:
        await transaction(lambda: _welcome(person, address), lasting=True)
    except IntegrityError:  # somebody else took the address in this moment: whoever owns the mailbox is told
        await transaction(lambda: _welcome(person, address), lasting=True)


async def _welcome(person: Person, address: str) -> None:
    known = await LoginName.filter(key=login_key(person.email or "")).select_related("person").first()
    if known is not None:
        await _remind(known.person, person, address)
        return
    person.role_id = (await Role.get(workspace_id=person.workspace_id, key=ROLE)).id
    await person.save(force_create=True)
    await reserve_login_names(person)
    await note(None, AuditKind.SIGNED_UP, person, address=address)
    await invite(None, person, Purpose.VERIFY_EMAIL, Method.CONFIRM, {Channel.EMAIL: person.email or ""})


async def _remind(known: Person, wanted: Person, address: str) -> None:
    """Whatever there is to tell goes to the mailbox of the account alone, and the password that a stranger chose
    counts for nothing. Until the mailbox has confirmed, all are strangers: the link asks for the password then."""
    if known.email is None or known.workspace_id != wanted.workspace_id:
        return
    to = {Channel.EMAIL: known.email}
    if known.status is AccountStatus.INVITED and (latest := await outstanding(known)):
        await invite(None, known, latest.purpose, latest.method, to)
    elif known.status is AccountStatus.NO_ACCESS and known.email_verified_at is None:
        await known.change(password_hash=None)
        await supersede(known, (Purpose.VERIFY_EMAIL,))
        await note(None, AuditKind.SIGNED_UP, known, address=address)
        await invite(None, known, Purpose.VERIFY_EMAIL, Method.LINK, to)
    else:
        await tell(known.id, known.workspace_id, "sign_up_known", MAIL)
