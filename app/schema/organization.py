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
from app.schema.payload import Payload, mutation
from app.schema.site import IN_USE, NAME, PLACE_ORDERS, SETTINGS, ByName, Which


@strawberry.type(description="A part of a client company.")
class Department(Node):
    source = Source(nouns.DEPARTMENT)

    name: str | None = field(ANYONE, "Its name.")
    active: bool | None = field(ANYONE, IN_USE, name="isActive")
    version: int | None = field(ANYONE, "Grows with every change; give it back as `expectedVersion`.")
    organization: Annotated["Organization", strawberry.lazy("app.schema.organization")] | None = related(
        ANYONE, "The company that it is part of."
    )


@strawberry.type(description="A client company.")
class Organization(Node):
    source = Source(nouns.ORGANIZATION)

    name: str | None = field(ANYONE, "Its name.")
    active: bool | None = field(ANYONE, IN_USE, name="isActive")
    version: int | None = field(ANYONE, "Grows with every change; give it back as `expectedVersion`.")

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
        return Page(rows, orders(order_by, PLACE_ORDERS, Order("sort_name")), first, after)  # type: ignore[return-value]

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
        return Page(rows, orders(order_by, PLACE_ORDERS, Order("sort_name")), first, after)  # type: ignore[return-value]


@strawberry.input(description="Sets up a client company.")
class CreateOrganizationInput:
    name: str = about(NAME)


@strawberry.input(description="Changes a client company: absent fields stay as they are.")
class UpdateOrganizationInput:
    organization_id: strawberry.ID = about("The company.")
    name: strawberry.Maybe[str | None] = about(NAME)
    active: strawberry.Maybe[bool | None] = about(IN_USE, name="isActive")
    expected_version: int | None = about("The version that the client saw; another one is a CONFLICT.", default=None)


@strawberry.input(description="Sets up a department of a client company, where it stays.")
class CreateDepartmentInput:
    organization_id: strawberry.ID = about("The company.")
    name: str = about("Its name, at most 200 characters; no other one of the company has it.")


@strawberry.input(description="Changes a department: absent fields stay as they are.")
class UpdateDepartmentInput:
    department_id: strawberry.ID = about("The department.")
    name: strawberry.Maybe[str | None] = about(
        "Its name, at most 200 characters; no other one of the company has it."
    )
    active: strawberry.Maybe[bool | None] = about(IN_USE, name="isActive")
    expected_version: int | None = about("The version that the client saw; another one is a CONFLICT.", default=None)


@strawberry.type(description="A changed client company.")
class OrganizationPayload(Payload):
    @read(ANYONE, "The company as it is now; on CONFLICT as somebody else left it.")
    def organization(self) -> Organization | None:
        return self.rows  # type: ignore[no-any-return]


@strawberry.type(description="A changed department.")
class DepartmentPayload(Payload):
    @read(ANYONE, "The department as it is now; on CONFLICT as somebody else left it.")
    def department(self) -> Department | None:
        return self.rows  # type: ignore[no-any-return]


@strawberry.type(description="What createOrganization did.")
class CreateOrganizationPayload(OrganizationPayload):
    """No more than the company."""


@strawberry.type(description="What updateOrganization did.")
class UpdateOrganizationPayload(OrganizationPayload):
    """No more than the company."""


@strawberry.type(description="What createDepartment did.")
class CreateDepartmentPayload(DepartmentPayload):
    """No more than the department."""


@strawberry.type(description="What updateDepartment did.")
class UpdateDepartmentPayload(DepartmentPayload):
    """No more than the department."""


@strawberry.type
class OrganizationMutation:
    @mutation(SETTINGS, "Sets up a client company.")
    async def create_organization(self, info: Info, input: CreateOrganizationInput) -> CreateOrganizationPayload:
        return await place.create(info.context.viewer, nouns.ORGANIZATION, given(input))  # type: ignore[return-value]

    @mutation(SETTINGS, "Changes a client company, or takes it out of use.")
    async def update_organization(self, info: Info, input: UpdateOrganizationInput) -> UpdateOrganizationPayload:
        values, noun = given(input), nouns.ORGANIZATION
        return await place.update(info.context.viewer, noun, "organizationId", values)  # type: ignore[return-value]

    @mutation(SETTINGS, "Sets up a department of a client company.")
    async def create_department(self, info: Info, input: CreateDepartmentInput) -> CreateDepartmentPayload:
        return await place.create(info.context.viewer, nouns.DEPARTMENT, given(input))  # type: ignore[return-value]

    @mutation(SETTINGS, "Changes a department, or takes it out of use; it stays with its company.")
    async def update_department(self, info: Info, input: UpdateDepartmentInput) -> UpdateDepartmentPayload:
        values, noun = given(input), nouns.DEPARTMENT
        return await place.update(info.context.viewer, noun, "departmentId", values)  # type: ignore[return-value]
