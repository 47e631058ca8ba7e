"""What Tortoise drops when a migration rebuilds a SQLite table: its indexes, and columns unique together."""

from collections.abc import Iterable, Iterator

from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.models import Model

Indexed = tuple[str, ...]
HELD = """
SELECT i."unique" AS only, i.partial, (SELECT group_concat(c.name) FROM pragma_index_info(i.name) c) AS columns
FROM pragma_index_list(?) i"""


async def restore_indexes(connection: BaseDBAsyncClient) -> None:
    """Makes every index that the models declare and the SQLite database lacks."""
    generator = connection.schema_generator(connection)
    for model in Tortoise.apps["models"].values():
        rows = await connection.execute_query_dict(HELD, [model._meta.db_table])
        held = {(bool(row["only"]), tuple(row["columns"].split(","))) for row in rows if not row["partial"]}
        for only, columns in _declared(model):
            if (only, columns) not in held:
                kind, prefix = ("UNIQUE", "uid") if only else (None, "idx")
                name = generator._get_index_name(prefix, model, columns)
                sql = generator._get_index_sql(model, columns, safe=True, index_name=name, index_type=kind)
                await connection.execute_query(sql)


def _declared(model: type[Model]) -> Iterator[tuple[bool, Indexed]]:
    meta = model._meta
    for together in meta.unique_together:
        yield True, _columns(model, together)
    for index in meta.indexes:
        yield False, _columns(model, index if isinstance(index, tuple) else index.fields)
    for name in meta.db_fields:
        field = meta.fields_map[meta.fields_db_projection_reverse[name]]
        if field.index and not field.pk and not field.unique:
            yield False, (name,)


def _columns(model: type[Model], names: Iterable[str]) -> Indexed:
    return tuple(model._meta.fields_map[name].source_field or name for name in names)
