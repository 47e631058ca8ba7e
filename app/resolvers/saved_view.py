"""Lists as people like to see them: kept, shared among staff, deleted."""

from typing import Any
from uuid import UUID

from graphql import GraphQLSchema

from app.auth import exporting, policy
from app.auth.policy import Rows
from app.auth.viewer import Viewer
from app.lists import asking
from app.lists.asking import Asked
from app.models import SavedView, nouns
from app.models.base import now
from app.models.database import transaction, unless_taken
from app.models.listing import ListName
from app.models.refusal import ErrorCode, Refusal
from app.models.text import tidy
from app.reading.page import One
from app.resolvers.details import text_of
from app.resolvers.finding import find, require
from app.resolvers.outcome import Outcome

NAME, MOST = 120, 200


def listed(viewer: Viewer, name: ListName | None) -> Rows:
    """One's own views, and those that are shared; of one list if it is named."""
    rows = policy.visible(viewer, nouns.SAVED_VIEW)
    return rows.filter(list_name=name) if name else rows


def asked(given: dict[str, Any]) -> Asked:
    """What an input says about a list."""
    order = [{"field": each["field"], "direction": each["direction"].value} for each in given.get("order_by", ())]
    search = text_of(given.get("search"), "search", asking.LONGEST_SEARCH)
    return Asked(ListName(given["list_name"]), given["columns"], order, given.get("where"), search)


async def save(viewer: Viewer, schema: GraphQLSchema, given: dict[str, Any]) -> Outcome:
    """Keeps a view, or changes one's own that `view_id` names.

    Raises REQUIRED, TOO_LONG, TOO_MANY, INVALID_VALUE, NAME_IN_USE, NOT_FOUND or FORBIDDEN.
    """
    name = text_of(tidy(given["name"]), "name", NAME)
    if not name:
        raise Refusal(ErrorCode.REQUIRED, "name")
    wanted, shared = asked(given), bool(given.get("shared"))
    require(exporting.can_list(viewer, wanted.list_name), "list")
    if shared:
        require(exporting.can_share_views(viewer), "isShared")
    await asking.check(schema, viewer, wanted)
    values = {"name": name, "shared": shared, "list_name": wanted.list_name, "columns": wanted.columns}
    values |= {"order_by": wanted.order_by, "where": wanted.where, "search": wanted.search, "updated_at": now()}
    return await transaction(lambda: _write(viewer, given.get("view_id"), values))


async def _write(viewer: Viewer, text: str | None, values: dict[str, Any]) -> Outcome:
    view = await _own(viewer, text) if text else await _new(viewer)
    view.update_from_dict(values)
    async with unless_taken(Refusal(ErrorCode.NAME_IN_USE, "name")):
        await view.save()
    return Outcome(One(nouns.SAVED_VIEW, view.id))


async def _own(viewer: Viewer, text: str) -> SavedView:
    view: SavedView = await find(viewer, nouns.SAVED_VIEW, text, "viewId", lock=True)
    if view.owner_id != viewer.person_id:
        raise Refusal(ErrorCode.FORBIDDEN, "viewId")
    return view


async def _new(viewer: Viewer) -> SavedView:
    if await SavedView.filter(owner_id=viewer.person_id).count() >= MOST:
        raise Refusal(ErrorCode.TOO_MANY, limit=MOST)
    return SavedView(workspace_id=viewer.workspace_id, owner_id=viewer.person_id)


async def delete(viewer: Viewer, text: str) -> Outcome:
    """Deletes a view. Raises NOT_FOUND or FORBIDDEN."""

    async def body() -> Outcome:
        view: SavedView = await find(viewer, nouns.SAVED_VIEW, text, "viewId", lock=True)
        require(exporting.can_delete_view(viewer, _key(view.owner_id)), "viewId")
        await view.delete()
        return Outcome(values={"view_id": nouns.SAVED_VIEW.id(view.id)})

    return await transaction(body)


def _key(value: Any) -> UUID:
    return UUID(str(value))  # asyncpg's UUIDs are of a class of their own
