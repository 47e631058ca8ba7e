"""The open work of somebody who leaves: counted, given to somebody else, or laid open again."""

from typing import Any, NamedTuple
from uuid import UUID

from tortoise.expressions import Subquery

from app.auth import policy
from app.auth.viewer import Viewer
from app.models import Assignment, Person, Request, nouns
from app.models.caution import Caution, WarningCode
from app.models.refusal import ErrorCode, Refusal, Unfit
from app.models.request import CLOSED
from app.resolvers.assignment import chosen, give, take
from app.resolvers.finding import require, standing


class Handover(NamedTuple):
    """What shall become of open work: another worker takes it over, or it is left unassigned."""

    worker_id: str | None
    release: bool


def _open_work(key: UUID) -> Any:
    mine = Assignment.filter(worker_id=key, ended_at__isnull=True).values("request_id")
    return Request.filter(id__in=Subquery(mine), deleted_at__isnull=True).exclude(status__in=list(CLOSED))


async def still_assigned(person: Person) -> tuple[Caution, ...]:
    """The warning about work that stays with somebody who cannot do it now."""
    count = await _open_work(person.id).count()
    words = {"name": person.name, "count": count}
    return (Caution(WarningCode.STILL_ASSIGNED, "personId", words),) if count else ()


async def require_no_open_work(person: Person, path: str) -> None:
    """Raises OPEN_WORK with the number of open requests of a locked person, if there are any."""
    if count := await _open_work(person.id).count():
        raise Refusal(ErrorCode.OPEN_WORK, path, count=count)


async def lock_open_work(viewer: Viewer, key: UUID, successor: UUID | None) -> set[UUID]:
    """Locks somebody's open requests, then the people: in the order of whoever gives work. The requests' keys."""
    tenant: dict[str, Any] = {"workspace_id": viewer.workspace_id}
    rows = await _open_work(key).filter(**tenant).order_by("id").select_for_update(no_key=True)
    people = [each for each in (key, successor) if each]
    await Person.filter(**tenant, id__in=people).order_by("id").select_for_update(no_key=True)
    return {row.id for row in rows}


async def hand_over(viewer: Viewer, person: Person, locked: set[UUID], to: Handover) -> int:
    """Moves or releases all open work of a locked person, and tells how many requests that were.

    Raises OPEN_WORK, CONFLICT, NOT_FOUND, OUT_OF_SCOPE, WORKER_INACTIVE or WORKER_OUT_OF_SITE.
    """
    path = "reassignTo" if to.worker_id else "releaseOpenWork"
    worker = await _successor(viewer, person, to.worker_id) if to.worker_id else None
    if not worker and not to.release:
        await require_no_open_work(person, "reassignTo")
    requests = await _open_work(person.id).order_by("id")
    if not {request.id for request in requests} <= locked:
        raise Refusal(ErrorCode.CONFLICT, "personId")  # work came in between two looks
    for request in requests:
        await _move(viewer, request, person, worker, path)
    return len(requests)


async def _successor(viewer: Viewer, person: Person, worker_id: str) -> Person:
    worker = await chosen(viewer, worker_id, "reassignTo")
    if worker.id == person.id:
        raise Refusal(ErrorCode.INVALID_VALUE, "reassignTo", reason=Unfit.SAME_PERSON)
    return worker


async def _move(viewer: Viewer, request: Any, person: Person, worker: Person | None, path: str) -> None:
    request.standing = await standing(viewer, nouns.REQUEST, request.id)
    require(policy.can_assign(viewer, request), path)
    assignment = await Assignment.get(request_id=request.id, worker_id=person.id, ended_at__isnull=True)
    await take(viewer, request, person, assignment, None)
    shared = worker and await Assignment.filter(request_id=request.id, worker_id=worker.id, ended_at__isnull=True)
    if worker and not shared:
        await give(viewer, request, worker, path)
