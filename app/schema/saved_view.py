"""Lists as people like to see them."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from app.auth.gates import ANYONE, SIGNED_IN
from app.models import nouns
from app.models.listing import ListName
from app.reading.page import Order, Page
from app.reading.source import Source
from app.resolvers import saved_view
from app.schema.base import After, Connection, Direction, First, Info, Node
from app.schema.fields import about, argument, computed, field, given, read, related
from app.schema.listing import ListOrder, ListOrderInput
from app.schema.payload import Payload, mutation
from app.schema.person import Card

FILTER = "The filter, as the list's own `where` takes it"


@strawberry.type(description="A list as somebody likes to see it; `where`, `orderBy` and `search` fit its arguments.")
class SavedView(Node):
    source = Source(nouns.SAVED_VIEW)

    name: str | None = field(ANYONE, "What it is called.")
    list_name: ListName | None = field(ANYONE, "The list.", name="list")
    columns: list[str] | None = field(ANYONE, "The names of its columns, from left to right.")
    where: JSON | None = field(ANYONE, f"{FILTER}.")
    search: str | None = field(ANYONE, "The words searched for.")
    shared: bool | None = field(
        ANYONE, "Whether all staff of the workspace who may open the list see it.", name="isShared"
    )
    created_at: datetime | None = field(ANYONE, "When it was first saved.")
    updated_at: datetime | None = field(ANYONE, "When it was last saved.")
    owner: Card | None = related(ANYONE, "Who saved it.")

    @computed(ANYONE, "The order, the first column first.", "order_by")
    def order_by(self) -> list[ListOrder]:
        stored = self.__dict__["order_by"]
        return [ListOrder(column=each["field"], direction=Direction(each["direction"])) for each in stored]

    @computed(ANYONE, "Whether it is the viewer's own.", "owner_id")
    def is_own(self, info: Info) -> bool:
        return bool(str(info.context.viewer.person_id) == self.__dict__["owner_id"])


@strawberry.input(
    description="Keeps a list as it is looked at; with `viewId`, changes the whole of a view of one's own."
)
class SaveViewInput:
    view_id: strawberry.ID | None = about("The view to change; without it a new one is made.", default=None)
    name: str = about("What it is called: at most 120 characters, one of a name per owner and list.")
    list_name: ListName = about("The list.", name="list")
    columns: list[str] = about("Names of columns of the list (see `listColumns`), from left to right.")
    where: JSON | None = about(f"{FILTER}; checked as it would be there, ids included.", default=None)
    order_by: list[ListOrderInput] = about("The order, as the list's own `orderBy` takes it.", default_factory=list)
    search: str | None = about("The words to search for, at most 200 characters.", default=None)
    shared: bool = about("Whether other staff see it too; for the staff portal.", name="isShared", default=False)


@strawberry.input(description="Deletes a view.")
class DeleteViewInput:
    view_id: strawberry.ID = about("The view: one's own, or for SETTINGS_MANAGE a shared one.")


@strawberry.type(description="What saveView did.")
class SaveViewPayload(Payload):
    @read(ANYONE, "The view as it is now.")
    def view(self) -> SavedView | None:
        return self.rows  # type: ignore[no-any-return]


@strawberry.type(description="What deleteView did.")
class DeleteViewPayload(Payload):
    view_id: strawberry.ID | None = field(ANYONE, "The id of what is gone.")


@strawberry.type
class SavedViewQuery:
    @read(SIGNED_IN, "The viewer's own views, and those that colleagues share, by name.")
    def saved_views(
        self,
        info: Info,
        list_name: Annotated[ListName | None, argument("Only views of this list.", name="list")] = None,
        first: First = 25,
        after: After = None,
    ) -> Connection[SavedView] | None:
        rows = saved_view.listed(info.context.viewer, list_name)
        return Page(rows, (Order("name"),), first, after)  # type: ignore[return-value]


@strawberry.type
class SavedViewMutation:
    @mutation(SIGNED_IN, "Keeps a view of a list that the viewer may open.")
    async def save_view(self, info: Info, input: SaveViewInput) -> SaveViewPayload:
        schema = info.schema._schema
        return await saved_view.save(info.context.viewer, schema, given(input))  # type: ignore[return-value]

    @mutation(SIGNED_IN, "Deletes a view.")
    async def delete_view(self, info: Info, input: DeleteViewInput) -> DeleteViewPayload:
        return await saved_view.delete(info.context.viewer, input.view_id)  # type: ignore[return-value]
