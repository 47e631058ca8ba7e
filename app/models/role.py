"""Named sets of grants, and the grants that a person holds beside its role."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields

from app.models.base import Versioned, WorkspaceRow, now, reference
from app.models.text import fold


class Audience(StrEnum):
    """The portal that a session belongs to; a session of one is not accepted by another."""

    STAFF = "STAFF"
    WORKER = "WORKER"
    CONTACT = "CONTACT"


def grant_word(permission: str, scope: str) -> str:
    """A grant as people and conditions write it."""
    return f"{permission}@{scope}"


def grant_words(grants: list[dict[str, str]]) -> str:
    """The grants of a role between spaces, so that a condition can look for one of them."""
    return "".join(f" {grant_word(each['permission'], each['scope'])} " for each in grants)


class Role(Versioned, WorkspaceRow):
    key = fields.CharField(max_length=60)
    name = fields.CharField(max_length=120)
    sort_name = fields.CharField(max_length=250, default="", description="Folded: no case, no accents")
    description = fields.TextField(default="")
    audience = fields.CharEnumField(Audience, max_length=10)
    is_system = fields.BooleanField(default=False)
    requires_email = fields.BooleanField(default=False)
    grants: Any = fields.JSONField(default=list, description="[{permission, scope}]")
    grant_words = fields.TextField(default="", description="The grants again, so that a condition can look for one")
    version = fields.IntField(default=1)

    class Meta:
        table = "roles"
        unique_together = (("workspace", "key"), ("workspace", "name"), ("workspace", "sort_name"))

    def index(self) -> "Role":
        """Brings the texts by which roles are found and compared up to date."""
        self.grant_words, self.sort_name = grant_words(self.grants), fold(self.name)[:250]
        return self

    async def save(self, *args: Any, **kwargs: Any) -> None:
        """Writes the row and what follows from it."""
        self.index()
        if kwargs.get("update_fields"):
            kwargs["update_fields"] = [*kwargs["update_fields"], "grant_words", "sort_name"]
        await super().save(*args, **kwargs)


class DirectGrant(WorkspaceRow):
    person_id: UUID
    person = reference("Person", "direct_grants")
    permission = fields.CharField(max_length=40)
    scope = fields.CharField(max_length=20)
    bundle = fields.CharField(max_length=40, default="", description="The box that it came with, empty for none")
    reason = fields.CharField(max_length=500, null=True)
    expires_at = fields.DatetimeField(null=True)
    granted_by = reference("Person", null=True)
    created_at = fields.DatetimeField(default=now)

    class Meta:
        table = "direct_grants"
        unique_together = (("person", "permission", "scope", "bundle"),)
