"""Plans that are kept: by the operation, by what changes the shape of its statements, and by the viewer's rights."""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import count
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import orjson
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLInputObjectType,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_nullable_type,
    is_list_type,
    type_from_ast,
    visit,
)
from graphql.execution.values import get_variable_values
from pypika_tortoise.terms import Parameterizer
from tortoise import connections

from app.auth.masks import KEYS, WORDS, Statement, Unsupported, masked, statement, word_mark
from app.auth.viewer import Viewer
from app.models.text import fold
from app.reading.dialect import Json, dialect

TYPED_ID = re.compile("([a-z]{3})_([0-9a-f]{32})")


@dataclass(frozen=True)
class Question:
    """An operation with marks in the places of ids and search words, and what the marks stand for."""

    key: Hashable
    letters: int
    variables: dict[str, Any]
    words: list[str]
    keys: list[UUID]


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
    variables = _masked_ids(schema, checked, [name for name in checked.variables if name not in words], keys)
    ordered = sorted(words.items())
    variables |= {name: " ".join(word_mark(next(place), word) for word in each) for name, each in ordered}
    source, written = checked.operation.loc.source.body, orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)
    key = (source, checked.operation.loc.start, type(dialect()), written)
    given = [word for _, each in ordered for word in each]
    return Question(key, len(source) + len(written), variables, given, list(keys.values()))


def beneath(schema: Any, checked: Any, nodes: Sequence[FieldNode]) -> Question:
    """What fields of an operation ask of one row, apart from ids: only the variables that they name count."""
    at = tuple(node.loc for node in nodes)
    names = checked.document.recall((at, "variables"), lambda: _named(checked.document.node, nodes))
    keys: dict[str, UUID] = {}
    given = _masked_ids(schema, checked, [name for name in checked.variables if name in names], keys)
    source, written = checked.operation.loc.source.body, orjson.dumps(given, option=orjson.OPT_SORT_KEYS)
    places = (checked.operation.loc.start, *(loc.start for loc in at if loc))  # each operation has its own defaults
    key = (source, places, type(dialect()), written)
    return Question(key, len(source) + len(written), {**checked.variables, **given}, [], list(keys.values()))


def _masked_ids(schema: Any, checked: Any, names: Sequence[str], keys: dict[str, UUID]) -> dict[str, Any]:
    types = {each.variable.name.value: each.type for each in checked.operation.variable_definitions or ()}
    given = {name: checked.variables[name] for name in names}
    return {
        name: masked_ids(type_from_ast(schema, types[name]), value, keys) if name in types else value
        for name, value in given.items()
    }


def _named(document: Any, nodes: Sequence[FieldNode]) -> set[str]:
    """The variables that fields name, and the fragments below them."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    finder, seen, waiting = _Names(), set[str](), list[Any](nodes)
    while waiting:
        visit(waiting.pop(), finder)
        fresh = finder.fragments - seen
        seen |= fresh
        waiting += [fragments[name] for name in fresh]
    return finder.variables


class _Names(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.variables, self.fragments = set[str](), set[str]()

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.variables.add(node.name.value)

    def enter_fragment_spread(self, node: Any, *_: Any) -> None:
        self.fragments.add(node.name.value)


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


def masked_ids(gtype: Any, value: Any, found: dict[str, UUID]) -> Any:
    """A variable with a mark for each id in it, the same for the same id; `found` gets the keys in their order."""
    gtype = get_nullable_type(gtype)
    if is_list_type(gtype):
        each = value if isinstance(value, list) else [value]
        return [masked_ids(gtype.of_type, one, found) for one in each] if value is not None else None
    if isinstance(gtype, GraphQLInputObjectType) and isinstance(value, dict):
        return {
            name: masked_ids(gtype.fields[name].type, one, found) if name in gtype.fields else one
            for name, one in value.items()
        }
    return _masked_id(value, found) if getattr(gtype, "name", "") == "ID" else value


def _masked_id(value: Any, found: dict[str, UUID]) -> Any:
    written = TYPED_ID.fullmatch(value) if isinstance(value, str) else None
    if written is None or (written[2] not in found and len(found) == len(KEYS)):
        return value
    found.setdefault(written[2], UUID(written[2]))
    return f"{written[1]}_{KEYS[[*found].index(written[2])].hex}"
