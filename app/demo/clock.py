"""When things happen at a firm: in its time zone, mostly while it is open."""

from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from app.demo.firm import Firm

HISTORY = timedelta(days=548)
AGE = timedelta(days=600)  # of a firm: its people came before the first request
STEP = 30  # bookings begin at the full and half hours


class Clock:
    """Draws instants; none of them lies after `moment` unless it is a plan."""

    def __init__(self, firm: Firm, moment: datetime, random: Random) -> None:
        self.moment = moment.replace(microsecond=0)
        self.founded = self.moment - AGE
        self._firm, self._random = firm, random
        self._zone = ZoneInfo(firm.time_zone)

    def between(self, start: datetime, end: datetime) -> datetime:
        """Some instant from `start` on and before `end`, to the millisecond."""
        span = max(1, int((end - start) / timedelta(milliseconds=1)))
        return start + timedelta(milliseconds=self._random.randrange(span))

    def soon(self, start: datetime, mean: timedelta, end: datetime | None = None) -> datetime:
        """An instant some time after `start`, most often earlier than the mean, and before `end`."""
        end = end or self.moment
        found = start + timedelta(
            milliseconds=1000 + int(self._random.expovariate(1) * mean / timedelta(milliseconds=1))
        )
        return found if found < end else self.between(start, end)

    def arrivals(self, count: int) -> list[datetime]:
        """When requests come in: more and more of them, rarely at night or on days of rest."""
        found: set[datetime] = set()
        while len(found) < count:
            age = HISTORY * self._random.random() ** 1.6
            instant = self.moment - timedelta(minutes=4) - timedelta(milliseconds=age // timedelta(milliseconds=1))
            if self._random.random() < self._bustle(instant):
                found.add(instant)
        return sorted(found)

    def _bustle(self, instant: datetime) -> float:
        local = instant.astimezone(self._zone)
        opens, closes = self._firm.hours
        day = 0.25 if local.weekday() in self._firm.rest_days else 1.0
        return day * (1.0 if opens <= local.hour < closes else 0.12)

    def daytime(self, instant: datetime) -> datetime:
        """The instant, or if the firm is closed then, some time in the first hour after it opens."""
        local = instant.astimezone(self._zone)
        opens, closes = self._firm.hours
        if opens <= local.hour < closes:
            return instant
        morning = local.replace(hour=opens, minute=0, second=0) + timedelta(days=1 if local.hour >= closes else 0)
        found = self._utc(morning + timedelta(seconds=self._random.randrange(3600)))
        return found if found < self.moment else instant

    def instants(self, start: datetime, end: datetime, count: int) -> list[datetime]:
        """Rising instants after `start`, within business hours if it can be; the last is `end` or thereabouts."""
        drawn = [self.between(start, end) for _ in range(count - 1)]
        by_day = [(self.daytime(each), each) for each in drawn]
        found: list[datetime] = []
        for instant in sorted([shifted if shifted < end else each for shifted, each in by_day] + [end] * (count > 0)):
            earliest = (found[-1] if found else start) + timedelta(seconds=1)
            found.append(max(_whole(instant), earliest))
        return found

    def appointment(self, earliest: datetime, latest: datetime, minutes: int) -> tuple[datetime, datetime]:
        """A stretch within opening hours, on a working day between the two instants if there is one."""
        opens, closes = self._firm.hours
        local = self.between(earliest, latest).astimezone(self._zone)
        while local.weekday() in self._firm.rest_days:
            local += timedelta(days=1)
        steps = max(1, ((closes - opens) * 60 - minutes) // STEP + 1)
        start = local.replace(hour=opens, minute=0, second=0, microsecond=0)
        start += timedelta(minutes=STEP * self._random.randrange(steps))
        return self._utc(start), self._utc(start + timedelta(minutes=minutes))

    def _utc(self, local: datetime) -> datetime:
        return local.astimezone(self.moment.tzinfo)


def _whole(instant: datetime) -> datetime:
    """The instant without what is finer than milliseconds, which ids do not hold."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)
