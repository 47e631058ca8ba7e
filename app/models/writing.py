"""Several writes, in one statement where the database can."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any

from app.models.base import Row
from app.models.database import fetch, is_postgres
from app.models.notification import Notification
from app.models.person import NEXT_NOTIFICATION, next_notification

Shape = tuple[type[Row], tuple[str, ...]]
# What a notification gets under its recipient's row lock, so that times follow each other as the numbers do.
NUMBERED = f"{NEXT_NOTIFICATION}, clock_timestamp() AS told_at"
DRAWN = {"seq": "notification_seq", "created_at": "told_at"}


@dataclass(frozen=True)
class Edit:
    """Columns of a row that is there, to be written as they are now."""

    row: Row
    columns: tuple[str, ...]


async def write(*parts: Row | Edit) -> None:
    """Writes new rows and edits, whatever their tables, each row and each recipient once; inside a transaction.

    A notification gets its number and its time as it is written. Errors are those of the driver.
    """
    if not is_postgres():
        for part in parts:
            await _save(part)
        return
    sql = _statement(tuple(_shape(part) for part in parts))
    await fetch(sql, [value for part in parts for value in _values(part)])
    for part in parts:
        if isinstance(part, Row):
            part._saved_in_db = True


async def _save(part: Row | Edit) -> None:
    if isinstance(part, Edit):
        await part.row.save(update_fields=part.columns)
        return
    if isinstance(part, Notification):
        part.seq = await next_notification(part.recipient_id)
    await part.save(force_create=True)


def _shape(part: Row | Edit) -> Shape:
    """A table, and the columns of an edit; none for a new row."""
    return (type(part.row), part.columns) if isinstance(part, Edit) else (type(part), ())


@lru_cache
def _statement(shapes: tuple[Shape, ...]) -> str:
    places: Iterator[str] = (f"${place}" for place in count(1))
    parts: list[str] = []
    for model, columns in shapes:
        if model is Notification and not columns:
            parts.append(NUMBERED.format(next(places)))
        parts.append(_update(model, columns, places) if columns else _insert(model, places, len(parts) - 1))
    before = ", ".join(f'"part{n}" AS ({part})' for n, part in enumerate(parts[:-1]))
    return f"WITH {before} {parts[-1]}" if before else parts[-1]


def _insert(model: type[Row], places: Iterator[str], before: int) -> str:
    columns, drawn = model._meta.fields_db_projection, _drawn(model)
    names = ", ".join(f'"{column}"' for column in columns.values())
    marks = ", ".join(
        f'(SELECT {drawn[name]} FROM "part{before}")' if name in drawn else next(places)  # noqa: S608 (our own names)
        for name in columns
    )
    return f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({marks})'  # noqa: S608 (our own names)


def _update(model: type[Row], columns: tuple[str, ...], places: Iterator[str]) -> str:
    names = model._meta.fields_db_projection
    pairs = ", ".join(f'"{names[column]}" = {next(places)}' for column in columns)
    return f'UPDATE "{model._meta.db_table}" SET {pairs} WHERE "id" = {next(places)}'  # noqa: S608 (our own names)


def _values(part: Row | Edit) -> list[Any]:
    if isinstance(part, Edit):
        return _columns(part.row, [*part.columns, "id"])
    model = type(part)
    names = [name for name in model._meta.fields_db_projection if name not in _drawn(model)]
    return _columns(part, ["recipient_id", *names] if model is Notification else names)


def _columns(row: Row, names: list[str]) -> list[Any]:
    fields = row._meta.fields_map
    return [fields[name].to_db_value(getattr(row, name), row) for name in names]


def _drawn(model: type[Row]) -> dict[str, str]:
    return DRAWN if model is Notification else {}
