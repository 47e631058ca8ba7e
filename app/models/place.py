"""What organizations, departments and sites have in common."""

from typing import Any, TypeVar

from tortoise import fields

from app.models.base import Versioned, WorkspaceRow
from app.models.text import fold, search_text

P = TypeVar("P", bound="Place")


class Place(Versioned, WorkspaceRow):
    """No other one has its name, whatever the case and accents; one out of use stays in the history."""

    name = fields.CharField(max_length=200)
    sort_name = fields.CharField(max_length=250, default="", description="Folded: no case, no accents")
    active = fields.BooleanField(default=True)
    search_text = fields.CharField(max_length=2000, default="")
    version = fields.IntField(default=1)

    class Meta:
        abstract = True

    def index(self: P) -> P:
        """Brings the texts by which places are compared, sorted and searched up to date."""
        self.sort_name = fold(self.name)[:250]
        self.search_text = search_text(*self.described)
        return self

    @property
    def described(self) -> tuple[str | None, ...]:
        """The texts in which `search` looks."""
        return (self.name,)

    async def change(self, **values: Any) -> None:
        """Writes these columns and what follows from them, under a new version. Raises IntegrityError."""
        values["version"] = self.version + 1
        self.update_from_dict(values)
        self.index()
        await self.save(update_fields=[*values, "sort_name", "search_text"])
