"""The floor: what one could write by hand. Starlette, asyncpg, one fixed statement per operation.

It looks its sessions up with the same statement, uses the same tables and indexes, the same server and
the same settings of the pool; PostgreSQL builds the JSON, and the bytes pass through.
"""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uuid_utils.compat import uuid7

from app.auth.secrets import token_hash
from app.models.base import now
from app.models.nouns import REQUEST, WORKER
from app.models.text import fold
from bench import statements as sql

Answer = Callable[[Any, Any, Any], Awaitable[bytes]]
SETTINGS = {"jit": "off", "plan_cache_mode": "force_generic_plan", "timezone": "UTC"}
POOL = 10


async def _viewer(connection: Any, viewer: Any, asked: Any) -> bytes:
    return bytes(await connection.fetchval(sql.VIEWER, viewer["person_id"]))


async def _newest(connection: Any, viewer: Any, asked: Any) -> bytes:
    return bytes(await connection.fetchval(sql.NEWEST, viewer["person_id"], viewer["workspace_id"]))


async def _priority(connection: Any, viewer: Any, asked: Any) -> bytes:
    return bytes(await connection.fetchval(sql.PRIORITY, viewer["workspace_id"]))


async def _search(connection: Any, viewer: Any, asked: Any) -> bytes:
    word = fold(asked["variables"]["search"]).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return bytes(await connection.fetchval(sql.SEARCH, viewer["workspace_id"], f"%{word}%"))


async def _assign(connection: Any, viewer: Any, asked: Any) -> bytes:
    given = asked["variables"]["input"]
    request, worker = REQUEST.key(given["requestId"]), WORKER.key(given["workerId"])
    ids = [uuid7() for _ in range(5)]
    who = (viewer["workspace_id"], viewer["person_id"], request, worker)
    return bytes(await connection.fetchval(sql.ASSIGN, *who, now(), *ids))


def create_floor(url: str) -> Starlette:
    """The floor as an ASGI application."""

    @contextlib.asynccontextmanager
    async def running(app: Starlette) -> AsyncIterator[None]:
        options = {"min_size": 1, "max_size": POOL, "server_settings": SETTINGS, "init": _raw_json, "reset": _leave}
        async with asyncpg.create_pool(url, **options) as pool:
            app.state.pool = pool
            yield

    answers = {"viewer": _viewer, "newest": _newest, "priority": _priority, "search": _search, "assign": _assign}
    routes = [Route(f"/{name}", _endpoint(answer), methods=["POST"]) for name, answer in answers.items()]
    return Starlette(routes=[*routes, Route("/healthz", _healthz)], lifespan=running)


async def _healthz(request: Request) -> Response:
    return Response("ok")


def _endpoint(answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        asked = orjson.loads(await request.body())
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        async with request.app.state.pool.acquire() as connection:
            viewer = await _signed_in(connection, token)
            if viewer is None:
                return Response(b'{"errors":[{"code":"UNAUTHENTICATED"}]}', 401)
            return Response(await answer(connection, viewer, asked), media_type="application/json")

    return respond


async def _signed_in(connection: Any, token: str) -> Any:
    row = await connection.fetchrow(sql.SESSION, token_hash(token))
    moment = now()
    if row is None or row["revoked_at"] or row["expires_at"] <= moment or row["status"] != "ACTIVE":
        return None
    if moment - row["last_seen_at"] > timedelta(minutes=1):
        await connection.execute(sql.SEEN, row["session_id"], moment)
    return row


async def _raw_json(connection: Any) -> None:
    for name in ("json", "jsonb"):
        codec = {"schema": "pg_catalog", "format": "binary", "encoder": bytes, "decoder": bytes}
        await connection.set_type_codec(name, **codec)


async def _leave(connection: Any) -> None:
    """Nothing here sets what a session would keep."""
