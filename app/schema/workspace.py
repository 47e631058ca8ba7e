"""The tenant, as its people see it."""

from typing import Annotated

import strawberry

from app import __version__
from app.auth import policy
from app.auth.gates import ANYONE, SIGNED_IN, Requires, Within
from app.auth.permissions import Permission
from app.models import nouns
from app.models.role import Audience
from app.models.session import Client
from app.models.workspace import Feature
from app.models.workspace import Policies as Rules
from app.reading.source import Source
from app.resolvers import workspace
from app.schema.base import Info, Node
from app.schema.enums import described
from app.schema.fields import about, argument, computed, field, given, read
from app.schema.payload import Payload, mutation
from app.settings import settings

SETTINGS = Within(Permission.SETTINGS_MANAGE)
SIGN_UP = "Whether strangers may sign up."
CLIENTS = "The kinds of program from which people may be added."
DOMAINS = "The domains that e-mail addresses should be of; others are warned of."
PIN = "Whether people may sign in with a PIN of six digits."
PASSWORDS = "Whether an administrator may choose somebody's password."
REVIEW = "How many days a look at somebody's access holds."
LANGUAGE_LIST = "The languages that the workspace speaks, of those that Guichet does: en, fr."
TIME_ZONE = "The IANA name of the time zone in which the workspace works."
FRONT_END = "Where people sign in, if the workspace has a front end of its own: https, or http on this machine."

described(
    Feature,
    "What the operator can switch off for a workspace.",
    {
        Feature.WORKER_ACCOUNTS: "Workers may be added, and people of their portal given access.",
        Feature.STAFF_ACCESS: "Staff may be given access, and the boxes beside it.",
        Feature.SMS: "Messages to phones.",
        Feature.EXPORTS: "Lists as files.",
        Feature.STATISTICS: "Figures.",
        Feature.CALENDAR_FEEDS: "Calendars to subscribe to.",
        Feature.API_TOKENS: "Tokens for scripts.",
    },
)


@strawberry.type(description="What a workspace decides about its accounts.")
class Policies:
    sign_up_open: bool = field(ANYONE, SIGN_UP, name="isSignUpOpen")
    creation_clients: list[Client] = field(ANYONE, CLIENTS)
    preferred_email_domains: list[str] = field(ANYONE, DOMAINS)
    pin_allowed: bool = field(ANYONE, PIN, name="isPinAllowed")
    manual_passwords_allowed: bool = field(ANYONE, PASSWORDS, name="isManualPasswordAllowed")
    access_review_days: int = field(ANYONE, REVIEW)


@strawberry.type(description="What the sign-in page of a workspace shows to strangers.")
class Portal:
    name: str = field(ANYONE, "The firm's name.")
    languages: list[str] = field(ANYONE, "The languages that the workspace speaks.")
    default_language: str = field(ANYONE, "The language to begin with.")
    sign_up_open: bool = field(ANYONE, SIGN_UP, name="isSignUpOpen")


@strawberry.type(description="One business with its people, roles, sites and requests.")
class Workspace(Node):
    source = Source(nouns.WORKSPACE)

    name: str | None = field(ANYONE, "The firm's name.")
    slug: str | None = field(ANYONE, "The firm's name in addresses; see `portal`.")
    languages: list[str] | None = field(ANYONE, LANGUAGE_LIST)
    default_language: str | None = field(ANYONE, "The language of people who chose none.")
    time_zone: str | None = field(ANYONE, TIME_ZONE)
    public_url: str | None = field(SETTINGS, FRONT_END)

    @computed(ANYONE, "Grows with every change of the settings; give it back as `expectedVersion`.", "version")
    def settings_version(self) -> int:
        version: int = self.__dict__["version"]
        return version

    @computed(SETTINGS, "What the workspace decides about its accounts.", "policies")
    def policies(self) -> Policies | None:
        return Policies(**dict(Rules.model_validate(self.__dict__["policies"])))

    @computed(ANYONE, DOMAINS, "policies")
    def preferred_email_domains(self) -> list[str]:
        return list(Rules.model_validate(self.__dict__["policies"]).preferred_email_domains)

    @computed(ANYONE, "The features that are switched on.", "features")
    def features(self) -> list[Feature]:
        off = {name for name, on in self.__dict__["features"].items() if not on}
        return sorted(feature for feature in Feature if feature not in off)

    @computed(ANYONE, "The version of Guichet.")
    def version(self) -> str:
        return __version__

    @computed(ANYONE, "Where people of a portal sign in.", "public_url", "default_language")
    def portal_url(
        self,
        audience: Annotated[Audience, argument("The portal.")],
        language: Annotated[str | None, argument("The language of the page; `defaultLanguage` unless said.")] = None,
    ) -> str:
        base = self.__dict__["public_url"] or settings().public_url
        wanted = language or self.__dict__["default_language"]
        known = "fr" if wanted.lower().startswith("fr") else "en"
        return f"{base.rstrip('/')}/{known}/{audience.value.lower()}"


