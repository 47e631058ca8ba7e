"""The ordinary path: rows + selection set -> one SQL expression, and the objects that Strawberry resolves.

Each level is a sub-select over the query set that the resolver named, already narrowed by the
policy; a nested query set refers to its parent row through `Parent`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import count
from typing import Any

from graphql import GraphQLObjectType, get_named_type, get_nullable_type, is_list_type
from pypika_tortoise.queries import Table
from pypika_tortoise.terms import Term
from tortoise import fields
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from app.auth import delegation, policy
from app.auth.gates import Within
from app.auth.masks import Unsupported
from app.auth.permissions import Permission, Right, Scope
from app.auth.viewer import Viewer
from app.models.nouns import Noun
from app.reading.dialect import Dialect, Json, Pair
from app.reading.executor import Finished
from app.reading.facts import Columns, Facts
from app.reading.figures import Figures
from app.reading.page import Count, Page
from app.reading.rows import Parent, condition, leads_to_rows, named, query_of
from app.reading.selection import Nodes, Operation, Selected, slot
from app.reading.source import Source, noun_of_type
from app.reading.splice import Splicer

Decode = Callable[[Any], Any]
FLAGS = {"reached": Permission, "standing": Scope, "rights": Right}


class DistantParent(Parent):
    """A parent row of an earlier statement, whose columns come as a JSON parameter."""

    def __init__(self) -> None:
        self.columns: list[str] = []

    def __getitem__(self, column: str) -> Any:
        if column not in self.columns:
            self.columns.append(column)
        return Json(f"""json_extract("p"."value", '$.{column}')""")


@dataclass
class Later:
    """A selection that is fetched in a statement of its own, for all its parent rows at once."""

    term: Term
    decode: Decode
    columns: Sequence[str]
    parents: list[tuple[dict[str, Any], Callable[[Any], None]]] = field(default_factory=list)


@dataclass
class RowPlan:
    """What is fetched of each row of one level, and into which objects it goes."""

    owner: Any
    noun: Noun
    table: Table
    level: int
    columns: dict[str, Any] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)
    flags: dict[Any, Q] = field(default_factory=dict)
    nested: dict[str, tuple[Term, Decode]] = field(default_factory=dict)
    later: dict[str, Later] = field(default_factory=dict)

    def need(self, column: str) -> None:
        """Fetches a column of the row."""
        self.columns[column] = self.noun.model._meta.fields_map[column]


class Compiler:
    """Compiles the selection of one root field for one viewer."""

    def __init__(self, operation: Operation, viewer: Viewer | None, dialect: Dialect, levels: int) -> None:
        self.operation, self.viewer, self.dialect, self.levels = operation, viewer, dialect, levels
        self.later: list[Later] = []
        self._aliases = (f"t{n}" for n in count(1))

    def alias(self) -> str:
        """A name for a table that no other one has."""
        return next(self._aliases)

    def value(self, gtype: Any, groups: Sequence[Nodes], rows: Any, level: int = 0) -> tuple[Term, Decode]:
        """The JSON of a field's value, and how to read it: a row, a list, a page or a number of rows."""
        if isinstance(rows, Count):
            return self.dialect.count(query_of(rows.rows.only("id"))), int
        if isinstance(rows, Figures):
            return rows.compiled(self, get_nullable_type(gtype), groups)
        if isinstance(rows, Page):
            return self._page(get_nullable_type(gtype), groups, rows, level)
        if is_list_type(get_nullable_type(gtype)):
            term, decode = self._rows(get_named_type(gtype), groups, rows, self.dialect.many, level)
            return term, lambda value: [decode(item) for item in value]
        term, decode = self._rows(get_named_type(gtype), groups, rows, self.dialect.one, level)
        return term, lambda value: None if value is None else decode(value)

    def several(self, nouns: Sequence[Noun], groups: Sequence[Nodes], rows: Sequence[Any]) -> tuple[Term, Decode]:
        """Rows of several types in one statement; what is read is one list of all."""
        parts = [
            self._rows(self._type_of(noun), groups, each, self.dialect.many)
            for noun, each in zip(nouns, rows, strict=True)
        ]
        term = self.dialect.array([term for term, _ in parts])
        decoders = [decode for _, decode in parts]
        return term, lambda value: [
            decode(item) for items, decode in zip(value, decoders, strict=True) for item in items
        ]

    def _type_of(self, noun: Noun) -> GraphQLObjectType:
        owner: Any = Source.types[noun]
        gtype = self.operation.schema.type_map[owner.__strawberry_definition__.name]
        assert isinstance(gtype, GraphQLObjectType)
        return gtype

    def concrete(self, noun: Noun, groups: Sequence[Nodes], rows: QuerySet[Any]) -> tuple[Term, Decode]:
        """The only row of a query, of a type that the noun decides (where the field's type is an interface)."""
        term, decode = self._rows(self._type_of(noun), groups, rows, self.dialect.one)
        return term, lambda value: None if value is None else decode(value)

    def _rows(
        self, gtype: Any, groups: Sequence[Nodes], rows: QuerySet[Any], shape: Callable[..., Term], level: int = 0
    ) -> tuple[Term, Decode]:
        plan = self._plan(gtype, groups, level)
        return shape(self._pairs(plan), query_of(rows), str(plan.table.alias)), decoder(plan)

    def _plan(self, gtype: GraphQLObjectType, groups: Sequence[Nodes], level: int) -> RowPlan:
        owner = gtype.extensions["strawberry-definition"].origin
        plan = RowPlan(owner, noun_of_type(owner), Table("row").as_(self.alias()), level)
        for selected in self.operation.select(gtype, groups):
            self._add(plan, selected)
        plan.need("id")
        return plan

    def _add(self, plan: RowPlan, selected: Selected) -> None:
        declared = selected.strawberry
        for gate in declared.metadata["gates"]:
            if isinstance(gate, Within):
                plan.flags[gate.permission] = policy.within(self._viewer, plan.noun, gate.permission)
        needs = declared.metadata["needs"]
        name = declared.python_name
        if needs is not None:
            self._need(plan, needs)
        elif leads_to_rows(selected, plan.noun):
            self._nest(plan, selected)
        else:
            plan.need(name)
            plan.prefixes[name] = declared.metadata.get("prefix", "")

    def _need(self, plan: RowPlan, needs: Sequence[str | Facts]) -> None:
        for need in needs:
            if isinstance(need, Facts):
                parts = need.parts(self._viewer, Parent(plan.table))
                plan.nested[need.name] = self.dialect.array([self._part(part) for part in parts]), _as_it_is
            elif need == "standing":
                plan.flags.update(policy.standings(self._viewer, plan.noun))
            elif need == "rights":
                plan.flags.update(delegation.rights(self._viewer))
            else:
                plan.need(need)

    def _part(self, part: Count | Columns) -> Term:
        if isinstance(part, Count):
            return self.dialect.count(query_of(part.rows.only("id")))
        table, known = Table("row").as_(next(self._aliases)), part.rows.model._meta.fields_map
        pairs = [(name, self._column(known[name], table, name)) for name in part.names]
        return self.dialect.many(self.dialect.object(pairs), query_of(part.rows), str(table.alias))

    def _column(self, column: Any, table: Table, name: str) -> Term:
        return self.dialect.column(table[column.source_field or name], is_json=isinstance(column, fields.JSONField))

    @property
    def _viewer(self) -> Viewer:
        assert self.viewer is not None, "rows are read for a viewer"
        return self.viewer

    def _nest(self, plan: RowPlan, selected: Selected) -> None:
        gtype, groups, name = selected.field.type, [selected.nodes], slot(selected.nodes)
        if plan.level < self.levels:
            plan.nested[name] = self._finished(plan, selected) or self.value(
                gtype, groups, self._named(plan, selected), plan.level + 1
            )
            return
        parent = DistantParent()
        term, decode = self.value(gtype, groups, named(self.operation, self._viewer, plan.noun, selected, parent))
        for column in parent.columns:
            plan.need(column)
        plan.later[name] = Later(term, decode, parent.columns)
        self.later.append(plan.later[name])

    def _named(self, plan: RowPlan, selected: Selected) -> Any:
        return named(self.operation, self._viewer, plan.noun, selected, Parent(plan.table))

    def _finished(self, plan: RowPlan, selected: Selected) -> tuple[Term, Decode] | None:
        """What needs nothing of Python: the database makes it as the response has it."""
        splicer = Splicer(self.operation.info, self._viewer, self.dialect)
        splicer.aliases, splicer.levels = self._aliases, self.levels
        try:
            rows = self._named(plan, selected)
            return splicer.value(selected.field.type, selected.nodes, rows, plan.level + 1), Finished
        except Unsupported:
            return None

    def _pairs(self, plan: RowPlan, *others: Pair) -> Term:
        pairs: list[Pair] = [*others]
        for name, column in plan.columns.items():
            pairs.append((name, self._column(column, plan.table, name)))
        pairs += [
            (f"?{name}", self.dialect.flag(condition(plan.noun, plan.table, q))) for name, q in plan.flags.items()
        ]
        pairs += [(f"@{i}", term) for i, (term, _) in enumerate(plan.nested.values())]
        return self.dialect.row(pairs)

    def _page(self, gtype: Any, groups: Sequence[Nodes], page: Page, level: int) -> tuple[Term, Decode]:
        selected = self.operation.select(gtype, groups)
        row_groups = self._row_groups(gtype, selected)
        row_type = get_named_type(gtype.fields["nodes"].type)
        plan = self._plan(row_type, row_groups, level)
        wants_rows = any(s.name != "totalCount" for s in selected)
        parts: list[Term] = []
        if wants_rows:
            row = self._pairs(plan, ("cursor", self.dialect.cursor(page.mark(plan.table))))
            parts.append(self.dialect.many(row, query_of(page.query()), str(plan.table.alias)))
        if wants_count := any(s.name == "totalCount" for s in selected):
            parts.append(self.dialect.count(query_of(page.rows.only("id"))))
        owner = gtype.extensions["strawberry-definition"].origin
        reader = PageReader(owner, page, decoder(plan), wants_rows, wants_count)
        return self.dialect.array(parts), reader.read

    def _row_groups(self, gtype: Any, selected: Sequence[Selected]) -> list[Nodes]:
        """The selections on rows: below `nodes`, and below `node` of `edges`."""
        groups = [s.nodes for s in selected if s.name == "nodes"]
        edges = get_named_type(gtype.fields["edges"].type)
        assert isinstance(edges, GraphQLObjectType)
        below = self.operation.select(edges, [s.nodes for s in selected if s.name == "edges"])
        return groups + [s.nodes for s in below if s.name == "node"]


