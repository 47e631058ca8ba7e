"""Plans that are kept: by the operation, by what changes the shape of its statements, and by the viewer's rights."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence, Sized
from dataclasses import dataclass
from itertools import count
from types import SimpleNamespace
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    type_from_ast,
    visit,
)
from graphql.execution.values import get_variable_values
from pypika_tortoise.terms import Parameterizer
from tortoise import connections

from app.auth.viewer import Viewer
from app.models.text import fold
from app.reading.dialect import Json, dialect
from app.reading.masks import WORDS, Statement, Unsupported, masked, masked_ids, statement, word_mark

KEPT_PLANS = 1_000
LONGEST_KEPT = 32_000  # letters of an operation, its variables and its statements: odd ones are planned anew

T = TypeVar("T", bound=Sized)


@dataclass(frozen=True)
class Question:
    """An operation with marks in the places of ids and search words, and what the marks stand for."""

    key: Hashable
    letters: int
    variables: dict[str, Any]
    words: list[str]
    keys: list[UUID]


class Plans(Generic[T]):
    """The latest plans, within bounds of number and length; None for what cannot be planned."""

    def __init__(self, most: int | None = None) -> None:
        self.kept: OrderedDict[Hashable, T | None] = OrderedDict()
        self.most = most

    def recall(self, key: Hashable, letters: int, make: Callable[[], T | None]) -> T | None:
        """The plan of this key, made if it is not kept."""
        if key in self.kept:
            self.kept.move_to_end(key)
            return self.kept[key]
        plan = make()
        if letters + (len(plan) if plan is not None else 0) <= LONGEST_KEPT:
            self.kept[key] = plan
        if len(self.kept) > (KEPT_PLANS if self.most is None else self.most):
            self.kept.popitem(last=False)
        return plan

    def give_up(self, key: Hashable) -> None:
        """The plan does not work on this database."""
        if key in self.kept:
            self.kept[key] = None


def question(schema: Any, checked: Any) -> Question | None:
    """What an operation asks, apart from ids and words; None if its search words are too many for a plan."""
    loc = checked.operation.loc
    if not checked.variables:
        found: Question | None = checked.document.recall(
            (loc.start, type(dialect())), lambda: _question(schema, checked)
        )
        return found
    return _question(schema, checked)


def _question(schema: Any, checked: Any) -> Question | None:
    words = _words(checked)
    if words is None:
        return None
    place, keys = count(), dict[str, UUID]()
    variables = {name: value for name, value in checked.variables.items() if name not in words}
    for definition in checked.operation.variable_definitions or ():
        name = definition.variable.name.value
        if name in variables:
            variables[name] = masked_ids(type_from_ast(schema, definition.type), variables[name], keys)
    ordered = sorted(words.items())
    variables |= {name: " ".join(word_mark(next(place), word) for word in each) for name, each in ordered}
    source, written = checked.operation.loc.source.body, orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)
    key = (source, checked.operation.loc.start, type(dialect()), written)
    given = [word for _, each in ordered for word in each]
    return Question(key, len(source) + len(written), variables, given, list(keys.values()))


def imagined(schema: Any, checked: Any, viewer: Viewer, asked: Question, nodes: Sequence[FieldNode] = ()) -> Any:
    """What resolvers and compilers get to see of an operation with marks. Raises Unsupported for variables."""
    core = schema._schema
    coerced = get_variable_values(core, checked.operation.variable_definitions or (), asked.variables)
    if isinstance(coerced, list):
        raise Unsupported("variables")
    definitions = checked.document.node.definitions
    fragments = {node.name.value: node for node in definitions if isinstance(node, FragmentDefinitionNode)}
    raw = SimpleNamespace(schema=core, variable_values=coerced, fragments=fragments, field_nodes=list(nodes))
    return SimpleNamespace(schema=schema, context=SimpleNamespace(viewer=masked(viewer)), _raw_info=raw)


def _words(checked: Any) -> dict[str, list[str]] | None:
    names = checked.document.recall((checked.operation.loc, "search"), lambda: searches(checked))
    given = {name: checked.variables.get(name) for name in names}
    if not all(isinstance(value, str) for value in given.values()):
        return {} if not any(isinstance(value, str) for value in given.values()) else None
    found = {name: fold(str(value))[:200].split()[:8] for name, value in given.items()}
    return found if sum(map(len, found.values())) <= len(WORDS) else None


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


def compiled(json: Json) -> Statement:
    """The text and the parameters of an expression."""
    connection = connections.get("default")
    context = connection.query_class.SQL_CONTEXT.copy(parameterizer=Parameterizer())
    sql = json.get_sql(context)
    assert context.parameterizer is not None
    return statement(sql, context.parameterizer.values)
