"""The tenant, as its people see it."""

from typing import Annotated

import strawberry

from app import __version__
from app.auth import policy
from app.auth.gates import ANYONE, SIGNED_IN
from app.models import nouns
from app.models.role import Audience
from app.models.workspace import Feature
from app.reading.source import Source
from app.schema.base import Info, Node
from app.schema.fields import argument, computed, field, read
from app.settings import settings


@strawberry.type(description="One business with its people, roles, sites and requests.")
class Workspace(Node):
    source = Source(nouns.WORKSPACE)

    name: str | None = field(ANYONE, "The firm's name.")
    languages: list[str] | None = field(ANYONE, "The languages that the workspace speaks.")
    default_language: str | None = field(ANYONE, "The language of people who chose none.")
    time_zone: str | None = field(ANYONE, "The IANA name of the time zone in which the workspace works.")

    @computed(ANYONE, "The features that are switched on.", "features")
    def features(self) -> list[str]:
        off = {name for name, on in self.__dict__["features"].items() if not on}
        return sorted(feature for feature in Feature if feature not in off)

    @computed(ANYONE, "The version of Guichet.")
    def version(self) -> str:
        return __version__

    @computed(ANYONE, "Where people of a portal sign in.", "public_url", "slug")
    def portal_url(
        self,
        audience: Annotated[Audience, argument("The portal.")],
        language: Annotated[str, argument("The language of the page.")] = "en",
    ) -> str:
        base = self.__dict__["public_url"] or settings().public_url
        known = "fr" if language.lower().startswith("fr") else "en"
        return f"{base.rstrip('/')}/{known}/{audience.value.lower()}"


@strawberry.type
class WorkspaceQuery:
    @read(SIGNED_IN, "The viewer's workspace.")
    def workspace(self, info: Info) -> Workspace | None:
        return policy.visible(info.context.viewer, nouns.WORKSPACE)  # type: ignore[return-value]
