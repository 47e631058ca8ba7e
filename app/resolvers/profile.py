"""What is said about a person, as it is kept: tidied and checked."""

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from app.auth import policy
from app.auth.viewer import Viewer
from app.models import Person, Workspace, nouns
from app.models.audit_event import AuditKind
from app.models.base import now
from app.models.database import transaction
from app.models.refusal import ErrorCode, Refusal, Unfit
from app.models.text import fold, tidy
from app.reading.page import One
from app.resolvers.audit_event import note
from app.resolvers.details import told
from app.resolvers.finding import unchanged
from app.resolvers.outcome import Outcome

NAME, LONGEST_EMAIL = 120, 254
USERNAME = re.compile(r"[\w.-]{2,60}")


def line_of(value: str | None, path: str, limit: int = NAME) -> str | None:
    """A user's words on one line; None if nothing is left. Raises TOO_LONG."""
    words = tidy(value or "")
    if len(words) > limit:
        raise Refusal(ErrorCode.TOO_LONG, path, limit=limit)
    return words or None


def name_of(value: str | None, path: str, limit: int = NAME) -> str:
    """A name that must be there. Raises REQUIRED or TOO_LONG."""
    name = line_of(value, path, limit)
    if name is None:
        raise Refusal(ErrorCode.REQUIRED, path)
    return name


def email_of(value: str | None, path: str = "email") -> str | None:
    """An e-mail address in lower case (RFC 5321 and 6531). Raises INVALID_EMAIL or TOO_LONG.

    Not case-folded: "straße.example" and "strasse.example" belong to different people.
    """
    text = (value or "").strip()
    if not text:
        return None
    if len(text) > LONGEST_EMAIL:
        raise Refusal(ErrorCode.TOO_LONG, path, limit=LONGEST_EMAIL)
    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise Refusal(ErrorCode.INVALID_EMAIL, path) from error


def phone_of(value: str | None, path: str = "phone") -> str | None:
    """A phone number in E.164, which begins with + and the country. Raises INVALID_PHONE."""
    text = (value or "").strip()
    if not text:
        return None
    try:
        number = phonenumbers.parse(text[:40], None)
    except phonenumbers.NumberParseException as error:
        raise Refusal(ErrorCode.INVALID_PHONE, path) from error
    if len(text) > 40 or number.extension or not phonenumbers.is_possible_number(number):
        raise Refusal(ErrorCode.INVALID_PHONE, path)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def username_of(value: str | None, path: str = "username") -> str | None:
    """A username that nobody takes for an e-mail address. Raises INVALID_USERNAME."""
    text = unicodedata.normalize("NFC", (value or "")[:LONGEST_EMAIL].strip())
    if text and not (USERNAME.fullmatch(text) and fold(text)):
        raise Refusal(ErrorCode.INVALID_USERNAME, path)
    return text or None


def language_of(value: str, workspace: Workspace) -> str:
    """One of the workspace's languages. Raises LANGUAGE_NOT_SPOKEN."""
    if value not in workspace.languages:
        raise Refusal(ErrorCode.LANGUAGE_NOT_SPOKEN, "language")
    return value


def end_of(value: datetime | None, path: str = "accessExpiresAt") -> datetime | None:
    """An instant that is still to come. Raises INVALID_VALUE."""
    if value is not None and value <= now():
        raise Refusal(ErrorCode.INVALID_VALUE, path, reason=Unfit.PAST)
    return value


CHECKS: dict[str, Callable[[Any], Any]] = {
    "first_name": lambda value: line_of(value, "firstName"),
    "last_name": lambda value: name_of(value, "lastName"),
    "trade": lambda value: line_of(value, "trade"),
    "phone": phone_of,
    "email": email_of,
    "username": username_of,
    "access_expires_at": end_of,
}


def checked(given: dict[str, Any], workspace: Workspace, present: Person | None = None) -> dict[str, Any]:
    """The columns among what a client gave about a person. Raises the code of the first that does not fit.

    What the person has already may stay, whatever is asked of new values by now.
    """
    if present:
        given = {name: value for name, value in given.items() if value != getattr(present, name, ...)}
    values = {name: check(given[name]) for name, check in CHECKS.items() if name in given}
    if "language" in given:
        values["language"] = language_of(given["language"] or workspace.default_language, workspace)
    return values


async def update(viewer: Viewer, given: dict[str, Any]) -> Outcome:
    """Changes the viewer's own profile.

    Raises CONFLICT, REQUIRED, TOO_LONG, INVALID_PHONE or LANGUAGE_NOT_SPOKEN.
    """
    version = given.pop("expected_version", None)

    async def body() -> Outcome:
        rows = policy.visible(viewer, nouns.VIEWER)
        person: Person = await rows.select_for_update(no_key=True).get()
        shown = One(nouns.VIEWER, person.id)
        unchanged(person, version, shown)
        values = checked(given, await Workspace.get(id=viewer.workspace_id), person)
        changes = {name: value for name, value in values.items() if value != getattr(person, name)}
        if changes:
            before = await told({name: getattr(person, name) for name in changes})
            await person.change(**changes)
            await note(viewer, AuditKind.PERSON_UPDATED, person, before=before, after=await told(changes))
        return Outcome(shown)

    return await transaction(body)
