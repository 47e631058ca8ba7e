"""How the viewer wants to hear of each kind of news."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from app.auth.gates import ANYONE, SIGNED_IN
from app.models.activity import ActivityKind
from app.models.notification import Way
from app.resolvers import preference
from app.schema.base import Info
from app.schema.enums import described
from app.schema.errors import UserWarning
from app.schema.fields import about, field, read
from app.schema.payload import Payload, mutation

if TYPE_CHECKING:
    from app.schema.session import Viewer

described(
    Way,
    "A way by which somebody hears of news.",
    {
        Way.LIVE: "In the inbox, and at once on open pages.",
        Way.EMAIL: "An e-mail for each.",
        Way.SMS: "A text message for each.",
        Way.DIGEST: "One e-mail a day with what is not read by then.",
    },
    name="NotificationChannel",
)


@strawberry.type(description="How the viewer hears of one kind of news.")
class NotificationPreference:
    """As chosen, or the usual ways."""

    kind: ActivityKind = field(ANYONE, "What happened. CREATED: any new request that the viewer may see.")
    channels: list[Way] = field(ANYONE, "The ways by which the viewer is told; none: not at all.")
    is_default: bool = field(ANYONE, "Whether these are the usual ways, because none were chosen.")

    @classmethod
    def all(cls, preferences: preference.Preferences) -> "list[NotificationPreference]":
        """One for each kind that can be told."""
        chosen = preference.chosen(preferences)
        return [cls(kind=kind, channels=list(ways), is_default=usual) for kind, ways, usual in chosen]


@strawberry.input(description="How to hear of one kind of news.")
class NotificationPreferenceInput:
    kind: ActivityKind = about("What happened.")
    channels: list[Way] | None = about("The ways; an empty list: not at all, null: the usual ways.")


@strawberry.input(description="Chooses how to hear of some kinds of news; the others stay as they are.")
class UpdateNotificationPreferencesInput:
    preferences: list[NotificationPreferenceInput] = about("The kinds, each at most once.")


@strawberry.type(description="What updateNotificationPreferences did.")
class UpdateNotificationPreferencesPayload(Payload):
    warnings: list[UserWarning] = field(ANYONE, "What deserves a second look.")

    @read(ANYONE, "The viewer, with all preferences.")
    def viewer(self) -> Annotated["Viewer", strawberry.lazy("app.schema.session")] | None:
        return self.rows  # type: ignore[no-any-return]


@strawberry.type
class PreferenceMutation:
    @mutation(SIGNED_IN, "Chooses how the viewer hears of news. What is assigned to them is always told live.")
    async def update_notification_preferences(
        self, info: Info, input: UpdateNotificationPreferencesInput
    ) -> UpdateNotificationPreferencesPayload:
        choices = [(each.kind, each.channels) for each in input.preferences]
        return await preference.update(info.context.viewer, choices)  # type: ignore[return-value]
