"""What the operator can switch off for a workspace."""

from app.auth.viewer import Viewer
from app.models import Workspace
from app.models.refusal import ErrorCode, Refusal
from app.models.workspace import Feature


async def require_feature(viewer: Viewer, feature: Feature) -> None:
    """Raises FEATURE_NOT_ENABLED, as data of the payload, if the feature is off."""
    if not (await Workspace.get(id=viewer.workspace_id)).has(feature):
        raise Refusal(ErrorCode.FEATURE_NOT_ENABLED, feature=feature)
