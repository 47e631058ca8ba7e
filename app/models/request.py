"""Service requests, orders and bookings, and the moves that they allow."""

from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields

from app.models.activity import Activity
from app.models.attachment import Attachment
from app.models.base import Versioned, WorkspaceRow, now, reference
from app.models.comment import Comment
from app.models.refusal import ErrorCode, Refusal
from app.models.text import search_text
from app.models.writing import Edit, write


class RequestKind(StrEnum):
    """What is asked for."""

    SERVICE = "SERVICE"
    ORDER = "ORDER"
    BOOKING = "BOOKING"


class Priority(IntEnum):
    """How pressing a request is; the numbers are the order."""

    LOW = 1
    NORMAL = 2
    HIGH = 3
    URGENT = 4


class RequestStatus(StrEnum):
    """Where a request stands."""

    OPEN = "OPEN"
    IN_PROGRESS = "IN_PROGRESS"
    ON_HOLD = "ON_HOLD"
    DONE = "DONE"
    CANCELLED = "CANCELLED"


class Move(StrEnum):
    """A step from one status to another."""

    START = "START"
    HOLD = "HOLD"
    FINISH = "FINISH"
    CANCEL = "CANCEL"
    REOPEN = "REOPEN"


S = RequestStatus
MOVES: dict[Move, tuple[frozenset[RequestStatus], RequestStatus]] = {
    Move.START: (frozenset({S.OPEN, S.ON_HOLD}), S.IN_PROGRESS),
    Move.HOLD: (frozenset({S.IN_PROGRESS}), S.ON_HOLD),
    Move.FINISH: (frozenset({S.IN_PROGRESS, S.ON_HOLD}), S.DONE),
    Move.CANCEL: (frozenset({S.OPEN, S.IN_PROGRESS, S.ON_HOLD}), S.CANCELLED),
    Move.REOPEN: (frozenset({S.DONE, S.CANCELLED}), S.OPEN),
}
CLOSED = frozenset({S.DONE, S.CANCELLED})
SEARCHED = frozenset({"title", "description"})


class Request(Versioned, WorkspaceRow):
    requester_id: UUID | None
    created_by_id: UUID
    organization_id: UUID | None
    department_id: UUID | None
    site_id: UUID | None
    number = fields.IntField()
    kind = fields.CharEnumField(RequestKind, max_length=10, default=RequestKind.SERVICE)
    title = fields.CharField(max_length=200)
    description = fields.TextField(null=True)
    priority = fields.IntEnumField(Priority, default=Priority.NORMAL)
    status = fields.CharEnumField(RequestStatus, max_length=12, default=RequestStatus.OPEN)
    scheduled_start = fields.DatetimeField(null=True)
    scheduled_end = fields.DatetimeField(null=True)
    due_at = fields.DatetimeField(null=True)
    requester = reference("Person", "requests_made", null=True, index=False)
    created_by = reference("Person", index=False)
    organization = reference("Organization", "requests", null=True, index=False)
    department = reference("Department", "requests", null=True)
    site = reference("Site", "requests", null=True, index=False)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField(default=now)
    updated_at = fields.DatetimeField(default=now)
    closed_at = fields.DatetimeField(null=True)
    deleted_at = fields.DatetimeField(null=True, description="Since then no path shows it")
    search_text = fields.CharField(max_length=2000, default="")

    class Meta:
        table = "requests"
        unique_together = (("workspace", "number"),)
        indexes = (
            ("workspace_id", "id"),
            ("workspace_id", "created_at", "id"),
            ("workspace_id", "status", "deleted_at"),  # counts are read out of it alone
            ("workspace_id", "priority", "id", "status"),
            ("workspace_id", "scheduled_start"),
            ("workspace_id", "site_id", "id"),
            ("workspace_id", "organization_id", "id"),
            ("requester_id", "id"),
            ("created_by_id", "id"),
        )

    def index(self) -> "Request":
        """Brings the searched text up to date."""
        self.search_text = search_text(f"R-{self.number}", self.title, self.description)
        return self

    async def move(self, move: Move) -> None:
        """Takes one step of the state machine. Raises WRONG_STATE if the table of moves does not have it."""
        allowed, to = MOVES[move]
        if self.status not in allowed:
            raise Refusal(ErrorCode.WRONG_STATE, "requestId", status=self.status)
        await self.change(status=to, closed_at=now() if to in CLOSED else None)

    async def discard(self) -> None:
        """Deletes the request: the row stays for the history of numbers, and no path shows it any more."""
        await self.change(deleted_at=now())

    async def pass_on(self) -> None:
        """Keeps what was said and done so far from client contacts: the request is for another company now."""
        for model in (Activity, Comment, Attachment):
            await model.filter(request_id=self.id).update(internal=True)

    async def change(self, **values: Any) -> None:
        """Writes these columns and nothing else, under a new version."""
        await write(self.edited(**values))

    def edited(self, **values: Any) -> Edit:
        """The same, to be written together with what comes of it."""
        values |= {"version": self.version + 1, "updated_at": now()}
        self.update_from_dict(values)
        if not SEARCHED.isdisjoint(values):
            values["search_text"] = self.index().search_text
        return Edit(self, tuple(values))
