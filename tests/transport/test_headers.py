"""Security headers, on answers of every kind."""

import httpx2
import pytest
import websockets
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from app.settings import Settings
from app.transport.headers import SecurityHeaders
from tests.transport.door import Door


def page(request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok", headers={"Cache-Control": "max-age=60"})


async def fetch(public_url: str, path: str) -> httpx2.Response:
    settings = Settings(_env_file=None, public_url=public_url)
    app = Starlette(routes=[Route("/page", page)], middleware=[Middleware(SecurityHeaders, settings=settings)])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=public_url) as client:
        return await client.get(path)


@pytest.mark.parametrize("path", ["/page", "/missing"])
async def test_every_answer_has_them(path: str) -> None:
    plain, secure = await fetch("http://127.0.0.1", path), await fetch("https://guichet.example", path)
    assert plain.headers["x-content-type-options"] == secure.headers["x-content-type-options"] == "nosniff"
    assert plain.headers["referrer-policy"] == "no-referrer"
    assert "strict-transport-security" not in plain.headers
    assert secure.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


async def test_a_page_keeps_its_own_caching() -> None:
    assert (await fetch("http://127.0.0.1", "/page")).headers["cache-control"] == "max-age=60"
    assert "cache-control" not in (await fetch("http://127.0.0.1", "/missing")).headers


async def test_answers_of_the_graph_are_not_stored(door: Door) -> None:
    for response in (await door.ask("{ hello }"), await door.ask("{"), await door.http.get(door.url)):
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["x-content-type-options"] == "nosniff"


async def test_refused_handshakes_have_them_too(door: Door) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with door.open(origin="https://evil.example"):
            pass
    assert refused.value.response.headers["X-Content-Type-Options"] == "nosniff"
