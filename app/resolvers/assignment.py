"""Giving requests to workers."""

from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery

from app.auth import policy
from app.auth.kept import kept
from app.auth.permissions import Permission
from app.auth.policy import Rows
from app.auth.viewer import Viewer
from app.models import Assignment, Person, PersonSite, Request, nouns
from app.models.activity import ActivityKind
from app.models.caution import Caution, WarningCode
from app.models.expressions import truth
from app.models.person import ASSIGNABLE, AccountStatus
from app.models.refusal import ErrorCode, Refusal
from app.notify.telling import record
from app.resolvers.details import REASON, required_text, text_of
from app.resolvers.finding import find, require, standing
from app.resolvers.outcome import Outcome
from app.resolvers.request import changed
from app.resolvers.schedule import overlaps
from app.resolvers.searching import searched


async def assignable(viewer: Viewer, request_id: str, search: str | None) -> Rows | None:
    """Workers to whom `assign` gives a request: of its site, not suspended, not on it already."""
    request = await policy.visible(viewer, nouns.REQUEST).get_or_none(id=nouns.REQUEST.key(request_id))
    if request is None:
        return None
    request.standing = await standing(viewer, nouns.REQUEST, request.id)
    busy = Assignment.filter(request_id=request.id, ended_at__isnull=True).values("worker_id")
    rows = policy.visible(viewer, nouns.WORKER).filter(policy.within(viewer, nouns.WORKER, Permission.WORKER_READ))
    rows = rows.filter(_works_at(request.site_id), status__in=list(ASSIGNABLE))
    if not policy.can_assign(viewer, request):
        rows = rows.filter(policy.NONE)
    return searched(rows.exclude(id__in=Subquery(busy)), search)


def _works_at(site_id: Any) -> Q:
    """Whoever works at the site; a request without a site is for those who work everywhere."""
    everywhere = Q(all_sites=True)
    if site_id is None:
        return everywhere
    return everywhere | Q(id__in=Subquery(PersonSite.filter(site_id=site_id).values("person_id")))


async def assign(viewer: Viewer, text: str, worker_id: str, version: int | None) -> Outcome:
    """Gives a request to a worker.

    Raises NOT_FOUND, FORBIDDEN, WRONG_STATE, CONFLICT, ALREADY_ASSIGNED, WORKER_INACTIVE or
    WORKER_OUT_OF_SITE.
    """

    async def work(request: Any) -> Outcome:
        require(policy.can_assign(viewer, request), "requestId")
        worker = await chosen(viewer, worker_id, "workerId")
        await give(viewer, request, worker, "workerId")
        return Outcome(cautions=cautions(worker) + await overlaps(viewer, request, "workerId", worker.id))

    return await changed(viewer, text, version, work)


async def chosen(viewer: Viewer, worker_id: str, path: str) -> Person:
    """The worker to give work to, locked, so that nobody is deleted meanwhile. Raises NOT_FOUND or FORBIDDEN."""
    worker: Person = await find(viewer, nouns.WORKER, worker_id, path, lock=True)
    reached = await standing(viewer, nouns.WORKER, worker.id)
    require(policy.can(viewer, Permission.WORKER_READ, reached), path)  # a card is no one to choose
    return worker


async def give(viewer: Viewer, request: Request, worker: Person, path: str) -> None:
    """Gives a locked request to a locked worker. Raises WORKER_INACTIVE, WORKER_OUT_OF_SITE or ALREADY_ASSIGNED."""
    if worker.status not in ASSIGNABLE:
        raise Refusal(ErrorCode.WORKER_INACTIVE, path, name=worker.name)
    [fit] = await _fitness(worker.id, request.id, request.site_id)
    if not fit["works_there"]:
        raise Refusal(ErrorCode.WORKER_OUT_OF_SITE, path, name=worker.name)
    if fit["is_on_it"]:  # nobody else gives a request that is locked
        raise Refusal(ErrorCode.ALREADY_ASSIGNED, path, name=worker.name)
    ids: dict[str, Any] = {"request_id": request.id, "worker_id": worker.id, "assigned_by_id": viewer.person_id}
    assignment = Assignment(workspace_id=viewer.workspace_id, **ids)
    after = {"worker": worker.name, "worker_id": str(worker.id)}
    deeds = (assignment, request.edited())
    await record(viewer, request, ActivityKind.ASSIGNED, *deeds, after=after, worker_id=worker.id)


