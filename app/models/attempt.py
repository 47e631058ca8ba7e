"""How often somebody tried to sign in, counted before the answer is judged."""

from tortoise import fields

from app.models.base import Row, now


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
