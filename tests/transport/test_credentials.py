"""Who is asking: bearer tokens, cookies, and a context of its own for each operation."""

import asyncio
import json
from typing import Any

import pytest
from starlette.responses import Response

from app.settings import Settings
from app.transport.context import Credentials
from app.transport.cookies import clear_session_cookie, cookie_name, set_session_cookie
from tests.transport.door import FRONT_END, Door, Opener, codes
from tests.transport.graph import Desk, Viewer

COOKIE = "guichet_staff=ann-token"


async def who(door: Door, **headers: str) -> str | None:
    data: dict[str, Any] = (await door.ask("{ viewer }", None, **headers)).json()["data"]
    name: str | None = data["viewer"]
    return name


async def test_a_bearer_token_proves_who_is_asking(door: Door, desk: Desk) -> None:
    assert await who(door, authorization="Bearer ann-token", user_agent="curl") == "ann"
    assert desk.asked == [Credentials("ann-token", None, False, "127.0.0.1", "curl")]


async def test_a_cookie_counts_only_with_the_header_that_names_its_audience(door: Door, desk: Desk) -> None:
    assert await who(door, cookie=COOKIE) is None
    assert await who(door, cookie=COOKIE, x_guichet_audience="WORKER") is None
    assert await who(door, cookie=COOKIE, x_guichet_audience="EVERYBODY") is None
    assert await who(door, cookie=COOKIE, x_guichet_audience="STAFF") == "ann"
    assert [(shown.token, shown.audience, shown.from_cookie) for shown in desk.asked[2:]] == [
        (None, None, False),
        ("ann-token", "STAFF", True),
    ]


async def test_a_bearer_token_wins_over_a_cookie(door: Door, desk: Desk) -> None:
    desk.sessions["other"] = Viewer("other", "s9")
    assert await who(door, authorization="bearer other", cookie=COOKIE, x_guichet_audience="STAFF") == "other"


@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer", "bearer  wrong"])
async def test_a_wrong_token_is_401(door: Door, header: str) -> None:
    response = await door.ask("{ hello }", authorization=header)
    assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
    assert codes(response.json()["errors"]) == ["UNAUTHENTICATED"]


async def test_a_stale_cookie_leaves_the_visitor_anonymous(door: Door) -> None:
    """Otherwise nobody could sign in again: pages cannot drop an HttpOnly cookie."""
    assert await who(door, cookie="guichet_staff=old", x_guichet_audience="STAFF") is None


async def test_each_operation_authenticates_once(door: Door, desk: Desk) -> None:
    await door.ask("{ viewer a: viewer b: viewer }", authorization="Bearer ann-token")
    assert len(desk.asked) == 1


async def test_refused_operations_never_reach_the_desk(door: Door, desk: Desk) -> None:
    nested = "{ thing " * 40 + "{ name }" + " }" * 40
    response = await door.ask(nested, authorization="Bearer ann-token")
    assert codes(response.json()["errors"])[0] == "DEPTH_LIMIT"
    assert desk.asked == []


async def test_credentials_do_not_show_their_token() -> None:
    assert "hush" not in repr(Credentials("hush", "STAFF", False, "::1", "curl"))


async def test_the_language_is_the_viewers_own(door: Door, desk: Desk) -> None:
    desk.sessions["old"] = Viewer("old", "s3", "xx")
    await who(door, accept_language="fr")
    await who(door, accept_language="en", authorization="Bearer remi-token")
    await who(door, accept_language="fr", authorization="Bearer ann-token")
    await who(door, accept_language="fr", authorization="Bearer old")
    assert [context.language for context in desk.contexts] == ["fr", "fr", "en", "en"]


async def test_every_operation_of_a_socket_has_its_own_context(door: Door, desk: Desk) -> None:
    async with door.connected({"Authorization": "Bearer ann-token"}) as line:
        await line.ask("{ viewer }", "1")
        desk.sessions["ann-token"] = Viewer("ann", "s1", "fr")
        await line.ask("{ viewer }", "2")
    first, second = desk.contexts
    assert first is not second and first.viewer is not second.viewer
    assert (first.language, second.language) == ("en", "fr")
    assert first.is_socket and first.response is None
    assert len(desk.asked) == 3


