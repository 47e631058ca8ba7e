"""A business "no": data for the client, never a bug."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any


class ErrorCode(StrEnum):
    """Why a mutation did not do what was asked."""

    ALREADY_ASSIGNED = "ALREADY_ASSIGNED"
    BASE_ACCESS_REQUIRED = "BASE_ACCESS_REQUIRED"
    BUSY = "BUSY"
    CLIENT_NOT_ALLOWED = "CLIENT_NOT_ALLOWED"
    CONFLICT = "CONFLICT"
    DEFAULT_SITE_INVALID = "DEFAULT_SITE_INVALID"
    DEPARTMENT_MISMATCH = "DEPARTMENT_MISMATCH"
    EMAIL_IN_USE = "EMAIL_IN_USE"
    EMAIL_REQUIRED = "EMAIL_REQUIRED"
    EMAIL_REQUIRED_BY_ROLE = "EMAIL_REQUIRED_BY_ROLE"
    FEATURE_NOT_ENABLED = "FEATURE_NOT_ENABLED"
    FILE_TYPE = "FILE_TYPE"
    FORBIDDEN = "FORBIDDEN"
    INVALID_CREDENTIALS = "INVALID_CREDENTIALS"
    INVALID_EMAIL = "INVALID_EMAIL"
    INVALID_PHONE = "INVALID_PHONE"
    INVALID_PIN = "INVALID_PIN"
    INVALID_USERNAME = "INVALID_USERNAME"
    INVALID_VALUE = "INVALID_VALUE"
    LANGUAGE_NOT_SPOKEN = "LANGUAGE_NOT_SPOKEN"
    LAST_ADMINISTRATOR = "LAST_ADMINISTRATOR"
    LINK_EXPIRED = "LINK_EXPIRED"
    LINK_REPLACED = "LINK_REPLACED"
    LINK_REVOKED = "LINK_REVOKED"
    LINK_UNKNOWN = "LINK_UNKNOWN"
    LINK_USED = "LINK_USED"
    NAME_IN_USE = "NAME_IN_USE"
    LIVE_REQUIRED = "LIVE_REQUIRED"
    NOT_ASSIGNED = "NOT_ASSIGNED"
    NOT_FOUND = "NOT_FOUND"
    NOT_YOURSELF = "NOT_YOURSELF"
    OPEN_WORK = "OPEN_WORK"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    OUT_OF_SCOPE_PERMISSION = "OUT_OF_SCOPE_PERMISSION"
    PASSWORD_NOT_ALLOWED = "PASSWORD_NOT_ALLOWED"
    PASSWORD_REUSED = "PASSWORD_REUSED"
    PASSWORD_TOO_COMMON = "PASSWORD_TOO_COMMON"
    PASSWORD_TOO_SHORT = "PASSWORD_TOO_SHORT"
    PHONE_REQUIRED = "PHONE_REQUIRED"
    PIN_NOT_ALLOWED = "PIN_NOT_ALLOWED"
    PLACE_INACTIVE = "PLACE_INACTIVE"
    REQUESTER_MISMATCH = "REQUESTER_MISMATCH"
    REQUIRED = "REQUIRED"
    RESET_REQUIRED = "RESET_REQUIRED"
    ROLE_IN_USE = "ROLE_IN_USE"
    ROLE_NOT_FITTING = "ROLE_NOT_FITTING"
    SIGN_IN_OVER_HTTP = "SIGN_IN_OVER_HTTP"
    SIGN_UP_CLOSED = "SIGN_UP_CLOSED"
    SYSTEM_ROLE = "SYSTEM_ROLE"
    TOO_LONG = "TOO_LONG"
    TOO_MANY = "TOO_MANY"
    TOO_MANY_TRIES = "TOO_MANY_TRIES"
    USERNAME_IN_USE = "USERNAME_IN_USE"
    USERNAME_REQUIRED = "USERNAME_REQUIRED"
    WORKER_INACTIVE = "WORKER_INACTIVE"
    WORKER_OUT_OF_SITE = "WORKER_OUT_OF_SITE"
    WRONG_STATE = "WRONG_STATE"


class Unfit(StrEnum):
    """Why a value does not fit where its own words do not tell: what INVALID_VALUE gives as the reason."""

    BOTH = "BOTH"
    INVISIBLE = "INVISIBLE"
    NO_ADDRESS = "NO_ADDRESS"
    NO_TIME_ZONE = "NO_TIME_ZONE"
    NOT_HERE = "NOT_HERE"
    OTHER_LIST = "OTHER_LIST"
    PAST = "PAST"
    REVERSED = "REVERSED"
    SAME_PERSON = "SAME_PERSON"


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


@contextmanager
def below(*path: str) -> Iterator[None]:
    """Whatever is refused inside is about a part of the input field at this path."""
    try:
        yield
    except Refusal as refusal:
        refusal.path = (*path, *refusal.path)
        raise
