"""What a client asks for, read strictly: JSON that could be something else is refused."""

from dataclasses import dataclass
from typing import Any

import orjson

from app.transport.problems import refusal

MAX_NESTING = 64


@dataclass(frozen=True)
class Asked:
    """One operation as it was sent."""

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None


def decode(raw: bytes | str) -> object:
    """Strict JSON: no NaN, no other encoding than UTF-8, no lone surrogates, no number beyond a double."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise refusal("INVALID_JSON", 400) from error


def read_operation(payload: object) -> Asked:
    """The operation in a decoded body or socket payload."""
    if isinstance(payload, list):
        raise refusal("BATCHING_OFF", 400)
    if not isinstance(payload, dict):
        raise refusal("INVALID_REQUEST", 400, field="query")
    check_values(payload)
    query = _member(payload, "query", str)
    if not query:
        raise refusal("INVALID_REQUEST", 400, field="query")
    _member(payload, "extensions", dict)  # nothing here reads them
    return Asked(query, _member(payload, "variables", dict), _member(payload, "operationName", str))


def check_values(payload: object) -> None:
    """Refuse what no database or resolver should meet: NUL characters and bottomless nesting."""
    waiting = [(payload, 0)]
    while waiting:
        value, level = waiting.pop()
        if level > MAX_NESTING:
            raise refusal("NESTED_TOO_DEEPLY", 400, limit=MAX_NESTING)
        if isinstance(value, str):
            _check_text(value)
        elif isinstance(value, dict):
            waiting += ((part, level + 1) for pair in value.items() for part in pair)
        elif isinstance(value, list):
            waiting += ((part, level + 1) for part in value)


def _check_text(text: str) -> None:
    if "\0" in text:
        raise refusal("INVALID_TEXT", 400)


def _member(payload: dict[str, Any], name: str, kind: type) -> Any:
    value = payload.get(name)
    if value is not None and not isinstance(value, kind):
        raise refusal("INVALID_REQUEST", 400, field=name)
    return value
