"""How requests go: which steps one takes on the way to the status that it has today."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from app.demo.firm import Text, Topic
from app.demo.history import History
from app.demo.house import EVERYTHING, House, Member
from app.demo.phrases import CANCEL_REASONS, HANDOVER_REASONS, HOLD_REASONS, REOPEN_REASONS
from app.models import Request
from app.models.request import CLOSED, Move, Priority, RequestStatus

S = RequestStatus
LATELY = timedelta(days=30)


@dataclass
class Story:
    """A request with the people around it; `until` is the present, or the end of a closed request."""

    house: House
    history: History
    topic: Topic
    language: str
    target: RequestStatus
    until: datetime
    worker: Member | None = None
    requester: Member | None = None

    @property
    def request(self) -> Request:
        """The request itself."""
        return self.history.request

    @property
    def office(self) -> Member:
        """Somebody who may assign it."""
        return self.house.random.choice(self.house.office(self.request, self.request.created_at, self.until))

    @property
    def on_it(self) -> Member | None:
        """The worker, once assigned."""
        return self.worker if self.worker and self.worker.person.id in self.history.open else None

    @property
    def mover(self) -> Member:
        """Who reports progress: the worker, or the office for a worker who cannot sign in."""
        return self.on_it if self.on_it and self.on_it.signs_in else self.office

    def say(self, texts: Sequence[Text]) -> str:
        """One of the texts, in the language of the request."""
        return self.house.random.choice(texts).to(self.language)

    def tell(self, plot: "Plot", start: datetime, end: datetime) -> None:
        """Takes the steps of a plot between two instants."""
        steps = [step for step, share in plot if self.house.chance(share)]
        for step, at in zip(steps, self.house.clock.instants(start, end, len(steps)), strict=True):
            step(self, at)


Step: TypeAlias = Callable[[Story, datetime], None]
Plot: TypeAlias = Sequence[tuple[Step, float]]


def candidates(house: House, request: Request, trade: str, until: datetime) -> list[Member]:
    """Workers of the trade who were there all the while and belong to the request's site."""
    return [
        member
        for member in house.members
        if member.person.is_worker
        and member.person.trade == trade
        and member.works_at(request.site_id)
        and member.was_here(request.created_at, until)
    ]


def pick(house: House, members: Sequence[Member], at: datetime) -> Member | None:
    """One of them, more often one that the playground signs in as, above all of late."""
    weight = 8 if at > house.clock.moment - LATELY else 3
    return house.random.choices(members, [weight if m.lead else 1 for m in members])[0] if members else None


def free(able: Sequence[Member], request: Request) -> list[Member]:
    """Those of them without another appointment at the time of the request."""
    times = times_of(request)
    return [member for member in able if times is None or member.is_free(*times)]


def times_of(request: Request) -> tuple[datetime, datetime] | None:
    """When the work is planned for."""
    begins, ends = request.scheduled_start, request.scheduled_end
    return (begins, ends) if begins and ends else None


# The steps; one that does not fit the present state does nothing.


def assign(story: Story, at: datetime) -> None:
    """Gives it to the worker."""
    if story.worker and not story.on_it:
        story.history.assign(story.worker, story.office, at)


def assign_second(story: Story, at: datetime) -> None:
    """Gives it to one more worker of the trade."""
    other = _another(story, at)
    if story.on_it and other:
        story.history.assign(other, story.office, at)


def hand_over(story: Story, at: datetime) -> None:
    """Takes it from one worker, or lets them give it back, and gives it to another."""
    other = _another(story, at)
    if story.on_it and other:
        office = story.office
        if story.on_it.signs_in and story.house.chance(0.5):
            story.history.decline(story.on_it, at, story.say(HANDOVER_REASONS))
        else:
            story.history.unassign(story.on_it, office, at, story.say(HANDOVER_REASONS))
        story.worker = other
        story.history.assign(other, office, at + timedelta(milliseconds=400))


def _another(story: Story, at: datetime) -> Member | None:
    able = free(candidates(story.house, story.request, story.topic.trade, story.until), story.request)
    others = [m for m in able if m.person.id not in story.history.open and m is not story.worker]
    other = pick(story.house, others, at)
    if other and (times := times_of(story.request)):
        other.diary.append(times)
    return other


def acknowledge(story: Story, at: datetime) -> None:
    """The worker has seen it."""
    worker = story.on_it
    if worker and worker.signs_in and story.history.open[worker.person.id].acknowledged_at is None:
        story.history.acknowledge(worker, at)


