"""What was done, but deserves a second look."""

from enum import StrEnum
from typing import Any, NamedTuple


class WarningCode(StrEnum):
    """Why a change that was made may not have the effect that was meant."""

    CANNOT_LOG_IN = "CANNOT_LOG_IN"
    EMAIL_BOUNCED = "EMAIL_BOUNCED"
    EMAIL_TO_CONFIRM = "EMAIL_TO_CONFIRM"
    NO_EMAIL = "NO_EMAIL"
    NO_PHONE = "NO_PHONE"
    OTHER_DOMAIN = "OTHER_DOMAIN"
    OVERLAPS = "OVERLAPS"
    STILL_ASSIGNED = "STILL_ASSIGNED"
    UNREGISTERED_EMAIL = "UNREGISTERED_EMAIL"


class Caution(NamedTuple):
    """A warning, the input field that it is about, and the words that fill its sentence."""

    code: WarningCode
    path: str
    words: dict[str, Any]
