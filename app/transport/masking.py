"""Errors on their way out: ours pass, mistakes of the request get a code, everything else is masked."""

import logging
import secrets
import traceback
from collections.abc import Iterable, Iterator
from typing import Any

from graphql import GraphQLError, Token, VariableDefinitionNode, VariableNode

from app.settings import Settings
from app.transport.context import Context
from app.transport.documents import Checked
from app.transport.problems import Problem

SHORTEST_SECRET = 4

log = logging.getLogger("guichet.graph")

# Strawberry logs each error with the text of the query; ours below is the only log of errors.
logging.getLogger("strawberry.execution").addFilter(lambda record: False)


def told_errors(
    errors: Iterable[GraphQLError], context: Context | None, settings: Settings, language: str = "en"
) -> list[dict[str, Any]]:
    """The errors as the client may see them."""
    language = context.language if context else language
    return [_told(error, context, settings, language) for error in errors]


def internal_error(error: BaseException, context: Context | None = None, language: str = "en") -> dict[str, Any]:
    """The only thing a client learns about a bug. The log has the same id, with the traceback."""
    mark = secrets.token_hex(6)
    text = "".join(traceback.format_exception(error))
    log.error("internal error %s\n%s", mark, _redacted(text, context))
    return Problem("INTERNAL", {"id": mark}).told(language)


def _of_variable(error: GraphQLError) -> bool:
    """Whether a variable did not fit where it is used: null for what is not nullable and has a default."""
    return any(isinstance(node, VariableNode) for node in error.nodes or ())


def is_request_error(error: GraphQLError) -> bool:
    """Whether nothing was executed: the variables did not fit."""
    by_variable = any(isinstance(node, VariableDefinitionNode) for node in error.nodes or ())
    return error.path is None and (by_variable or error.original_error is None)


def _told(error: GraphQLError, context: Context | None, settings: Settings, language: str) -> dict[str, Any]:
    if "code" in (error.extensions or {}):
        say = getattr(error.original_error or error, "say", None)  # our own errors know both languages
        return dict(error.formatted) | ({"message": say(language)} if say else {})
    if is_request_error(error) or _of_variable(error):
        return _place(error) | Problem.of("BAD_VARIABLES", error, hints=not settings.closed).told(language)
    return _place(error) | internal_error(error.original_error or error, context, language)


def _place(error: GraphQLError) -> dict[str, Any]:
    formatted: dict[str, Any] = dict(error.formatted)
    return {name: formatted[name] for name in ("locations", "path") if name in formatted}


def _redacted(text: str, context: Context | None) -> str:
    """Messages of exceptions quote values; whatever came with the operation must not reach the log."""
    for value in sorted(_sent(context), key=len, reverse=True):
        text = text.replace(value, "[redacted]")
    return text


def _sent(context: Context | None) -> set[str]:
    if context is None:
        return set()
    texts = {context.credentials.token or "", *_literals(context.checked)}
    texts.update(_texts(context.checked.variables if context.checked else None))
    texts |= {repr(text)[1:-1] for text in texts}
    return {text for text in texts if len(text) >= SHORTEST_SECRET}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, int | float):
        yield str(value)
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def _literals(checked: Checked | None) -> Iterator[str]:
    loc = checked.document.node.loc if checked else None
    token: Token | None = loc.start_token if loc else None
    while token:
        if token.kind.name in ("STRING", "BLOCK_STRING", "INT", "FLOAT"):
            yield token.value or ""
        token = token.next
