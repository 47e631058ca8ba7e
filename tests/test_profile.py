"""What everybody does for themselves: the own profile and the own sessions."""

from typing import Any

import pytest

from app.auth import sessions
from app.models import AuditEvent, Person, Session
from app.models.base import now
from app.models.session import Client
from tests.ask import Service
from tests.cast import SEES

SHOWN = "viewer { name firstName lastName phone language version }"
SESSIONS = "{ sessions { totalCount nodes { id client device address isCurrent createdAt lastSeenAt expiresAt } } }"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def update(service: Service, who: str, **input: Any) -> dict[str, Any]:
    """The payload of updateProfile."""
    return await service.change(who, "updateProfile", input, SHOWN)


def words(payload: dict[str, Any]) -> list[str]:
    """Code and path of each error."""
    return [" ".join([error["code"], *error["path"]]) for error in payload["errors"]]


@pytest.mark.requirement(41, 78, 86)
@pytest.mark.parametrize("name", SEES)
async def test_everybody_changes_their_own_profile_and_nobody_elses(service: Service, name: str) -> None:
    others = Person.exclude(id=service.cast.key(name)).order_by("id")
    before = await others.values()
    given = {"firstName": " Anaïs ", "lastName": "Roy-Côté", "phone": "+41 44 668 18 00", "language": "fr"}
    changed = await update(service, name, **given)
    assert words(changed) == []
    viewer = changed["viewer"]
    assert viewer | {"version": 0} == {
        "name": "Anaïs Roy-Côté",
        "firstName": "Anaïs",
        "lastName": "Roy-Côté",
        "phone": "+41446681800",
        "language": "fr",
        "version": 0,
    }
    refused = (await update(service, name, lastName=" "))["errors"][0]
    assert (refused["code"], refused["message"]) == ("REQUIRED", "Ce champ est obligatoire.")
    assert await others.values() == before
    [line] = await AuditEvent.filter(kind="PERSON_UPDATED")
    assert line.actor_id == line.subject_id == service.cast.key(name)
    assert (line.before["firstName"], line.after["firstName"]) == (name.title(), "Anaïs")
    cleared = await update(service, name, firstName=None, phone=None, expectedVersion=viewer["version"])
    assert (cleared["viewer"]["name"], cleared["viewer"]["phone"]) == ("Roy-Côté", None)


BAD = [
    ({"lastName": ""}, "REQUIRED lastName"),
    ({"lastName": "\t\u202e"}, "REQUIRED lastName"),
    ({"lastName": "x" * 121}, "TOO_LONG lastName"),
    ({"firstName": "x" * 121}, "TOO_LONG firstName"),
    ({"phone": "514 555 0101"}, "INVALID_PHONE phone"),
    ({"phone": "+1 514 555 01"}, "INVALID_PHONE phone"),
    ({"phone": "+" + "1" * 400}, "INVALID_PHONE phone"),
    ({"language": "de"}, "LANGUAGE_NOT_SPOKEN language"),
    ({"language": "x" * 100}, "LANGUAGE_NOT_SPOKEN language"),
]


@pytest.mark.parametrize(("given", "word"), BAD)
async def test_what_does_not_fit_changes_nothing(service: Service, given: dict[str, str], word: str) -> None:
    before = await Person.all().order_by("id").values()
    assert words(await update(service, "cyn", **{"firstName": "New"} | given)) == [word]
    assert await Person.all().order_by("id").values() == before


async def test_a_lost_update_is_a_conflict_that_shows_the_present_profile(service: Service) -> None:
    version = (await service.ask("wes", "{ viewer { version } }"))["viewer"]["version"]
    await update(service, "wes", firstName="First", expectedVersion=version)
    late = await update(service, "wes", firstName="Second", expectedVersion=version)
    assert words(late) == ["CONFLICT expectedVersion"]
    assert late["viewer"]["firstName"] == "First"


async def test_a_stranger_has_neither_profile_nor_sessions(service: Service) -> None:
    for text in (
        "{ sessions { nodes { id } } }",
        'mutation { updateProfile(input: {lastName: "x"}) { errors { code } } }',
        'mutation { revokeSession(input: {sessionId: "ses_x"}) { errors { code } } }',
        "mutation { revokeOtherSessions { errors { code } } }",
    ):
        assert await service.refused(None, text) == ["NOT_SIGNED_IN"]


async def another(service: Service, name: str, client: Client = Client.WEB) -> Session:
    """One more session of somebody."""
    person = await Person.get(id=service.cast.key(name)).select_related("role")
    return (await sessions.start(person, client, "2001:db8::7", FIREFOX)).session


@pytest.mark.requirement(8, 41)
async def test_one_sees_the_own_open_sessions_and_no_others(service: Service) -> None:
    browser, old, idle = [await another(service, "wes") for _ in range(3)]
    await Session.filter(id=old.id).update(expires_at=now())
    await Session.filter(id=idle.id).update(last_seen_at=now().replace(year=2020))
    strange = await another(service, "wil")
    page = (await service.ask("wes", SESSIONS))["sessions"]
    current, web = page["nodes"]
    assert page["totalCount"] == 2
    assert (current["isCurrent"], current["client"], current["device"]) == (True, "API", None)
    assert (web["isCurrent"], web["client"], web["device"]) == (False, "WEB", "Firefox, Windows")
    assert web["address"] == "2001:db8::7"
    assert web["id"] == f"ses_{browser.id.hex}"
    for key in (strange.id, old.id):
        assert (await service.ask("wes", "query($id: ID!) { node(id: $id) { id } }", id=f"ses_{key.hex}"))[
            "node"
        ] is None


@pytest.mark.requirement(41)
async def test_one_ends_the_own_sessions_and_no_others(service: Service) -> None:
    mine, strange = await another(service, "wes"), await another(service, "ada")
    for text in (f"ses_{strange.id.hex}", "ses_" + "0" * 32, "", service.cast.user("wes")):
        assert words(await service.change("wes", "revokeSession", {"sessionId": text})) == ["NOT_FOUND sessionId"]
    assert (await Session.get(id=strange.id)).revoked_at is None
    assert words(await service.change("wes", "revokeSession", {"sessionId": f"ses_{mine.id.hex}"})) == []
    assert words(await service.change("wes", "revokeSession", {"sessionId": f"ses_{mine.id.hex}"})) == [
        "NOT_FOUND sessionId"
    ]
    assert (await Session.get(id=mine.id)).revoked_at is not None
    [line] = await AuditEvent.filter(kind="SESSION_REVOKED")
    assert line.before == {"client": "WEB", "device": "Firefox, Windows", "address": "2001:db8::7"}
    for _ in range(2):
        await another(service, "wes")
    ended = "mutation { revokeOtherSessions { count errors { code } } }"
    assert (await service.ask("wes", ended))["revokeOtherSessions"] == {"count": 2, "errors": []}
    assert (await service.ask("wes", ended))["revokeOtherSessions"] == {"count": 0, "errors": []}
    assert [row["isCurrent"] for row in (await service.ask("wes", SESSIONS))["sessions"]["nodes"]] == [True]
    assert await AuditEvent.filter(kind="SESSION_REVOKED").count() == 2
