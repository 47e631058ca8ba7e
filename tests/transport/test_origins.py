"""Pages of other origins: neither by HTTP nor by WebSocket."""

import json

import pytest
import websockets
from starlette.requests import HTTPConnection

from app.settings import Settings
from app.transport.origin import check_origin
from app.transport.problems import Refusal
from tests.transport.door import FRONT_END, Door, codes

OWN = Settings(_env_file=None, public_url="https://guichet.example", allowed_origins=[FRONT_END])


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ([], True),
        ([("origin", "https://guichet.example")], True),
        ([("origin", FRONT_END)], True),
        ([("origin", FRONT_END), ("sec-fetch-site", "cross-site")], True),
        ([("sec-fetch-site", "same-origin")], True),
        ([("sec-fetch-site", "none")], True),
        ([("sec-fetch-site", "same-site")], False),
        ([("sec-fetch-site", "cross-site")], False),
        ([("origin", "null")], False),
        ([("origin", "")], False),
        ([("origin", "https://evil.example")], False),
        ([("origin", "https://guichet.example.evil.example")], False),
        ([("origin", "https://guichet.example:8443")], False),
        ([("origin", "http://guichet.example")], False),
        ([("origin", "https://guichet.example"), ("origin", "https://evil.example")], False),
        ([("origin", "null"), ("sec-fetch-site", "same-origin")], False),
    ],
)
def test_the_rule(headers: list[tuple[str, str]], allowed: bool) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers]
    connection = HTTPConnection({"type": "http", "headers": raw})
    if allowed:
        check_origin(connection, OWN)
    else:
        with pytest.raises(Refusal):
            check_origin(connection, OWN)


async def test_a_foreign_page_cannot_post(door: Door) -> None:
    response = await door.ask("mutation { touch }", origin="https://evil.example", accept_language="fr")
    assert response.status_code == 403
    assert codes(response.json()["errors"]) == ["FORBIDDEN_ORIGIN"]
    assert "origine" in response.json()["errors"][0]["message"]
    assert "access-control-allow-origin" not in response.headers


async def test_our_own_pages_can_post(door: Door) -> None:
    own = await door.ask("{ hello }", origin=f"http://127.0.0.1:{door.port}")
    front_end = await door.ask("{ hello }", origin=FRONT_END)
    assert own.json()["data"] == front_end.json()["data"] == {"hello": "Hello world"}
    assert front_end.headers["access-control-allow-origin"] == FRONT_END
    assert front_end.headers["access-control-allow-credentials"] == "true"


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "http://127.0.0.1:1"])
async def test_a_foreign_page_cannot_open_a_socket(door: Door, origin: str) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with door.open(origin=origin):
            pass
    assert refused.value.response.status_code == 403
    assert codes(json.loads(refused.value.response.body)["errors"]) == ["FORBIDDEN_ORIGIN"]


async def test_a_handshake_that_the_browser_calls_cross_site_is_refused(door: Door) -> None:
    with pytest.raises(websockets.InvalidStatus):
        async with door.open(additional_headers={"Sec-Fetch-Site": "cross-site"}):
            pass


async def test_our_own_pages_can_open_a_socket(door: Door) -> None:
    async with door.connected(origin=FRONT_END) as line:
        assert (await line.ask("{ hello }"))[0]["payload"]["data"] == {"hello": "Hello world"}


async def preflight(door: Door, origin: str, headers: str) -> tuple[int, str | None]:
    response = await door.http.options(
        door.url,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": headers,
        },
    )
    return response.status_code, response.headers.get("access-control-allow-origin")


async def test_preflights_of_the_front_end_pass(door: Door) -> None:
    assert await preflight(door, FRONT_END, "content-type, authorization, x-guichet-audience") == (200, FRONT_END)


async def test_other_preflights_fail(door: Door) -> None:
    assert (await preflight(door, "https://evil.example", "content-type"))[0] == 400
    assert (await preflight(door, FRONT_END, "x-other"))[0] == 400


@pytest.mark.parametrize(
    ("public_url", "origin"),
    [
        ("https://Guichet.example:443/desk/", "https://guichet.example"),
        ("http://guichet.example:80", "http://guichet.example"),
        ("https://guichet.example:8443", "https://guichet.example:8443"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("http://localhost:8000", "http://[::1]:8000"),
        ("http://127.0.0.1", "http://localhost"),
    ],
)
def test_our_own_origin_is_known_however_the_operator_writes_it(public_url: str, origin: str) -> None:
    assert origin in Settings(_env_file=None, public_url=public_url).origins


def test_origins_of_front_ends_are_known_however_the_operator_writes_them() -> None:
    settings = Settings(_env_file=None, allowed_origins=["https://Front.example:443/"])
    assert settings.allowed_origins == ["https://front.example"]
    with pytest.raises(ValueError, match="is no origin"):
        Settings(_env_file=None, allowed_origins=["front.example"])


def test_links_lead_to_the_port_on_which_we_listen_unless_said() -> None:
    assert Settings(_env_file=None, port=9001).public_url == "http://127.0.0.1:9001"


def test_links_have_one_slash_however_the_operator_writes_the_address() -> None:
    assert Settings(_env_file=None, public_url="https://guichet.example/desk/").public_url == (
        "https://guichet.example/desk"
    )
    assert "http://localhost:9001" in Settings(_env_file=None, port=9001).origins
