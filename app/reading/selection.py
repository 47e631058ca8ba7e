"""What an operation selects below a field, as graphql-core would collect it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLResolveInfo,
    InlineFragmentNode,
    SelectionSetNode,
    get_argument_values,
    get_directive_values,
)
from graphql.execution.values import VariableValues
from graphql.type import GraphQLIncludeDirective, GraphQLInterfaceType, GraphQLSkipDirective
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

Nodes = list[FieldNode]


def slot(nodes: Sequence[FieldNode]) -> str:
    """Where the value of a nested selection is kept: its response key and its place in the document."""
    first = nodes[0]
    place = first.loc.start if first.loc else 0
    return f"{(first.alias or first.name).value}@{place}"


@dataclass(frozen=True)
class Selected:
    """One selected field of an object type, with all nodes that select it under one key."""

    name: str
    field: GraphQLField
    nodes: Nodes

    @property
    def strawberry(self) -> StrawberryField:
        """The declaration of the field."""
        declared: StrawberryField = self.field.extensions["strawberry-definition"]
        return declared


class Operation:
    """The parts of an operation that the reader needs: fragments, variables and the schema."""

    def __init__(self, info: Any) -> None:
        self.info = info
        raw: GraphQLResolveInfo[Any] = info._raw_info
        self.schema, self.fragments = raw.schema, raw.fragments
        given: Any = raw.variable_values  # Strawberry hands on the coerced values alone
        self.variables = given if isinstance(given, VariableValues) else VariableValues({}, given)
        self.nodes: Nodes = list(raw.field_nodes)
        self.strawberry_schema = info.schema

    def select(self, gtype: GraphQLObjectType, groups: Sequence[Nodes]) -> list[Selected]:
        """The fields that groups of nodes select on a type; each group is collected by itself."""
        found: dict[str, Nodes] = {}
        for group in groups:
            collected: dict[str, Nodes] = {}
            for node in group:
                self._collect(gtype, node.selection_set, collected)
            for nodes in collected.values():
                known = found.setdefault(slot(nodes), [])
                known.extend(node for node in nodes if node not in known)
        return [self._selected(gtype, nodes) for nodes in found.values() if nodes[0].name.value[:2] != "__"]

    def _selected(self, gtype: GraphQLObjectType, nodes: Nodes) -> Selected:
        name = nodes[0].name.value
        return Selected(name, gtype.fields[name], nodes)

    def _collect(self, gtype: GraphQLObjectType, selections: SelectionSetNode | None, into: dict[str, Nodes]) -> None:
        for node in selections.selections if selections else ():
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                into.setdefault((node.alias or node.name).value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                self._collect_fragment(gtype, node, into)
            elif isinstance(node, FragmentSpreadNode):
                self._collect_fragment(gtype, self.fragments[node.name.value], into)

    def _collect_fragment(self, gtype: GraphQLObjectType, fragment: Any, into: dict[str, Nodes]) -> None:
        fragment = getattr(fragment, "definition", fragment)
        condition = fragment.type_condition
        if condition is None or self._applies(condition.name.value, gtype):
            self._collect(gtype, fragment.selection_set, into)

    def _applies(self, name: str, gtype: GraphQLObjectType) -> bool:
        condition = self.schema.type_map[name]
        if isinstance(condition, GraphQLInterfaceType):
            return condition in gtype.interfaces
        return name == gtype.name

    def _included(self, node: Any) -> bool:
        if not node.directives:
            return True
        skip = get_directive_values(GraphQLSkipDirective, node, self.variables)
        include = get_directive_values(GraphQLIncludeDirective, node, self.variables)
        return not (skip and skip["if"]) and not (include and not include["if"])

    def arguments(self, selected: Selected) -> dict[str, Any]:
        """The arguments of a field, as its resolver takes them."""
        values = get_argument_values(selected.field, selected.nodes[0], self.variables)
        schema, config = self.strawberry_schema, self.strawberry_schema.config
        registry = schema.schema_converter.scalar_registry
        return convert_arguments(values, selected.strawberry.arguments, registry, config)
