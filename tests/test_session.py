"""Signing in, what a session opens, and how it ends."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from graphql import (
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_enum_type,
    is_input_object_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)

from app.auth import passwords
from app.models import Attempt, AuditEvent, Person, Role, Session
from app.models.base import now
from app.models.person import AccountStatus, reserve_login_names
from app.schema import build_schema
from app.settings import Settings
from tests.ask import Service
from tests.cast import PASSWORD, PEOPLE

SIGN_IN = "mutation($input: SignInInput!) { signIn(input: $input) { token audience errors { code message path } } }"
SIGN_OUT = "mutation { signOut { errors { code } } }"
WHO = "{ viewer { name audience mustChangePassword } }"


async def sign_in(service: Service, login: str, password: str = PASSWORD, client: str = "API") -> httpx2.Response:
    input = {"login": login, "password": password, "client": client}
    service.http.cookies.clear()
    return await service.http.post("/graphql", json={"query": SIGN_IN, "variables": {"input": input}})


async def token_of(service: Service, login: str, **more: str) -> str:
    payload = (await sign_in(service, login, **more)).json()["data"]["signIn"]
    assert payload["errors"] == []
    token: str = payload["token"]
    return token


async def asked(service: Service, query: str, **headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await service.http.post("/graphql", json={"query": query}, headers=named)


async def viewer(service: Service, **headers: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = (await asked(service, WHO, **headers)).json()["data"]["viewer"]
    return found


class Checks:
    """The password checks that were made."""

    def __init__(self) -> None:
        self.made: list[tuple[str, str]] = []
        self._verify = passwords._verify

    def __call__(self, hashed: str, password: str) -> bool:
        self.made.append((hashed, password))
        return self._verify(hashed, password)


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Checks:
    counted = Checks()
    monkeypatch.setattr(passwords, "_verify", counted)
    return counted


async def test_an_email_or_a_username_in_any_case_and_with_any_accents(service: Service) -> None:
    person = await Person.get(id=service.cast.key("ada"))
    person.username = "Adélaïde"
    await person.save(update_fields=["username"])
    await reserve_login_names(person)
    tokens = [
        await token_of(service, login)
        for login in ("ada@toits.example", "ADA@Toits.Example", " adelaide ", "ADÉLAÏDE")
    ]
    assert len(set(tokens)) == 4  # a new one at each sign-in
    for token in tokens:
        assert await viewer(service, authorization=f"Bearer {token}") == {
            "name": "Ada Roy",
            "audience": "STAFF",
            "mustChangePassword": False,
        }
    assert (await Person.get(id=person.id)).last_login_at is not None


async def lame(service: Service) -> dict[str, tuple[str, str]]:
    """Per reason the login and the password of somebody who must not get in."""
    later, before = now() + timedelta(minutes=1), now() - timedelta(minutes=1)
    cast, hashed = service.cast, (await Person.get(id=service.cast.key("ada"))).password_hash
    changes: dict[str, dict[str, Any]] = {
        "sam": {"status": AccountStatus.INACTIVE},
        "sol": {"status": AccountStatus.NO_ACCESS},
        "wes": {"status": AccountStatus.DELETED},
        "wil": {"status": AccountStatus.INVITED},
        "win": {"locked_until": later},
        "cora": {"access_expires_at": before},
        "cyn": {"status": AccountStatus.NO_ACCESS, "password_hash": None},
    }
    for name, change in changes.items():
        await Person.filter(id=cast.key(name)).update(**{"password_hash": hashed, **change})
    hosts = {"cora": "maple", "cyn": "maple"}
    people = {name: (f"{name}@{hosts.get(name, 'toits')}.example", PASSWORD) for name in changes}
    strangers = {"wrong password": ("ada@toits.example", "wrong"), "unknown": ("nobody@toits.example", PASSWORD)}
    odd = {"no name": ("", ""), "long name": ("x" * 5000, PASSWORD), "long": ("max@toits.example", PASSWORD * 1_000)}
    return people | strangers | odd


@pytest.mark.requirement(16)
async def test_one_answer_and_the_same_work_for_everybody_who_must_not_get_in(
    service: Service, checks: Checks
) -> None:
    answers = {}
    for reason, (login, password) in (await lame(service)).items():
        before = len(checks.made)
        answer = await sign_in(service, login, password)
        answers[reason] = (answer.status_code, answer.content, [h for h in answer.headers.raw if h[0] != b"date"])
        assert len(checks.made) == before + 1, reason
    assert len(answers) == 12 and len(set(map(str, answers.values()))) == 1
    assert b"INVALID_CREDENTIALS" in answers["unknown"][1]
    assert max(len(password) for _, password in checks.made) == passwords.MAX_LENGTH  # what is longer is not hashed
    assert await Session.all().count() == 0


async def test_a_password_is_never_cut_to_fit(service: Service) -> None:
    hashed = await passwords.hash_password("x" * passwords.MAX_LENGTH)
    await Person.filter(id=service.cast.key("ada")).update(password_hash=hashed)
    longer = await sign_in(service, "ada@toits.example", "x" * (passwords.MAX_LENGTH + 1))
    assert longer.json()["data"]["signIn"]["errors"][0]["code"] == "INVALID_CREDENTIALS"
    assert await token_of(service, "ada@toits.example", password="x" * passwords.MAX_LENGTH)


@pytest.mark.requirement(8, 23)
async def test_a_browser_gets_a_cookie_and_others_a_token(service: Service) -> None:
    for client in ("API", "MOBILE"):
        answer = await sign_in(service, "wes@toits.example", client=client)
        assert answer.json()["data"]["signIn"]["token"] and "set-cookie" not in answer.headers
    answer = await sign_in(service, "wes@toits.example", client="WEB")
    assert answer.json()["data"]["signIn"] == {"token": None, "audience": "WORKER", "errors": []}
    name, _, token = answer.headers["set-cookie"].partition(";")[0].partition("=")
    assert name == "guichet_worker" and token not in answer.text
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(answer.headers["set-cookie"].split("; "))
    service.http.cookies.clear()

    cookie = f"{name}={token}"
    assert (await viewer(service, cookie=cookie, x_guichet_audience="WORKER") or {})["name"] == "Wes Roy"
    assert await viewer(service, cookie=cookie) is None
    for portal in ("STAFF", "CONTACT"):
        moved = f"guichet_{portal.lower()}={token}"
        assert await viewer(service, cookie=moved, x_guichet_audience=portal) is None
        wrong = await asked(service, WHO, authorization=f"Bearer {token}", x_guichet_audience=portal)
        assert wrong.status_code == 401
    # Two portals in one browser do not disturb each other.
    ada = await token_of(service, "ada@toits.example")
    cookies = f"{cookie}; guichet_staff={ada}"
    for portal, who in (("WORKER", "Wes Roy"), ("STAFF", "Ada Roy")):
        assert (await viewer(service, cookie=cookies, x_guichet_audience=portal) or {})["name"] == who


@pytest.mark.requirement(23)
async def test_a_session_ends_when_the_role_moves_to_another_portal(service: Service) -> None:
    token = await token_of(service, "max@toits.example")
    person = await Person.get(id=service.cast.key("max"))
    for key, status in (("STAFF", 200), ("WORKER", 401), ("CONTACT", 401), ("ADMIN", 200)):
        person.role_id = (await Role.get(workspace_id=person.workspace_id, key=key)).id
        await person.save(update_fields=["role_id"])
        assert (await asked(service, WHO, authorization=f"Bearer {token}")).status_code == status


def calls(root: GraphQLObjectType | None, keyword: str) -> dict[str, str]:
    """A call of every field of a root type, with some value for every argument that is needed."""
    found = {}
    for name, field in root.fields.items() if root else ():
        arguments = some(field.args)
        selection = "" if is_leaf_type(get_named_type(field.type)) else "{ __typename }"
        found[name] = f"{keyword} {{ {name}{f'({arguments})' if arguments else ''} {selection} }}"
    return found


def some(fields: Mapping[str, Any]) -> str:
    """Values for the arguments or input fields that are needed."""
    return ", ".join(f"{name}: {value(field.type)}" for name, field in fields.items() if is_non_null_type(field.type))


def value(kind: Any) -> str:
    if is_list_type(get_nullable_type(kind)):
        return "[]"
    kind = get_named_type(kind)
    if is_input_object_type(kind):
        return f"{{{some(kind.fields)}}}"
    return next(iter(kind.values)) if is_enum_type(kind) else {"Int": "1", "Boolean": "true"}.get(kind.name, '"x"')


FOR_STRANGERS = {
    *("signIn", "signUp", "portal", "invitationByToken", "acceptInvitation", "resetPassword"),
    *("verifyEmail", "confirmEmailChange", "requestNewLink", "requestPasswordReset"),
}


@pytest.mark.requirement(77, 80)
async def test_whoever_is_signed_in_reads_who_they_are(service: Service) -> None:
    await Person.filter(id=service.cast.key("max")).update(default_site_id=service.cast.key("north"))
    query = "{ viewer { email username role { name } defaultSite { id } } }"
    shown = {name: (await service.ask(name, query))["viewer"] for name in ("max", "wes", "cyn")}
    assert shown["max"]["defaultSite"] == {"id": service.cast.site("north")}
    assert {name: row["role"]["name"] for name, row in shown.items()} == {
        "max": "Manager",
        "wes": "Worker",
        "cyn": "Client contact",
    }
    for name, row in shown.items():
        person = await Person.get(id=service.cast.key(name))
        assert (row["email"], row["username"]) == (PEOPLE[name]["email"], person.username)


@pytest.mark.requirement(65)
async def test_a_temporary_password_opens_nothing_but_a_new_one(service: Service) -> None:
    changes = {"status": AccountStatus.INVITED, "must_change_password": True}
    await Person.filter(id=service.cast.key("sol")).update(**changes)
    bearer = {"authorization": f"Bearer {await token_of(service, 'sol@toits.example')}"}
    assert (await viewer(service, **bearer) or {})["mustChangePassword"] is True
    schema = build_schema(Settings(_env_file=None))._schema
    every = calls(schema.query_type, "query") | calls(schema.mutation_type, "mutation")
    below = ("user", "worker", "contact", "role", "defaultSite")
    every |= {name: f"{{ viewer {{ {name} {{ __typename }} }} }}" for name in below}
    assert {"requests", "node", "createRequest"} < set(every)
    for name in every.keys() - {"viewer", "changePassword", "signOut"} - FOR_STRANGERS:
        answer = (await asked(service, every[name], **bearer)).json()
        codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
        assert codes == ["PASSWORD_CHANGE_REQUIRED"], (name, answer)
    assert "errors" not in (await asked(service, every["signOut"], **bearer)).json()
    assert (await asked(service, WHO, **bearer)).status_code == 401


async def test_signing_out_ends_this_session_alone(service: Service) -> None:
    first, second = [await token_of(service, "ada@toits.example") for _ in range(2)]
    left = await asked(service, SIGN_OUT, authorization=f"Bearer {first}")
    assert left.json()["data"]["signOut"] == {"errors": []} and "set-cookie" not in left.headers
    for query in (WHO, SIGN_OUT):
        again = await asked(service, query, authorization=f"Bearer {first}")
        assert (again.status_code, again.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
    assert await viewer(service, authorization=f"Bearer {second}")
    cookie = f"guichet_staff={second}"
    left = await asked(service, SIGN_OUT, cookie=cookie, x_guichet_audience="STAFF")
    assert left.headers["set-cookie"].startswith('guichet_staff=""')
    assert await viewer(service, cookie=cookie, x_guichet_audience="STAFF") is None
    stranger = (await asked(service, SIGN_OUT)).json()
    assert stranger["errors"][0]["extensions"]["code"] == "NOT_SIGNED_IN"


@pytest.mark.parametrize(
    "change",
    [
        {"last_seen_at": timedelta(hours=-12, seconds=-1)},
        {"expires_at": timedelta(seconds=-1)},
        {"revoked_at": timedelta(seconds=-1)},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_sessions_expire(service: Service, change: dict[str, timedelta]) -> None:
    bearer = {"authorization": f"Bearer {await token_of(service, 'ada@toits.example')}"}
    lasting = await Session.get(person_id=service.cast.key("ada"))
    assert timedelta(days=29) < lasting.expires_at - now() <= timedelta(days=30)
    await Session.filter(id=lasting.id).update(last_seen_at=now() - timedelta(hours=11))
    assert await viewer(service, **bearer)
    assert now() - (await Session.get(id=lasting.id)).last_seen_at < timedelta(
        hours=1
    )  # and so the idle time restarts
    await Session.filter(id=lasting.id).update(**{name: now() + ago for name, ago in change.items()})
    assert (await asked(service, WHO, **bearer)).status_code == 401


async def test_signing_in_over_a_socket_is_refused_before_it_is_judged(service: Service, checks: Checks) -> None:
    for password in (PASSWORD, "wrong"):
        async with service.socket(None) as socket:
            await socket.subscribe(SIGN_IN, input={"login": "ada@toits.example", "password": password})
            payload = (await socket.next())["signIn"]
            assert [error["code"] for error in payload["errors"]] == ["SIGN_IN_OVER_HTTP"]
    assert checks.made == []
    assert (await Attempt.all().count(), await AuditEvent.all().count(), await Session.all().count()) == (0, 0, 0)


async def test_the_record_tells_who_came_and_keeps_no_secret(service: Service) -> None:
    token = await token_of(service, "cora@maple.example")
    await sign_in(service, "cora@maple.example", "my other password")
    await asked(service, SIGN_OUT, authorization=f"Bearer {token}")
    events = await AuditEvent.filter(subject_id=service.cast.key("cora")).order_by("id")
    assert [event.kind for event in events] == ["SIGNED_IN", "SIGN_IN_FAILED", "SIGNED_OUT"]
    assert {event.organization_id for event in events} == {service.cast.key("maple")}
    assert [event.ip for event in events[:2]] == ["127.0.0.1"] * 2
    session = await Session.get(person_id=service.cast.key("cora"))
    assert session.token_hash == hashlib.sha256(token.encode()).hexdigest()
    tables: tuple[Any, ...] = (Session, AuditEvent, Attempt, Person)
    kept = str([dict(row) for table in tables for row in await table.all()])
    assert not any(secret in kept for secret in (token, PASSWORD, "my other password", token.removeprefix("gst_")))
