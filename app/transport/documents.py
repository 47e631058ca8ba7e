"""Parsed documents, kept by their text together with everything worked out about them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

from graphql import (
    DocumentNode,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    Token,
    TokenKind,
    parse,
)

from app.transport.problems import Problem, Refusal, refusal

KEPT_DOCUMENTS = 128
LONGEST_KEPT = 8_000  # a tree takes some hundred times the memory of its text
LETTERS_PER_TOKEN = 50  # far above what people write; values belong into variables
KEPT_FACTS = 64

T = TypeVar("T")


@dataclass(eq=False)
class Document:
    """A parsed document. It is its own key, so looking one up never hashes the tree."""

    node: DocumentNode
    facts: dict[object, Any] = field(default_factory=dict)

    def recall(self, key: object, work_out: Callable[[], T]) -> T:
        """What was worked out before under this key."""
        if key not in self.facts:
            if len(self.facts) >= KEPT_FACTS:
                self.facts.clear()
            self.facts[key] = work_out()
        fact: T = self.facts[key]
        return fact

    @property
    def operations(self) -> list[OperationDefinitionNode]:
        """The operations of the document, in order."""
        return [node for node in self.node.definitions if isinstance(node, OperationDefinitionNode)]

    def choose(self, name: str | None) -> OperationDefinitionNode:
        """The operation that the request names, or the only one."""
        operations = self.operations
        if not operations:
            raise refusal("NO_OPERATION")
        if name is None and len(operations) > 1:
            raise refusal("OPERATION_NAME_REQUIRED")
        if name is None:
            return operations[0]
        for operation in operations:
            if operation.name and operation.name.value == name:
                return operation
        raise refusal("UNKNOWN_OPERATION")


@dataclass(frozen=True, eq=False)
class Checked:
    """An operation that passed the limits and the validation."""

    document: Document
    operation: OperationDefinitionNode
    variables: dict[str, Any]
    cost: int

    @property
    def is_subscription(self) -> bool:
        """Whether it is answered with a stream."""
        return self.operation.operation is OperationType.SUBSCRIPTION


def read_document(text: str, max_tokens: int) -> Document:
    """The parsed text; long ones are not kept, so that odd requests cannot fill the memory."""
    if len(text) > (longest := max_tokens * LETTERS_PER_TOKEN):
        raise refusal("LENGTH_LIMIT", limit=longest, measured=len(text))
    return _kept(text, max_tokens) if len(text) <= LONGEST_KEPT else _read(text, max_tokens)


def _read(text: str, max_tokens: int) -> Document:
    try:
        node = parse(text, max_tokens=max_tokens)
    except GraphQLSyntaxError as error:
        raise Refusal(_syntax_problem(error, max_tokens)) from error
    if "\\u" in text:
        _check_strings(node)
    return Document(node)


_kept = lru_cache(maxsize=KEPT_DOCUMENTS)(_read)


def _syntax_problem(error: GraphQLSyntaxError, max_tokens: int) -> Problem:
    if "tokens. Parsing aborted" in error.message:
        return Problem("TOKEN_LIMIT", {"limit": max_tokens, "measured": max_tokens + 1})
    if "nested too deeply" in error.message:
        return Problem("DEPTH_LIMIT", {"limit": 200, "measured": 201})
    return Problem.of("SYNTAX_ERROR", error)


def _check_strings(node: DocumentNode) -> None:
    """An escape can bring in the NUL that the JSON around it did not have."""
    token: Token | None = node.loc.start_token if node.loc else None
    while token:
        if token.kind in (TokenKind.STRING, TokenKind.BLOCK_STRING) and "\0" in (token.value or ""):
            raise refusal("INVALID_TEXT", 400)
        token = token.next
