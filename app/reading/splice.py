"""Rows + selection set -> one SQL expression whose value is the JSON of the response.

Which fields qualify follows from how they are declared: columns and rows do, methods do not; a gate must
be decided by the viewer's rights alone.
"""

from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from itertools import count
from typing import Any

from graphql import (
    GraphQLEnumType,
    get_named_type,
    get_nullable_type,
    is_list_type,
)
from pypika_tortoise.terms import Term

from app.auth import policy
from app.auth.gates import Requires, SignedIn, Within
from app.auth.masks import Unsupported
from app.auth.viewer import Viewer
from app.models.nouns import Noun
from app.reading.dialect import CHUNK, Dialect, Json, Pair
from app.reading.page import Count, Page
from app.reading.rows import NotedTable, Parent, condition, leads_to_rows, named, query_of, used_of
from app.reading.selection import Nodes, Operation, Selected
from app.reading.source import noun_of_type


class Splicer(Operation):
    """Compiles an operation for one shape of viewer."""

    def __init__(self, info: Any, viewer: Viewer, dialect: Dialect) -> None:
        super().__init__(info)
        self.viewer, self.dialect, self.levels = viewer, dialect, dialect.levels
        self.aliases = (f"t{n}" for n in count(1))

    def value(self, gtype: Any, nodes: Nodes, rows: Any, level: int) -> Term:
        """The JSON of a field's value, as the response has it."""
        if level > self.levels:
            raise Unsupported("too deep for one statement")
        if isinstance(rows, Count):
            return self.dialect.count(query_of(rows.rows.only("id")))
        named_type, table = get_named_type(gtype), NotedTable(next(self.aliases))
        if isinstance(rows, Page):
            return self._page(named_type, nodes, rows, table, level)
        shape = self.dialect.many if is_list_type(get_nullable_type(gtype)) else self.dialect.one
        row = self._row(named_type, nodes, table, level)
        return shape(row, used_of(rows, table), str(table.alias))

    def _row(self, gtype: Any, nodes: Nodes, table: NotedTable, level: int) -> Term:
        owner = gtype.extensions["strawberry-definition"].origin
        noun = noun_of_type(owner) if "source" in owner.__dict__ else _unsupported("no rows")
        pairs: list[Pair] = []
        for key, selected in self.keyed(gtype, nodes):
            pairs.append((key, self._field(gtype, noun, selected, table, level)))
        return self.dialect.object(pairs)

    def keyed(self, gtype: Any, nodes: Nodes) -> list[tuple[str, Selected | None]]:
        """The selected fields by response key, in their order; None stands for __typename."""
        found: dict[str, Nodes] = {}
        for node in nodes:
            self._collect(gtype, node.selection_set, found)
        if len(found) > CHUNK:
            raise Unsupported("too many fields for one object")
        return [(key, self._keyed(gtype, same)) for key, same in found.items()]

    def _keyed(self, gtype: Any, nodes: Nodes) -> Selected | None:
        return None if nodes[0].name.value == "__typename" else self._selected(gtype, nodes)

    def _field(self, gtype: Any, noun: Noun, selected: Selected | None, table: NotedTable, level: int) -> Term:
        if selected is None:
            return self.dialect.text(gtype.name)
        if not self.passes(selected, noun):
            return Json("NULL")
        declared = selected.strawberry
        if declared.python_name == "id":
            return self.dialect.typed_id(noun.prefix, table["id"])
        if leads_to_rows(selected, noun):
            rows = named(self, self.viewer, noun, selected, Parent(table))
            return self.value(selected.field.type, selected.nodes, rows, level + 1)
        if declared.metadata.get("of_viewer"):
            return self._of_viewer(selected)
        if holds := declared.metadata.get("holds"):
            found = table.note(condition(noun, table, holds(self.viewer)))
            return self.dialect.flag(Json("coalesce(", found, ", false)"))
        if declared.metadata["needs"] is not None:
            raise Unsupported("computed")
        return self._column(noun, selected, table)

    def _of_viewer(self, selected: Selected) -> Term:
        gtype: Any = get_nullable_type(selected.field.type)
        resolver: Any = selected.strawberry.base_resolver
        value = resolver.wrapped_func(None, info=self.info)
        if not isinstance(gtype, GraphQLEnumType):
            raise Unsupported("no constant")
        return self.dialect.text(gtype.coerce_output_value(value))

    def passes(self, selected: Selected, noun: Noun | None) -> bool:
        """Whether the gates let the viewer see the field; a null where they hide it on every row."""
        for gate in selected.strawberry.metadata["gates"]:
            if isinstance(gate, Within) and noun is not None:
                reached = policy.within(self.viewer, noun, gate.permission)
                if reached is policy.NONE:
                    return False
                if reached != policy.EVERY:
                    raise Unsupported("depends on the row")
            elif isinstance(gate, Requires | SignedIn) and (
                gate.awaits_password(self.viewer) or not gate.allows(self.viewer)
            ):
                raise Unsupported("denied")
        return True

    def _column(self, noun: Noun, selected: Selected, table: NotedTable) -> Term:
        name = selected.strawberry.python_name
        column = noun.model._meta.fields_map[name]
        term, gtype = table[column.source_field or name], get_named_type(selected.field.type)
        if is_list_type(get_nullable_type(selected.field.type)):
            raise Unsupported("a list in a column")
        if isinstance(gtype, GraphQLEnumType):
            return self._enum(gtype, term)
        prefix = selected.strawberry.metadata.get("prefix", "")
        if prefix:
            return self.dialect.prefixed(prefix, term)
        return self.dialect.scalar(gtype.name, term)

    def _enum(self, gtype: GraphQLEnumType, term: Term) -> Term:
        values = {name: _plain(value.value) for name, value in gtype.values.items()}
        return term if all(name == value for name, value in values.items()) else self.dialect.case(term, values)

    def _page(self, gtype: Any, nodes: Nodes, page: Page, table: NotedTable, level: int) -> Term:
        selection = self.keyed(gtype, nodes)
        wanted = {selected.name for _, selected in selection if selected}
        page = page if "pageInfo" in wanted else replace(page, peeks=False)
        pairs = [(key, self._part(gtype, selected, page, table, level)) for key, selected in selection]
        if wanted <= {"totalCount"}:
            return self.dialect.object(pairs)
        rows = used_of(page.query(), table)
        return self.dialect.page(self.dialect.object(pairs), rows, str(table.alias), numbered=page.peeks)

    def _part(self, gtype: Any, selected: Selected | None, page: Page, table: NotedTable, level: int) -> Term:
        if selected is None:
            return self.dialect.text(gtype.name)
        if selected.name == "totalCount":
            return self.dialect.count(query_of(page.rows.only("id")))
        below: Any = get_named_type(selected.field.type)
        if selected.name == "nodes":
            return self._first(self._row(below, selected.nodes, table, level), page)
        if selected.name == "edges":
            return self._first(self._edge(below, selected.nodes, page, table, level), page)
        return self._page_info(below, selected.nodes, page, table)

    def _first(self, row: Term, page: Page) -> Term:
        return self.dialect.first(row, page.first if page.peeks else None)

    def _edge(self, gtype: Any, nodes: Nodes, page: Page, table: NotedTable, level: int) -> Term:
        pairs: list[Pair] = []
        for key, selected in self.keyed(gtype, nodes):
            if selected is None:
                pairs.append((key, self.dialect.text(gtype.name)))
            elif selected.name == "cursor":
                pairs.append((key, self.dialect.cursor(page.mark(table))))
            else:
                pairs.append((key, self._row(get_named_type(selected.field.type), selected.nodes, table, level)))
        return self.dialect.object(pairs)

    def _page_info(self, gtype: Any, nodes: Nodes, page: Page, table: NotedTable) -> Term:
        cursor = self.dialect.cursor(page.mark(table))
        parts: dict[str, Callable[[], Term]] = {
            "hasNextPage": lambda: self.dialect.flag(Json(f"count(*) > {page.first}")),
            "hasPreviousPage": lambda: self.dialect.constant(page.after is not None),
            "startCursor": lambda: self.dialect.cursor_at("1", cursor, page.first),
            "endCursor": lambda: self.dialect.cursor_at(self.dialect.last(page.first), cursor, page.first),
        }
        pairs: list[Pair] = []
        for key, selected in self.keyed(gtype, nodes):
            pairs.append((key, parts[selected.name]() if selected else self.dialect.text(gtype.name)))
        return self.dialect.object(pairs)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _unsupported(reason: str) -> Any:
    raise Unsupported(reason)
