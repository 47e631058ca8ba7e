"""Lists in general: which there are, their columns, and how one is ordered."""

from typing import Annotated

import strawberry

from app.auth.gates import ANYONE, SIGNED_IN
from app.lists.registry import LISTS
from app.models.listing import ListName
from app.schema.base import Direction, Info
from app.schema.enums import described
from app.schema.fields import about, argument, computed, field

described(
    ListName,
    "A list that people look at, save views of and export.",
    {
        ListName.CONTACTS: "`contacts`.",
        ListName.WORKERS: "`workers`.",
        ListName.USERS: "`users`.",
        ListName.REQUESTS: "`requests`.",
        ListName.ACCESS_REVIEW: "`accessReview`.",
        ListName.AUDIT: "`auditEvents`.",
    },
)


@strawberry.type(description="A column that views and exports of a list can have.")
class ListColumn:
    name: str = field(ANYONE, "What saveView and createExport call it.")
    title: str = field(ANYONE, "Its heading, in the viewer's language.")
    selection: str = field(ANYONE, "The field of the list's rows that shows it, with what is below: `site { name }`.")


@strawberry.input(description="One column of an order; `field` is a value of the list's own `orderBy`.")
class ListOrderInput:
    field: str = about("What to order by: NAME, PRIORITY, …")
    direction: Direction = about("Which end comes first.", default=Direction.ASC)


@strawberry.type(description="One column of an order: fit to be given to the list's `orderBy`.")
class ListOrder:
    column: str = field(ANYONE, "What to order by.", name="field")
    direction: Direction = field(ANYONE, "Which end comes first.")


@strawberry.type
class ListingQuery:
    @computed(SIGNED_IN, "The columns that a list offers.")
    def list_columns(
        self, info: Info, list_name: Annotated[ListName, argument("The list.", name="list")]
    ) -> list[ListColumn] | None:
        language = info.context.language
        return [
            ListColumn(name=column.name, title=column.title(language), selection=column.selection)
            for column in LISTS[list_name].columns.values()
        ]
