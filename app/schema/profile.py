"""What everybody may change about themselves."""

import strawberry

from app.auth.gates import ANYONE, SIGNED_IN
from app.resolvers import profile
from app.schema.base import Info
from app.schema.fields import about, given, read
from app.schema.payload import Payload, mutation
from app.schema.session import Viewer


@strawberry.input(description="Changes the viewer's own profile: absent fields stay as they are, null clears.")
class UpdateProfileInput:
    first_name: strawberry.Maybe[str | None] = about("First name, at most 120 characters.", clears=True)
    last_name: strawberry.Maybe[str | None] = about("Last name, at most 120 characters.")
    phone: strawberry.Maybe[str | None] = about("Phone number; begins with + and the country.", clears=True)
    language: strawberry.Maybe[str | None] = about(
        "One of the workspace's languages; null for its default.", clears=True
    )
    expected_version: int | None = about("The version that the client saw; another one is a CONFLICT.", default=None)


@strawberry.type(description="What updateProfile did.")
class UpdateProfilePayload(Payload):
    @read(ANYONE, "The viewer as it is now; on CONFLICT as somebody else left it.")
    def viewer(self) -> Viewer | None:
        return self.rows  # type: ignore[no-any-return]


@strawberry.type
class ProfileMutation:
    @mutation(SIGNED_IN, "Changes the viewer's own name, phone and language.")
    async def update_profile(self, info: Info, input: UpdateProfileInput) -> UpdateProfilePayload:
        return await profile.update(info.context.viewer, given(input))  # type: ignore[return-value]
