"""What users, workers and contacts have in common."""

import enum
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from app.auth import delegation, policy
from app.auth.gates import ANYONE
from app.auth.people import direct_grant
from app.auth.viewer import Viewer, role_grants
from app.models import nouns
from app.models.caution import Caution, WarningCode
from app.models.delivery import Channel
from app.models.person import AccountStatus
from app.models.role import Audience
from app.reading.facts import Columns, Facts
from app.reading.source import Source
from app.schema.base import Direction, Info, Node
from app.schema.enums import described
from app.schema.errors import UserWarning, warned
from app.schema.fields import about, argument, field, read
from app.schema.payload import Payload
from app.schema.role import CreateRoleInput, Grant

if TYPE_CHECKING:
    from app.schema.invitation import Invitation


@strawberry.interface(description="Anyone known to the workspace, under one of three faces.")
class Person(Node):
    name: str | None = field(ANYONE, "First and last name.")
    first_name: str | None = field(ANYONE, "First name.")
    last_name: str | None = field(ANYONE, "Last name; of a deleted person nothing remains.")
    phone: str | None = field(ANYONE, "Phone number in E.164; part of the card that colleagues on a request see.")


@strawberry.type(description="What the viewer may do with a person now; the mutations ask the same rules.")
class PersonCan:
    update: bool = field(ANYONE, "Change the profile, the sites, the role and the grants.")
    deactivate: bool = field(ANYONE, "Suspend the account.")
    reactivate: bool = field(ANYONE, "Take the account back.")
    delete: bool = field(ANYONE, "Delete the person for good.")
    send_credentials: bool = field(ANYONE, "Give a way to sign in.")

    @classmethod
    def of(cls, viewer: Viewer, row: Any) -> "PersonCan":
        """The buttons for one person. Nobody suspends or deletes themselves, or hands themselves a way in."""
        managed, is_other = bool(delegation.can_manage(viewer, row)), row.key != str(viewer.person_id)
        other = managed and is_other
        suspended = row.status is AccountStatus.INACTIVE
        return cls(
            update=managed,
            deactivate=other and not suspended,
            reactivate=other and suspended,
            delete=other,
            send_credentials=is_other and bool(delegation.can_entrust(viewer, row)),
        )


def _sources(viewer: Viewer, person: Any) -> tuple[Columns, Columns]:
    role, direct = delegation.sources(viewer, person)
    return Columns(role, ("name", "grants")), Columns(direct, DIRECT)


DIRECT = ("permission", "scope", "bundle", "reason", "expires_at")
SOURCES = Facts("sources", _sources)


def held_grants(row: Any) -> list[Grant]:
    """The grants of a person with `SOURCES`, each with its origin."""
    (role,), direct = row.nested[SOURCES.name]
    beside = filter(None, (direct_grant(**each) for each in direct))
    return [Grant.of(held) for held in (*role_grants(role["grants"], role["name"]), *beside)]


PROFILE = ("email", "status", "name", "email_bounced_at")


def profile_warnings(info: Info, row: Any) -> list[UserWarning]:
    """What deserves a second look in a profile; needs the columns of `PROFILE`."""
    found = [] if row.status is AccountStatus.ACTIVE else [(WarningCode.CANNOT_LOG_IN, "status")]
    found += [] if row.email else [(WarningCode.NO_EMAIL, "email")]
    found += [(WarningCode.EMAIL_BOUNCED, "email")] if row.email_bounced_at else []
    cautions = [Caution(code, path, {"name": row.name}) for code, path in found]
    return [warned(caution, info.context.language) for caution in cautions]


@strawberry.type(description="Who did something: a name and nothing else.")
class Card:
    """Shown on rows that are themselves visible; no id leads to it."""

    source = Source(nouns.CARD)

    name: str | None = field(ANYONE, "First and last name.")


class PersonOrderField(enum.Enum):
    """What lists of people are ordered by."""

    NAME = "NAME"
    EMAIL = "EMAIL"
    STATUS = "STATUS"
    ACTIVE = "ACTIVE"
    CREATED_AT = "CREATED_AT"
    LAST_LOGIN_AT = "LAST_LOGIN_AT"


described(
    PersonOrderField,
    "What lists of people are ordered by.",
    {
        PersonOrderField.NAME: "Last name, then first name.",
        PersonOrderField.EMAIL: "E-mail address.",
        PersonOrderField.STATUS: "Account status.",
        PersonOrderField.ACTIVE: "Whether they can sign in: those who cannot come first.",
        PersonOrderField.CREATED_AT: "When they were added.",
        PersonOrderField.LAST_LOGIN_AT: "When they last signed in.",
    },
)


