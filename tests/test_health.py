"""Whether the process runs, and whether what it needs answers."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.ask import Service
from tests.conftest import Stage, free_port, serving


async def health(service: Service) -> tuple[int, int, dict[str, bool]]:
    """The status of healthz, and the status and words of readyz."""
    alive, ready = await asyncio.gather(service.http.get("/healthz"), service.http.get("/readyz"))
    return alive.status_code, ready.status_code, ready.json()


async def test_all_is_well(service: Service) -> None:
    assert await health(service) == (200, 200, {"database": True, "redis": True})
    for path in ("/healthz", "/readyz"):
        assert (await service.http.post(path)).status_code == 405


@pytest.fixture
async def silent() -> AsyncIterator[str]:
    """A server that takes connections and never says a word."""
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"
    server.close()


async def test_redis_that_is_not_there(stage: Stage, tmp_path: Path) -> None:
    async with serving(stage, tmp_path, {"redis_url": f"redis://127.0.0.1:{free_port()}/0"}) as service:
        assert await health(service) == (200, 503, {"database": True, "redis": False})
        data = await service.ask("ada", "{ viewer { name } }")  # it is missed, not needed
        assert data["viewer"]["name"] == "Ada Roy"


async def test_redis_that_never_answers(
    stage: Stage, tmp_path: Path, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.notify.bus.ANSWER", 0.3)
    async with serving(stage, tmp_path, {"redis_url": silent}) as service:
        assert await health(service) == (200, 503, {"database": True, "redis": False})


async def test_redis_that_answers(stage: Stage, tmp_path: Path, redis_url: str) -> None:
    async with serving(stage, tmp_path, {"redis_url": redis_url}) as service:
        assert await health(service) == (200, 200, {"database": True, "redis": True})


async def test_a_database_that_is_gone(stage: Stage, service: Service) -> None:
    if stage.server is None:  # an open file stays, even when its name is gone
        Path(service.database_url.removeprefix("sqlite://")).unlink()
        assert await health(service) == (200, 200, {"database": True, "redis": True})
        return
    token = await service.token("ada")
    stage.drop(service.database_url)
    assert await health(service) == (200, 503, {"database": False, "redis": True})
    answer = await service.http.post(
        "/graphql", json={"query": "{ viewer { name } }"}, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 500
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert not any(word in answer.text for word in ("guichet_", "asyncpg", "Traceback", "does not exist"))
