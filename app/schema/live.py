"""What subscriptions share."""

from app.auth import identity
from app.auth.viewer import Viewer
from app.resolvers.notification import Refresh
from app.schema.base import Info


def refreshing(info: Info) -> Refresh:
    """Looks up who is behind the connection, as they are now; the reader reads for them from then on."""
    shown = info.context.credentials

    async def refresh() -> Viewer | None:
        viewer = await identity.authenticate(shown.token, shown.audience)
        info.context.viewer = viewer
        return viewer

    return refresh