def start(story: Story, at: datetime) -> None:
    """Work begins."""
    if story.history.allows(Move.START):
        story.history.move(Move.START, story.mover, at)


def hold(story: Story, at: datetime) -> None:
    """Work has to wait."""
    if story.history.allows(Move.HOLD):
        story.history.move(Move.HOLD, story.mover, at, story.say(HOLD_REASONS))


def resume(story: Story, at: datetime) -> None:
    """Work goes on after a pause."""
    if story.request.status is S.ON_HOLD:
        story.history.move(Move.START, story.mover, at)


def finish(story: Story, at: datetime) -> None:
    """Work is done."""
    if story.history.allows(Move.FINISH):
        story.history.move(Move.FINISH, story.mover, at)


def cancel(story: Story, at: datetime) -> None:
    """It is called off, by the requester or by the office."""
    asker = story.requester
    by = asker if asker and asker.signs_in and asker.was_here(at, at) and story.house.chance(0.5) else story.office
    story.history.move(Move.CANCEL, by, at, story.say(CANCEL_REASONS))


def reopen(story: Story, at: datetime) -> None:
    """It was not done after all."""
    if story.history.allows(Move.REOPEN):
        story.history.move(Move.REOPEN, story.office, at, story.say(REOPEN_REASONS))


def press(story: Story, at: datetime) -> None:
    """Finds it more pressing than at first."""
    if story.request.priority < Priority.URGENT:
        story.history.update(story.office, at, priority=Priority(story.request.priority + 1))


def schedule(story: Story, at: datetime) -> None:
    """Sets the time of a visit, where work is not done within hours anyway."""
    if story.house.firm.pace < timedelta(hours=12):
        return
    minutes = timedelta(minutes=story.topic.minutes)
    if story.target in CLOSED:
        begins = (story.until - minutes).replace(minute=0, second=0, microsecond=0)
    else:
        earliest, latest = story.until - timedelta(days=2), story.until + timedelta(days=12)
        begins, _ = story.house.clock.appointment(earliest, latest, story.topic.minutes)
    if begins > at:
        story.history.update(story.office, at, scheduled_start=begins, scheduled_end=begins + minutes)


def remark(story: Story, at: datetime) -> None:
    """Says something: the worker, the office, or the office among themselves."""
    remarks = story.house.firm.remarks
    if story.on_it and story.on_it.signs_in and story.house.chance(0.55):
        story.history.comment(story.on_it, at, story.say(remarks.worker), False)
        return
    clerks = [
        member
        for member in story.house.with_role("STAFF")
        if EVERYTHING & set(member.boxes)
        and member.signs_in
        and member.works_at(story.request.site_id)
        and member.was_here(story.request.created_at, story.until)
    ]
    author = story.house.random.choice([story.office, *clerks])
    internal = story.house.chance(0.4)
    story.history.comment(author, at, story.say(remarks.internal if internal else remarks.office), internal)


PLOTS: dict[RequestStatus, Plot] = {
    S.OPEN: ((remark, 0.15), (press, 0.08), (assign, 0.6), (acknowledge, 0.5), (schedule, 0.25), (remark, 0.15)),
    S.IN_PROGRESS: (
        *((remark, 0.2), (assign, 0.97), (acknowledge, 0.8), (hand_over, 0.05), (schedule, 0.2)),
        *((start, 1), (remark, 0.4), (assign_second, 0.1)),
    ),
    S.ON_HOLD: ((assign, 0.97), (acknowledge, 0.8), (start, 1), (remark, 0.4), (hold, 1), (remark, 0.3)),
    S.DONE: (
        *((remark, 0.15), (press, 0.05), (assign, 0.96), (hand_over, 0.06), (acknowledge, 0.75), (schedule, 0.25)),
        *((remark, 0.2), (start, 1), (assign_second, 0.06), (remark, 0.35), (hold, 0.1), (resume, 1)),
        *((remark, 0.2), (finish, 1)),
    ),
    S.CANCELLED: ((remark, 0.2), (assign, 0.4), (acknowledge, 0.4), (remark, 0.2), (cancel, 1)),
}
BEFORE_THE_DAY: Plot = ((assign, 0.9), (acknowledge, 0.75), (remark, 0.2), (hand_over, 0.04), (assign_second, 0.08))
DONE_TWICE: Plot = (*PLOTS[S.DONE], (reopen, 1), (remark, 0.5), (start, 1), (finish, 1))
THE_START: Plot = ((start, 1),)
THE_END: Plot = ((remark, 0.3), (finish, 1))
