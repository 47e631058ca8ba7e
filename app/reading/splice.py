"""The fast path: operations whose every field maps to columns, answered with the database's own bytes.

A plan is made for a masked viewer and kept with the document; whatever does not qualify is left to the
ordinary path. Which fields qualify follows from how they are declared: columns and rows do, methods
do not; a gate must be decided by the viewer's rights alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import count
from types import SimpleNamespace
from typing import Any

import orjson
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    NameNode,
    OperationType,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    get_nullable_type,
    is_list_type,
    visit,
)
from graphql.execution.values import get_variable_values
from pypika_tortoise.queries import Table
from pypika_tortoise.terms import Parameterizer, Term
from tortoise import connections
from tortoise.exceptions import OperationalError

from app.auth import policy
from app.auth.gates import Requires, SignedIn, Within
from app.auth.viewer import Viewer
from app.models.nouns import Noun
from app.models.text import fold
from app.reading.dialect import CHUNK, Dialect, Json, Pair, dialect
from app.reading.masks import WORDS, Statement, masked, shape, statement
from app.reading.page import Page
from app.reading.rows import Parent, leads_to_rows, named, query_of
from app.reading.selection import Nodes, Operation, Selected
from app.reading.source import noun_of_type


class Unsupported(Exception):
    """The ordinary path has to do it."""


@dataclass(frozen=True)
class Plan:
    """One statement per root field, and the variables whose words become parameters."""

    roots: tuple[tuple[bytes, Statement], ...]


class Splicer(Operation):
    """Compiles an operation for one shape of viewer."""

    def __init__(self, info: Any, viewer: Viewer, dialect: Dialect) -> None:
        super().__init__(info)
        self.viewer, self.dialect = viewer, dialect
        self._aliases = (f"t{n}" for n in count(1))

    def value(self, gtype: Any, nodes: Nodes, rows: Any, level: int) -> Term:
        """The JSON of a field's value, as the response has it."""
        if level > self.dialect.levels:
            raise Unsupported("too deep for one statement")
        named_type, table = get_named_type(gtype), Table("row").as_(next(self._aliases))
        if isinstance(rows, Page):
            return self._page(named_type, nodes, rows, table, level)
        shape = self.dialect.many if is_list_type(get_nullable_type(gtype)) else self.dialect.one
        return shape(self._row(named_type, nodes, table, level), query_of(rows), str(table.alias))

    def _row(self, gtype: Any, nodes: Nodes, table: Table, level: int) -> Term:
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

    def _field(self, gtype: Any, noun: Noun, selected: Selected | None, table: Table, level: int) -> Term:
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
        if declared.metadata["needs"] is not None:
            raise Unsupported("computed")
        return self._column(noun, selected, table)

    def passes(self, selected: Selected, noun: Noun | None) -> bool:
        """Whether the gates let the viewer see the field; a null where they hide it on every row."""
        for gate in selected.strawberry.metadata["gates"]:
            if isinstance(gate, Within) and noun is not None:
                reached = policy.within(self.viewer, noun, gate.permission)
                if reached is policy.NONE:
                    return False
                if reached != policy.EVERY:
                    raise Unsupported("depends on the row")
            elif isinstance(gate, Requires | SignedIn) and not gate.allows(self.viewer):
                raise Unsupported("denied")
        return True

    def _column(self, noun: Noun, selected: Selected, table: Table) -> Term:
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

    def _page(self, gtype: Any, nodes: Nodes, page: Page, table: Table, level: int) -> Term:
        selection = self.keyed(gtype, nodes)
        pairs = [(key, self._part(gtype, selected, page, table, level)) for key, selected in selection]
        if all(selected is None or selected.name == "totalCount" for _, selected in selection):
            return self.dialect.object(pairs)
        return self.dialect.page(self.dialect.object(pairs), query_of(page.query()), str(table.alias))

    def _part(self, gtype: Any, selected: Selected | None, page: Page, table: Table, level: int) -> Term:
        if selected is None:
            return self.dialect.text(gtype.name)
        if selected.name == "totalCount":
            return self.dialect.count(query_of(page.rows.only("id")))
        below: Any = get_named_type(selected.field.type)
        if selected.name == "nodes":
            return self.dialect.first(self._row(below, selected.nodes, table, level), page.first)
        if selected.name == "edges":
            return self.dialect.first(self._edge(below, selected.nodes, page, table, level), page.first)
        return self._page_info(below, selected.nodes, page, table)

    def _edge(self, gtype: Any, nodes: Nodes, page: Page, table: Table, level: int) -> Term:
        pairs: list[Pair] = []
        for key, selected in self.keyed(gtype, nodes):
            if selected is None:
                pairs.append((key, self.dialect.text(gtype.name)))
            elif selected.name == "cursor":
                pairs.append((key, self.dialect.cursor(page.mark(table))))
            else:
                pairs.append((key, self._row(get_named_type(selected.field.type), selected.nodes, table, level)))
        return self.dialect.object(pairs)

    def _page_info(self, gtype: Any, nodes: Nodes, page: Page, table: Table) -> Term:
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


