"""Results of the engine, as they leave."""

from dataclasses import dataclass
from typing import Any

import orjson
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from app.settings import Settings
from app.transport.context import Context
from app.transport.masking import told_errors


@dataclass(frozen=True)
class Answer:
    """The members of a response. A request error was never executed and has no data."""

    members: dict[str, Any]
    is_request_error: bool

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The errors, if it has any."""
        errors: list[dict[str, Any]] = self.members.get("errors", [])
        return errors

    @property
    def is_internal(self) -> bool:
        """Whether it failed as a whole by our fault."""
        return self.is_request_error and any(_code(error) == "INTERNAL" for error in self.errors)


def answer(result: ExecutionResult, context: Context, settings: Settings) -> Answer:
    """What the client gets to see of a result."""
    errors = told_errors(result.errors or (), context, settings)
    is_request_error = isinstance(result, PreExecutionError) or _never_ran(result)
    members: dict[str, Any] = {} if is_request_error else {"data": result.data}
    members |= {"errors": errors} if errors else {}
    members |= {"extensions": result.extensions} if result.extensions else {}
    return Answer(members, is_request_error)


def encode(value: object) -> bytes:
    """JSON in UTF-8. Keys that are no strings and values unknown to JSON become text."""
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS)


def _never_ran(result: ExecutionResult) -> bool:
    errors = result.errors or []
    return result.data is None and bool(errors) and all(error.path is None for error in errors)


def _code(error: dict[str, Any]) -> object:
    return error.get("extensions", {}).get("code")
