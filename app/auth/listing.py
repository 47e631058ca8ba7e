"""Which lists somebody may open: the permission behind each, as its own gate has it."""

from app.auth.permissions import Permission
from app.auth.viewer import Viewer
from app.models.listing import ListName

P, L = Permission, ListName
# The permission, and whether it has to reach beyond the own row.
READS: dict[ListName, tuple[Permission, bool]] = {
    L.CONTACTS: (P.CONTACT_READ, True),
    L.WORKERS: (P.WORKER_READ, True),
    L.USERS: (P.USER_READ, True),
    L.REQUESTS: (P.REQUEST_READ, False),
    L.ACCESS_REVIEW: (P.USER_MANAGE, False),
    L.AUDIT: (P.AUDIT_READ, False),
}


def opens(viewer: Viewer, name: ListName) -> bool:
    """Whether the viewer may open a list."""
    return viewer.may(*READS[name])
