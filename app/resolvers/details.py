"""The details of a request as a client gives them: completed, checked, and told in its history."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from app.auth.viewer import Viewer
from app.models import Department, Person, Request, nouns
from app.models.nouns import Noun
from app.models.refusal import ErrorCode, Refusal, Unfit
from app.models.role import Audience
from app.models.text import is_visible, tidy
from app.resolvers.finding import find, in_use

TITLE, DESCRIPTION, REASON = 200, 20_000, 500
PLACES = {
    "organization_id": nouns.ORGANIZATION,
    "department_id": nouns.DEPARTMENT,
    "site_id": nouns.SITE,
    "requester_id": nouns.CONTACT,
}

NAMED = {**PLACES, "default_site_id": nouns.SITE}


def with_defaults(viewer: Viewer, given: dict[str, Any]) -> dict[str, Any]:
    """A client contact asks for themselves and their company; staff work at their usual site."""
    defaults: dict[str, Any] = {}
    if viewer.audience is Audience.CONTACT:
        if viewer.organization_id:
            defaults["organization_id"] = nouns.ORGANIZATION.id(viewer.organization_id)
        if viewer.department_id and "organization_id" not in given:
            defaults["department_id"] = nouns.DEPARTMENT.id(viewer.department_id)
        defaults["requester_id"] = nouns.CONTACT.id(viewer.person_id)
    if viewer.default_site_id:
        defaults["site_id"] = nouns.SITE.id(viewer.default_site_id)
    return defaults | given


async def checked(viewer: Viewer, given: dict[str, Any], request: Request | None = None) -> dict[str, Any]:
    """The columns to write.

    Raises REQUIRED, TOO_LONG, INVALID_VALUE, NOT_FOUND, PLACE_INACTIVE, DEPARTMENT_MISMATCH or REQUESTER_MISMATCH.
    """
    values = {name: value for name, value in given.items() if name not in PLACES}
    for name, noun in PLACES.items():
        if name in given:
            text = given[name]
            values[name] = await _chosen(viewer, noun, text, name, request) if text is not None else None
    if "title" in values or request is None:
        values["title"] = required_text(tidy(values.get("title") or ""), "title", TITLE)
    if "description" in values:
        values["description"] = text_of(values["description"], "description", DESCRIPTION)
    if values.get("requester_id") and "organization_id" not in values and request is None:
        asker = await Person.get(id=values["requester_id"]).select_related("organization")
        values["organization_id"] = in_use(asker.organization, "requesterId") and asker.organization_id
    _check_times(values, request)
    await _check_department(values, request)
    await _check_requester(values, request)
    return values


async def _chosen(viewer: Viewer, noun: Noun, text: str, name: str, request: Request | None) -> UUID:
    """The row of an id; a place out of use is good enough only for what lies there already."""
    row = await find(viewer, noun, text, camel(name))
    if request is None or row.id != getattr(request, name):
        in_use(row, camel(name))
    key: UUID = row.id
    return key


def text_of(value: str | None, path: str, limit: int) -> str | None:
    """The text without the spaces around it; None if there is nothing to see. Raises TOO_LONG."""
    text = (value or "").strip()
    if len(text) > limit:
        raise Refusal(ErrorCode.TOO_LONG, path, limit=limit)
    return text if is_visible(text) else None


def required_text(value: str, path: str, limit: int) -> str:
    """The text without the spaces around it. Raises REQUIRED if nothing is left, or TOO_LONG."""
    text = text_of(value, path, limit)
    if text is None:
        raise Refusal(ErrorCode.REQUIRED, path)
    return text


def _check_times(values: dict[str, Any], request: Request | None) -> None:
    def current(name: str) -> datetime | None:
        found: datetime | None = values[name] if name in values else getattr(request, name, None)
        return found

    start, end = current("scheduled_start"), current("scheduled_end")
    if end and (start is None or end < start):
        raise Refusal(ErrorCode.INVALID_VALUE, "scheduledEnd", reason=Unfit.REVERSED)


async def _check_department(values: dict[str, Any], request: Request | None) -> None:
    department = values.get("department_id", getattr(request, "department_id", None))
    organization = values.get("organization_id", getattr(request, "organization_id", None))
    if department and not await Department.filter(id=department, organization_id=organization).exists():
        raise Refusal(ErrorCode.DEPARTMENT_MISMATCH, "departmentId")


async def _check_requester(values: dict[str, Any], request: Request | None) -> None:
    """One client does not learn of another one's people. Who has moved since they asked stays the requester."""
    present = {name: getattr(request, name, None) for name in ("requester_id", "organization_id")}
    client = {name: values.get(name, present[name]) for name in present}
    if client == present or not all(client.values()):
        return
    if not await Person.filter(id=client["requester_id"], organization_id=client["organization_id"]).exists():
        raise Refusal(ErrorCode.REQUESTER_MISMATCH, "requesterId")


def camel(name: str) -> str:
    """A column's name as clients write it."""
    first, *others = name.split("_")
    return first + "".join(map(str.title, others))


async def told(values: dict[str, Any]) -> dict[str, Any]:
    """Columns as the history keeps them: names and values as clients write them, and of other rows their names."""
    found: dict[str, Any] = {camel(name): _plain(value) for name, value in values.items()}
    for name in NAMED.keys() & values.keys():
        row: Any = await NAMED[name].model.get_or_none(id=values[name]) if values[name] else None
        found[camel(name.removesuffix("_id"))] = row.name if row else None
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | str) else str(value)
