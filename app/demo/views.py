"""Views of its lists that the office of each firm shares."""

from typing import Any

from app.demo.firm import Text
from app.demo.house import House
from app.models import SavedView
from app.models.listing import ListName

T, L = Text, ListName
WORK, PEOPLE = ("OPEN", "IN_PROGRESS", "ON_HOLD"), ("NO_ACCESS", "INVITED")
View = tuple[ListName, Text, tuple[str, ...], tuple[str, str], dict[str, Any]]
VIEWS: tuple[View, ...] = (
    (
        *(L.REQUESTS, T("À faire, urgent d'abord", "To do, urgent first")),
        *(("number", "priority", "title", "status", "site", "assignees", "dueAt"), ("PRIORITY", "DESC")),
        {"status": WORK},
    ),
    (
        *(L.REQUESTS, T("À attribuer", "To be given to somebody")),
        *(("number", "title", "site", "requester", "createdAt"), ("CREATED_AT", "ASC")),
        {"isAssigned": False, "status": ["OPEN"]},
    ),
    (
        *(L.CONTACTS, T("Clients sans accès", "Clients without access")),
        *(("name", "organization", "email", "phone", "status"), ("NAME", "ASC"), {"status": PEOPLE}),
    ),
)


def share_views(house: House) -> None:
    """Adds the views, saved by the administrator."""
    for name, title, columns, (field, direction), where in VIEWS:
        at = house.clock.between(house.with_role("ADMIN")[0].joined, house.clock.moment)
        house.add(
            SavedView,
            at,
            owner_id=house.admin.id,
            list_name=name,
            name=title.to(house.firm.language),
            columns=list(columns),
            order_by=[{"field": field, "direction": direction}],
            where=where,
            shared=True,
            created_at=at,
            updated_at=at,
        )
