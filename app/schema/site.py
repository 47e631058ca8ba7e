"""Properties and establishments."""

import enum
from typing import Annotated

import strawberry

from app.auth.gates import ANYONE, SIGNED_IN, Requires
from app.auth.permissions import Permission
from app.models import nouns
from app.reading.page import Order, Page
from app.reading.source import Source
from app.resolvers import place
from app.schema.base import After, Connection, Direction, First, Info, Node, Search, orders
from app.schema.enums import described
from app.schema.fields import about, argument, field, given, read
from app.schema.payload import Payload, mutation


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


PLACE_ORDERS = {"NAME": "sort_name"}
IN_USE = (
    "Whether it is in use; what lies there already stays, but nothing and nobody new comes to a place out of use."
)
NAME = "Its name, at most 200 characters; no other one has it, whatever its case and accents."
SETTINGS = Requires(Permission.SETTINGS_MANAGE)
ByName = Annotated[list[PlaceOrder] | None, argument("In which order; by name unless said.")]
Which = Annotated[PlaceFilter | None, argument("Which ones.")]


@strawberry.type(description="A property or establishment.")
class Site(Node):
    source = Source(nouns.SITE)

    name: str | None = field(ANYONE, "Its name.")
    address: str | None = field(ANYONE, "Its postal address.")
    active: bool | None = field(ANYONE, IN_USE, name="isActive")
    version: int | None = field(ANYONE, "Grows with every change; give it back as `expectedVersion`.")


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
        return Page(rows, orders(order_by, PLACE_ORDERS, Order("sort_name")), first, after)  # type: ignore[return-value]


@strawberry.input(description="Sets up a site.")
class CreateSiteInput:
    name: str = about(NAME)
    address: str | None = about("Its postal address, at most 300 characters.", default=None)


@strawberry.input(description="Changes a site: absent fields stay as they are, null clears.")
class UpdateSiteInput:
    site_id: strawberry.ID = about("The site.")
    name: strawberry.Maybe[str | None] = about(NAME)
    address: strawberry.Maybe[str | None] = about("Its postal address, at most 300 characters.", clears=True)
    active: strawberry.Maybe[bool | None] = about(IN_USE, name="isActive")
    expected_version: int | None = about("The version that the client saw; another one is a CONFLICT.", default=None)


@strawberry.type(description="A changed site.")
class SitePayload(Payload):
    @read(ANYONE, "The site as it is now; on CONFLICT as somebody else left it.")
    def site(self) -> Site | None:
        return self.rows  # type: ignore[no-any-return]


@strawberry.type(description="What createSite did.")
class CreateSitePayload(SitePayload):
    """No more than the site."""


@strawberry.type(description="What updateSite did.")
class UpdateSitePayload(SitePayload):
    """No more than the site."""


@strawberry.type
class SiteMutation:
    @mutation(SETTINGS, "Sets up a site; for administrators of all sites.")
    async def create_site(self, info: Info, input: CreateSiteInput) -> CreateSitePayload:
        return await place.create(info.context.viewer, nouns.SITE, given(input))  # type: ignore[return-value]

    @mutation(SETTINGS, "Changes a site, or takes it out of use.")
    async def update_site(self, info: Info, input: UpdateSiteInput) -> UpdateSitePayload:
        return await place.update(info.context.viewer, nouns.SITE, "siteId", given(input))  # type: ignore[return-value]
