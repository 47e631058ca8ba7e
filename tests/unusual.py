"""Asking what no well-meaning client asks, and the rows that such questions are about."""

from datetime import UTC, datetime
from typing import Any

from app.models import Request, Workspace
from tests.ask import Service
from tests.cast import SEES

EVERYBODY = (*SEES, None)
KEY = "01890a5d-ac96-774b-bcce-b302099a8057"  # of no row
MOMENT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


async def codes(service: Service, name: str | None, query: str, **variables: Any) -> set[str]:
    """The codes of the errors of an operation, which must not be our fault."""
    response = await service.post(name, query, **variables)
    assert response.status_code in (200, 400), response.text
    answer = response.json()
    found = {error["extensions"]["code"] for error in answer.get("errors", [])}
    assert "INTERNAL" not in found, (query, variables)
    assert found or answer["data"] is not None
    return found


async def fill(service: Service, count: int, **columns: list[Any]) -> list[str]:
    """Requests at the north site whose columns take their values in turn; their titles."""
    workspace = await Workspace.get(id=service.cast.key("toits"))
    links: dict[str, Any] = {"created_by_id": service.cast.key("ada"), "site_id": service.cast.key("north")}
    titles = []
    for number in range(count):
        values: dict[str, Any] = {name: each[number % len(each)] for name, each in columns.items()}
        values = {"title": f"Row {number}", **values}
        request = Request(workspace_id=workspace.id, number=await workspace.next_request_number(), **links, **values)
        await request.index().save()
        titles.append(values["title"])
    return titles
