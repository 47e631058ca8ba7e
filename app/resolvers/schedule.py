"""What a worker has to do at the same time: a warning, which tells nothing else about that other work."""

from typing import Any
from uuid import UUID

from tortoise.expressions import Q

from app.auth import policy
from app.auth.viewer import Viewer
from app.models import Assignment, Request
from app.models.caution import Caution, WarningCode
from app.models.request import CLOSED


async def overlaps(viewer: Viewer, request: Request, path: str, worker_id: UUID | None = None) -> tuple[Caution, ...]:
    """A warning for each worker on the request (or for one of them) with other open work in its time.

    Times are half-open; without an end they are an instant. Client contacts are not told.
    """
    if request.scheduled_start is None or request.status in CLOSED or not policy.is_insider(viewer):
        return ()
    on_it = Assignment.filter(request_id=request.id, ended_at__isnull=True)
    workers = [worker_id] if worker_id else await on_it.values_list("worker_id", flat=True)
    if not workers:
        return ()
    others = Assignment.filter(_touching(request), worker_id__in=workers, ended_at__isnull=True)
    others = others.exclude(request_id=request.id).order_by("worker__sort_name").distinct()
    names = await others.values_list("worker__name", "worker__sort_name", "worker_id")
    return tuple(Caution(WarningCode.OVERLAPS, path, {"name": name}) for name, *_ in names)


def _touching(request: Request) -> Q:
    start, end = request.scheduled_start, request.scheduled_end or request.scheduled_start
    still_open: dict[str, Any] = {"request__status__not_in": list(CLOSED)}
    later = Q(request__scheduled_end__gt=start) | Q(request__scheduled_start__gt=start)
    return Q(Q(request__scheduled_start=start) | Q(later, request__scheduled_start__lt=end), **still_open)