@strawberry.type
class WorkspaceQuery:
    @read(SIGNED_IN, "The viewer's workspace.")
    def workspace(self, info: Info) -> Workspace | None:
        return policy.visible(info.context.viewer, nouns.WORKSPACE)  # type: ignore[return-value]

    @computed(ANYONE, "What a sign-in page shows; null if there is no workspace of this name.")
    async def portal(
        self, slug: Annotated[str, argument("The firm's name in addresses, as in `workspace.slug`.")]
    ) -> Portal | None:
        found = await workspace.portal(slug)
        if found is None:
            return None
        words = {"languages": found.languages, "default_language": found.default_language}
        return Portal(name=found.name, sign_up_open=found.rules.sign_up_open, **words)


@strawberry.input(description="What the workspace decides about its accounts: absent fields stay as they are.")
class PoliciesInput:
    sign_up_open: strawberry.Maybe[bool | None] = about(SIGN_UP, name="isSignUpOpen")
    creation_clients: strawberry.Maybe[list[Client] | None] = about(CLIENTS)
    preferred_email_domains: strawberry.Maybe[list[str] | None] = about(f"{DOMAINS} At most 20.")
    pin_allowed: strawberry.Maybe[bool | None] = about(
        f"{PIN} If not, PINs that were to stay are replaced at the next sign-in.", name="isPinAllowed"
    )
    manual_passwords_allowed: strawberry.Maybe[bool | None] = about(PASSWORDS, name="isManualPasswordAllowed")
    access_review_days: strawberry.Maybe[int | None] = about(f"{REVIEW} From 1 to 3,650.")


@strawberry.input(description="Changes the settings: absent fields stay as they are, null clears.")
class UpdateWorkspaceInput:
    name: strawberry.Maybe[str | None] = about("The firm's name, at most 200 characters.")
    languages: strawberry.Maybe[list[str] | None] = about(LANGUAGE_LIST)
    default_language: strawberry.Maybe[str | None] = about("One of the languages, for people who chose none.")
    time_zone: strawberry.Maybe[str | None] = about(TIME_ZONE)
    public_url: strawberry.Maybe[str | None] = about(FRONT_END, clears=True)
    policies: PoliciesInput | None = about("What the workspace decides about its accounts.", default=None)
    expected_version: int | None = about("The version that the client saw; another one is a CONFLICT.", default=None)


@strawberry.type(description="What updateWorkspace did.")
class UpdateWorkspacePayload(Payload):
    @read(ANYONE, "The workspace as it is now; on CONFLICT as somebody else left it.")
    def workspace(self) -> Workspace | None:
        return self.rows  # type: ignore[no-any-return]


@strawberry.type
class WorkspaceMutation:
    @mutation(Requires(Permission.SETTINGS_MANAGE), "Changes the workspace's settings.")
    async def update_workspace(self, info: Info, input: UpdateWorkspaceInput) -> UpdateWorkspacePayload:
        return await workspace.update(info.context.viewer, given(input))  # type: ignore[return-value]
