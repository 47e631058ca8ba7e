"""What an export needs of the service: the graph, the way to ask it in somebody's name, and the settings."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema

from app.auth.viewer import Viewer
from app.models import ExportJob
from app.settings import Settings

Ask = Callable[[str, dict[str, Any], Viewer], Awaitable[dict[str, Any]]]
PIECE = 65_536
SUFFIXES = {"EXCEL": "xlsx", "PDF": "pdf"}


@dataclass(frozen=True)
class Desk:
    """One per process; `ask` answers an operation as the graph would answer the viewer."""

    schema: GraphQLSchema
    ask: Ask
    settings: Settings


def folder(settings: Settings) -> Path:
    """Where the files lie; processes that share the database have to share it."""
    return settings.var.resolve() / "exports"


def file_of(job: ExportJob) -> str:
    """The file of the present attempt, below the folder: made of the job's id and nothing that people wrote."""
    return f"{job.id.hex}-{job.attempts}/list.{SUFFIXES[job.format]}"


async def content(path: Path) -> AsyncIterator[bytes]:
    """What a file holds, piece by piece. Raises OSError if it is gone."""
    with await asyncio.to_thread(path.open, "rb") as file:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece
