"""How often somebody tried to sign in, counted before the answer is judged."""

from datetime import datetime, timedelta

from tortoise import fields

from app.models.base import Row, now

LONGEST_BLOCK = timedelta(hours=24)


class Attempt(Row):
    """Tries of one key (a hash of a login name or an address) within one window.

    It has no workspace: whether the name belongs to anybody must not matter.
    """

    key = fields.CharField(max_length=64, unique=True)
    count = fields.IntField(default=0)
    window_ends_at = fields.DatetimeField(default=now)
    blocked_until = fields.DatetimeField(null=True)

    class Meta:
        table = "attempts"

    def pauses_at(self, moment: datetime) -> bool:
        """Whether tries are not judged then; a longer pause than there is comes of a clock that was put back."""
        return bool(self.blocked_until and moment < self.blocked_until <= moment + LONGEST_BLOCK)
