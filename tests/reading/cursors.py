"""Cursors in answers: only the row whose place they hold is compared between the reference and the service."""

import json
import re
from typing import Any
from uuid import UUID

LOOKS_LIKE_ONE = re.compile(r"5b22(?:[0-9a-f]{2})+5d")


def row_in(cursor: str) -> UUID | None:
    """The row whose place a cursor holds; None if it is no cursor."""
    try:
        values = json.loads(bytes.fromhex(cursor))
    except ValueError:
        return None
    keys = [each for each in values if isinstance(each, str) and len(each) == 36 and each.count("-") == 4]
    return UUID(keys[-1]) if keys else None


def normal(value: Any, key: str = "") -> Any:
    """JSON with cursors told by their rows, and the viewer's permissions in one order."""
    if isinstance(value, dict):
        return {name: normal(each, name) for name, each in value.items()}
    if isinstance(value, list):
        items = [normal(each) for each in value]
        return sorted(items, key=json.dumps) if key == "permissions" else items
    if isinstance(value, str) and LOOKS_LIKE_ONE.fullmatch(value):
        return f"cursor of {row_in(value)}"
    return value
