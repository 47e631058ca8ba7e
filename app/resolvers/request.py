"""Requests: which ones a read means, and what may be done with them."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery

from app.auth import policy
from app.auth.permissions import Permission, Scope
from app.auth.policy import Rows
from app.auth.viewer import Viewer
from app.models import Assignment, Department, Person, Request, Workspace, nouns
from app.models.activity import ActivityKind
from app.models.base import now
from app.models.database import transaction
from app.models.refusal import ErrorCode, Refusal
from app.models.request import CLOSED, Move
from app.notify.telling import record
from app.reading.page import Order, Page
from app.resolvers.finding import between, find, keys, narrowed, require, standing
from app.resolvers.outcome import Outcome
from app.resolvers.searching import searched

P = Permission
TITLE, DESCRIPTION = 200, 20_000
NUMBER = "number"

LISTS = {"status": "status", "priority": "priority", "kind": "kind"}
IDS = {
    "site_id": ("site_id", nouns.SITE),
    "organization_id": ("organization_id", nouns.ORGANIZATION),
    "department_id": ("department_id", nouns.DEPARTMENT),
    "requester_id": ("requester_id", nouns.CONTACT),
}


def one(viewer: Viewer, text: str) -> Rows | None:
    """The request with this id, or with this number (`R-1042`)."""
    rows = policy.visible(viewer, nouns.REQUEST)
    if text.upper().startswith("R-") and text[2:].isdecimal() and len(text) <= 11:
        return rows.filter(number=int(text[2:]))
    key = nouns.REQUEST.key(text)
    return rows.filter(id=key) if key else None


def listed(viewer: Viewer, where: dict[str, Any], search: str | None) -> Rows:
    """The requests that match every given filter."""
    rows = searched(policy.visible(viewer, nouns.REQUEST), search)
    rows = narrowed(rows, where, LISTS, IDS)
    for column in ("created_at", "due_at"):
        rows = between(rows, column, where.get(column))
    if bounds := where.get("scheduled_between"):
        rows = _scheduled(rows, bounds)
    if "assignee_id" in where:
        rows = rows.filter(id__in=_assigned(Q(worker_id__in=keys(nouns.WORKER, where["assignee_id"]))))
    if "is_assigned" in where:
        assigned = Q(id__in=_assigned(Q()))
        rows = rows.filter(assigned) if where["is_assigned"] else rows.exclude(assigned)
    if "is_overdue" in where:
        overdue = Q(due_at__lt=now(), status__not_in=list(CLOSED))
        rows = rows.filter(overdue) if where["is_overdue"] else rows.filter(_not_overdue())
    return rows


def _not_overdue() -> Q:
    return Q(due_at__isnull=True) | Q(due_at__gte=now()) | Q(status__in=list(CLOSED))


def _scheduled(rows: Rows, bounds: dict[str, Any]) -> Rows:
    """Requests whose time touches the half-open range; without an end they take no time."""
    rows = rows.filter(scheduled_start__isnull=False)
    if "to" in bounds:
        rows = rows.filter(scheduled_start__lt=bounds["to"])
    if "from_" in bounds:
        begins = Q(scheduled_start__gte=bounds["from_"])
        rows = rows.filter(begins | Q(scheduled_end__gt=bounds["from_"]))
    return rows


def _assigned(condition: Q) -> Subquery:
    return Subquery(Assignment.filter(condition, ended_at__isnull=True).values("request_id"))


ORDERS = {
    "CREATED_AT": "id",
    "NUMBER": NUMBER,
    "PRIORITY": "priority",
    "STATUS": "status",
    "TITLE": "title",
    "DUE_AT": "due_at",
    "SCHEDULED_START": "scheduled_start",
    "UPDATED_AT": "updated_at",
}


def assignees(viewer: Viewer, request: Any) -> Rows:
    """Who works on a request now."""
    open_ = Assignment.filter(request_id=request["id"], ended_at__isnull=True).values("worker_id")
    return policy.visible(viewer, nouns.WORKER).filter(id__in=Subquery(open_)).order_by("sort_name", "id")


def assignments(viewer: Viewer, request: Any, first: int) -> Rows:
    """Who worked on a request and when, newest first."""
    rows = policy.visible(viewer, nouns.ASSIGNMENT).filter(request_id=request["id"])
    return rows.order_by("-id").limit(Page(rows, (), first).first)


def comments(viewer: Viewer, request: Any, first: int, after: str | None) -> Page:
    """What was said about a request, oldest first."""
    rows = policy.visible(viewer, nouns.COMMENT).filter(request_id=request["id"])
    return Page(rows, (), first, after)


def activity(viewer: Viewer, request: Any, first: int, after: str | None) -> Page:
    """What happened to a request, newest first."""
    rows = policy.visible(viewer, nouns.ACTIVITY).filter(request_id=request["id"])
    return Page(rows, (Order("created_at", descending=True),), first, after)


# Changes.

PLACES = {
    "organization_id": nouns.ORGANIZATION,
    "department_id": nouns.DEPARTMENT,
    "site_id": nouns.SITE,
    "requester_id": nouns.CONTACT,
}
CAMEL = {
    "organization_id": "organizationId",
    "department_id": "departmentId",
    "site_id": "siteId",
    "requester_id": "requesterId",
    "scheduled_start": "scheduledStart",
    "scheduled_end": "scheduledEnd",
    "due_at": "dueAt",
}


def _shown(viewer: Viewer, key: UUID) -> Rows:
    return policy.visible(viewer, nouns.REQUEST).filter(id=key)


async def locked(viewer: Viewer, text: str, version: int | None) -> Request:
    """The request to change, with its standing. Raises NOT_FOUND, or CONFLICT with the row as it is now."""
    request: Any = await find(viewer, nouns.REQUEST, text, "requestId", lock=True)
    try:
        request.expect(version)
    except Refusal as refusal:
        refusal.rows = _shown(viewer, request.id)
        raise
    request.standing = await standing(viewer, nouns.REQUEST, request.id)
    found: Request = request
    return found


Work = Callable[[Any], Awaitable[Outcome | None]]


async def changed(viewer: Viewer, text: str, version: int | None, work: Work) -> Outcome:
    """Runs one change of a request in one transaction and shows the request as it is then."""

    async def body() -> Outcome:
        request = await locked(viewer, text, version)
        outcome = await work(request)
        return Outcome(_shown(viewer, request.id), outcome.cautions if outcome else ())

    return await transaction(body)


async def create(viewer: Viewer, given: dict[str, Any]) -> Outcome:
    """Hands in a request. Raises REQUIRED, TOO_LONG, NOT_FOUND, DEPARTMENT_MISMATCH or OUT_OF_SCOPE."""

    async def body() -> Outcome:
        values = await _values(viewer, _with_defaults(viewer, given))
        workspace = await Workspace.get(id=viewer.workspace_id)
        values |= {"workspace_id": workspace.id, "created_by_id": viewer.person_id}
        request = Request(**values, number=await workspace.next_request_number())
        await request.index().save()
        created = viewer.scopes[P.REQUEST_CREATE]
        if set(created) <= {Scope.ASSIGNED}:
            await _assign_to_self(viewer, request)
        reached = await standing(viewer, nouns.REQUEST, request.id)
        if viewer.audience == "CONTACT" and request.requester_id != viewer.person_id:
            reached -= {Scope.OWN}  # to have typed it in does not make it one's own
        if not policy.can(viewer, P.REQUEST_CREATE, reached):
            raise Refusal(ErrorCode.OUT_OF_SCOPE)
        await record(viewer, request, ActivityKind.CREATED, after={"title": request.title})
        return Outcome(_shown(viewer, request.id))

    return await transaction(body)


def _with_defaults(viewer: Viewer, given: dict[str, Any]) -> dict[str, Any]:
    """A client contact asks for themselves and their company; staff work at their usual site."""
    defaults: dict[str, Any] = {}
    if viewer.audience == "CONTACT":
        if viewer.organization_id:
            defaults["organization_id"] = nouns.ORGANIZATION.id(viewer.organization_id)
        if viewer.department_id and "organization_id" not in given:
            defaults["department_id"] = nouns.DEPARTMENT.id(viewer.department_id)
        defaults["requester_id"] = nouns.CONTACT.id(viewer.person_id)
    if viewer.default_site_id:
        defaults["site_id"] = nouns.SITE.id(viewer.default_site_id)
    return defaults | given


async def _assign_to_self(viewer: Viewer, request: Request) -> None:
    if not viewer.is_worker:
        raise Refusal(ErrorCode.OUT_OF_SCOPE)
    me = viewer.person_id
    workspace = viewer.workspace_id
    await Assignment.create(workspace_id=workspace, request_id=request.id, worker_id=me, assigned_by_id=me)


async def _values(viewer: Viewer, given: dict[str, Any], request: Request | None = None) -> dict[str, Any]:
    """The columns to write, each checked."""
    values = {name: value for name, value in given.items() if name not in PLACES}
    for name, noun in PLACES.items():
        if name in given:
            text = given[name]
            values[name] = (await find(viewer, noun, text, CAMEL[name])).id if text is not None else None
    if "title" in values or request is None:
        values["title"] = _text(values.get("title"), "title", TITLE)
        if not values["title"]:
            raise Refusal(ErrorCode.REQUIRED, "title")
    if "description" in values:
        values["description"] = _text(values["description"], "description", DESCRIPTION)
    _check_times(values, request)
    await _check_department(values, request)
    if "requester_id" in values and values["requester_id"] and "organization_id" not in values and request is None:
        values["organization_id"] = (await Person.get(id=values["requester_id"])).organization_id
    return values


def _text(value: str | None, path: str, limit: int) -> str | None:
    text = (value or "").strip()
    if len(text) > limit:
        raise Refusal(ErrorCode.TOO_LONG, path, limit=limit)
    return text or None


def _check_times(values: dict[str, Any], request: Request | None) -> None:
    def current(name: str) -> datetime | None:
        found: datetime | None = values[name] if name in values else getattr(request, name, None)
        return found

    start, end = current("scheduled_start"), current("scheduled_end")
    if end and (start is None or end < start):
        raise Refusal(ErrorCode.INVALID_VALUE, "scheduledEnd", reason="scheduledEnd < scheduledStart")


async def _check_department(values: dict[str, Any], request: Request | None) -> None:
    department = values.get("department_id", getattr(request, "department_id", None))
    organization = values.get("organization_id", getattr(request, "organization_id", None))
    if department and not await Department.filter(id=department, organization_id=organization).exists():
        raise Refusal(ErrorCode.DEPARTMENT_MISMATCH, "departmentId")


async def update(viewer: Viewer, text: str, version: int | None, given: dict[str, Any]) -> Outcome:
    """Changes the given fields. Raises what `create` raises, FORBIDDEN, WRONG_STATE or CONFLICT."""

    async def work(request: Any) -> None:
        require(policy.can_update(viewer, request), "requestId")
        values = await _values(viewer, given, request)
        before = {name: _plain(getattr(request, name)) for name in values}
        after = {name: _plain(value) for name, value in values.items()}
        if before == after:
            return
        await request.change(**values)
        reached = await standing(viewer, nouns.REQUEST, request.id)
        if not policy.can(viewer, P.REQUEST_UPDATE, reached):
            raise Refusal(ErrorCode.OUT_OF_SCOPE)
        await record(viewer, request, ActivityKind.UPDATED, before=before, after=after)

    return await changed(viewer, text, version, work)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str) else str(value)


MOVE_KINDS = {
    Move.START: ActivityKind.STARTED,
    Move.HOLD: ActivityKind.HELD,
    Move.FINISH: ActivityKind.FINISHED,
    Move.CANCEL: ActivityKind.CANCELLED,
    Move.REOPEN: ActivityKind.REOPENED,
}


async def move(viewer: Viewer, text: str, version: int | None, step: Move, reason: str | None) -> Outcome:
    """Takes one step of the state machine. Raises FORBIDDEN, WRONG_STATE or CONFLICT."""

    async def work(request: Any) -> None:
        require(policy.can_move(viewer, request, step), "requestId")
        before = {"status": request.status}
        await request.move(step)
        after = {"status": request.status, "reason": _text(reason, "reason", 500)}
        await record(viewer, request, MOVE_KINDS[step], before=before, after=after)

    return await changed(viewer, text, version, work)
