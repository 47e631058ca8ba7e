"""How the viewer wants to hear of each kind of news."""

from collections.abc import Mapping, Sequence

from app.auth import policy
from app.auth.viewer import Viewer
from app.models import Person, nouns
from app.models.activity import ActivityKind
from app.models.caution import Caution, WarningCode
from app.models.database import transaction
from app.models.notification import Way
from app.models.refusal import ErrorCode, Refusal
from app.notify.preferences import ALWAYS_LIVE, USUAL, ways
from app.reading.page import One
from app.resolvers.outcome import Outcome

Preferences = Mapping[str, Sequence[str]]
Choice = tuple[ActivityKind, Sequence[Way] | None]


def chosen(preferences: Preferences) -> list[tuple[ActivityKind, tuple[Way, ...], bool]]:
    """Every kind that can be told, its ways, and whether these are the usual ones for want of a choice."""
    return [(kind, ways(kind, preferences), kind not in preferences) for kind in USUAL]


async def update(viewer: Viewer, choices: Sequence[Choice]) -> Outcome:
    """Chooses the ways of each kind; without ways it goes back to the usual ones.

    Raises REQUIRED, INVALID_VALUE or LIVE_REQUIRED.
    """
    changes = _checked(choices)

    async def body() -> Outcome:
        person: Person = await policy.visible(viewer, nouns.VIEWER).select_for_update(no_key=True).get()
        await person.prefer(changes)
        return Outcome(One(nouns.VIEWER, person.id), _cautions(person, changes))

    return await transaction(body)


def _checked(choices: Sequence[Choice]) -> dict[str, list[str] | None]:
    found: dict[str, list[str] | None] = {}
    if not choices:
        raise Refusal(ErrorCode.REQUIRED, "preferences")
    for place, (kind, by) in enumerate(choices):
        if kind in found or kind not in USUAL:
            raise Refusal(ErrorCode.INVALID_VALUE, "preferences", str(place), "kind", reason=kind.name)
        if by is not None and kind in ALWAYS_LIVE and Way.LIVE not in by:
            raise Refusal(ErrorCode.LIVE_REQUIRED, "preferences", str(place), "channels")
        found[kind.value] = None if by is None else [way.value for way in Way if way in by]
    return found


def _cautions(person: Person, changes: Mapping[str, list[str] | None]) -> tuple[Caution, ...]:
    wanted = {way for by in changes.values() for way in by or ()}
    found = []
    if wanted & {Way.EMAIL, Way.DIGEST} and not person.email:
        found.append(Caution(WarningCode.NO_EMAIL, "preferences", {"name": person.name}))
    if Way.SMS in wanted and not person.phone:
        found.append(Caution(WarningCode.NO_PHONE, "preferences", {"name": person.name}))
    return tuple(found)
