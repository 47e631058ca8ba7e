"""What the operator can switch off for a workspace."""

from uuid import UUID

from app.auth.viewer import Viewer
from app.models import Person, Role, Workspace
from app.models.invitation import Purpose
from app.models.refusal import ErrorCode, Refusal
from app.models.role import Audience
from app.models.workspace import Feature

ACCESS = {Audience.STAFF: Feature.STAFF_ACCESS, Audience.WORKER: Feature.WORKER_ACCOUNTS}
FIRST_WAYS_IN = (Purpose.ACTIVATION, Purpose.ACCESS)


async def require_feature(viewer: Viewer, feature: Feature) -> None:
    """Raises FEATURE_NOT_ENABLED, as data of the payload, if the feature is off."""
    if not (await Workspace.get(id=viewer.workspace_id)).has(feature):
        raise Refusal(ErrorCode.FEATURE_NOT_ENABLED, feature=feature)


async def require_portal(workspace_id: UUID, audience: Audience) -> None:
    """Raises FEATURE_NOT_ENABLED if the feature is off without which people of this portal have no access."""
    if feature := await _missing(workspace_id, audience):
        raise Refusal(ErrorCode.FEATURE_NOT_ENABLED, feature=feature)


async def missing(person: Person, purpose: Purpose) -> Feature | None:
    """The feature that is off and without which people of the person's portal are given no access, if any.

    Whoever has access already may have it back by a reset.
    """
    if purpose not in FIRST_WAYS_IN:
        return None
    return await _missing(person.workspace_id, (await Role.get(id=person.role_id)).audience)


async def _missing(workspace_id: UUID, audience: Audience) -> Feature | None:
    feature = ACCESS.get(audience)
    return feature if feature and not (await Workspace.get(id=workspace_id)).has(feature) else None
