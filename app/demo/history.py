"""What happens to one request, written as the verbs of the graph write it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from app.demo.house import House, Member
from app.models import Activity, Assignment, Comment, Request
from app.models.activity import ActivityKind
from app.models.request import CLOSED, MOVES, Move, Priority
from app.notify.telling import Facts, recipients

K = ActivityKind
KINDS = {
    Move.START: K.STARTED,
    Move.HOLD: K.HELD,
    Move.FINISH: K.FINISHED,
    Move.CANCEL: K.CANCELLED,
    Move.REOPEN: K.REOPENED,
}


class History:
    """The rows of one request; calls come in the order of time."""

    def __init__(self, house: House, request: Request, creator: Member) -> None:
        self.house, self.request = house, request
        self.open: dict[UUID, Assignment] = {}
        self._record(K.CREATED, creator, request.created_at, after={"title": request.title})

    def allows(self, move: Move) -> bool:
        """Whether the request is in a state for this step."""
        return self.request.status in MOVES[move][0]

    def take(self, worker: Member) -> None:
        """Somebody hands in work for themselves."""
        self._assign(worker, worker, self.request.created_at)

    def assign(self, worker: Member, by: Member, at: datetime) -> None:
        """Gives the request to a worker."""
        self._assign(worker, by, at)
        self._touch(at)
        after = {"worker": worker.person.name, "worker_id": str(worker.person.id)}
        self._record(K.ASSIGNED, by, at, after=after, worker=worker)

    def _assign(self, worker: Member, by: Member, at: datetime) -> None:
        self.open[worker.person.id] = self.house.add(
            Assignment,
            at,
            request_id=self.request.id,
            worker_id=worker.person.id,
            assigned_by_id=by.person.id,
            assigned_at=at,
        )

    def unassign(self, worker: Member, by: Member, at: datetime, reason: str) -> None:
        """Takes the request from a worker."""
        assignment = self.open.pop(worker.person.id)
        assignment.ended_at, assignment.end_reason = at, reason
        self._touch(at)
        before = {"worker": worker.person.name, "worker_id": str(worker.person.id)}
        self._record(K.UNASSIGNED, by, at, before=before, worker=worker)

    def decline(self, worker: Member, at: datetime, reason: str) -> None:
        """The worker gives it back, and who gave it is told."""
        assignment = self.open.pop(worker.person.id)
        assignment.ended_at, assignment.end_reason = at, reason
        self._touch(at)
        by = assignment.assigned_by_id
        self._record(K.DECLINED, worker, at, after={"reason": reason}, internal=True, assigner_id=by)

    def acknowledge(self, worker: Member, at: datetime) -> None:
        """The worker has seen it."""
        self.open[worker.person.id].acknowledged_at = at
        self._record(K.ACKNOWLEDGED, worker, at)

    def move(self, move: Move, by: Member, at: datetime, reason: str | None = None) -> None:
        """Takes a step of the state machine, which has to allow it."""
        allowed, to = MOVES[move]
        assert self.request.status in allowed
        before = {"status": self.request.status.value}
        self.request.status = to
        self.request.closed_at = at if to in CLOSED else None
        self._touch(at)
        self._record(KINDS[move], by, at, before=before, after={"status": to.value, "reason": reason})

    def comment(self, author: Member, at: datetime, body: str, internal: bool) -> None:
        """Somebody says something."""
        request, person = self.request, author.person
        self.house.add(
            Comment, at, request_id=request.id, author_id=person.id, body=body, internal=internal, created_at=at
        )
        self._record(K.COMMENTED, author, at, internal=internal)

    def update(self, by: Member, at: datetime, **values: Any) -> None:
        """Writes some columns."""
        before = {name: _plain(getattr(self.request, name)) for name in values}
        self.request.update_from_dict(values)
        self._touch(at)
        self._record(K.UPDATED, by, at, before=before, after={name: _plain(value) for name, value in values.items()})

    def _touch(self, at: datetime) -> None:
        self.request.version += 1
        self.request.updated_at = at

    def _record(
        self,
        kind: ActivityKind,
        by: Member,
        at: datetime,
        *,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
        internal: bool = False,
        worker: Member | None = None,
        assigner_id: UUID | None = None,
    ) -> None:
        request, actor_id = self.request, by.person.id
        activity = self.house.add(
            Activity,
            at,
            request_id=request.id,
            actor_id=actor_id,
            kind=kind,
            before=before or {},
            after=after or {},
            internal=internal,
            created_at=at,
        )
        worker_id = worker.person.id if worker else None
        watching = [m.person for m in self.house.members if m.person.watches and m.works_at(request.site_id)]
        facts = Facts(
            kind,
            actor_id,
            worker_id,
            request.requester_id,
            frozenset(self.open),
            internal,
            assigner_id,
            watcher_ids=frozenset(person.id for person in watching),
        )
        preferences = {person.id: person.preferences for person in watching}
        self.house.news.append((activity, [told.person_id for told in recipients(facts, preferences)]))


def _plain(value: Any) -> Any:
    if isinstance(value, Priority):
        return int(value)
    return str(value) if isinstance(value, datetime) else value
