"""Client companies and their departments."""

from typing import Annotated

import strawberry

from app.auth.gates import ANYONE, SIGNED_IN
from app.models import nouns
from app.reading.page import Order, Page
from app.reading.source import Source
from app.resolvers import place
from app.schema.base import After, Connection, First, Info, Node, Search, orders
from app.schema.fields import about, argument, field, given, read, related, rows
from app.schema.site import PLACE_ORDERS, ByName, Which


@strawberry.type(description="A part of a client company.")
class Department(Node):
    source = Source(nouns.DEPARTMENT)

    name: str | None = field(ANYONE, "Its name.")
    active: bool | None = field(ANYONE, "Whether it is in use.", name="isActive")
    organization: Annotated["Organization", strawberry.lazy("app.schema.organization")] | None = related(
        ANYONE, "The company that it is part of."
    )


@strawberry.type(description="A client company.")
class Organization(Node):
    source = Source(nouns.ORGANIZATION)

    name: str | None = field(ANYONE, "Its name.")
    active: bool | None = field(ANYONE, "Whether it is in use.", name="isActive")

    @rows(ANYONE, "Its departments, by name.")
    def departments(self, info: Info) -> list[Department]:
        return place.departments_of(info.context.viewer, self)  # type: ignore[return-value]


@strawberry.input(description="Which departments; all given fields must match.")
class DepartmentFilter:
    organization_id: list[strawberry.ID] | None = about("Of any of these companies.", default=None)
    is_active: bool | None = about("Whether the department is in use.", default=None)


@strawberry.type
class OrganizationQuery:
    @read(SIGNED_IN, "The client companies that the viewer sees.")
    def organizations(
        self,
        info: Info,
        where: Which = None,
        order_by: ByName = None,
        search: Search = None,
        first: First = 25,
        after: After = None,
    ) -> Connection[Organization] | None:
        rows = place.listed(info.context.viewer, nouns.ORGANIZATION, given(where), search)
        return Page(rows, orders(order_by, PLACE_ORDERS, Order("name")), first, after)  # type: ignore[return-value]

    @read(SIGNED_IN, "The departments that the viewer sees.")
    def departments(
        self,
        info: Info,
        where: Annotated[DepartmentFilter | None, argument("Which ones.")] = None,
        order_by: ByName = None,
        search: Search = None,
        first: First = 25,
        after: After = None,
    ) -> Connection[Department] | None:
        rows = place.listed(info.context.viewer, nouns.DEPARTMENT, given(where), search)
        return Page(rows, orders(order_by, PLACE_ORDERS, Order("name")), first, after)  # type: ignore[return-value]
