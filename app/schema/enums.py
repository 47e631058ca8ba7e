"""Enums of the model as the graph publishes them: every value with its meaning."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

import strawberry
from strawberry.types.enum import EnumValue

from app.auth.permissions import Bundle, Permission, Scope
from app.auth.words import BUNDLE_WORDS, PERMISSION_WORDS
from app.models.activity import ActivityKind
from app.models.delivery import Channel
from app.models.invitation import InvitationState, Method, Purpose
from app.models.person import AccountStatus
from app.models.request import Priority, RequestKind, RequestStatus
from app.models.role import Audience
from app.models.session import Client

E = TypeVar("E", bound=Enum)


def described(kind: type[E], meaning: str, values: Mapping[Any, str], name: str | None = None) -> type[E]:
    """Publishes an enum under its member names. Raises KeyError if a value has no meaning given."""
    strawberry.enum(kind, name=name, description=meaning)
    definition: Any = kind.__strawberry_definition__  # type: ignore[attr-defined]
    definition.values = [
        EnumValue(name=member.name, value=member.value, description=values[member]) for member in kind
    ]
    return kind


described(
    RequestKind,
    "What is asked for.",
    {
        RequestKind.SERVICE: "Somebody has to come and do something.",
        RequestKind.ORDER: "Something was ordered and has to be delivered or installed.",
        RequestKind.BOOKING: "An appointment was booked.",
    },
)
described(
    Priority,
    "How pressing a request is.",
    {
        Priority.LOW: "Can wait.",
        Priority.NORMAL: "In the usual order.",
        Priority.HIGH: "Before the usual ones.",
        Priority.URGENT: "Now.",
    },
)
described(
    RequestStatus,
    "Where a request stands. Whether it is assigned follows from its assignments.",
    {
        RequestStatus.OPEN: "Nobody has begun.",
        RequestStatus.IN_PROGRESS: "Somebody works on it.",
        RequestStatus.ON_HOLD: "Begun, and waiting for something.",
        RequestStatus.DONE: "Finished.",
        RequestStatus.CANCELLED: "Given up.",
    },
)
described(
    ActivityKind,
    "What happened to a request.",
    {
        ActivityKind.CREATED: "It was handed in.",
        ActivityKind.UPDATED: "Its details were changed.",
        ActivityKind.ASSIGNED: "It was given to a worker.",
        ActivityKind.UNASSIGNED: "It was taken from a worker.",
        ActivityKind.ACKNOWLEDGED: "A worker confirmed to have seen it.",
        ActivityKind.DECLINED: "A worker gave it back.",
        ActivityKind.STARTED: "Work began, or went on.",
        ActivityKind.HELD: "Work waits for something.",
        ActivityKind.FINISHED: "Work is finished.",
        ActivityKind.CANCELLED: "It was cancelled.",
        ActivityKind.REOPENED: "It was opened again.",
        ActivityKind.COMMENTED: "Somebody commented on it.",
        ActivityKind.ATTACHED: "A file was added.",
        ActivityKind.DETACHED: "A file was taken away.",
    },
)
described(
    AccountStatus,
    "Whether and how a person can sign in.",
    {
        AccountStatus.NO_ACCESS: "Known, can be assigned, cannot sign in.",
        AccountStatus.INVITED: "Was sent a way in and has not used it yet.",
        AccountStatus.ACTIVE: "Can sign in.",
        AccountStatus.INACTIVE: "Suspended; nothing is deleted.",
        AccountStatus.DELETED: "Gone; only a number remains in the history.",
    },
)
described(
    Audience,
    "The portal that a session belongs to.",
    {
        Audience.STAFF: "The people who run the workspace.",
        Audience.WORKER: "The people who do the work.",
        Audience.CONTACT: "The client companies' people who ask for work.",
    },
)
described(
    Client,
    "The kind of program that signs in.",
    {
        Client.WEB: "A browser: the session lives in a cookie that scripts cannot read.",
        Client.API: "A script: the session's token is in the answer.",
        Client.MOBILE: "An app on a phone: the session's token is in the answer.",
    },
)
described(
    Scope,
    "On which rows a grant holds.",
    {
        Scope.OWN: "Rows that are the viewer's own: asked for or created by them, or they themselves.",
        Scope.ASSIGNED: "Requests with an open assignment to the viewer.",
        Scope.DEPARTMENT: "Rows of the viewer's department.",
        Scope.ORGANIZATION: "Rows of the viewer's organization.",
        Scope.ALL: "Every row of the workspace (for staff and workers: of their sites).",
    },
)
described(
    Bundle,
    "A box that adds grants to the base access of a portal; it goes when that access is taken away.",
    {each: words["en"] for each, words in BUNDLE_WORDS.items()},
)
described(
    Permission,
    "The words of access that grants are made of.",
    {each: words["en"] for each, words in PERMISSION_WORDS.items()},
)
described(
    Channel,
    "The way a message takes.",
    {Channel.EMAIL: "E-mail.", Channel.SMS: "Text message to a phone."},
)
described(
    Purpose,
    "What an invitation is for.",
    {
        Purpose.ACTIVATION: "To use an account for the first time.",
        Purpose.ACCESS: "To confirm access that was granted.",
        Purpose.RESET: "To set a new password.",
        Purpose.VERIFY_EMAIL: "To confirm the address with which somebody signed up.",
        Purpose.CHANGE_EMAIL: "To confirm that the address of an account changes.",
    },
    name="InvitationPurpose",
)
described(
    Method,
    "What is handed over.",
    {
        Method.LINK: "A link, behind which the person chooses a password.",
        Method.TEMPORARY_PASSWORD: "A password to sign in with, and to change at once.",
        Method.PIN: "Six digits to sign in with.",
        Method.CONFIRM: "A link to confirm, without a password.",
    },
    name="InvitationMethod",
)
described(
    InvitationState,
    "Where an invitation stands; all but PENDING are final.",
    {
        InvitationState.PENDING: "It can be used.",
        InvitationState.ACCEPTED: "It was used.",
        InvitationState.EXPIRED: "Its time is over.",
        InvitationState.REVOKED: "It was taken back.",
        InvitationState.SUPERSEDED: "A newer one took its place.",
    },
)
