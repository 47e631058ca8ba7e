"""Properties and establishments, and who belongs to them."""

from uuid import UUID

from tortoise import fields

from app.models.base import WorkspaceRow, reference
from app.models.text import search_text


class Site(WorkspaceRow):
    name = fields.CharField(max_length=200)
    address = fields.CharField(max_length=300, null=True)
    active = fields.BooleanField(default=True)
    search_text = fields.CharField(max_length=2000, default="")

    class Meta:
        table = "sites"
        unique_together = (("workspace", "name"),)

    def index(self) -> "Site":
        """Brings the searched text up to date."""
        self.search_text = search_text(self.name, self.address)
        return self


class PersonSite(WorkspaceRow):
    person_id: UUID
    site_id: UUID
    person = reference("Person", "site_links")
    site = reference("Site", "person_links")

    class Meta:
        table = "person_sites"
        unique_together = (("person", "site"),)
