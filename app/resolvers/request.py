"""Requests: which ones a read means, and what may be done with them."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from tortoise.expressions import Q, Subquery

from app.auth import policy
from app.auth.permissions import Permission, Scope
from app.auth.policy import Rows
from app.auth.viewer import Viewer
from app.models import Assignment, Attachment, AuditEvent, Request, Workspace, nouns
from app.models.activity import ActivityKind
from app.models.audit_event import AuditKind
from app.models.database import after_commit, transaction
from app.models.refusal import ErrorCode, Refusal
from app.models.request import CLOSED
from app.models.role import Audience
from app.notify.bus import Topic, bus
from app.notify.telling import lock_watchers, record
from app.reading.page import One
from app.resolvers import details
from app.resolvers.finding import between, find, keys, narrowed, require, standing, unchanged
from app.resolvers.outcome import Outcome
from app.resolvers.schedule import overlaps
from app.resolvers.searching import searched

P = Permission
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
    for column in ("created_at", "due_at", "closed_at"):
        rows = between(rows, column, where.get(column))
    if bounds := where.get("scheduled_between"):
        rows = _scheduled(rows, bounds)
    if "assignee_id" in where:
        rows = rows.filter(id__in=_assigned(Q(worker_id__in=keys(nouns.WORKER, where["assignee_id"]))))
    if "is_assigned" in where:
        assigned = Q(id__in=_assigned(Q()))
        rows = rows.filter(assigned) if where["is_assigned"] else rows.exclude(assigned)
    if "is_overdue" in where:
        rows = rows.filter(overdue(viewer)) if where["is_overdue"] else rows.filter(_not_overdue(viewer.at))
    return rows


def overdue(viewer: Viewer) -> Q:
    """Which requests are late and not closed."""
    return Q(due_at__lt=viewer.at, status__not_in=list(CLOSED))


def _not_overdue(moment: datetime) -> Q:
    return Q(due_at__isnull=True) | Q(due_at__gte=moment) | Q(status__in=list(CLOSED))


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
    "CLOSED_AT": "closed_at",
}


def assignees(viewer: Viewer, request: Any) -> Rows:
    """Who works on a request now."""
    open_ = Assignment.filter(request_id=request["id"], ended_at__isnull=True).values("worker_id")
    rows = policy.visible(viewer, nouns.WORKER, beside=nouns.REQUEST).filter(id__in=Subquery(open_))
    return rows.order_by("sort_name", "id")


def assignments(viewer: Viewer, request: Any) -> Rows:
    """Who worked on a request and when."""
    return policy.visible(viewer, nouns.ASSIGNMENT, beside=nouns.REQUEST).filter(request_id=request["id"])


def comments(viewer: Viewer, request: Any) -> Rows:
    """What was said about a request."""
    return policy.visible(viewer, nouns.COMMENT, beside=nouns.REQUEST).filter(request_id=request["id"])


def attachments(viewer: Viewer, request: Any) -> Rows:
    """The files that hang on a request."""
    return policy.visible(viewer, nouns.ATTACHMENT, beside=nouns.REQUEST).filter(request_id=request["id"])


def activity(viewer: Viewer, request: Any) -> Rows:
    """What happened to a request."""
    return policy.visible(viewer, nouns.ACTIVITY, beside=nouns.REQUEST).filter(request_id=request["id"])


# Changes.


async def locked(viewer: Viewer, text: str, version: int | None) -> Request:
    """The request to change, with its standing. Raises NOT_FOUND, or CONFLICT with the row as it is now."""
    request: Any = await find(viewer, nouns.REQUEST, text, "requestId", lock=True)
    unchanged(request, version, One(nouns.REQUEST, request.id))
    request.standing = await standing(viewer, nouns.REQUEST, request.id)
    found: Request = request
    return found


Work = Callable[[Any], Awaitable[Outcome | None]]


async def changed(viewer: Viewer, text: str, version: int | None, work: Work) -> Outcome:
    """Runs one change of a request in one transaction and shows the request as it is then."""

    async def body() -> Outcome:
        request = await locked(viewer, text, version)
        outcome = await work(request)
        return replace(outcome or Outcome(), rows=One(nouns.REQUEST, request.id))

    return await transaction(body)


async def create(viewer: Viewer, given: dict[str, Any]) -> Outcome:
    """Hands in a request. Raises REQUIRED, TOO_LONG, NOT_FOUND, DEPARTMENT_MISMATCH or OUT_OF_SCOPE."""

    async def body() -> Outcome:
        values = await details.checked(viewer, details.with_defaults(viewer, given))
        named = filter(None, (viewer.person_id, values.get("requester_id")))
        watchers = await lock_watchers(viewer.workspace_id, *named)
        workspace = await Workspace.get(id=viewer.workspace_id)
        values |= {"workspace_id": workspace.id, "created_by_id": viewer.person_id}
        request = Request(**values, number=await workspace.next_request_number())
        await request.index().save()
        if Scope.ASSIGNED in viewer.scopes[P.REQUEST_CREATE] and not viewer.may(P.REQUEST_ASSIGN):
            await _assign_to_self(viewer, request)
        _check_asker(viewer, request, await standing(viewer, nouns.REQUEST, request.id))
        await record(viewer, request, ActivityKind.CREATED, after={"title": request.title}, watcher_ids=watchers)
        return Outcome(One(nouns.REQUEST, request.id), await overlaps(viewer, request, "scheduledStart"))

    return await transaction(body)


def _check_asker(viewer: Viewer, request: Request, reached: frozenset[Scope]) -> None:
    """Raises OUT_OF_SCOPE unless the viewer may hand in a request like this one.

    A client contact asks for themselves and their company; to have typed it in does not make it one's own.
    """
    asks = (request.requester_id, request.organization_id)
    if viewer.audience is Audience.CONTACT and asks != (viewer.person_id, viewer.organization_id):
        reached -= {Scope.OWN}
    if not policy.can(viewer, P.REQUEST_CREATE, reached):
        raise Refusal(ErrorCode.OUT_OF_SCOPE)


async def _assign_to_self(viewer: Viewer, request: Request) -> None:
    if not viewer.is_worker:  # what a wider grant of theirs reaches is for others to give to somebody
        return
    me = viewer.person_id
    workspace = viewer.workspace_id
    await Assignment.create(workspace_id=workspace, request_id=request.id, worker_id=me, assigned_by_id=me)


async def update(viewer: Viewer, text: str, version: int | None, given: dict[str, Any]) -> Outcome:
    """Changes the given fields. Raises what `create` raises, FORBIDDEN, WRONG_STATE or CONFLICT."""

    async def work(request: Any) -> Outcome | None:
        require(policy.can_update(viewer, request), "requestId")
        values = await details.checked(viewer, given, request)
        changes = {name: value for name, value in values.items() if value != getattr(request, name)}
        if not changes:
            return None
        before = await details.told({name: getattr(request, name) for name in changes})
        after = await details.told(changes)
        await request.change(**changes)
        reached = await standing(viewer, nouns.REQUEST, request.id)
        if not policy.can(viewer, P.REQUEST_UPDATE, reached):
            raise Refusal(ErrorCode.OUT_OF_SCOPE)
        if viewer.audience is Audience.CONTACT and changes.keys() & {"requester_id", "organization_id"}:
            _check_asker(viewer, request, reached)
        passed_on = before.get("organization") is not None
        if passed_on:
            await request.pass_on()
        await record(viewer, request, ActivityKind.UPDATED, before=before, after=after, internal=passed_on)
        moved = changes.keys() & {"scheduled_start", "scheduled_end"}
        return Outcome(cautions=await overlaps(viewer, request, "scheduledStart") if moved else ())

    return await changed(viewer, text, version, work)


async def delete(viewer: Viewer, text: str, version: int | None) -> Outcome:
    """Deletes a request: no path shows it or what hangs on it. Raises FORBIDDEN or CONFLICT.

    Whoever works on it is told that it was taken from them.
    """

    async def body() -> Outcome:
        request: Any = await locked(viewer, text, version)
        require(policy.can_delete(viewer, request), "requestId")
        for assignment in await Assignment.filter(request_id=request.id, ended_at__isnull=True).order_by("worker_id"):
            await assignment.end(None)
            await record(viewer, request, ActivityKind.UNASSIGNED, worker_id=assignment.worker_id)
        await Attachment.discard_all(request.id)
        await request.discard()
        await AuditEvent.create(
            workspace_id=viewer.workspace_id,
            actor_id=viewer.person_id,
            kind=AuditKind.REQUEST_DELETED,
            before={"id": nouns.REQUEST.id(request.id), "number": f"R-{request.number}", "title": request.title},
        )
        after_commit(lambda: bus.publish(Topic.REQUEST, request.id))
        return Outcome(values={"deleted_request_id": nouns.REQUEST.id(request.id)})

    return await transaction(body)