async def socket_viewer(door: Door, params: dict[str, Any], **options: Any) -> str | None:
    async with door.connected(params, **options) as line:
        name: str | None = (await line.ask("{ viewer }"))[0]["payload"]["data"]["viewer"]
        return name


async def test_a_cookie_opens_a_socket_only_from_a_page_and_with_the_audience(door: Door) -> None:
    cookie = {"Cookie": COOKIE}
    page = {"additional_headers": cookie, "origin": FRONT_END}
    assert await socket_viewer(door, {"audience": "STAFF"}, **page) == "ann"
    assert await socket_viewer(door, {}, **page) is None
    assert await socket_viewer(door, {"audience": "CONTACT"}, **page) is None
    assert await socket_viewer(door, {"audience": "STAFF"}, additional_headers=cookie) is None


@pytest.mark.parametrize(
    "params",
    [
        {"authorization": "Bearer wrong"},
        {"authorization": "ann-token"},
        {"authorization": ""},
        {"authorization": ["Bearer ann-token"]},
        {"AUTHORIZATION": "Bearer "},
    ],
)
async def test_wrong_credentials_close_the_socket(door: Door, params: dict[str, Any]) -> None:
    async with door.open() as connection:
        await connection.send(json.dumps({"type": "connection_init", "payload": params}))
        await asyncio.wait_for(connection.wait_closed(), 20)
        assert connection.close_code == 4403
        assert str(connection.close_reason).startswith("UNAUTHENTICATED")


async def test_a_stale_cookie_closes_the_socket(door: Door) -> None:
    async with door.open(additional_headers={"Cookie": "guichet_staff=old"}, origin=FRONT_END) as connection:
        await connection.send('{"type":"connection_init","payload":{"audience":"STAFF"}}')
        await asyncio.wait_for(connection.wait_closed(), 20)
        assert connection.close_code == 4403


async def test_a_socket_speaks_the_language_it_asks_for(door: Door, desk: Desk) -> None:
    async with door.connected({"language": "fr-CA"}) as line:
        await line.ask("{ viewer }")
    async with door.connected(additional_headers={"Accept-Language": "fr"}) as line:
        refused = await line.ask("{ viewer things(first: 99999) { nodes { name } } }")
    assert desk.contexts[0].language == "fr"
    assert "coûte" in refused[0]["payload"][0]["message"]


async def test_mutations_set_and_clear_the_cookie(door: Door) -> None:
    set_cookie = (await door.ask('mutation { signIn(token: "t0k") }')).headers["set-cookie"]
    cleared = (await door.ask("mutation { signOut }")).headers["set-cookie"]
    assert set_cookie == "guichet_staff=t0k; HttpOnly; Max-Age=60; Path=/; SameSite=lax"
    assert cleared.startswith('guichet_staff=""') and "Max-Age=0" in cleared


def test_over_https_the_cookie_is_bound_to_the_host() -> None:
    settings = Settings(_env_file=None, public_url="https://guichet.example")
    response = Response()
    set_session_cookie(response, "WORKER", "t0k", 60, settings)
    clear_session_cookie(response, "WORKER", settings)
    given, cleared = response.headers.getlist("set-cookie")
    assert given == "__Host-guichet_worker=t0k; HttpOnly; Max-Age=60; Path=/; SameSite=lax; Secure"
    assert cleared.startswith("__Host-guichet_worker=") and "Secure" in cleared
    assert cookie_name("CONTACT", settings) == "__Host-guichet_contact"


async def test_the_address_is_taken_from_trusted_proxies_only(open_door: Opener, desk: Desk) -> None:
    for trusted in ("127.0.0.1", "10.9.9.9"):
        async with open_door(trusted_proxies=trusted) as door:
            await door.ask("{ hello }", x_forwarded_for="203.0.113.7")
    assert [shown.address for shown in desk.asked] == ["203.0.113.7", "127.0.0.1"]
