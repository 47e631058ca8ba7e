"""Figures about requests, each computed only when it is selected."""

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import strawberry

from app.auth.gates import ANYONE, Requires
from app.auth.permissions import Permission
from app.models import nouns
from app.models.period import Unit
from app.models.request import Priority, RequestStatus
from app.reading.figures import Ages, Figures, Series, Shares, Tally, Total, Waits
from app.reading.page import checked_size
from app.resolvers import statistics
from app.schema.base import First, Info, Search, TimeRange
from app.schema.enums import described
from app.schema.fields import argument, field, given, read, related, rows
from app.schema.request import RequestFilter
from app.schema.site import Site
from app.schema.worker import Worker


class RequestAge(enum.Enum):
    """How long ago a request was handed in, by the days of the workspace's calendar."""

    TODAY = "TODAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    OLDER = "OLDER"


described(
    RequestAge,
    "How long ago a request was handed in, by the days of the workspace's time zone.",
    {
        RequestAge.TODAY: "Today.",
        RequestAge.WEEK: "One to seven days ago.",
        RequestAge.MONTH: "Eight to thirty days ago.",
        RequestAge.OLDER: "Longer ago.",
    },
)
described(
    Unit,
    "Into what a period is divided, in the workspace's time zone.",
    {Unit.DAY: "Days.", Unit.WEEK: "Weeks, from Monday on.", Unit.MONTH: "Months."},
    name="PeriodUnit",
)


@strawberry.type(description="How many requests are in one state.")
class StatusCount:
    status: RequestStatus = field(ANYONE, "The state.")
    count: int = field(ANYONE, "How many requests.")


@strawberry.type(description="How many requests are of one priority.")
class PriorityCount:
    priority: Priority = field(ANYONE, "The priority.")
    count: int = field(ANYONE, "How many requests.")


@strawberry.type(description="How many open requests are of one age.")
class AgeCount:
    age: RequestAge = field(ANYONE, "The age.")
    count: int = field(ANYONE, "How many requests.")


@strawberry.type(description="How many requests are at one site.")
class SiteCount:
    site: Site | None = related(ANYONE, "The site, if the viewer sees it; null also for requests without a site.")
    count: int = field(ANYONE, "How many requests.")


@strawberry.type(description="How many requests one worker is on now.")
class WorkerCount:
    worker: Worker | None = related(ANYONE, "The worker, if the viewer sees them.")
    count: int = field(ANYONE, "How many requests.")


@strawberry.type(description="How long something took.")
class Durations:
    count: int = field(ANYONE, "How many requests it happened to.")
    p50: int | None = field(ANYONE, "Half of them took no longer than this many seconds; null if there are none.")
    p90: int | None = field(ANYONE, "Nine of ten took no longer than this many seconds; null if there are none.")


@strawberry.type(description="What happened in one part of a period.")
class PeriodCount:
    start: datetime = field(ANYONE, "When it begins.")
    end: datetime = field(ANYONE, "When it ends; this instant belongs to the next.")
    created: int = field(ANYONE, "How many requests were handed in.")
    done: int = field(ANYONE, "How many requests were finished, and are still done.")


@dataclass(frozen=True)
class About(Figures):
    """The requests, seen at a moment from a place."""

    zone: ZoneInfo
    moment: datetime


@strawberry.type(description="Figures about requests; only what is selected is computed.")
class Statistics:
    @rows(ANYONE, "How many requests there are.")
    def total(self, info: Info) -> int:
        return Total()  # type: ignore[return-value]

    @rows(ANYONE, "How many requests are in each state.")
    def by_status(self, info: Info) -> list[StatusCount]:
        return Tally("status", [*RequestStatus])  # type: ignore[return-value]

    @rows(ANYONE, "How many requests are of each priority.")
    def by_priority(self, info: Info) -> list[PriorityCount]:
        return Tally("priority", [*Priority])  # type: ignore[return-value]

    @rows(ANYONE, "How many requests are at each site; the sites with most come first.")
    def by_site(self, info: Info, first: First = 25) -> list[SiteCount]:
        return Shares(nouns.SITE, checked_size(first))  # type: ignore[return-value]

    @rows(ANYONE, "How many requests each worker is on now; the workers with most come first.")
    def by_worker(self, info: Info, first: First = 25) -> list[WorkerCount]:
        return Shares(nouns.WORKER, checked_size(first))  # type: ignore[return-value]

    @rows(ANYONE, "How old the requests are that are neither done nor cancelled.")
    def open_by_age(self, info: Info) -> list[AgeCount]:
        since = statistics.beginnings(self.moment, self.zone)  # type: ignore[attr-defined]
        return Ages(since, [*RequestAge])  # type: ignore[return-value]

    @rows(ANYONE, "How long it took from the request to its first assignment, where there was one.")
    def time_to_assignment(self, info: Info) -> Durations:
        return Waits(until_assigned=True)  # type: ignore[return-value]

    @rows(ANYONE, "How long it took from the request to its end, of those that are done.")
    def time_to_done(self, info: Info) -> Durations:
        return Waits(until_assigned=False)  # type: ignore[return-value]

    @rows(ANYONE, "What happened in each part of a period; parts without requests are there, too.")
    def series(
        self,
        info: Info,
        unit: Annotated[Unit, argument("Into what the period is divided.")],
        period: Annotated[TimeRange, argument("The period; it needs both ends, and has at most 400 parts.")],
    ) -> list[PeriodCount]:
        edges = statistics.parts(unit, period.from_, period.to, self.zone)  # type: ignore[attr-defined]
        return Series(edges)  # type: ignore[return-value]


@strawberry.type
class StatisticsQuery:
    @read(Requires(Permission.STATS_READ), "Figures about the requests that the viewer may count.")
    async def statistics(
        self,
        info: Info,
        where: Annotated[RequestFilter | None, argument("Which requests; `createdAt` is the period.")] = None,
        search: Search = None,
    ) -> Statistics | None:
        viewer = info.context.viewer
        counted = statistics.counted(viewer, given(where), search)
        return About(counted, await statistics.zone(viewer), viewer.at)  # type: ignore[return-value]
