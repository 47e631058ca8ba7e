"""Properties and establishments, and who belongs to them."""

from uuid import UUID

from tortoise import fields

from app.models.base import WorkspaceRow, reference
from app.models.place import Place


class Site(Place):
    address = fields.CharField(max_length=300, null=True)

    class Meta:
        table = "sites"
        unique_together = (("workspace", "name"), ("workspace", "sort_name"))

    @property
    def described(self) -> tuple[str | None, ...]:
        """The texts in which `search` looks."""
        return (self.name, self.address)


class PersonSite(WorkspaceRow):
    person_id: UUID
    site_id: UUID
    person = reference("Person", "site_links")
    site = reference("Site", "person_links")

    class Meta:
        table = "person_sites"
        unique_together = (("person", "site"),)
