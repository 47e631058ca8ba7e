"""Client companies and their departments."""

from uuid import UUID

from app.models.base import reference
from app.models.place import Place


class Organization(Place):
    class Meta:
        table = "organizations"
        unique_together = (("workspace", "name"), ("workspace", "sort_name"))


class Department(Place):
    organization_id: UUID
    organization = reference("Organization", "departments")

    class Meta:
        table = "departments"
        unique_together = (("organization", "name"), ("organization", "sort_name"))
