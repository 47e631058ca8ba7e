"""The address under which a calendar program reads somebody's requests."""

from uuid import UUID

from tortoise import fields

from app.models.base import WorkspaceRow, now, reference


class CalendarFeed(WorkspaceRow):
    """At most one per person: a new address replaces the old one."""

    person_id: UUID
    person = reference("Person", "calendar_feeds", index=False)
    token_hash = fields.CharField(max_length=64, unique=True, description="SHA-256 of 256 random bits")
    created_at = fields.DatetimeField(default=now)
    last_used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "calendar_feeds"
        unique_together = (("person",),)
