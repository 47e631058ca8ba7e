"""Where a secret could have been left behind: every row of every table, the log, and the files of the process."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import orjson
from tortoise import connections

from app.models.database import is_postgres

# Every library says all it knows: the statements of the database with their values, each line to the mail server.
VERBOSE = """
import logging
logging.basicConfig(level=logging.NOTSET)
logging.basicConfig = lambda **options: None
"""
SQLITE_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"
POSTGRES_TABLES = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"


class Secrets:
    """What went over in the course of a test; each is to be forgotten by everybody but its owner."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def note(self, what: str, secret: str) -> str:
        """Remembers a secret, by what it is, and hands it back."""
        self.kept[secret] = what
        return secret

    def found_in(self, text: str) -> set[str]:
        """Which of them stand in a text, as they are or as a program writes them."""
        return {what for secret, what in self.kept.items() if any(_stands(form, text) for form in forms(secret))}


def forms(secret: str) -> set[str]:
    """How a program may write a secret: plain, in an address, in JSON, in a header."""
    encoded = base64.b64encode(secret.encode()).decode().rstrip("=")
    return {secret, quote(secret, safe=""), quote_plus(secret), orjson.dumps(secret).decode()[1:-1], encoded}


def _stands(form: str, text: str) -> bool:
    # Six digits may stand in the fraction of a second or in an id by chance.
    return form in text and bool(re.search(rf"(?<![0-9A-Za-z.]){re.escape(form)}(?![0-9A-Za-z])", text))


def verbose(folder: Path) -> dict[str, str]:
    """What has to be in the environment of a process, so that its log tells everything."""
    (folder / "sitecustomize.py").write_text(VERBOSE)
    return {"PYTHONPATH": str(folder), "PYTHONASYNCIODEBUG": "1"}


async def tables() -> dict[str, str]:
    """All that stands in the database, by table."""
    client = connections.get("default")
    found = await client.execute_query_dict(POSTGRES_TABLES if is_postgres() else SQLITE_TABLES)
    read = {each["name"]: f'SELECT * FROM "{each["name"]}"' for each in found}  # noqa: S608 (the tables' own names)
    return {name: "\n".join(map(_row, await client.execute_query_dict(sql))) for name, sql in read.items()}


def _row(row: dict[str, object]) -> str:
    values = (value.decode(errors="replace") if isinstance(value, bytes) else str(value) for value in row.values())
    return " ".join(values)


def files(folder: Path) -> Iterator[tuple[str, str]]:
    """The files in a folder and below, the database's own and the log among them."""
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "sitecustomize.py":
            yield str(path), path.read_bytes().decode(errors="replace")
