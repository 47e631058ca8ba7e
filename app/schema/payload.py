"""Mutations and what they answer: the changed row or null, and the reasons why not."""

from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.types.base import get_object_definition

from app.auth.gates import ANYONE, Gate
from app.models.refusal import ErrorCode, Refusal
from app.resolvers.outcome import Outcome
from app.schema.errors import UserError, UserWarning, told, warned
from app.schema.fields import F, described_by, extensions, field


@strawberry.interface(description="What every mutation answers.")
class Payload:
    """`rows` is what the payload's row field reads; other fields are set from the outcome's values."""

    rows: ClassVar[Any] = None
    warned: ClassVar[list[UserWarning]] = []

    errors: list[UserError] = field(ANYONE, "Why nothing was changed; empty if all went well.")

    @classmethod
    def of(cls, errors: list[UserError], rows: Any = None) -> Any:
        """A payload of this kind."""
        payload: Any = cls.__new__(cls)
        payload.__dict__ |= {"errors": errors, "rows": rows}
        return payload


class Change(FieldExtension):
    """Runs a mutation's resolver and makes the payload; a refusal becomes its errors."""

    def __init__(self) -> None:
        self.field: Any = None

    def apply(self, field: Any) -> None:
        """Remembers the field, whose type is the payload, and describes its input."""
        self.field = field
        for argument in field.arguments:
            argument.description = argument.description or "What to do, and with what."

    async def resolve_async(self, next_: Callable[..., Any], source: Any, info: Any, **kwargs: Any) -> Any:
        """The payload of what was done, or of why it was not."""
        kind, language = self.field.type, info.context.language
        try:
            outcome: Outcome = await next_(source, info, **kwargs)
        except Refusal as refusal:
            conflict = refusal.code is ErrorCode.CONFLICT
            return _blank(kind, kind.of([told(refusal, language)], refusal.rows if conflict else None))
        payload = _blank(kind, kind.of([], outcome.rows))
        payload.__dict__["warnings"] = [warned(caution, language) for caution in outcome.cautions]
        payload.__dict__ |= outcome.values or {}
        return payload


def _blank(kind: type, payload: Any) -> Any:
    payload.__dict__ = {**_empty(kind), "warnings": [], **payload.__dict__}
    return payload


@cache
def _empty(kind: type) -> dict[str, None]:
    definition = get_object_definition(kind, strict=True)
    return {each.python_name: None for each in definition.fields if not each.base_resolver}


def mutation(gate: Gate, description: str) -> Callable[[F], F]:
    """A root field that changes something and returns a payload."""
    decorator: Callable[[F], F] = strawberry.mutation(
        description=described_by(gate, description),
        extensions=extensions([gate], Change()),
        metadata={"gates": [gate], "needs": ()},
    )
    return decorator
