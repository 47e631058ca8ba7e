"""Permission classes for the fields. Each prints itself as a directive and as a sentence."""

from typing import Any

import strawberry
from strawberry.permission import BasePermission
from strawberry.schema_directive import Location

from app.auth.denials import Denial
from app.auth.permissions import Permission


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION], description="Open to every signed-in person.", name="signedIn"
)
class SignedInDirective:
    """Printed on fields for everybody who is signed in."""


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    description="Needs a grant of the permission; without one the field is an error.",
    name="requires",
)
class RequiresDirective:
    """Printed on fields that depend on the viewer's rights alone."""

    permission: str = strawberry.directive_field(name="permission")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    description="Null on rows that the viewer's grants of the permission do not reach.",
    name="within",
)
class WithinDirective:
    """Printed on fields that depend on the row."""

    permission: str = strawberry.directive_field(name="permission")


class Gate(BasePermission):
    """What stands before a field. Deny by default: every field names a gate."""

    sentence: str = ""
    per_viewer = True
    open_before_password_change = False

    def has_permission(self, source: Any, info: Any, **kwargs: Any) -> bool:
        """True or False; raises NOT_SIGNED_IN or PASSWORD_CHANGE_REQUIRED where that is the reason."""
        viewer = info.context.viewer
        if viewer is None:
            raise Denial("NOT_SIGNED_IN")
        if self.awaits_password(viewer):
            raise Denial("PASSWORD_CHANGE_REQUIRED")
        return self.allows(viewer)

    def awaits_password(self, viewer: Any) -> bool:
        """Whether the viewer has to choose a password before it opens."""
        return bool(viewer.must_change_password) and not self.open_before_password_change

    def allows(self, viewer: Any) -> bool:
        """Whether the viewer passes."""
        raise NotImplementedError

    def on_unauthorized(self) -> None:
        """Raises FORBIDDEN."""
        raise Denial("FORBIDDEN")


class SignedIn(Gate):
    """Everybody who is signed in."""

    sentence = "For everybody who is signed in."
    _schema_directive = SignedInDirective()

    def __init__(self, open_before_password_change: bool = False) -> None:
        self.open_before_password_change = open_before_password_change

    def allows(self, viewer: Any) -> bool:
        """Being signed in is enough."""
        return True


class Requires(Gate):
    """Whoever holds the permission on any rows; with `beyond_own`, on more than the own row."""

    def __init__(self, permission: Permission, beyond_own: bool = False) -> None:
        self.permission, self.beyond_own = permission, beyond_own
        self.sentence = f"Requires {permission.name}{' beyond the own row' if beyond_own else ''}."

    @property
    def schema_directive(self) -> object:
        """The directive that stands for this gate in the published schema."""
        return RequiresDirective(permission=self.permission.name)

    def allows(self, viewer: Any) -> bool:
        """Whether the viewer holds the permission."""
        return bool(viewer.may(self.permission, self.beyond_own))


class Within(Gate):
    """Rows that the viewer's grants of the permission reach; on other rows the field is null.

    The reader computes the answer in the statement that fetches the row, from the policy.
    """

    per_viewer = False

    def __init__(self, permission: Permission) -> None:
        self.permission = permission
        self.sentence = f"Null on rows outside of {permission.name}."

    @property
    def schema_directive(self) -> object:
        """The directive that stands for this gate in the published schema."""
        return WithinDirective(permission=self.permission.name)

    def has_permission(self, source: Any, info: Any, **kwargs: Any) -> bool:
        """Whether the row is within reach; a row that no reader fetched is not."""
        return self.permission in getattr(source, "reached", ())


class Anyone(Gate):
    """The explicit “anyone”: whoever sees the row, or calls the field, may read it."""

    def has_permission(self, source: Any, info: Any, **kwargs: Any) -> bool:
        """Always."""
        return True


ANYONE = Anyone()
SIGNED_IN = SignedIn()
