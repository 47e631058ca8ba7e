"""What an operator does for people and workspaces, from the command line; a ValueError says why not."""

from collections.abc import Collection
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from app.auth import throttle
from app.auth.passwords import hash_password, prepared
from app.auth.permissions import TEMPLATES
from app.auth.tally import tally
from app.auth.words import system_role
from app.models import LoginName, Person, Role, Workspace
from app.models.access import end_entries, end_invitations
from app.models.audit_event import AuditKind
from app.models.base import now
from app.models.database import transaction
from app.models.invitation import InvitationState
from app.models.person import GONE, AccountStatus, login_key, own_password, reserve_login_names
from app.models.refusal import Refusal
from app.models.text import fold, tidy
from app.models.workspace import LANGUAGES, LONGEST_SLUG, Feature
from app.resolvers.audit_event import note
from app.resolvers.profile import NAME


async def create_workspace(name: str, language: str, time_zone: str) -> Workspace:
    """Founds a workspace without people. Raises ValueError if a value does not fit or the name is taken."""
    name, slug = _checked_name(name, LONGEST_SLUG), _slug_of(name)
    if language not in LANGUAGES:
        raise ValueError(f"The languages are: {', '.join(LANGUAGES)}.")
    if time_zone not in available_timezones():
        raise ValueError("A time zone has a name like Europe/Paris.")

    async def body() -> Workspace:
        workspace = await found(name, slug, language, time_zone)
        await note(None, AuditKind.WORKSPACE_CREATED, workspace_id=workspace.id, after={"workspace": workspace.name})
        return workspace

    try:
        return await transaction(body)
    except IntegrityError as error:
        raise ValueError(f"There is a workspace “{slug}” already.") from error


async def found(name: str, slug: str, default_language: str = "en", time_zone: str = "UTC") -> Workspace:
    """Makes a workspace with the system roles, called as in its language; inside a transaction."""
    workspace = await Workspace.create(
        name=name,
        slug=slug,
        default_language=default_language,
        time_zone=time_zone,
    )
    for template in TEMPLATES:
        await Role.create(workspace_id=workspace.id, **system_role(template, default_language))
    return workspace


def _slug_of(name: str) -> str:
    """A workspace's name in addresses."""
    return fold(name).replace(" ", "-")[:LONGEST_SLUG]


def _checked_name(text: str, longest: int) -> str:
    """A name on one line. Raises ValueError if nothing is left or too much."""
    name = tidy(text)
    if not fold(name) or len(name) > longest:
        raise ValueError(f"A name has 1 to {longest} characters.")
    return name


async def _named(text: str) -> Workspace | None:
    """The workspace that an operator means: by its slug as it is, otherwise by slug or name in any spelling.

    Raises ValueError, which tells the slugs, if there are several.
    """
    every = await Workspace.all().order_by("slug")
    exact = [each for each in every if each.slug == text]
    meant = exact or [each for each in every if each.slug == _slug_of(text) or fold(each.name) == fold(text)]
    if len(meant) > 1:
        raise ValueError(f"Several workspaces are called “{text}”: {', '.join(each.slug for each in meant)}.")
    return meant[0] if meant else None


async def set_features(text: str, on: Collection[Feature], off: Collection[Feature]) -> Workspace:
    """Switches features of a workspace on and off. Raises ValueError if there is none of this name, or several."""

    async def body() -> Workspace:
        if (present := await _named(text)) is None:
            slugs = await Workspace.all().order_by("slug").values_list("slug", flat=True)
            raise ValueError(f"There is no workspace “{text}”. There are: {', '.join(map(str, slugs)) or 'none'}.")
        workspace = await Workspace.filter(id=present.id).select_for_update(no_key=True).get()
        wanted = dict.fromkeys(on, True) | dict.fromkeys(off, False)
        after = {feature.value: is_on for feature, is_on in wanted.items() if workspace.has(feature) is not is_on}
        if after:
            await workspace.change(features=workspace.features | after)
            before = {name: not is_on for name, is_on in after.items()}
            await note(None, AuditKind.SETTINGS_CHANGED, workspace_id=workspace.id, before=before, after=after)
        return workspace

    return await transaction(body)


async def create_admin(workspace: str, email: str, name: str, password: str) -> tuple[Person, Workspace | None]:
    """Makes an administrator, and tells the workspace if it is new, because there was none of that name.

    Raises ValueError with words for the operator if a value does not fit, the e-mail is in use, or several
    workspaces have the name.
    """
    address, name = _checked_email(email), _checked_name(name, NAME)
    hashed = await _hashed_for(Person(email=address, name=name), password)
    try:
        return await transaction(lambda: _create_admin(workspace, address, name, hashed))
    except IntegrityError as error:
        raise ValueError("This e-mail address is already in use.") from error


async def _create_admin(text: str, email: str, name: str, hashed: str) -> tuple[Person, Workspace | None]:
    present = await _named(text)
    workspace = present or await found(_checked_name(text, LONGEST_SLUG), _slug_of(text))
    first, _, last = name.rpartition(" ")
    person = Person(
        workspace_id=workspace.id,
        role_id=(await Role.get(workspace_id=workspace.id, key="ADMIN")).id,
        first_name=first or None,
        last_name=last,
        email=email,
        username=email,
        email_verified_at=now(),
        status=AccountStatus.ACTIVE,
        activated_at=now(),
        password_hash=hashed,
        all_sites=True,
        language=workspace.default_language,
    )
    await person.index().save()
    await reserve_login_names(person)
    await note(None, AuditKind.ADMIN_CREATED, person)
    return person, None if present else workspace


def _checked_email(email: str) -> str:
    try:
        return validate_email(email, check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error


async def _hashed_for(person: Person, password: str) -> str:
    """The hash of a password that an operator thought of. Raises ValueError if it is too weak for the person."""
    try:
        return await hash_password(prepared(password, person))
    except Refusal as refusal:
        words = refusal.code.value.replace("_", " ").lower()
        raise ValueError(f"The password does not fit: {words}.") from refusal


async def _account(login: str) -> Person:
    name = await LoginName.filter(key=login_key(login)).first()
    if name is None:
        raise ValueError(f"Nobody signs in as “{login}”.")
    return await Person.filter(id=name.person_id).select_for_update(no_key=True).get()


async def unlock(login: str) -> Person:
    """Forgives an account its failed tries, whichever of its names they used. Raises ValueError if there is none."""

    async def body() -> Person:
        person = await _account(login)
        await person.change(failed_logins=0, locked_until=None)
        await note(None, AuditKind.UNLOCKED, person)
        return person

    person = await transaction(body)
    await throttle.forgive("login", str(person.id))
    await tally.close()  # the command ends here
    return person


async def reset_password(login: str, password: str) -> Person:
    """Sets a password that the person must change at once, and ends sessions and open links.

    Raises ValueError if nobody has the name, the account is suspended, or the password is too weak.
    """
    async with in_transaction("default"):
        person = await _account(login)
    hashed = await _hashed_for(person, password)

    async def body() -> Person:
        person = await _account(login)
        if person.status in GONE:
            raise ValueError(f"The account of {person.name} is suspended.")
        status = AccountStatus.ACTIVE if person.status is AccountStatus.ACTIVE else AccountStatus.INVITED
        await end_entries(person.id)
        await end_invitations(person.id, InvitationState.REVOKED)
        await person.refresh_from_db(fields=["version"])
        await person.change(**own_password(hashed) | {"must_change_password": True, "status": status})
        await note(None, AuditKind.PASSWORD_RESET, person)
        return person

    return await transaction(body)
