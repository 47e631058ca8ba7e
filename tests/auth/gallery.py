"""The cast with every field filled that a gate could hide, and with some history: for tests that only look."""

from typing import Any
from uuid import UUID

from app.models import Activity, Assignment, Comment, Person, PersonSite, Request
from app.models.activity import ActivityKind
from app.models.base import now
from tests.cast import REQUESTS, Cast

DEPARTMENTS = {"cora": "front", "cyn": "front", "cal": "back", "bo": "barn"}
PAST = ("tap", "wil")  # wil once worked on the tap: its history shows him, and he no longer sees it


async def furnish(cast: Cast) -> None:
    """Fills what the cast left empty."""
    for number, person in enumerate(await Person.all().order_by("id")):
        link = await PersonSite.filter(person_id=person.id).first()
        person.update_from_dict(
            {
                "phone": f"+1514555{number:04}",
                "email": person.email or f"{person.first_name}@toits.example".lower(),
                "username": person.username or f"{person.first_name}".lower(),
                "trade": "everything",
                "last_login_at": now(),
                "default_site_id": link.site_id if link else None,
            }
        )
        await person.index().save()
    for name, department in DEPARTMENTS.items():
        await Person.filter(id=cast.key(name)).update(department_id=cast.key(department))
    await Request.filter(id=cast.key("tap")).update(department_id=cast.key("front"))
    for name in REQUESTS:
        await _remember(cast.key(name))
    request, worker = PAST
    ids: dict[str, Any] = {"request_id": cast.key(request), "worker_id": cast.key(worker)}
    assignment = await Assignment.create(
        workspace_id=cast.key("toits"), assigned_by_id=cast.key("ada"), assigned_at=now(), **ids
    )
    await assignment.end("somebody else is closer")


async def _remember(key: UUID) -> None:
    """An entry that client contacts do not read."""
    request = await Request.get(id=key)
    ids: dict[str, Any] = {"request_id": key, "actor_id": request.created_by_id}
    kind = ActivityKind.COMMENTED
    await Activity.create(workspace_id=request.workspace_id, kind=kind, internal=True, **ids)


async def entries(model: type[Comment] | type[Activity], cast: Cast, request: str) -> dict[bool, UUID]:
    """The keys of a request's entries: internal ones under True."""
    rows = await model.filter(request_id=cast.key(request))
    return {row.internal: row.id for row in rows}
