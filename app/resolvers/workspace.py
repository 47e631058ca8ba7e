"""A workspace from outside: its sign-in page, and how an operator founds it with a first administrator."""

from email_validator import EmailNotValidError, validate_email
from tortoise.exceptions import IntegrityError

from app.auth import policy
from app.auth.passwords import MAX_LENGTH, hash_password
from app.auth.permissions import TEMPLATES
from app.models import AuditEvent, Person, Role, Workspace
from app.models.audit_event import AuditKind
from app.models.base import now
from app.models.database import transaction
from app.models.person import AccountStatus, reserve_login_names
from app.models.text import fold

SHORTEST_PASSWORD = 8
LONGEST_NAME = 60


async def portal(slug: str) -> Workspace | None:
    """The workspace whose sign-in page somebody opens."""
    workspace: Workspace | None = await policy.front(slug).first() if len(slug) <= LONGEST_NAME else None
    return workspace


async def found(name: str, slug: str, default_language: str = "en", time_zone: str = "UTC") -> Workspace:
    """Makes a workspace with the system roles; inside a transaction."""
    workspace = await Workspace.create(
        name=name,
        slug=slug,
        default_language=default_language,
        time_zone=time_zone,
    )
    for template in TEMPLATES:
        await Role.create(workspace_id=workspace.id, **template.columns())
    return workspace


async def create_admin(workspace_name: str, email: str, name: str, password: str) -> Person:
    """Makes an administrator, and the workspace if there is none of that name.

    Raises ValueError with words for the operator if a value does not fit or the e-mail is in use.
    """
    address = _checked_email(email)
    for text in (workspace_name, name):
        if not 0 < len(text.strip()) <= LONGEST_NAME:
            raise ValueError(f"A name has 1 to {LONGEST_NAME} characters.")
    if not SHORTEST_PASSWORD <= len(password) <= MAX_LENGTH:
        raise ValueError(f"The password needs {SHORTEST_PASSWORD} to {MAX_LENGTH} characters.")
    hashed = await hash_password(password)
    try:
        return await transaction(lambda: _create_admin(workspace_name, address, name, hashed))
    except IntegrityError as error:
        raise ValueError("This e-mail address is already in use.") from error


async def _create_admin(workspace_name: str, email: str, name: str, hashed: str) -> Person:
    slug = fold(workspace_name).replace(" ", "-")[:60]
    workspace = await Workspace.get_or_none(slug=slug) or await found(workspace_name, slug)
    first, _, last = name.strip().rpartition(" ")
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
    return person


def _checked_email(email: str) -> str:
    try:
        return validate_email(email, check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error
