"""Exporting as a client does: ask, follow until the end, fetch, and look into the file."""

import asyncio
import io
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import httpx2
import openpyxl  # type: ignore[import-untyped]
from pypdf import PdfReader

from app.transport.inside import Inside
from tests.ask import Service

EXPORT = """export { id list title columns where orderBy { field direction } search format state reason progress
  total url fileName expiresAt finishedAt }"""
FOLLOW = f"subscription($id: ID!) {{ exportProgress(id: $id) {{ {EXPORT} }} }}"
ONE = f"query($id: ID!) {{ export: exportJob(id: $id) {{ {EXPORT[EXPORT.index('{') + 1 :]} }}"
PATIENCE = 60.0


async def asked(service: Service, person: str, **given: Any) -> dict[str, Any]:
    """The payload of createExport."""
    values = {"format": "EXCEL", **given}
    return await service.change(person, "createExport", values, EXPORT)


async def steps(service: Service, person: str, text: str) -> list[dict[str, Any]]:
    """What is told of an export until it has ended; the last is how it ended."""
    found = []
    async with asyncio.timeout(PATIENCE), service.socket(person) as socket:
        await socket.subscribe(FOLLOW, id=text)
        while (frame := await socket.receive())["type"] == "next":
            found.append(frame["payload"]["data"]["exportProgress"]["export"])
        assert frame["type"] == "complete", frame
    return found


async def made(service: Service, person: str, **given: Any) -> dict[str, Any]:
    """An export that has ended."""
    payload = await asked(service, person, **given)
    assert payload["errors"] == []
    return (await steps(service, person, payload["export"]["id"]))[-1]


async def state(service: Service, person: str, text: str) -> dict[str, Any]:
    """An export as it is now."""
    found: dict[str, Any] = (await service.ask(person, ONE, id=text))["export"]
    return found


async def fetched(service: Service, person: str | None, job: dict[str, Any], **headers: str) -> httpx2.Response:
    """What the address of its file answers."""
    path = f"/files/exports/{job['id']}"
    return await service.http.get(path, headers={**await service.headers(person), **headers})


async def sheet(service: Service, person: str, **given: Any) -> list[list[Any]]:
    """The cells of an exported workbook, headings first."""
    job = await made(service, person, **given)
    assert job["state"] == "DONE", job
    return cells((await fetched(service, person, job)).content)


def cells(content: bytes) -> list[list[Any]]:
    """The cells of a workbook."""
    page = openpyxl.load_workbook(io.BytesIO(content)).active
    return [[cell.value for cell in row] for row in page.iter_rows()]


def pages(content: bytes) -> list[str]:
    """The text of each page of a document, with the parts that all pages share at its end."""
    found = []
    for page in PdfReader(io.BytesIO(content)).pages:
        shared: Any = page["/Resources"]["/XObject"]  # type: ignore[index]
        parts = [page.extract_xform_text(part.get_object()) for part in shared.values()]
        found.append("".join([page.extract_text(), *parts]))
    return found


@contextmanager
def between_pages(deed: Callable[[int], Awaitable[None]]) -> Iterator[None]:
    """Does something after each page of a list was read; the deed is told the number of the page, from 1."""
    ask, turn = Inside.__call__, iter(range(1, 10_000))

    async def interrupted(self: Inside, text: str, variables: dict[str, Any], viewer: Any) -> dict[str, Any]:
        page = await ask(self, text, variables, viewer)
        if text.startswith("query List"):
            await deed(next(turn))
        return page

    with patch.object(Inside, "__call__", interrupted):
        yield
