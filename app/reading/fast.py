"""The fast path: operations whose every field maps to columns, answered with the database's own bytes.

A plan is made for a masked viewer and kept with the document; whatever does not qualify is left to the
ordinary path, so that its errors are the same as ever.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import orjson
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    NameNode,
    OperationType,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution.values import get_variable_values
from pypika_tortoise.terms import Parameterizer
from tortoise import connections
from tortoise.exceptions import OperationalError

from app.auth.viewer import Viewer
from app.models.text import fold
from app.reading.dialect import Json, dialect, overflowed
from app.reading.masks import WORDS, Statement, masked, shape, statement
from app.reading.selection import Nodes, Selected
from app.reading.splice import Splicer, Unsupported

KEPT_PLANS = 1_000
LONGEST_KEPT = 32_000  # letters of an operation, its variables and its statements: odd ones are planned anew


@dataclass(frozen=True)
class Plan:
    """One statement per root field, and the variables whose words become parameters."""

    roots: tuple[tuple[bytes, Statement], ...]

    @property
    def letters(self) -> int:
        """How long its statements are."""
        return sum(len(each.sql) for _, each in self.roots)


class FastPath:
    """Answers operations of one schema with spliced bytes, where it can."""

    def __init__(self, schema: Any) -> None:
        self.schema = schema
        self._plans: OrderedDict[Hashable, Plan | None] = OrderedDict()

    async def __call__(self, checked: Any, viewer: Viewer | None) -> bytes | None:
        """The JSON of the data, or None where the ordinary path has to answer."""
        if viewer is None or viewer.must_change_password or checked.operation.operation is not OperationType.QUERY:
            return None
        words = self._words(checked)
        if words is None:
            return None
        counted = tuple(sorted((name, len(each)) for name, each in words.items()))
        others = {name: value for name, value in checked.variables.items() if name not in words}
        loc = checked.operation.loc
        place = (loc.source.body, loc.start, type(dialect()))
        written = orjson.dumps(others, option=orjson.OPT_SORT_KEYS)
        key, letters = (place, shape(viewer), counted, written), len(loc.source.body) + len(written)
        plan = self._recall(key, letters, lambda: self._plan(checked, viewer, counted, others))
        if plan is None:
            return None
        try:
            return await _run(plan, viewer, [word for name, _ in counted for word in words[name]])
        except OperationalError as error:
            if not overflowed(error):
                raise
            if key in self._plans:
                self._plans[key] = None
            return None

    def _recall(self, key: Hashable, letters: int, make: Callable[[], Plan | None]) -> Plan | None:
        if key in self._plans:
            self._plans.move_to_end(key)
            return self._plans[key]
        plan = make()
        if letters + (plan.letters if plan else 0) <= LONGEST_KEPT:
            self._plans[key] = plan
        if len(self._plans) > KEPT_PLANS:
            self._plans.popitem(last=False)
        return plan

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
        except (Unsupported, GraphQLError, KeyError):  # the ordinary path words it for the client
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
