"""A business "no": data for the client, never a bug."""

from enum import StrEnum
from typing import Any


class ErrorCode(StrEnum):
    """Why a mutation did not do what was asked."""

    ALREADY_ASSIGNED = "ALREADY_ASSIGNED"
    CONFLICT = "CONFLICT"
    DEPARTMENT_MISMATCH = "DEPARTMENT_MISMATCH"
    FORBIDDEN = "FORBIDDEN"
    INVALID_CREDENTIALS = "INVALID_CREDENTIALS"
    INVALID_VALUE = "INVALID_VALUE"
    NOT_ASSIGNED = "NOT_ASSIGNED"
    NOT_FOUND = "NOT_FOUND"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    REQUIRED = "REQUIRED"
    SIGN_IN_OVER_HTTP = "SIGN_IN_OVER_HTTP"
    TOO_LONG = "TOO_LONG"
    TOO_MANY_TRIES = "TOO_MANY_TRIES"
    WORKER_INACTIVE = "WORKER_INACTIVE"
    WORKER_OUT_OF_SITE = "WORKER_OUT_OF_SITE"
    WRONG_STATE = "WRONG_STATE"


class Refusal(Exception):
    """Raised by verbs and resolvers; the payload shows it and the transaction rolls back.

    `path` names the input field; `words` fill the places of the message.
    """

    def __init__(self, code: ErrorCode, *path: str, **words: Any) -> None:
        super().__init__(code, path)
        self.code, self.path, self.words = code, path, words
        self.rows: Any = None  # on a conflict, the row as it stands now

    @classmethod
    def missing(cls, *path: str) -> "Refusal":
        """The one answer for what does not exist and for what must not be seen."""
        return cls(ErrorCode.NOT_FOUND, *path)