@dataclass
class PageReader:
    """Makes a connection of the rows and the count that the statement brought."""

    owner: Any
    page: Page
    decode: Decode
    wants_rows: bool
    wants_count: bool

    def read(self, value: list[Any]) -> Any:
        """The connection object."""
        raw = value[0] if self.wants_rows else []
        rows = [_merged(row) for row in raw[: self.page.first]]
        connection: Any = self.owner.__new__(self.owner)
        connection.found = [self.decode(row) for row in rows]
        connection.cursors = [row["cursor"] for row in rows]
        connection.has_next_page = len(raw) > self.page.first
        connection.has_previous_page = self.page.after is not None
        connection.total_count = value[-1] if self.wants_count else None
        return connection


def _as_it_is(value: Any) -> Any:
    return value


def _merged(row: dict[str, Any] | list[dict[str, Any]]) -> dict[str, Any]:
    return row if isinstance(row, dict) else {key: value for chunk in row for key, value in chunk.items()}


def decoder(plan: RowPlan) -> Decode:
    """Makes an object of the type from one row's JSON."""
    converters = [(name, _converter(column, plan.prefixes.get(name))) for name, column in plan.columns.items()]
    flags = [(name, [flag for flag in plan.flags if isinstance(flag, kind)]) for name, kind in FLAGS.items()]
    unasked: dict[str, frozenset[Any]] = {name: frozenset() for name, each in flags if not each}
    asked = [(name, [(flag, f"?{flag}") for flag in each]) for name, each in flags if each]
    nested = [(slot_name, f"@{i}", decode) for i, (slot_name, (_, decode)) in enumerate(plan.nested.items())]

    def decode_row(found: Any) -> Any:
        raw = _merged(found)
        row: Any = plan.owner.__new__(plan.owner)
        values = row.__dict__
        for name, convert in converters:
            value = raw[name]
            values[name] = value if value is None or convert is None else convert(value)
        values["key"] = values.pop("id")
        values |= unasked
        for name, each in asked:
            values[name] = frozenset(flag for flag, key in each if raw[key])
        values["nested"] = {name: decode(raw[key]) for name, key, decode in nested}
        for name, later in plan.later.items():
            columns = {column: raw[column] for column in later.columns}
            later.parents.append((columns, partial(values["nested"].__setitem__, name)))
        return row

    return decode_row


def _converter(column: Any, prefix: str | None) -> Callable[[Any], Any] | None:
    if prefix:
        return lambda value: f"{prefix}{value}"
    if isinstance(column, fields.DatetimeField):
        return datetime.fromisoformat
    if isinstance(column, fields.BooleanField):
        return bool
    kind = getattr(column, "enum_type", None)
    return {member.value: member for member in kind}.__getitem__ if kind else None
