"""Ids that are as old as their rows, and the same for the same seed."""

from collections import Counter
from datetime import UTC, datetime
from random import Random
from uuid import UUID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(instant: datetime) -> int:
    """Whole milliseconds since 1970, without the rounding of floats."""
    span = instant - EPOCH
    return (span.days * 86_400 + span.seconds) * 1000 + span.microseconds // 1000


def uuid7(instant: datetime, counter: int, random: Random) -> UUID:
    """A UUIDv7 (RFC 9562, method 1): the time, a counter of 12 bits for that millisecond, 62 random bits."""
    bits = milliseconds(instant) << 80 | 0x7 << 76 | (counter & 0xFFF) << 64 | 0b10 << 62 | random.getrandbits(62)
    return UUID(int=bits)


class Ids:
    """Gives ids that sort by instant and, within one millisecond, in the order in which they were given."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._given: Counter[int] = Counter()

    def at(self, instant: datetime) -> UUID:
        """The next id of this instant."""
        key = milliseconds(instant)
        self._given[key] += 1
        return uuid7(instant, self._given[key], self._random)
