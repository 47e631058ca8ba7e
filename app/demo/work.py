"""The requests of a firm: who asks for what, when and where, and how it goes on."""

import re
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from app.demo.firm import Topic
from app.demo.history import History
from app.demo.house import EVERYTHING, House, Member
from app.demo.story import (
    BEFORE_THE_DAY,
    DONE_TWICE,
    PLOTS,
    THE_END,
    THE_START,
    Plot,
    Story,
    assign,
    cancel,
    candidates,
    free,
    hold,
    pick,
    start,
    times_of,
)
from app.models import Request
from app.models.request import Priority, RequestKind, RequestStatus

S = RequestStatus
FIRST_NUMBER = 1001
PRIORITIES = ((34, 58, 7, 1), (12, 66, 18, 4), (2, 38, 38, 22))  # by how pressing the topic is
PATIENCE = {Priority.URGENT: 0.5, Priority.HIGH: 1.2, Priority.NORMAL: 3.0, Priority.LOW: 8.0}
MARGIN = timedelta(minutes=1)
TRIES = 15
RUSH = timedelta(minutes=6)


class Asker(NamedTuple):
    """Who asks, for whom and where."""

    creator: Member
    requester: Member | None
    site_id: Any
    language: str


def fill_house(house: House) -> None:
    """Adds the requests in the order in which they came in."""
    for number, at in enumerate(house.clock.arrivals(house.firm.requests), start=FIRST_NUMBER):
        topic = house.random.choice([topic for topic in house.firm.topics if at.month in topic.months])
        request, asker = _hand_in(house, number, at, topic)
        history = History(house, request, asker.creator)
        times = times_of(request)
        if times is None:
            _go_by_age(house, history, topic, asker)
        else:
            _go_by_plan(house, history, topic, asker, times)
        request.index()
        house.workspace.last_request_number = number


def _hand_in(house: House, number: int, at: datetime, topic: Topic) -> tuple[Request, Asker]:
    asker = _asker(house, at, topic)
    requester = asker.requester.person if asker.requester else None
    title, description = _words(house, topic, asker.language)
    request = house.add(
        Request,
        at,
        number=number,
        kind=topic.kind,
        title=title,
        description=description,
        priority=house.random.choices(list(Priority), PRIORITIES[topic.pressing])[0],
        requester_id=requester.id if requester else None,
        organization_id=requester.organization_id if requester else None,
        department_id=requester.department_id if requester else None,
        created_by_id=asker.creator.person.id,
        site_id=asker.site_id,
        created_at=at,
        updated_at=at,
    )
    if topic.kind is not RequestKind.SERVICE:
        _plan(house, request, topic, asker)
    _set_due(house, request)
    return request, asker


def _plan(house: House, request: Request, topic: Topic, asker: Asker) -> None:
    """Finds a time at which somebody is free; after some tries, any time."""
    earliest, latest = (request.created_at + timedelta(days=days) for days in house.firm.lead_days)
    able = _able(house, request, topic, asker, min(latest, house.clock.moment))
    for _ in range(TRIES):
        times = house.clock.appointment(earliest, latest, topic.minutes)
        request.scheduled_start, request.scheduled_end = times
        if any(member.is_free(*times) for member in able):
            break


def _set_due(house: House, request: Request) -> None:
    if request.kind is RequestKind.SERVICE and house.chance(0.75):
        due = request.created_at + house.firm.pace * PATIENCE[request.priority]
        request.due_at = due.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    elif request.scheduled_end and request.kind is RequestKind.ORDER and house.chance(0.6):
        request.due_at = request.scheduled_end + timedelta(days=house.random.choice((1, 2, 7)))


def _words(house: House, topic: Topic, language: str) -> tuple[str, str | None]:
    """Title and description; what a slot says is the same in both."""
    chosen = {name: house.random.choice(texts).to(language) for name, texts in house.firm.slots.items()}
    filled = {
        name: re.sub("#", lambda _: str(house.random.randrange(1, 10)), value) for name, value in chosen.items()
    }
    title = topic.title.to(language).format_map(filled)
    detail = house.random.choice(topic.details).to(language) if topic.details and house.chance(0.85) else None
    if detail is not None:
        detail = re.sub("#", lambda _: str(house.random.randrange(1, 10)), detail.format_map(filled))
    return title[0].upper() + title[1:], detail


