"""New rows of several tables, in one statement where the database can."""

from functools import lru_cache
from itertools import count
from typing import Any

from tortoise.models import Model

from app.models.database import fetch, is_postgres


async def insert(*rows: Model) -> None:
    """Writes new rows, whatever their tables; inside a transaction. Errors are those of the driver."""
    if not is_postgres():
        for row in rows:
            await row.save(force_create=True)
        return
    await fetch(_statement(tuple(type(row) for row in rows)), [value for row in rows for value in _values(row)])
    for row in rows:
        row._saved_in_db = True


@lru_cache
def _statement(models: tuple[type[Model], ...]) -> str:
    places = count(1)
    parts = [_insert(model, places) for model in models]
    before = ", ".join(f'"row{n}" AS ({part})' for n, part in enumerate(parts[:-1]))
    return f"WITH {before} {parts[-1]}" if before else parts[-1]


def _insert(model: type[Model], places: Any) -> str:
    columns = [model._meta.fields_db_projection[name] for name in _names(model)]
    names, marks = ", ".join(f'"{column}"' for column in columns), ", ".join(f"${next(places)}" for _ in columns)
    return f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({marks})'  # noqa: S608 (our own names)


def _values(row: Model) -> list[Any]:
    fields = row._meta.fields_map
    return [fields[name].to_db_value(getattr(row, name), row) for name in _names(type(row))]


def _names(model: type[Model]) -> list[str]:
    return list(model._meta.fields_db_projection)
