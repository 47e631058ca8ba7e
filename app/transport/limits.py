"""What an operation may ask for, checked before validation and before anything is looked up."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from graphql import (
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    specified_rules,
)
from graphql.validation.rules import overlapping_fields_can_be_merged
from strawberry import Schema
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document

from app.settings import Settings
from app.transport.asked import Asked
from app.transport.documents import Checked, Document, read_document
from app.transport.problems import Problem, Refusal
from app.transport.walk import TALLEST, Size, TooTall, Walk, page_size

# Comparing fields that may overlap is quadratic. At the engine's own budget it blocks everybody for a second.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 50_000

OPEN_RULES = tuple(specified_rules)
CLOSED_RULES = (*OPEN_RULES, NoSchemaIntrospectionCustomRule)


def check(schema: GraphQLSchema, settings: Settings, asked: Asked) -> Checked:
    """Parse, choose, measure and validate; whatever repeats is remembered with the document."""
    document = read_document(asked.query, settings.max_tokens)
    variables = asked.variables or {}
    pages = {
        name: page_size(value)
        for name, value in variables.items()
        if isinstance(value, int | float | list) and not isinstance(value, bool)
    }
    key = (schema, id(settings), asked.operation_name, *sorted(pages.items()))
    admitted = document.recall(key, lambda: _admitted(schema, settings, document, asked.operation_name, pages))
    return Checked(document, admitted.operation, variables, admitted.cost)


class Admitted(NamedTuple):
    """An operation that may run, and what it costs."""

    operation: OperationDefinitionNode
    cost: int
    settings: Settings  # kept, so that no other ones get their id


def _admitted(
    schema: GraphQLSchema, settings: Settings, document: Document, name: str | None, pages: dict[str, int]
) -> Admitted:
    operation = document.choose(name)
    try:
        size = Walk(schema, document.node, pages).operation(operation)
    except TooTall as error:
        raise Refusal(_over("DEPTH_LIMIT", TALLEST + 1, settings.max_depth)) from error
    _check_size(size, operation, settings)
    _validate(schema, document, settings)
    return Admitted(operation, size.cost(), settings)


def _check_size(size: Size, operation: OperationDefinitionNode, settings: Settings) -> None:
    mutations = size.fields if operation.operation is OperationType.MUTATION else 0
    measures = (
        ("DEPTH_LIMIT", size.depth, settings.max_depth),
        ("ALIAS_LIMIT", size.aliases, settings.max_aliases),
        ("DIRECTIVE_LIMIT", size.directives, settings.max_directives),
        ("ROOT_FIELD_LIMIT", size.fields, settings.max_root_fields),
        ("MUTATION_LIMIT", mutations, settings.max_mutations),
        ("COST_LIMIT", size.cost(), settings.max_cost),
    )
    exceeded = [_over(*measure) for measure in measures if measure[1] > measure[2]]
    if exceeded:
        raise Refusal(*exceeded)


def _over(code: str, measured: int, limit: int) -> Problem:
    return Problem(code, {"limit": limit, "measured": measured})


def _validate(schema: GraphQLSchema, document: Document, settings: Settings) -> None:
    rules = CLOSED_RULES if settings.closed else OPEN_RULES
    errors = document.recall((schema, rules), lambda: validate_document(schema, document.node, rules))
    if errors:
        hints = not settings.closed
        raise Refusal(*(Problem.of("VALIDATION_FAILED", error, hints=hints) for error in errors))


class Gate(SchemaExtension):
    """Gives the schema the document that was checked at the door, or checks it where there was no door."""

    settings: Settings
    checked: Checked | None = None
    refused: Refusal | None = None

    def on_operation(self) -> Iterator[None]:
        """Check before the engine parses."""
        self.execution_context.parse_options["max_tokens"] = self.settings.max_tokens
        self.checked = getattr(self.execution_context.context, "checked", None)
        if self.checked is None:
            self._check()
        yield

    def on_parse(self) -> Iterator[None]:
        """Spare the engine the parsing; what cannot be parsed it may report itself."""
        if self.checked:
            self.execution_context.graphql_document = self.checked.document.node
        yield

    def on_validate(self) -> Iterator[None]:
        """Spare the engine the validation, or stop it with our refusal."""
        language = getattr(self.execution_context.context, "language", "en")
        refused = self.refused.told(language) if self.refused else []
        self.execution_context.pre_execution_errors = [
            GraphQLError(problem["message"], extensions=problem["extensions"]) for problem in refused
        ]
        yield

    def get_results(self) -> dict[str, Any]:
        """What the operation cost, told once: the later events of a subscription need not repeat it."""
        checked, self.checked = self.checked, None
        return {"cost": checked.cost} if checked else {}

    def _check(self) -> None:
        context = self.execution_context
        name = context._provided_operation_name
        asked = Asked(context.query or "", context.variables, name)
        try:
            self.checked = check(context.schema._schema, self.settings, asked)
        except Refusal as refused:
            self.refused = refused


def schema_extensions(settings: Settings) -> list[Callable[[], SchemaExtension]]:
    """For `Schema(extensions=…)`: limits, cached parsing and validation, and the cost of each operation."""
    return [type("Gate", (Gate,), {"settings": settings})]


def core(schema: Schema) -> GraphQLSchema:
    """The schema as the engine knows it."""
    return schema._schema
