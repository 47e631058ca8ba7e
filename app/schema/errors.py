"""A business "no", and a warning, as data: one shape for every mutation."""

import strawberry

from app.auth.gates import ANYONE
from app.models.caution import Caution, WarningCode
from app.models.refusal import ErrorCode, Refusal
from app.schema.enums import described
from app.schema.fields import field
from app.schema.meanings import CAUTIONS, MEANINGS
from app.schema.messages import sentence

described(ErrorCode, "Why a mutation did not do what was asked.", MEANINGS)
described(WarningCode, "What deserves a second look although it was done.", CAUTIONS)


@strawberry.type(description="One reason why a mutation changed nothing.")
class UserError:
    """What a client shows beside the input field."""

    code: ErrorCode = field(ANYONE, "The reason, for programs.")
    message: str = field(ANYONE, "The reason, in the viewer's language.")
    path: list[str] = field(ANYONE, "The input field that it is about; empty for the whole.")


@strawberry.type(description="Something that was done, but deserves a second look.")
class UserWarning:
    """What a client shows beside the result."""

    code: WarningCode = field(ANYONE, "What it is, for programs.")
    message: str = field(ANYONE, "What it is, in the viewer's language.")
    path: list[str] = field(ANYONE, "The input field that it is about.")


def told(refusal: Refusal, language: str) -> UserError:
    """The refusal in a language."""
    return UserError(code=refusal.code, message=sentence(refusal, language), path=list(refusal.path))


def warned(caution: Caution, language: str) -> UserWarning:
    """The warning in a language."""
    return UserWarning(code=caution.code, message=sentence(caution, language), path=[caution.path])
