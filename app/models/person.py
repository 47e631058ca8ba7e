"""Anyone known to a workspace: login and profile are one row."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q

from app.models.activity import ActivityKind
from app.models.base import Versioned, WorkspaceRow, now, reference
from app.models.database import fetch_row, is_postgres
from app.models.refusal import ErrorCode, Refusal
from app.models.text import fold, phone_words, search_text


class AccountStatus(StrEnum):
    """Whether and how a person can sign in."""

    NO_ACCESS = "NO_ACCESS"
    INVITED = "INVITED"
    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"
    DELETED = "DELETED"


class PasswordKind(StrEnum):
    """Where a password comes from: the person, or somebody who handed it to them."""

    OWN = "OWN"
    TEMPORARY = "TEMPORARY"
    PIN = "PIN"


LONGEST_LOGIN = 254
ASSIGNABLE = (AccountStatus.NO_ACCESS, AccountStatus.INVITED, AccountStatus.ACTIVE)
GONE = (AccountStatus.INACTIVE, AccountStatus.DELETED)


# What is left of a person's own columns after deletion. The faces stay, so that the history can show them.
NOTHING_PERSONAL: dict[str, Any] = {
    **dict.fromkeys(("username", "email", "first_name", "phone", "password_hash", "trade")),
    **dict.fromkeys(("email_verified_at", "last_login_at", "locked_until", "access_expires_at", "status_before")),
    "default_site_id": None,
    "last_name": "",
    "all_sites": False,
    "must_change_password": False,
    "failed_logins": 0,
    "preferences": {},
    "watches": False,
}

NEXT_NOTIFICATION = (
    "UPDATE people SET notification_seq = notification_seq + 1 WHERE id = {} RETURNING notification_seq"
)


class Person(Versioned, WorkspaceRow):
    # What lists are ordered by although it is no column: whether a condition holds.
    flags: ClassVar[dict[str, Q]] = {"is_active": Q(status=AccountStatus.ACTIVE)}
    role_id: UUID
    organization_id: UUID | None
    department_id: UUID | None
    default_site_id: UUID | None
    username = fields.CharField(max_length=254, null=True)
    email = fields.CharField(max_length=254, null=True, unique=True)
    email_verified_at = fields.DatetimeField(null=True)
    email_bounced_at = fields.DatetimeField(null=True, description="When mail to the present address came back")
    first_name = fields.CharField(max_length=120, null=True)
    last_name = fields.CharField(max_length=120)
    phone = fields.CharField(max_length=20, null=True, description="E.164")
    language = fields.CharField(max_length=5, default="en")
    status = fields.CharEnumField(AccountStatus, max_length=12, default=AccountStatus.NO_ACCESS)
    status_before = fields.CharEnumField(AccountStatus, max_length=12, null=True)
    must_change_password = fields.BooleanField(default=False)
    password_hash = fields.CharField(max_length=200, null=True)
    password_kind = fields.CharEnumField(
        PasswordKind, max_length=10, default=PasswordKind.OWN, description="Where the password comes from"
    )
    # Nothing sets these three but an operator, by hand. Wrong passwords are counted in `attempts`, where the pause
    # after them is too: the same for names that nobody has, and without an end to sessions that are open.
    failed_logins = fields.IntField(default=0)  # asked by nobody
    locked_until = fields.DatetimeField(null=True)  # until then nobody signs in, and no session holds
    access_expires_at = fields.DatetimeField(null=True)  # from then on the same
    activated_at = fields.DatetimeField(null=True, description="First activation, after which the username is fixed")
    last_login_at = fields.DatetimeField(null=True)
    reviewed_at = fields.DatetimeField(null=True)
    is_worker = fields.BooleanField(default=False)
    trade = fields.CharField(max_length=120, null=True)
    role = reference("Role", "people")
    all_sites = fields.BooleanField(default=False)
    default_site = reference("Site", null=True)
    organization = reference("Organization", "people", null=True)
    department = reference("Department", "people", null=True)
    preferences: Any = fields.JSONField(default=dict)
    watches = fields.BooleanField(default=False, description="Whether they chose to be told of new requests")
    tombstone = fields.IntField(null=True, description="The n of “Deleted person #n”")
    name = fields.CharField(max_length=250, default="", description="First and last name as people write them")
    sort_name = fields.CharField(max_length=250, default="")
    search_text = fields.CharField(max_length=2000, default="")
    notification_seq = fields.BigIntField(default=0)
    version = fields.IntField(default=1, description="Grows with every change of access")
    created_at = fields.DatetimeField(default=now)

    class Meta:
        table = "people"
        indexes = (
            ("workspace_id", "sort_name", "id"),
            ("workspace_id", "is_worker", "sort_name"),
            ("workspace_id", "watches"),
        )

    @property
    def is_active(self) -> bool:
        """Whether the account can sign in."""
        return self.status is AccountStatus.ACTIVE

    def index(self) -> "Person":
        """Brings the texts by which people are shown, sorted and searched up to date."""
        self.name = full_name(self.first_name, self.last_name, self.tombstone)
        self.sort_name = fold(f"{self.last_name} {self.first_name or ''}")[:250]
        names = (self.first_name, self.last_name, self.email, self.username)
        self.search_text = search_text(*names, self.phone, phone_words(self.phone), self.trade)
        return self

    async def change(self, **values: Any) -> None:
        """Writes these columns and what follows from them, under a new version."""
        values["version"] = self.version + 1
        if values.get("email", self.email) != self.email:
            values["email_bounced_at"] = None
            if values["email"] and self.password_kind is PasswordKind.PIN:  # it may stay only without an address
                values.setdefault("must_change_password", True)
        self.update_from_dict(values)
        self.index()
        await self.save(update_fields=[*values, "name", "sort_name", "search_text"])

    async def activate(self, **values: Any) -> None:
        """The person can sign in from now on; from the first time on the username is fixed."""
        await self.change(status=AccountStatus.ACTIVE, activated_at=self.activated_at or now(), **values)

    async def deactivate(self) -> None:
        """Suspends the account without deleting anything. Raises WRONG_STATE if it is suspended or deleted."""
        if self.status in GONE:
            raise Refusal(ErrorCode.WRONG_STATE, "personId")
        # A password that was handed out is one of the ways in that end for good.
        password = self.password_hash if self.password_kind is PasswordKind.OWN else None
        await self.change(status=AccountStatus.INACTIVE, status_before=self.status, password_hash=password)

    async def reactivate(self) -> None:
        """Takes the account back to the state before. Raises WRONG_STATE unless it is suspended."""
        if self.status is not AccountStatus.INACTIVE:
            raise Refusal(ErrorCode.WRONG_STATE, "personId")
        await self.change(status=self.status_before or AccountStatus.NO_ACCESS, status_before=None)

    async def bury(self, number: int) -> None:
        """Leaves a tombstone: no way in, nothing personal, and only a number for a name."""
        await self.change(**NOTHING_PERSONAL, status=AccountStatus.DELETED, tombstone=number)

    async def prefer(self, chosen: Mapping[str, Sequence[str] | None]) -> None:
        """Chooses by which ways to be told of each of these kinds of news; None leaves it to the default."""
        self.preferences = {kind: ways for kind, ways in {**self.preferences, **chosen}.items() if ways is not None}
        self.watches = bool(self.preferences.get(ActivityKind.CREATED))
        await self.save(update_fields=["preferences", "watches"])


async def next_notification(person_id: UUID) -> int:
    """The next sequence number for a recipient, given under its row lock until the commit."""
    [seq] = await fetch_row(NEXT_NOTIFICATION.format("$1" if is_postgres() else "?"), [str(person_id)])
    return int(seq)


def own_password(hashed: str) -> dict[str, Any]:
    """The columns of a password that the person chose."""
    return {"password_hash": hashed, "password_kind": PasswordKind.OWN, "must_change_password": False}


class LoginName(WorkspaceRow):
    """One reserved name: usernames and e-mails share a single space over the whole instance."""

    person_id: UUID
    key = fields.CharField(max_length=LONGEST_LOGIN, unique=True, description="Folded: no case, no accents")
    person = reference("Person", "login_names")

    class Meta:
        table = "login_names"


def full_name(first: str | None, last: str | None, tombstone: int | None) -> str:
    """The name to show; of a deleted person only its number remains."""
    if tombstone is not None:
        return f"Deleted person #{tombstone}"
    return " ".join(part for part in (first, last) if part)


def login_key(name: str) -> str:
    """A username or e-mail address as it is compared, within the length of its column."""
    return fold(name)[:LONGEST_LOGIN]


async def reserve_login_names(person: Person) -> None:
    """Makes the person's username and e-mail its login names. Raises IntegrityError if one is taken."""
    wanted = {login_key(name) for name in (person.username, person.email) if name}
    await LoginName.filter(person_id=person.id).exclude(key__in=list(wanted)).delete()
    held = set(await LoginName.filter(person_id=person.id).values_list("key", flat=True))
    for key in sorted(wanted - held):
        await LoginName.create(workspace_id=person.workspace_id, person_id=person.id, key=key)