class FastPath:
    """Answers operations of one schema with spliced bytes, where it can."""

    def __init__(self, schema: Any) -> None:
        self.schema = schema

    async def __call__(self, checked: Any, viewer: Viewer | None) -> bytes | None:
        """The JSON of the data, or None where the ordinary path has to answer."""
        if viewer is None or viewer.must_change_password or checked.operation.operation is not OperationType.QUERY:
            return None
        words = self._words(checked)
        if words is None:
            return None
        counted = tuple(sorted((name, len(each)) for name, each in words.items()))
        others = {name: value for name, value in checked.variables.items() if name not in words}
        place = (checked.operation.loc, type(dialect()))
        key = (place, shape(viewer), counted, orjson.dumps(others, option=orjson.OPT_SORT_KEYS))
        plan = checked.document.recall(key, lambda: self._plan(checked, viewer, counted, others))
        if plan is None:
            return None
        try:
            return await _run(plan, viewer, [word for name, _ in counted for word in words[name]])
        except OperationalError:  # too deep for the parser of this SQLite, say
            checked.document.facts[key] = None
            return None

    def _words(self, checked: Any) -> dict[str, list[str]] | None:
        names = checked.document.recall((checked.operation.loc, "search"), lambda: searches(checked))
        given = {name: checked.variables.get(name) for name in names}
        if not all(isinstance(value, str) for value in given.values()):
            return {} if not any(isinstance(value, str) for value in given.values()) else None
        found = {name: fold(str(value))[:200].split()[:8] for name, value in given.items()}
        return found if sum(map(len, found.values())) <= len(WORDS) else None

    def _plan(self, checked: Any, viewer: Viewer, counted: Any, others: dict[str, Any]) -> Plan | None:
        try:
            return self._compile(checked, masked(viewer), counted, others)
        except Exception:  # whatever it is, the ordinary path words it for the client
            return None

    def _compile(self, checked: Any, viewer: Viewer, counted: Any, others: dict[str, Any]) -> Plan:
        marks, variables = iter(WORDS), dict(others)
        for name, number in counted:
            variables[name] = " ".join(next(marks) for _ in range(number))
        core = self.schema._schema
        coerced = get_variable_values(core, checked.operation.variable_definitions or (), variables)
        if isinstance(coerced, list):
            raise Unsupported("variables")
        definitions = checked.document.node.definitions
        fragments = {node.name.value: node for node in definitions if isinstance(node, FragmentDefinitionNode)}
        raw = SimpleNamespace(schema=core, variable_values=coerced, fragments=fragments, field_nodes=())
        info = SimpleNamespace(schema=self.schema, context=SimpleNamespace(viewer=viewer), _raw_info=raw)
        splicer = Splicer(info, viewer, dialect())
        nodes: Nodes = [FieldNode(name=NameNode(value="query"), selection_set=checked.operation.selection_set)]
        return Plan(tuple(self._root(splicer, key, each) for key, each in splicer.keyed(core.query_type, nodes)))

    def _root(self, splicer: Splicer, key: str, selected: Selected | None) -> tuple[bytes, Statement]:
        resolver: Any = selected.strawberry.base_resolver if selected else None
        if selected is None or not selected.strawberry.metadata.get("read") or resolver.is_async:
            raise Unsupported("no rows")
        splicer.passes(selected, None)
        rows = resolver.wrapped_func(None, splicer.info, **splicer.arguments(selected))
        if rows is None:
            raise Unsupported("no rows")
        term = splicer.value(selected.field.type, selected.nodes, rows, 0)
        return key.encode(), compiled(Json("SELECT ", term, " AS v"))


def compiled(json: Json) -> Statement:
    """The text and the parameters of an expression."""
    connection = connections.get("default")
    context = connection.query_class.SQL_CONTEXT.copy(parameterizer=Parameterizer())
    sql = json.get_sql(context)
    assert context.parameterizer is not None
    return statement(sql, context.parameterizer.values)


def searches(checked: Any) -> list[str]:
    """The variables that are given to arguments `search` of root fields, and to nothing else."""
    roots = [node for node in checked.operation.selection_set.selections if isinstance(node, FieldNode)]
    given = [each.value for node in roots for each in node.arguments or () if each.name.value == "search"]
    names = [value.name.value for value in given if isinstance(value, VariableNode)]
    return sorted({name for name in names if names.count(name) == _uses(checked, name)})


def _uses(checked: Any, name: str) -> int:
    """How often the document names a variable, its definitions left out."""
    counter = _Uses(name)
    visit(checked.document.node, counter)
    return counter.found


class _Uses(Visitor):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.name, self.found = name, 0

    def enter_variable(self, node: VariableNode, key: Any, parent: Any, *_: Any) -> None:
        defines = isinstance(parent, VariableDefinitionNode)
        self.found += node.name.value == self.name and not defines


async def _run(plan: Plan, viewer: Viewer, words: Sequence[str]) -> bytes:
    parts = []
    for key, each in plan.roots:
        rows = await connections.get("default").execute_query_dict(each.sql, each.values(viewer, words))
        value = rows[0]["v"]
        parts.append(b'"%b":%b' % (key, b"null" if value is None else value.encode()))
    return b"{%b}" % b",".join(parts)
