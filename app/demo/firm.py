"""The words in which a demo firm is described; app/demo/firms holds the descriptions themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from app.models.request import RequestKind


class Text(NamedTuple):
    """The same in French and in English."""

    fr: str
    en: str

    def to(self, language: str) -> str:
        """The words in one language."""
        return self.fr if language == "fr" else self.en


@dataclass(frozen=True)
class Topic:
    """Something that is asked for again and again; `{unit}` in a text stands for one of the firm's slots."""

    trade: str
    title: Text
    details: tuple[Text, ...] = ()
    minutes: int = 60
    pressing: int = 1  # 0 can wait, 1 ordinary, 2 pressing
    kind: RequestKind = RequestKind.SERVICE
    months: tuple[int, ...] = tuple(range(1, 13))


class Place(NamedTuple):
    """A site."""

    name: str
    address: str


@dataclass(frozen=True)
class Client:
    """A client organization; `sites` are indices into the firm's sites, `contacts` a number of people."""

    name: str
    domain: str
    contacts: int
    sites: tuple[int, ...]
    departments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Crew:
    """People of one kind; each has `sites` of the firm's sites (0 means all), in turn."""

    role: str
    count: int
    trade: str | None = None
    sites: int = 1
    contractor: bool = False
    username_only: bool = False
    companies: tuple[str, ...] = ()
    boxes: tuple[tuple[str, ...], ...] = ((),)  # bundles, in turn


@dataclass(frozen=True)
class Lead:
    """Somebody with a name that the playground offers to sign in as."""

    label: str
    role: str
    first: str
    last: str
    login: str
    language: str = "fr"
    trade: str | None = None
    sites: tuple[int, ...] = ()  # none means all
    client: int | None = None
    department: int | None = None
    boxes: tuple[str, ...] = ()


class Remarks(NamedTuple):
    """What is said about the work: by who does it, by the office, and by the office among themselves."""

    worker: tuple[Text, ...]
    office: tuple[Text, ...]
    internal: tuple[Text, ...]


@dataclass(frozen=True)
class Firm:
    """One workspace of the demo."""

    name: str
    slug: str
    domain: str
    language: str
    time_zone: str
    phone: str  # each # is a digit
    hours: tuple[int, int]
    rest_days: tuple[int, ...]  # 0 is Monday
    english: float  # share of the people who read English
    names: tuple[str, ...]  # origins, drawn with equal chances
    sites: tuple[Place, ...]
    clients: tuple[Client, ...]
    crews: tuple[Crew, ...]
    leads: tuple[Lead, ...]
    topics: tuple[Topic, ...]
    remarks: Remarks
    requests: int
    slots: Mapping[str, tuple[Text, ...]] = field(default_factory=dict)
    walk_in: float = 0.2  # share of the requests without a requester
    siteless: float = 0.03
    pace: timedelta = timedelta(days=2)  # how long ordinary work takes, from request to end
    lead_days: tuple[int, int] = (1, 21)  # from an order or booking to its day
    always_assigned: bool = False
    tombstones: int = 0
    sign_up_open: bool = False  # whether clients may sign up by themselves
