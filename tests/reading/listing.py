"""Lists of the reference: which rows a filter means, in which order, and a page of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graphql import GraphQLError

from app.models.text import fold
from tests.reading.cursors import row_in
from tests.reading.reviewing import due_at
from tests.reading.world import SHOWN, Eyes, key_in

Order = tuple[tuple[str, bool], ...]  # columns, and whether the largest comes first

REQUEST_ORDERS = {"CREATED_AT": "id"}
SORTED = {"NAME": "sort_name", "ACTIVE": "is_active"}
DEFAULTS: dict[str, Order] = {
    "Request": (("id", True),),
    "Delivery": (("id", True),),
    "Invitation": (("id", True),),
    "Notification": (("seq", True),),
    "ExportJob": (("id", True),),
    "Session": (("id", True),),
    "AuditEvent": (("id", True),),
    "User": (("sort_name", False),),
    "Worker": (("sort_name", False),),
    "Contact": (("sort_name", False),),
    "Organization": (("sort_name", False),),
    "Department": (("sort_name", False),),
    "Site": (("sort_name", False),),
}
BY_NAME: Order = (("name", False),)
LINKS = {
    "siteId": ("site_id", "Site"),
    "organizationId": ("organization_id", "Organization"),
    "departmentId": ("department_id", "Department"),
    "requesterId": ("requester_id", "Contact"),
}
INSTANTS = {"createdAt": "created_at", "dueAt": "due_at", "closedAt": "closed_at", "at": "created_at"}
CLOSED = ("DONE", "CANCELLED")


@dataclass(frozen=True, eq=False)
class Face:
    """A row under the name of a type."""

    kind: str
    row: Any


@dataclass(eq=False)
class Listing:
    """A connection; what a bad cursor breaks is broken only where rows are asked for."""

    eyes: Eyes
    kind: str
    rows: list[Any]
    order: Order
    first: int
    after: str | None

    def part(self, name: str) -> Any:
        """The value of a connection's field."""
        if name == "totalCount":
            return len(self.rows)
        page = self._page()
        marks = [f"cursor of {row.id}" for row in page]
        faces = [Face(self.kind, row) for row in page]
        if name == "nodes":
            return faces
        if name == "edges":
            return [{"cursor": mark, "node": face} for mark, face in zip(marks, faces, strict=True)]
        return {
            "hasNextPage": len(self._rest()) > self.first,
            "hasPreviousPage": self.after is not None,
            "startCursor": marks[0] if marks else None,
            "endCursor": marks[-1] if marks else None,
        }

    def _page(self) -> list[Any]:
        return self._rest()[: self.first]

    def _rest(self) -> list[Any]:
        if self.after is None:
            return ordered(self.rows, self.order)
        key = row_in(self.after)
        if key is None:
            raise GraphQLError("cursor", extensions={"code": "INVALID_CURSOR"})
        mark = self.eyes.world.by_key[key]
        sorted_ = ordered([*(row for row in self.rows if row.id != key), mark], self.order)
        return sorted_[sorted_.index(mark) + 1 :]


PEOPLE = {"subjectId": "subject_id", "actorId": "actor_id", "personId": "person_id"}


def standing_now(eyes: Eyes, invitation: Any) -> str:
    """Where an invitation stands: a pending one whose time is over has expired."""
    is_over = invitation.state == "PENDING" and invitation.expires_at <= eyes.at
    return "EXPIRED" if is_over else str(invitation.state.name)


def ordered(rows: list[Any], order: Order) -> list[Any]:
    """Sorted by each column, rows without a value last; then by id, in the direction of the last column."""
    if not any(column == "id" for column, _ in order):
        order = (*order, ("id", order[-1][1]))
    for column, descending in reversed(order):
        present = [row for row in rows if getattr(row, column) is not None]
        absent = [row for row in rows if getattr(row, column) is None]
        present.sort(key=lambda row: getattr(row, column), reverse=descending)
        rows = present + absent
    return rows


def page_of(
    eyes: Eyes, kind: str, rows: list[Any], order: Order, first: int = 25, after: str | None = None
) -> Listing:
    """A page of rows, if its size is one."""
    if not 0 <= first <= 100:
        raise GraphQLError("page", extensions={"code": "INVALID_PAGE"})
    return Listing(eyes, kind, rows, order, first, after)


def searched(rows: list[Any], search: str | None, eyes: Eyes | None = None) -> list[Any]:
    """The rows in which every word occurs, or in a department that `eyes` see; 200 letters and 8 words at most."""
    words = fold(search or "")[:200].split()[:8]
    return [row for row in rows if all(word in row.search_text or _in_department(eyes, row, word) for word in words)]


def _in_department(eyes: Eyes | None, person: Any, word: str) -> bool:
    department = eyes.world.by_key.get(person.department_id) if eyes else None
    return bool(eyes and department and eyes.sees("Department", department) and word in department.search_text)