def _asker(house: House, at: datetime, topic: Topic) -> Asker:
    requester = None
    if house.clients and not house.chance(house.firm.walk_in):
        contacts = [m for m in house.members if m.client is not None and m.was_here(at, at)]
        requester = pick(house, contacts, at)
    sites = sorted(requester.sites or ()) if requester else [site.id for site in house.sites]
    site_id = None if house.chance(house.firm.siteless) else house.random.choice(sites)
    if requester and requester.signs_in and house.chance(0.7):
        return Asker(requester, requester, site_id, requester.person.language)
    creator = house.random.choice(_clerks(house, at, site_id, topic))
    language = requester.person.language if requester else creator.person.language
    return Asker(creator, requester, site_id, language)


def _clerks(house: House, at: datetime, site_id: Any, topic: Topic) -> list[Member]:
    """Who may create requests at a site: the office, and staff for all or for themselves."""
    return [
        member
        for member in house.with_role("ADMIN", "MANAGER", "STAFF")
        if member.works_at(site_id)
        and member.was_here(at, at)
        and member.signs_in
        and (member.role != "STAFF" or EVERYTHING & set(member.boxes) or member.person.trade == topic.trade)
    ]


def _story(house: House, history: History, topic: Topic, asker: Asker, target: RequestStatus, end: datetime) -> Story:
    """Sets the scene; whoever hands in work for themselves has it at once."""
    story = Story(house, history, topic, asker.language, target, end, requester=asker.requester)
    able = _able(house, history.request, topic, asker, end)
    asked = history.request.created_at
    story.worker = pick(house, free(able, history.request), asked) or (able[0] if _works_alone(asker) else None)
    if story.worker is asker.creator:
        history.take(asker.creator)
    return story


def _works_alone(asker: Asker) -> bool:
    """Whether the creator may create nothing but work of their own."""
    return asker.creator.role == "STAFF" and not EVERYTHING & set(asker.creator.boxes)


def _able(house: House, request: Request, topic: Topic, asker: Asker, until: datetime) -> list[Member]:
    return [asker.creator] if _works_alone(asker) else candidates(house, request, topic.trade, until)


# Work without a fixed time.


def _go_by_age(house: House, history: History, topic: Topic, asker: Asker) -> None:
    request, moment = history.request, house.clock.moment
    age = moment - request.created_at
    if house.random.random() < 0.02 + 0.42 * 0.5 ** (age / timedelta(days=14)):
        target, end = house.random.choices((S.OPEN, S.IN_PROGRESS, S.ON_HOLD), (45, 33, 22))[0], moment
    else:
        haste = PATIENCE[request.priority] / PATIENCE[Priority.NORMAL]
        end = request.created_at + house.firm.pace * haste * (0.2 + house.random.expovariate(1))
        end = house.clock.daytime(end) if end < moment else end
        target = S.CANCELLED if house.chance(0.07) else S.DONE
    if end > moment - MARGIN:
        end = moment - MARGIN
        if target in (S.DONE, S.CANCELLED):
            target = house.random.choices((S.OPEN, S.IN_PROGRESS), (60, 40))[0]
    story = _story(house, history, topic, asker, target, end)
    redone = target is S.DONE and house.chance(0.03)
    story.tell(DONE_TWICE if redone else PLOTS[target], request.created_at, end)


# Work with a fixed time.


def _go_by_plan(house: House, history: History, topic: Topic, asker: Asker, times: tuple[datetime, datetime]) -> None:
    request, latest = history.request, house.clock.moment - MARGIN
    begins, ends = times
    if house.chance(0.07):
        until = house.clock.between(request.created_at, min(begins, latest))
        story = _story(house, history, topic, asker, S.CANCELLED, until)
        story.tell((*BEFORE_THE_DAY[:2], (cancel, 1)), request.created_at, until)
        return
    story = _story(house, history, topic, asker, S.DONE if ends < latest else S.OPEN, min(ends, latest))
    if story.worker:
        story.worker.diary.append((begins, ends))
    halfway = request.created_at + (min(begins, latest) - request.created_at) / 2
    story.tell(_preparation(house, request), request.created_at, halfway)
    if begins + RUSH < latest:
        story.tell(THE_START, begins, begins + RUSH)
    if ends < latest:
        story.tell(THE_END, begins + RUSH, ends)


def _preparation(house: House, request: Request) -> Plot:
    if house.firm.always_assigned:
        return ((assign, 1), *BEFORE_THE_DAY[1:3])
    if request.kind is RequestKind.ORDER and house.chance(0.06):
        return (*BEFORE_THE_DAY, (start, 1), (hold, 1))
    return BEFORE_THE_DAY
