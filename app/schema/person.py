"""What users, workers and contacts have in common."""

import enum
from typing import Annotated

import strawberry

from app.auth.gates import ANYONE
from app.models import nouns
from app.models.person import AccountStatus
from app.models.role import Audience
from app.reading.source import Source
from app.schema.base import Direction, Node
from app.schema.enums import described
from app.schema.fields import about, argument, field


@strawberry.interface(description="Anyone known to the workspace, under one of three faces.")
class Person(Node):
    name: str | None = field(ANYONE, "First and last name.")
    first_name: str | None = field(ANYONE, "First name.")
    last_name: str | None = field(ANYONE, "Last name; of a deleted person nothing remains.")
    phone: str | None = field(ANYONE, "Phone number in E.164; part of the card that colleagues on a request see.")


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


WhichPeople = Annotated[PersonFilter | None, argument("Which ones.")]
PeopleBy = Annotated[list[PersonOrder] | None, argument("In which order; by name unless said.")]
