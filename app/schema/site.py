"""Properties and establishments."""

import enum
from typing import Annotated

import strawberry

from app.auth.gates import ANYONE, SIGNED_IN
from app.models import nouns
from app.reading.page import Order, Page
from app.reading.source import Source
from app.resolvers import place
from app.schema.base import After, Connection, Direction, First, Info, Node, Search, orders
from app.schema.enums import described
from app.schema.fields import about, argument, field, given, read


class PlaceOrderField(enum.Enum):
    """What lists of places are ordered by."""

    NAME = "NAME"


described(PlaceOrderField, "What lists of places are ordered by.", {PlaceOrderField.NAME: "The name."})


@strawberry.input(description="An order of a list of places.")
class PlaceOrder:
    field: PlaceOrderField = about("What to order by.")
    direction: Direction = about("Which end comes first.", default=Direction.ASC)


@strawberry.input(description="Which places; all given fields must match.")
class PlaceFilter:
    is_active: bool | None = about("Whether the place is in use.", default=None)


PLACE_ORDERS = {"NAME": "name"}
ByName = Annotated[list[PlaceOrder] | None, argument("In which order; by name unless said.")]
Which = Annotated[PlaceFilter | None, argument("Which ones.")]


@strawberry.type(description="A property or establishment.")
class Site(Node):
    source = Source(nouns.SITE)

    name: str | None = field(ANYONE, "Its name.")
    address: str | None = field(ANYONE, "Its postal address.")
    active: bool | None = field(ANYONE, "Whether it is in use.", name="isActive")


@strawberry.type
class SiteQuery:
    @read(SIGNED_IN, "The sites that the viewer sees.")
    def sites(
        self,
        info: Info,
        where: Which = None,
        order_by: ByName = None,
        search: Search = None,
        first: First = 25,
        after: After = None,
    ) -> Connection[Site] | None:
        rows = place.listed(info.context.viewer, nouns.SITE, given(where), search)
        return Page(rows, orders(order_by, PLACE_ORDERS, Order("name")), first, after)  # type: ignore[return-value]
