"""A workspace: its sign-in page, and its settings as an administrator changes them."""

from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email
from tortoise.expressions import F

from app.auth import policy
from app.auth.viewer import Viewer
from app.models import Person, Workspace, nouns
from app.models.audit_event import AuditKind
from app.models.database import transaction
from app.models.person import PasswordKind
from app.models.refusal import ErrorCode, Refusal, Unfit
from app.models.session import Client
from app.models.workspace import LANGUAGES, LONGEST_SLUG
from app.reading.page import One
from app.resolvers.audit_event import note
from app.resolvers.details import camel
from app.resolvers.finding import require, standing, unchanged
from app.resolvers.outcome import Outcome
from app.resolvers.person import tell_access
from app.resolvers.profile import name_of

NAME, URL, MOST_DOMAINS, MOST_REVIEW_DAYS = 200, 300, 20, 3650


async def portal(slug: str) -> Workspace | None:
    """The workspace whose sign-in page somebody opens."""
    workspace: Workspace | None = await policy.front(slug).first() if len(slug) <= LONGEST_SLUG else None
    return workspace


async def update(viewer: Viewer, given: dict[str, Any]) -> Outcome:
    """Changes the given settings.

    Raises FORBIDDEN, CONFLICT, REQUIRED, TOO_LONG, TOO_MANY, INVALID_VALUE or LANGUAGE_NOT_SPOKEN.
    """
    version = given.pop("expected_version", None)

    async def body() -> Outcome:
        lasting = await _lasting_pins(viewer) if given.get("policies") else []  # people come before their workspace
        rows = policy.visible(viewer, nouns.WORKSPACE)
        workspace: Workspace = await rows.select_for_update(no_key=True).get()
        require(policy.can_set_up(viewer, await standing(viewer, nouns.WORKSPACE, workspace.id)))
        shown = One(nouns.WORKSPACE, workspace.id)
        unchanged(workspace, version, shown)
        changes = {name: value for name, value in _checked(given).items() if value != getattr(workspace, name)}
        if "public_url" in changes:
            require(policy.can_move_front(viewer), "publicUrl")
        if changes:
            await _change(viewer, workspace, changes)
        if not workspace.rules.pin_allowed:
            await _end_pins(lasting)
        return Outcome(shown)

    return await transaction(body)


async def _change(viewer: Viewer, workspace: Workspace, changes: dict[str, Any]) -> None:
    if "policies" in changes:
        changes["policies"] = workspace.policies | changes["policies"]
    before = _told(workspace, changes)
    await workspace.change(**changes)
    if workspace.default_language not in workspace.languages:
        raise Refusal(ErrorCode.LANGUAGE_NOT_SPOKEN, "defaultLanguage")
    after = _told(workspace, changes)
    told = [name for name in after if after[name] != before[name]]
    values = [{name: state[name] for name in told} for state in (before, after)]
    await note(viewer, AuditKind.SETTINGS_CHANGED, before=values[0], after=values[1])


async def _lasting_pins(viewer: Viewer) -> list[Person]:
    """The people with a PIN that was to stay, locked."""
    lasting = {"password_kind": PasswordKind.PIN, "must_change_password": False}
    people = Person.filter(workspace_id=viewer.workspace_id, **lasting).order_by("id")
    return await people.select_for_update(no_key=True)


async def _end_pins(lasting: list[Person]) -> None:
    """Where no PIN is allowed any more, those that were to stay are replaced at the next sign-in."""
    people = [person.id for person in lasting]
    await Person.filter(id__in=people).update(must_change_password=True, version=F("version") + 1)
    tell_access(*people)


def _told(workspace: Workspace, changes: dict[str, Any]) -> dict[str, Any]:
    """The present values of what changes, one by one."""
    values = {name: getattr(workspace, name) for name in changes if name != "policies"}
    rules = workspace.rules.model_dump(mode="json") if "policies" in changes else {}
    return {camel(name): value for name, value in (values | rules).items()}


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    values = {name: CHECKS[name](value) if name in CHECKS else value for name, value in given.items()}
    if "policies" in given:
        rules = given["policies"]
        values["policies"] = {name: RULES[name](rule) if name in RULES else rule for name, rule in rules.items()}
    return values


def _languages(given: list[str]) -> list[str]:
    """The languages, each once. Raises REQUIRED or LANGUAGE_NOT_SPOKEN."""
    if not given:
        raise Refusal(ErrorCode.REQUIRED, "languages")
    if not set(given) <= set(LANGUAGES):
        raise Refusal(ErrorCode.LANGUAGE_NOT_SPOKEN, "languages")
    return list(dict.fromkeys(given))


@lru_cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _time_zone(given: str) -> str:
    """The name of a time zone of the IANA's database. Raises INVALID_VALUE."""
    if given not in _time_zones():
        raise Refusal(ErrorCode.INVALID_VALUE, "timeZone", reason=Unfit.NO_TIME_ZONE)
    return given


def _public_url(given: str | None) -> str | None:
    """The address of a front end: over https, or on this machine. Raises TOO_LONG or INVALID_VALUE."""
    text = (given or "").strip()
    if len(text) > URL:
        raise Refusal(ErrorCode.TOO_LONG, "publicUrl", limit=URL)
    if text and not _is_front_end(text):
        raise Refusal(ErrorCode.INVALID_VALUE, "publicUrl", reason=Unfit.NO_ADDRESS)
    return text.rstrip("/") or None


def _is_front_end(text: str) -> bool:
    try:
        parts, port = urlsplit(text), urlsplit(text).port
    except ValueError:
        return False
    plain = text.isascii() and text.isprintable() and not set(text) & set(" \"'<>\\^`{|}")
    bare = not (parts.username or parts.password or "@" in parts.netloc or parts.query or parts.fragment)
    secure = parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname or ""))
    return plain and bare and secure and bool(parts.hostname) and port != 0


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _review_days(given: int) -> int:
    """Between a day and ten years. Raises INVALID_VALUE."""
    if not 1 <= given <= MOST_REVIEW_DAYS:
        raise Refusal(ErrorCode.INVALID_VALUE, "policies", "accessReviewDays", reason=f"1–{MOST_REVIEW_DAYS}")
    return given


def _clients(given: list[Client]) -> list[str]:
    """The kinds of program, each once. Raises REQUIRED."""
    if not given:
        raise Refusal(ErrorCode.REQUIRED, "policies", "creationClients")
    return [client.value for client in dict.fromkeys(given)]


def _domains(given: list[str]) -> list[str]:
    """Domains as addresses are compared, each once. Raises TOO_MANY or INVALID_VALUE."""
    path = ("policies", "preferredEmailDomains")
    if len(given) > MOST_DOMAINS:
        raise Refusal(ErrorCode.TOO_MANY, *path, limit=MOST_DOMAINS)
    return list(dict.fromkeys(_domain(text, path) for text in given))


def _domain(text: str, path: tuple[str, ...]) -> str:
    try:
        address = validate_email(f"someone@{text.strip().removeprefix('@')[:254]}", check_deliverability=False)
    except EmailNotValidError as error:
        raise Refusal(ErrorCode.INVALID_VALUE, *path, reason=f'"{text[:254]}"') from error
    return address.normalized.lower().partition("@")[2]


CHECKS: dict[str, Callable[[Any], Any]] = {
    "name": lambda value: name_of(value, "name", NAME),
    "languages": _languages,
    "time_zone": _time_zone,
    "public_url": _public_url,
}
RULES: dict[str, Callable[[Any], Any]] = {
    "creation_clients": _clients,
    "preferred_email_domains": _domains,
    "access_review_days": _review_days,
}
