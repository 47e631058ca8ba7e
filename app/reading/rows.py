"""Which rows a nested field means, and conditions on a row: what both uses of a plan share."""

from typing import Any

from graphql import get_named_type
from pypika_tortoise.queries import QueryBuilder, Table
from pypika_tortoise.terms import Field, Term
from tortoise.expressions import Q, ResolveContext
from tortoise.queryset import QuerySet

from app.auth import policy
from app.auth.viewer import Viewer
from app.models.nouns import Noun
from app.reading.dialect import Json
from app.reading.selection import Operation, Selected
from app.reading.source import noun_of_type


class NotedTable(Table):
    """A row's table that notes which of its columns are used."""

    def __init__(self, alias: str) -> None:
        super().__init__("row", alias=alias)
        self.used: set[str] = set()

    def field(self, name: str) -> Field:
        """A column."""
        self.used.add(name)
        return super().field(name)

    def note(self, condition: Term) -> Term:
        """The same condition, whose columns are used too."""
        self.used |= {field.name for field in condition.fields_()}
        return condition


class Parent:
    """Stands for the parent row in nested query sets: `parent["id"]` is its column."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def __getitem__(self, column: str) -> Any:
        return self._table[column]


def leads_to_rows(selected: Selected, noun: Noun) -> bool:
    """Whether a field below a row shows other rows: by a method that names them, or by a foreign key."""
    declared = selected.strawberry
    if declared.metadata["needs"] is not None:
        return False
    return bool(declared.base_resolver) or declared.python_name in noun.model._meta.fk_fields


def named(operation: Operation, viewer: Viewer, noun: Noun, selected: Selected, parent: Parent) -> Any:
    """The rows that a nested field means: what its method names, or where its foreign key leads."""
    declared = selected.strawberry
    if declared.base_resolver:
        resolver: Any = declared.base_resolver.wrapped_func
        return resolver(parent, operation.info, **operation.arguments(selected))
    target = get_named_type(selected.field.type).extensions["strawberry-definition"].origin
    foreign_key = noun.model._meta.fields_map[declared.python_name].source_field
    return policy.visible(viewer, noun_of_type(target), beside=noun).filter(id=parent[str(foreign_key)])


def condition(noun: Noun, table: Table, q: Q) -> Term:
    """A rule of the policy as a condition on a row of any alias."""
    if q == policy.EVERY:
        return Json("1 = 1")
    modifier = q.resolve(ResolveContext(noun.model, table, {}, {}))
    assert not modifier.joins, "rules use columns and sub-selects, so that they fit any table alias"
    return modifier.where_criterion


def used_of(rows: QuerySet[Any], table: NotedTable) -> QueryBuilder:
    """The query that a query set stands for, without the columns that the row's table was not asked for."""
    query = query_of(rows)
    if not query._distinct:
        used = [each for each in query._selects if not isinstance(each, Field) or each.name in table.used]
        query._selects = used or query._selects[:1]
    return query


def query_of(rows: QuerySet[Any]) -> QueryBuilder:
    """The query that a query set stands for."""
    rows._choose_db_if_not_chosen()
    rows._make_query()
    query: QueryBuilder = rows.query
    return query
