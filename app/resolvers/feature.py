"""What the operator can switch off for a workspace."""

from app.auth.denials import Denial
from app.auth.viewer import Viewer
from app.models import Workspace
from app.models.refusal import ErrorCode, Refusal
from app.models.workspace import Feature


async def has_feature(viewer: Viewer, feature: Feature) -> bool:
    """Whether a feature is switched on in the viewer's workspace."""
    return (await Workspace.get(id=viewer.workspace_id)).has(feature)


async def require_feature(viewer: Viewer, feature: Feature) -> None:
    """Before a change: raises FEATURE_NOT_ENABLED, as data of the payload, if the feature is off."""
    if not await has_feature(viewer, feature):
        raise Refusal(ErrorCode.FEATURE_NOT_ENABLED, feature=feature)


async def read_with_feature(viewer: Viewer, feature: Feature) -> None:
    """Before a read: raises FEATURE_NOT_ENABLED at the top level if the feature is off."""
    if not await has_feature(viewer, feature):
        raise Denial("FEATURE_NOT_ENABLED", feature=feature)
