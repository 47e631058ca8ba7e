"""What an operator does for people and workspaces, from the command line; a ValueError says why not."""

from collections.abc import Collection
from zoneinfo import available_timezones

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from app.auth import throttle
from app.auth.tally import tally
from app.models import LoginName, Person, Workspace
from app.models.access import end_entries, end_invitations
from app.models.audit_event import AuditKind
from app.models.database import transaction
from app.models.invitation import InvitationState
from app.models.person import GONE, AccountStatus, login_key, own_password
from app.models.workspace import LANGUAGES, Feature
from app.resolvers.audit_event import note
from app.resolvers.workspace import checked_name, found, hashed_for, named, slug_of


async def create_workspace(name: str, language: str, time_zone: str) -> Workspace:
    """Founds a workspace without people. Raises ValueError if a value does not fit or the name is taken."""
    name, slug = checked_name(name), slug_of(name)
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


async def set_features(text: str, on: Collection[Feature], off: Collection[Feature]) -> Workspace:
    """Switches features of a workspace on and off. Raises ValueError if there is none of this name, or several."""

    async def body() -> Workspace:
        if (present := await named(text)) is None:
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
    hashed = await hashed_for(person, password)

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
