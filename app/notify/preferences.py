"""How somebody hears of each kind of news: as they chose, or as usual."""

from collections.abc import Mapping, Sequence

from app.models.activity import ActivityKind
from app.models.notification import Way

K, W = ActivityKind, Way
Preferences = Mapping[str, Sequence[str]]
MAIL = (W.LIVE, W.EMAIL)

# The kinds that can be told, each with the usual ways.
USUAL: dict[ActivityKind, tuple[Way, ...]] = {
    K.CREATED: (),
    K.UPDATED: (W.LIVE,),
    K.ASSIGNED: (W.LIVE, W.EMAIL, W.SMS),
    K.UNASSIGNED: MAIL,
    K.DECLINED: MAIL,
    K.STARTED: MAIL,
    K.FINISHED: MAIL,
    K.CANCELLED: MAIL,
    K.REOPENED: MAIL,
    K.COMMENTED: MAIL,
    K.ATTACHED: (W.LIVE,),
}
ALWAYS_LIVE = frozenset({K.ASSIGNED, K.UNASSIGNED})  # a list of work that missed one of them would be wrong


def ways(kind: ActivityKind, preferences: Preferences) -> tuple[Way, ...]:
    """By which ways somebody with these preferences hears of a kind of news, in the order of `Way`."""
    chosen = preferences.get(kind, USUAL.get(kind, ()))
    return tuple(way for way in Way if way in chosen)
