"""What a review of somebody's access looks at, beside role and grants."""

from typing import Any

from app.auth.policy import Rows
from app.auth.viewer import Viewer
from app.models import ApiToken, Invitation, Session
from app.models.invitation import TYPED, InvitationState


def ways_in(viewer: Viewer, person: Any) -> tuple[Rows, Rows, Rows, Rows]:
    """What lets a visible person in now: links, secrets to type, tokens, sessions."""
    pending = Invitation.filter(person_id=person["id"], state=InvitationState.PENDING, expires_at__gt=viewer.at)
    tokens = ApiToken.filter(owner_id=person["id"], revoked_at__isnull=True)
    sessions = Session.filter(person_id=person["id"], revoked_at__isnull=True, expires_at__gt=viewer.at)
    return pending.exclude(method__in=list(TYPED)), pending.filter(method__in=list(TYPED)), tokens, sessions
