"""Client companies and their departments."""

from uuid import UUID

from tortoise import fields

from app.models.base import WorkspaceRow, reference
from app.models.text import search_text


class Organization(WorkspaceRow):
    name = fields.CharField(max_length=200)
    active = fields.BooleanField(default=True)
    search_text = fields.CharField(max_length=2000, default="")

    class Meta:
        table = "organizations"
        unique_together = (("workspace", "name"),)

    def index(self) -> "Organization":
        """Brings the searched text up to date."""
        self.search_text = search_text(self.name)
        return self


class Department(WorkspaceRow):
    organization_id: UUID
    organization = reference("Organization", "departments")
    name = fields.CharField(max_length=200)
    active = fields.BooleanField(default=True)
    search_text = fields.CharField(max_length=2000, default="")

    class Meta:
        table = "departments"
        unique_together = (("organization", "name"),)

    def index(self) -> "Department":
        """Brings the searched text up to date."""
        self.search_text = search_text(self.name)
        return self
