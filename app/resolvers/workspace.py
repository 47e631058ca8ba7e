"""A workspace from outside: its sign-in page, and how an operator founds it with a first administrator."""

from email_validator import EmailNotValidError, validate_email
from tortoise.exceptions import IntegrityError

from app.auth import policy
from app.auth.passwords import hash_password, prepared
from app.auth.permissions import TEMPLATES
from app.auth.words import system_role
from app.models import AuditEvent, Person, Role, Workspace
from app.models.audit_event import AuditKind
from app.models.base import now
from app.models.database import transaction
from app.models.person import AccountStatus, reserve_login_names
from app.models.refusal import Refusal
from app.models.text import fold, tidy

LONGEST_NAME = 60


async def portal(slug: str) -> Workspace | None:
    """The workspace whose sign-in page somebody opens."""
    workspace: Workspace | None = await policy.front(slug).first() if len(slug) <= LONGEST_NAME else None
    return workspace


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


def slug_of(name: str) -> str:
    """A workspace's name in addresses."""
    return fold(name).replace(" ", "-")[:LONGEST_NAME]


def checked_name(text: str) -> str:
    """A name on one line. Raises ValueError if nothing is left or too much."""
    name = tidy(text)
    if not fold(name) or len(name) > LONGEST_NAME:
        raise ValueError(f"A name has 1 to {LONGEST_NAME} characters.")
    return name


async def named(text: str) -> Workspace | None:
    """The workspace that an operator means: by its slug as it is, otherwise by slug or name in any spelling.

    Raises ValueError, which tells the slugs, if there are several.
    """
    every = await Workspace.all().order_by("slug")
    exact = [each for each in every if each.slug == text]
    meant = exact or [each for each in every if each.slug == slug_of(text) or fold(each.name) == fold(text)]
    if len(meant) > 1:
        raise ValueError(f"Several workspaces are called “{text}”: {', '.join(each.slug for each in meant)}.")
    return meant[0] if meant else None


async def create_admin(workspace: str, email: str, name: str, password: str) -> tuple[Person, Workspace | None]:
    """Makes an administrator, and tells the workspace if it is new, because there was none of that name.

    Raises ValueError with words for the operator if a value does not fit, the e-mail is in use, or several
    workspaces have the name.
    """
    address, name = _checked_email(email), checked_name(name)
    hashed = await hashed_for(Person(email=address, name=name), password)
    try:
        return await transaction(lambda: _create_admin(workspace, address, name, hashed))
    except IntegrityError as error:
        raise ValueError("This e-mail address is already in use.") from error


async def hashed_for(person: Person, password: str) -> str:
    """The hash of a password that an operator thought of. Raises ValueError if it is too weak for the person."""
    try:
        return await hash_password(prepared(password, person))
    except Refusal as refusal:
        words = refusal.code.value.replace("_", " ").lower()
        raise ValueError(f"The password does not fit: {words}.") from refusal


async def _create_admin(text: str, email: str, name: str, hashed: str) -> tuple[Person, Workspace | None]:
    present = await named(text)
    workspace = present or await found(checked_name(text), slug_of(text))
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
    await AuditEvent.create(workspace_id=workspace.id, subject_id=person.id, kind=AuditKind.ADMIN_CREATED)
    return person, None if present else workspace


def _checked_email(email: str) -> str:
    try:
        return validate_email(email, check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error