@kept
def _fitness(worker_id: UUID, request_id: UUID, site_id: UUID | None) -> Any:
    """Whether a worker works where a request is, and is on it already."""
    on_it = Assignment.filter(request_id=request_id, ended_at__isnull=True).values("worker_id")
    cases = {"works_there": truth(_works_at(site_id)), "is_on_it": truth(Q(id__in=Subquery(on_it)))}
    return Person.filter(id=worker_id).annotate(**cases).values(*cases)


def cautions(worker: Person) -> tuple[Caution, ...]:
    """What deserves a second look about a worker to whom work is given."""
    words = {"name": worker.name}
    found = []
    if worker.status is not AccountStatus.ACTIVE:
        found.append(Caution(WarningCode.CANNOT_LOG_IN, "workerId", words))
    if not worker.email:
        found.append(Caution(WarningCode.NO_EMAIL, "workerId", words))
    if worker.email_bounced_at:
        found.append(Caution(WarningCode.EMAIL_BOUNCED, "workerId", words))
    return tuple(found)


async def unassign(viewer: Viewer, text: str, worker_id: str, version: int | None, reason: str | None) -> Outcome:
    """Takes a request from a worker; the history stays. Raises NOT_ASSIGNED beside what `assign` raises."""

    async def work(request: Any) -> None:
        require(policy.can(viewer, Permission.REQUEST_ASSIGN, request.standing), "requestId")
        worker: Person = await find(viewer, nouns.WORKER, worker_id, "workerId")
        assignment = await _current(request, worker)
        await take(viewer, request, worker, assignment, text_of(reason, "reason", REASON))

    return await changed(viewer, text, version, work)


async def take(viewer: Viewer, request: Request, worker: Person, assignment: Assignment, reason: str | None) -> None:
    """Takes a locked request from a worker."""
    await assignment.end(reason)
    before = {"worker": worker.name, "worker_id": str(worker.id)}
    await record(viewer, request, ActivityKind.UNASSIGNED, request.edited(), before=before, worker_id=worker.id)


async def _current(request: Request, worker: Person) -> Assignment:
    assignment = await Assignment.filter(request_id=request.id, worker_id=worker.id, ended_at__isnull=True).first()
    if assignment is None:
        raise Refusal(ErrorCode.NOT_ASSIGNED, "workerId")
    return assignment


async def acknowledge(viewer: Viewer, text: str) -> Outcome:
    """The worker says that they have seen the assignment. Raises NOT_ASSIGNED or FORBIDDEN."""

    async def work(request: Any) -> None:
        require(policy.can_acknowledge(viewer, request), "requestId")
        assignment = await Assignment.get(request_id=request.id, worker_id=viewer.person_id, ended_at__isnull=True)
        if assignment.acknowledged_at is None:
            await assignment.acknowledge()
            await record(viewer, request, ActivityKind.ACKNOWLEDGED)

    return await changed(viewer, text, None, work)


async def decline(viewer: Viewer, text: str, reason: str) -> Outcome:
    """The worker gives an assignment back, and who gave it is told. Raises REQUIRED, TOO_LONG or WRONG_STATE
    beside what `acknowledge` raises.
    """
    why = required_text(reason, "reason", REASON)

    async def work(request: Any) -> None:
        require(policy.can_decline(viewer, request), "requestId")
        assignment = await Assignment.get(request_id=request.id, worker_id=viewer.person_id, ended_at__isnull=True)
        await assignment.end(why)
        after, assigner = {"reason": why}, assignment.assigned_by_id
        kind, edit = ActivityKind.DECLINED, request.edited()
        await record(viewer, request, kind, edit, after=after, internal=True, assigner_id=assigner)

    return await changed(viewer, text, None, work)
