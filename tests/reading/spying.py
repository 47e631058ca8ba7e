"""Seeing what the reader does: which statements reach the database, and how often a plan is made."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tortoise import connections

from app.reading import fast
from app.reading.splice import Splicer

Statements = list[tuple[str, list[Any]]]


@contextmanager
def statements() -> Iterator[Statements]:
    """The texts and parameters of the statements that are run inside."""
    found: Statements = []
    client: Any = connections.get("default")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("execute_query", "execute_query_dict"):
            patch.setattr(client, name, _noting(getattr(client, name), found))
        yield found


def _noting(run: Any, found: Statements) -> Any:
    async def noted(sql: str, values: Any = None) -> Any:
        found.append((sql, list(values or ())))
        return await run(sql, values)

    return noted


@contextmanager
def compilations() -> Iterator[list[str]]:
    """One entry for each time that an operation is compiled for the fast path."""
    found: list[str] = []

    class Counting(Splicer):
        def __init__(self, *args: Any) -> None:
            found.append("compiled")
            super().__init__(*args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fast, "Splicer", Counting)
        yield found
