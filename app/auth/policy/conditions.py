"""Conditions on rows, as Tortoise `Q` objects, and how they combine: what the policy is written in."""

from collections.abc import Callable
from typing import Any, TypeAlias

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from app.auth.viewer import Viewer

Rule: TypeAlias = Callable[[Viewer], Q]
Rows: TypeAlias = QuerySet[Any]
EVERY = Q()
NONE = Q(id__isnull=True)


def any_of(*alternatives: Q) -> Q:
    """The rows that one of the alternatives reaches; an empty Q is every row, not none."""
    if EVERY in alternatives:
        return EVERY
    reaching = [q for q in alternatives if q is not NONE]
    return Q(*reaching, join_type=Q.OR) if reaching else NONE


def all_of(*conditions: Q) -> Q:
    """The rows that every condition reaches."""
    if any(q is NONE for q in conditions):
        return NONE
    binding = [q for q in conditions if q != EVERY]
    return Q(*binding) if binding else EVERY
