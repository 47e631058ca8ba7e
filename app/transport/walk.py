"""One linear walk that measures an operation: each fragment is measured once, however often it is used."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

DEFAULT_PAGE = 25
UNPAGED_LIST = 5  # a list without pages, such as the assignees of a request, is short
INTROSPECTED_LIST = 3
MOST = 10**9
TALLEST = 100  # selection sets within each other, fragments included: keeps every later recursion shallow


class TooTall(Exception):
    """The selections are nested beyond any use."""


@dataclass(slots=True)
class Size:
    """What selections amount to. `paged` is the cost to be multiplied by the page size of the field above."""

    depth: int = 0
    aliases: int = 0
    directives: int = 0
    fields: int = 0
    flat: int = 0
    paged: int = 0
    height: int = 0

    def __add__(self, other: "Size") -> "Size":
        return Size(
            max(self.depth, other.depth),
            min(self.aliases + other.aliases, MOST),
            min(self.directives + other.directives, MOST),
            min(self.fields + other.fields, MOST),
            min(self.flat + other.flat, MOST),
            min(self.paged + other.paged, MOST),
            max(self.height, other.height),
        )

    def cost(self, page: int = UNPAGED_LIST) -> int:
        """The cost when the lists directly in these selections hold this many items."""
        return min(self.flat + page * self.paged, MOST)


class Walk:
    """Measures the operations of one document, given the schema and the variables."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self.schema = schema
        self.variables = variables
        self.fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self.measured: dict[str, Size] = {}
        self.height = 0

    def operation(self, node: OperationDefinitionNode) -> Size:
        """The size of one operation."""
        defaults = {
            variable.variable.name.value: _literal(variable.default_value)
            for variable in node.variable_definitions or ()
            if variable.default_value
        }
        self.variables = defaults | dict(self.variables)
        root = self.schema.get_root_type(node.operation)
        size = self._selections(node.selection_set, root)
        return size + Size(directives=len(node.directives or ()))

    def fragment(self, name: str) -> Size:
        """The size of one fragment; nothing if it does not exist or stands within itself (validation tells)."""
        node = self.fragments.get(name)
        if node is None:
            return Size()
        if name not in self.measured:
            self.measured[name] = Size()
            on = self.schema.get_type(node.type_condition.name.value)
            self.measured[name] = self._selections(node.selection_set, on)
        return self.measured[name]

    def _selections(self, node: SelectionSetNode | None, parent: GraphQLNamedType | None) -> Size:
        if node is None:
            return Size()
        self.height += 1
        if self.height > TALLEST:
            raise TooTall
        size = sum((self._selection(selection, parent) for selection in node.selections), Size())
        self.height -= 1
        if size.height >= TALLEST:
            raise TooTall
        return size + Size(height=size.height + 1)

    def _selection(self, node: SelectionNode, parent: GraphQLNamedType | None) -> Size:
        own = Size(directives=len(node.directives or ()))
        if isinstance(node, FieldNode):
            return own + self._field(node, parent)
        if isinstance(node, FragmentSpreadNode):
            return own + self.fragment(node.name.value)
        assert isinstance(node, InlineFragmentNode)
        on = self.schema.get_type(node.type_condition.name.value) if node.type_condition else parent
        return own + self._selections(node.selection_set, on)

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> Size:
        field: GraphQLField | None = getattr(parent, "fields", {}).get(node.name.value)
        below = self._selections(node.selection_set, self._type_below(node, field))
        introspection = parent is not None and parent.name.startswith("__")
        flat, paged = self._cost(node, field, below, introspection)
        return Size(
            depth=below.depth + (not introspection),
            aliases=below.aliases + (node.alias is not None),
            directives=below.directives,
            fields=1,
            flat=min(flat, MOST),
            paged=min(paged, MOST),
            height=below.height,
        )

    def _type_below(self, node: FieldNode, field: GraphQLField | None) -> GraphQLNamedType | None:
        if field:
            return get_named_type(field.type)
        meta = {"__schema": "__Schema", "__type": "__Type"}.get(node.name.value)
        return self.schema.get_type(meta) if meta else None

    def _cost(self, node: FieldNode, field: GraphQLField | None, below: Size, introspection: bool) -> tuple[int, int]:
        listed = field is not None and is_list_type(get_nullable_type(field.type))
        if introspection:
            return 1 + (INTROSPECTED_LIST if listed else 1) * below.cost(INTROSPECTED_LIST), 0
        page = self._page(node, field)
        if page is None and listed:
            return 1, below.cost()
        if page is None:
            return 1 + below.cost(), 0
        return 1 + (below.cost(page) if field and not listed else page * below.cost()), 0

    def _page(self, node: FieldNode, field: GraphQLField | None) -> int | None:
        """How many rows the field asks for, if its arguments say so or a connection's default does."""
        sizes = [
            self._number(argument.value)
            for argument in node.arguments or ()
            if argument.name.value in ("first", "last", "ids")
        ]
        if sizes:
            return max(sizes)
        return DEFAULT_PAGE if field and {"first", "last"} & set(field.args) else None

    def _number(self, node: ValueNode) -> int:
        value = self.variables.get(node.name.value) if isinstance(node, VariableNode) else _literal(node)
        return page_size(value)


def page_size(value: object) -> int:
    """The rows that a page argument asks for: a number, or as many as the list of ids has."""
    if isinstance(value, list | tuple):
        return len(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return int(min(max(value, 0), MOST))
    return DEFAULT_PAGE


def _literal(node: ValueNode | None) -> object:
    if isinstance(node, IntValueNode):
        return int(node.value) if len(node.value) < 10 else MOST
    return node.values if isinstance(node, ListValueNode) else None
