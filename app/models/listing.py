"""The lists that people look at, save views of and export."""

from enum import StrEnum


class ListName(StrEnum):
    """A list of the workspace."""

    CONTACTS = "CONTACTS"
    WORKERS = "WORKERS"
    USERS = "USERS"
    REQUESTS = "REQUESTS"
    ACCESS_REVIEW = "ACCESS_REVIEW"
    AUDIT = "AUDIT"
