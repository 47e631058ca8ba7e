"""Seeing what the reader does: which statements reach the database, and how often a plan is made."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import pytest

from app.reading import fast
from app.reading.splice import Splicer

Statements = list[tuple[str, list[Any]]]


HERE: ContextVar[bool] = ContextVar("here", default=False)


class Noting(logging.Handler):
    """Notes what is sent to the database, whichever door it takes, but for what runs beside the answer."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.found: Statements = []

    def emit(self, record: logging.LogRecord) -> None:
        """One statement with its parameters."""
        if not HERE.get():
            return
        assert isinstance(record.args, tuple)
        sql, *values = record.args
        self.found.append((str(sql), list(values[0] or ()) if values else []))  # type: ignore[call-overload]


@contextmanager
def statements() -> Iterator[Statements]:
    """The texts and parameters of the statements that are run inside."""
    log, noting = logging.getLogger("tortoise.db_client"), Noting()
    level = log.level
    log.addHandler(noting)
    log.setLevel(logging.DEBUG)
    mark = HERE.set(True)
    try:
        yield noting.found
    finally:
        HERE.reset(mark)
        log.removeHandler(noting)
        log.setLevel(level)


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