@strawberry.input(description="An order of a list of people.")
class PersonOrder:
    field: PersonOrderField = about("What to order by.")
    direction: Direction = about("Which end comes first.", default=Direction.ASC)


@strawberry.input(description="Which people; all given fields must match, a list means any of.")
class PersonFilter:
    status: list[AccountStatus] | None = about(
        "In any of these states; without it, all but the deleted.", default=None
    )
    role_id: list[strawberry.ID] | None = about("With any of these roles.", default=None)
    audience: list[Audience] | None = about("Of any of these portals.", default=None)
    site_id: list[strawberry.ID] | None = about("At any of these sites.", default=None)
    organization_id: list[strawberry.ID] | None = about("Of any of these client companies.", default=None)
    department_id: list[strawberry.ID] | None = about("Of any of these departments.", default=None)


Text = strawberry.Maybe[str | None]
RowId = strawberry.Maybe[strawberry.ID | None]
Ids = strawberry.Maybe[list[strawberry.ID] | None]
VERSION = "The version that the client saw; another one is a CONFLICT."
EMAIL = "E-mail address, which only one person in the whole instance can have."
FIRST_NAME, LAST_NAME = "First name, at most 120 characters.", "Last name, at most 120 characters."
PHONE = "Phone number: + and the country first."
LANGUAGE = "One of the workspace's languages."
SITES = "The sites within reach, of the viewer's own; at most 500. New ones must be in use."
DEFAULT_SITE = "The site shown first, one of those within reach; a new one must be in use."
ACCESS_ENDS = "From when on the person cannot sign in any more; not in the past, and nobody says it of themselves."
ALL_SITES = "Every site, present and future."


@strawberry.input
class NewPerson:
    """What is said of every new person."""

    first_name: str | None = about(FIRST_NAME, default=None)
    last_name: str = about(LAST_NAME)
    phone: str | None = about(PHONE, default=None)
    language: str | None = about(LANGUAGE, default=None)
    role_id: strawberry.ID | None = about("The role; the usual one of such people unless said.", default=None)
    site_ids: list[strawberry.ID] | None = about(SITES, default=None)
    default_site_id: strawberry.ID | None = about(DEFAULT_SITE, default=None)
    access_expires_at: datetime | None = about(ACCESS_ENDS, default=None)
    send_invitation: bool = about("Whether to hand over a link to choose a password with.", default=False)
    channels: list[Channel] | None = about(
        "By which ways it is sent: by e-mail unless said; none means that the link is only shown.", default=None
    )


@strawberry.input
class NewColleague(NewPerson):
    """What is said of every new person of the firm."""

    email: str | None = about(f"{EMAIL} News of work go to it.", default=None)
    username: str | None = about("The name to sign in with; the e-mail address unless said.", default=None)
    trade: str | None = about("What the person does, at most 120 characters.", default=None)
    new_role: CreateRoleInput | None = about("A role made along, instead of an existing one.", default=None)
    all_sites: bool | None = about(ALL_SITES, name="hasAllSites", default=None)


@strawberry.input
class PersonChanges:
    """What can be changed of everybody."""

    first_name: Text = about(FIRST_NAME, clears=True)
    last_name: Text = about(LAST_NAME)
    phone: Text = about(PHONE, clears=True)
    language: Text = about(LANGUAGE)
    site_ids: Ids = about(SITES)
    default_site_id: RowId = about(DEFAULT_SITE, clears=True)
    access_expires_at: strawberry.Maybe[datetime | None] = about(ACCESS_ENDS, clears=True)
    expected_version: int | None = about(VERSION, default=None)


@strawberry.input
class ColleagueChanges(PersonChanges):
    """What can be changed of the people of the firm."""

    email: Text = about(EMAIL, clears=True)
    trade: Text = about("What the person does, at most 120 characters.", clears=True)
    all_sites: strawberry.Maybe[bool | None] = about(ALL_SITES, name="hasAllSites")


@strawberry.type
class InvitingPayload(Payload):
    """What invited somebody, or took an invitation back."""

    @read(ANYONE, "The invitation.")
    def invitation(self, info: Info) -> Annotated["Invitation", strawberry.lazy("app.schema.invitation")] | None:
        key = self.__dict__.get("invitation_id")
        return policy.visible(info.context.viewer, nouns.INVITATION).filter(id=key) if key else None  # type: ignore[return-value]


@strawberry.type
class NewPersonPayload(InvitingPayload):
    """What added somebody, and invited them if that was asked for."""

    accept_url: str | None = field(ANYONE, "The link, where nothing could be sent. Shown only now.")


WhichPeople = Annotated[PersonFilter | None, argument("Which ones.")]
PeopleBy = Annotated[list[PersonOrder] | None, argument("In which order; by name unless said.")]
