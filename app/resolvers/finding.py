"""Rows that a mutation is about: found through the viewer, locked, with their standing."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from tortoise.expressions import Q

from app.auth import delegation, policy
from app.auth.kept import kept
from app.auth.permissions import Right, Scope
from app.auth.policy import Decision, Rows
from app.auth.viewer import Viewer
from app.models import Person, nouns
from app.models.expressions import truth
from app.models.nouns import Noun
from app.models.person import AccountStatus
from app.models.place import Place
from app.models.refusal import ErrorCode, Refusal
from app.reading.page import One

K = TypeVar("K", Scope, Right)


@kept
def _seen(viewer: Viewer, noun: Noun, key: UUID, lock: bool) -> Rows:
    rows = policy.visible(viewer, noun).filter(id=key)
    return rows.select_for_update(no_key=True) if lock else rows


async def find(viewer: Viewer, noun: Noun, text: str, *path: str, lock: bool = False) -> Any:
    """The visible row with this id. Raises NOT_FOUND, the same for what is hidden and what does not exist."""
    key = noun.key(text)
    found = await _seen(viewer, noun, key, lock) if key else []
    if not found:
        raise Refusal.missing(*path)
    return found[0]


def in_use(row: Any, *path: str) -> Any:
    """The row that somebody chose, if it is still there to be chosen. Raises PLACE_INACTIVE, or WRONG_STATE for a
    deleted person.

    What already lies at a place stays there when the place goes out of use.
    """
    if isinstance(row, Place) and not row.active:
        raise Refusal(ErrorCode.PLACE_INACTIVE, *path, name=row.name)
    if isinstance(row, Person) and row.status is AccountStatus.DELETED:
        raise Refusal(ErrorCode.WRONG_STATE, *path)
    return row


def unchanged(row: Any, version: int | None, rows: One | UUID) -> None:
    """Guards against lost updates. Raises CONFLICT, which shows the row as it is now."""
    try:
        row.expect(version)
    except Refusal as refusal:
        refusal.rows = rows
        raise


async def standing(viewer: Viewer, noun: Noun, key: UUID) -> frozenset[Scope]:
    """In which of the viewer's scopes a row stands, from the same `Q` objects that filter lists."""
    conditions = policy.standings(viewer, noun)
    return _held(conditions, await _judged(viewer, noun, key) if _open(conditions) else [])


async def rights(viewer: Viewer, key: UUID) -> frozenset[Right]:
    """What the viewer may do with a person, from the same `Q` objects that decide the buttons."""
    return await holding(nouns.USER, key, delegation.rights(viewer))


async def holding(noun: Noun, key: UUID, conditions: Mapping[K, Q]) -> frozenset[K]:
    """The names of the conditions that hold for a row."""
    return _held(conditions, await _judging(noun, key, conditions) if _open(conditions) else [])


@kept
def _judged(viewer: Viewer, noun: Noun, key: UUID) -> Any:
    return _judging(noun, key, policy.standings(viewer, noun))


def _judging(noun: Noun, key: UUID, conditions: Mapping[Any, Q]) -> Any:
    cases = {f"in_{name}": truth(q) for name, q in _open(conditions).items()}
    return noun.model.filter(id=key).annotate(**cases).values(*cases, "id")


def _open(conditions: Mapping[K, Q]) -> dict[K, Q]:
    """Those that not every row meets."""
    return {name: q for name, q in conditions.items() if q != policy.EVERY}


def _held(conditions: Mapping[K, Q], found: Sequence[Mapping[str, Any]]) -> frozenset[K]:
    held = found[0] if found else {}
    return frozenset(name for name, q in conditions.items() if q == policy.EVERY or held.get(f"in_{name}"))


def require(decision: Decision, *path: str) -> None:
    """Raises the decision's code unless it allows."""
    if not decision:
        raise Refusal(decision.code, *path)


def keys(noun: Noun, ids: Iterable[str]) -> list[UUID]:
    """The keys among ids, each once; a malformed id matches nothing."""
    return [key for key in (noun.key(text) for text in dict.fromkeys(ids)) if key is not None]


async def chosen(rows: Rows, noun: Noun, ids: Sequence[str], path: str, most: int) -> frozenset[UUID]:
    """The keys of rows that a client chose, every one of which it must see. Raises TOO_MANY or NOT_FOUND."""
    if len(ids) > most:
        raise Refusal(ErrorCode.TOO_MANY, path, limit=most)
    wanted = keys(noun, ids)
    found = frozenset(UUID(str(key)) for key in await rows.filter(id__in=wanted).values_list("id", flat=True))
    if len(found) < len(set(ids)):
        raise Refusal.missing(path)
    return found


Ids = Mapping[str, tuple[str, *tuple[Noun, ...]]]  # a filter's name, its column, and what the ids may be of


def narrowed(rows: Rows, where: dict[str, Any], lists: Mapping[str, str], ids: Ids) -> Rows:
    """The filters that are alike in every list: any-of over a column, and any-of over typed ids."""
    for name, column in lists.items():
        if name in where:
            any_of: dict[str, Any] = {f"{column}__in": list(dict.fromkeys(where[name]))}
            rows = rows.filter(**any_of)
    for name, (column, *kinds) in ids.items():
        if name in where:
            one_of: dict[str, Any] = {f"{column}__in": [key for noun in kinds for key in keys(noun, where[name])]}
            rows = rows.filter(**one_of)
    return rows


def between(rows: Rows, column: str, bounds: dict[str, Any] | None) -> Rows:
    """The half-open range `{from, to}` over a column."""
    for name, lookup in (("from_", "gte"), ("to", "lt")):
        if bounds and name in bounds:
            condition: dict[str, Any] = {f"{column}__{lookup}": bounds[name]}
            rows = rows.filter(**condition)
    return rows
