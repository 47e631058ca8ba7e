"""Rows into tables, as fast as each database takes them."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg  # type: ignore[import-untyped]
import orjson
from tortoise import fields

from app.models.migrating import migrate
from bench.data import Row, World


async def load(url: str, world: World, folder: Path) -> None:
    """Makes the tables and fills them, and lets the database look at what it has got."""
    await migrate(url, folder)
    if url.startswith("sqlite://"):
        _load_sqlite(url.removeprefix("sqlite://"), world)
    else:
        await _load_postgres(url, world)


async def _load_postgres(url: str, world: World) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET session_replication_role = replica")  # the rows refer to each other rightly
        for model, rows in world.rows():
            records = _records(model, rows)
            await connection.copy_records_to_table(_table(model), records=records, columns=_columns(model))
    finally:
        await connection.close()
    await settle(url)


async def settle(url: str) -> None:
    """Lets PostgreSQL clean up and look at what its tables hold, as it does by itself within minutes.

    What it planned while a table was empty it plans anew: checks of references read such a table from end to end.
    """
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


def _load_sqlite(path: str, world: World) -> None:
    sqlite3.register_adapter(UUID, str)
    sqlite3.register_adapter(datetime, lambda instant: instant.isoformat(" "))
    connection = sqlite3.connect(path)
    for model, rows in world.rows():
        columns = _columns(model)
        names, marks = ", ".join(f'"{column}"' for column in columns), ", ".join("?" * len(columns))
        insert = f"INSERT INTO {_table(model)} ({names}) VALUES ({marks})"  # noqa: S608 (our own names)
        connection.executemany(insert, _records(model, rows))
    connection.commit()
    connection.execute("ANALYZE")
    connection.close()


def _table(model: Any) -> str:
    return str(model._meta.db_table)


def _columns(model: Any) -> list[str]:
    return list(model._meta.fields_db_projection.values())


def _records(model: Any, rows: Iterator[Row]) -> Iterator[tuple[Any, ...]]:
    names = list(model._meta.fields_db_projection)
    defaults = {name: _default(model._meta.fields_map[name]) for name in names if name != "id"}
    json = {name for name in names if isinstance(model._meta.fields_map[name], fields.JSONField)}
    for row in rows:
        values = {**defaults, **row}
        yield tuple(_stored(values[name], name in json) for name in names)


def _default(field: Any) -> Any:
    return field.default() if callable(field.default) else field.default


def _stored(value: Any, is_json: bool) -> Any:
    if is_json:
        return orjson.dumps(value).decode()
    return value.value if isinstance(value, Enum) else value
