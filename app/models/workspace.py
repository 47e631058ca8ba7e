"""The tenant: one business with its people, roles, sites and requests."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pydantic import BaseModel
from tortoise import fields
from tortoise.expressions import F

from app.models.base import Row, Versioned, now
from app.models.session import Client
from app.settings import settings


class Feature(StrEnum):
    """What an operator can switch off for a workspace; everything is on unless said."""

    WORKER_ACCOUNTS = "WORKER_ACCOUNTS"
    STAFF_ACCESS = "STAFF_ACCESS"
    SMS = "SMS"
    EXPORTS = "EXPORTS"
    STATISTICS = "STATISTICS"
    CALENDAR_FEEDS = "CALENDAR_FEEDS"
    API_TOKENS = "API_TOKENS"


class Policies(BaseModel, frozen=True):
    """What a workspace decides about its accounts; whatever it has not decided is as said here."""

    sign_up_open: bool = False
    creation_clients: tuple[Client, ...] = (Client.WEB, Client.API)
    preferred_email_domains: tuple[str, ...] = ()
    pin_allowed: bool = True
    manual_passwords_allowed: bool = True
    access_review_days: int = 180


LANGUAGES = ("en", "fr")
LONGEST_SLUG = 60


def default_languages() -> list[str]:
    """The languages that a new workspace speaks: all that Guichet does."""
    return list(LANGUAGES)


class Workspace(Versioned, Row):
    name = fields.CharField(max_length=200)
    slug = fields.CharField(max_length=60, unique=True)
    languages: Any = fields.JSONField(default=default_languages)
    default_language = fields.CharField(max_length=5, default="en")
    features: Any = fields.JSONField(default=dict)
    policies: Any = fields.JSONField(default=dict)
    public_url = fields.CharField(max_length=300, null=True)
    time_zone = fields.CharField(max_length=60, default="UTC")
    last_request_number = fields.IntField(default=1000)
    version = fields.IntField(default=1, description="Grows with every change of the settings")
    last_tombstone = fields.IntField(default=0)
    created_at = fields.DatetimeField(default=now)

    class Meta:
        table = "workspaces"

    def has(self, feature: Feature) -> bool:
        """Whether a feature is switched on."""
        return has_feature(self.features, feature)

    @property
    def base_url(self) -> str:
        """Where its people go: its own front end, or Guichet's configured address."""
        return str(self.public_url or settings().public_url).rstrip("/")

    @property
    def rules(self) -> Policies:
        """The policies as stored, typed and completed."""
        return Policies.model_validate(self.policies)

    async def change(self, **values: Any) -> None:
        """Writes these settings under a new version."""
        values["version"] = self.version + 1
        self.update_from_dict(values)
        await self.save(update_fields=list(values))

    async def next_tombstone(self) -> int:
        """The next n of “Deleted person #n”; inside a transaction, since it locks the workspace's row."""
        return await self._next("last_tombstone")

    async def next_request_number(self) -> int:
        """The next number of a request; inside a transaction, since it locks the workspace's row."""
        return await self._next("last_request_number")

    async def _next(self, counter: str) -> int:
        counted: dict[str, Any] = {counter: F(counter) + 1}
        await Workspace.filter(id=self.id).update(**counted)
        await self.refresh_from_db(fields=[counter])
        return int(getattr(self, counter))


def has_feature(features: Mapping[str, bool], feature: Feature) -> bool:
    """Whether a feature is switched on among the stored ones: all are, until an operator switches them off."""
    return bool(features.get(feature, True))