def matching(eyes: Eyes, kind: str, where: dict[str, Any] | None, search: str | None) -> list[Any]:
    """The visible rows that match."""
    rows = [row for row in eyes.world.all(kind) if eyes.sees(kind, row)]
    for name, value in (where or {}).items():
        if value is not None:
            rows = [row for row in rows if _fits(eyes, kind, row, name, value)]
    return searched(rows, search) if search else rows


def listed(
    eyes: Eyes,
    kind: str,
    where: dict[str, Any] | None = None,
    orderBy: list[dict[str, str]] | None = None,
    search: str | None = None,
    reach: str | None = None,
    **page: Any,
) -> Listing:
    """A root list; of people, those whom the permission to read them reaches, or another one."""
    rows = [row for row in eyes.world.all(kind) if eyes.sees(kind, row)]
    if kind == "SavedView" and page.get("list"):
        rows = [row for row in rows if row.list_name == page["list"]]
    page.pop("list", None)
    given = {name: value for name, value in (where or {}).items() if value is not None}
    if kind in ("User", "Worker", "Contact"):
        rows = [row for row in rows if eyes.reaches(reach or f"{kind.lower()}.read", kind, row)]
        given.setdefault("status", ["NO_ACCESS", "INVITED", "ACTIVE", "INACTIVE"])
    if search:
        rows = searched(rows, search, eyes if kind == "Contact" else None)
    if kind == "Session":
        rows = [row for row in rows if row.expires_at > eyes.at]
    for name, value in given.items():
        rows = [row for row in rows if _fits(eyes, kind, row, name, value)]
    return page_of(eyes, kind, rows, _order(kind, orderBy), **page)


def _order(kind: str, asked: list[dict[str, str]] | None) -> Order:
    names = REQUEST_ORDERS if kind == "Request" else SORTED if DEFAULTS.get(kind) == (("sort_name", False),) else {}
    found: dict[str, bool] = {}
    for each in asked or ():
        column = names.get(each["field"], each["field"].lower())
        found.setdefault(column, each["direction"] == "DESC")
    return tuple(found.items()) or DEFAULTS.get(kind, BY_NAME)


def _fits(eyes: Eyes, kind: str, row: Any, name: str, value: Any) -> bool:
    if name == "siteId" and SHOWN[kind][0] == "people":
        sites = {link.site_id for link in eyes.world.tables["links"] if link.person_id == row.id}
        keys = {key_in("Site", text) for text in value}
        asked = {site.id for site in eyes.world.tables["sites"] if site.id in keys and eyes.sees("Site", site)}
        return bool(asked if row.all_sites else sites & asked)
    if name in PEOPLE:
        faces = {key_in(face, text) for text in value for face in ("User", "Worker", "Contact")}
        return getattr(row, PEOPLE[name]) in faces - {None}
    if name in ("roleId", "audience"):
        role = eyes.world.by_key[row.role_id]
        is_asked = role.id in {key_in("Role", text) for text in value} if name == "roleId" else role.audience in value
        return is_asked and eyes.sees("Role", role)
    if name in LINKS:
        column, target = LINKS[name]
        return getattr(row, column) in {key_in(target, text) for text in value} - {None}
    if name in ("status", "kind", "state", "channel", "priority", "purpose", "method"):
        stands = standing_now(eyes, row) if (kind, name) == ("Invitation", "state") else getattr(row, name).name
        return stands in value
    if name == "isUnread":
        return bool((row.read_at is None) == value)
    if name in INSTANTS:
        return _within(getattr(row, INSTANTS[name]), value)
    if name in ("isDue", "isActive"):
        return bool((due_at(eyes, row) <= eyes.at if name == "isDue" else row.active) == value)
    return _request_fits(eyes, row, name, value)


def _request_fits(eyes: Eyes, row: Any, name: str, value: Any) -> bool:
    if name == "isOverdue":
        late = row.due_at is not None and row.due_at < eyes.at and row.status not in CLOSED
        return bool(late == value)
    if name == "scheduledBetween":
        return _takes_place(row, value)
    all_ = eyes.world.tables["assignments"]
    workers = {each.worker_id for each in all_ if each.request_id == row.id and each.ended_at is None}
    if name == "isAssigned":
        return bool(value == bool(workers))
    assert name == "assigneeId", f"the reference does not know the filter {name}"
    return bool(workers & {key_in("Worker", text) for text in value})


def _bounds(span: dict[str, Any]) -> dict[str, datetime]:
    return {name: datetime.fromisoformat(text) for name, text in span.items() if text is not None}


def _within(moment: datetime | None, span: dict[str, Any]) -> bool:
    bounds = _bounds(span)
    if moment is None:
        return not bounds
    return ("from" not in bounds or moment >= bounds["from"]) and ("to" not in bounds or moment < bounds["to"])


def _takes_place(row: Any, span: dict[str, Any]) -> bool:
    bounds = _bounds(span)
    if not bounds:
        return True
    if row.scheduled_start is None or ("to" in bounds and row.scheduled_start >= bounds["to"]):
        return False
    begins = bounds.get("from")
    later = row.scheduled_end is not None and begins is not None and row.scheduled_end > begins
    return begins is None or row.scheduled_start >= begins or later
