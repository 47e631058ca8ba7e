"""SQL expressions that several layers need."""

from typing import Any

from tortoise.expressions import Case, Q, RawSQL, When


def truth(condition: Q) -> Case:
    """1 where the condition holds, else 0."""
    yes: Any = RawSQL("1")
    no: Any = RawSQL("0")
    return Case(When(condition, then=yes), default=no)
