"""`explainAccess`: what it says is what happens, for everybody, every permission and every row; and why."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import islice
from typing import Any

import pytest

from app.auth.explaining import Reason
from app.auth.permissions import Permission
from app.models import Attempt, DirectGrant, Person, PersonSite, Request
from app.models.base import now
from app.models.person import AccountStatus
from app.models.request import RequestStatus
from tests.ask import Service
from tests.auth import words
from tests.cast import PEOPLE, REQUESTS, SEES

P = Permission
TOITS = [name for name in SEES if words.HOME[name] == "toits"]
ONE = """query($p: ID!, $w: Permission!, $o: ID) { explainAccess(personId: $p, permission: $w, objectId: $o) {
  isAllowed reason sentence decidingGrant { grant { permission scope source reason expiresAt } }
  grants { grant { scope source } isInScope isWithinSites } } }"""
CAN = {
    P.REQUEST_WORK: "comment",
    P.REQUEST_UPDATE: "update",
    P.REQUEST_CANCEL: "cancel",
    P.REQUEST_DELETE: "delete",
    P.REQUEST_ASSIGN: "assign",
}
AT_ONCE = 18


async def verdicts(service: Service, asker: str, who: str, asked: Iterable[tuple[Permission, str]]) -> list[bool]:
    """Whether somebody may do each of these things with each of these rows."""
    waiting, found = iter(asked), list[bool]()
    while some := list(islice(waiting, AT_ONCE)):
        fields = (
            f'a{n}: explainAccess(personId: "{service.cast.user(who)}", permission: {permission.name},'
            f' objectId: "{text}") {{ isAllowed reason }}'
            for n, (permission, text) in enumerate(some)
        )
        answers = await service.ask(asker, f"{{ {' '.join(fields)} }}")
        for row in answers.values():
            assert row["isAllowed"] is (row["reason"] == "GRANTED")
        found += [row["isAllowed"] for row in answers.values()]
    return found


async def explain(service: Service, asker: str, who: str, word: Permission, text: str | None) -> dict[str, Any]:
    ids = {"p": service.cast.user(who), "w": word.name, "o": text}
    answer: dict[str, Any] = (await service.ask(asker, ONE, **ids))["explainAccess"]
    return answer


@pytest.mark.parametrize("status", [RequestStatus.OPEN, RequestStatus.IN_PROGRESS, RequestStatus.DONE])
async def test_what_is_said_of_requests_is_what_happens(service: Service, status: RequestStatus) -> None:
    """`viewerCan` is compared with the mutations elsewhere; here it stands for them."""
    await Request.all().update(status=status)
    ids = {each: service.cast.request(each) for each in REQUESTS if each != "zinc"}
    query = f"{{ requests(first: 100) {{ nodes {{ id viewerCan {{ {' '.join(CAN.values())} }} }} }} }}"
    for name in TOITS:
        rows = {row["id"]: row["viewerCan"] for row in (await service.ask(name, query))["requests"]["nodes"]}
        expected = [text in rows and rows[text][can] for can in CAN.values() for text in ids.values()]
        expected += [text in rows for text in ids.values()]
        asked = [(permission, text) for permission in (*CAN, P.REQUEST_READ) for text in ids.values()]
        assert await verdicts(service, "ada", name, asked) == expected, name


@pytest.mark.parametrize("name", TOITS)
async def test_what_is_said_of_people_is_what_happens(service: Service, name: str) -> None:
    cast = service.cast
    faces = (
        (P.USER_READ, P.USER_MANAGE, cast.user, words.TOITS, words.USERS),
        (P.WORKER_READ, P.WORKER_MANAGE, cast.worker, words.CREW, words.WORKERS),
        (P.CONTACT_READ, P.CONTACT_MANAGE, cast.contact, words.CLIENTS, words.CONTACTS),
    )
    managed: set[str] = set()
    for read, manage, id_of, people, table in faces:
        order = sorted(people)
        seen = await verdicts(service, "ada", name, [(read, id_of(each)) for each in order])
        assert {each for each, yes in zip(order, seen, strict=True) if yes} == table[name][0], read
        may = await verdicts(service, "ada", name, [(manage, id_of(each)) for each in order])
        managed |= {each for each, yes in zip(order, may, strict=True) if yes}
    really = set()
    for who in words.TOITS:
        # A mutation that changes nothing here: it comes to the state of the account only if the person is managed.
        for id_of in (cast.user, cast.worker, cast.contact):
            payload = await service.change(name, "reactivateAccount", {"personId": id_of(who)})
            if who == "ina" and not payload["errors"]:
                await Person.filter(id=cast.key("ina")).update(status=AccountStatus.INACTIVE)
            if {error["code"] for error in payload["errors"]} <= {"WRONG_STATE", "NOT_YOURSELF"}:
                really.add(who)
    assert managed == really
    order = sorted(words.TOITS)
    may = await verdicts(service, "ada", name, [(P.ACCOUNT_CREDENTIALS, cast.user(each)) for each in order])
    assert {each for each, yes in zip(order, may, strict=True) if yes} == ENTRUSTED.get(name, set())


ENTRUSTED = {  # ina's account is suspended
    "ada": words.TOITS - {"ina"},
    "max": {"sam", "wes", "wil", "ned"},  # workers at his site, but for sol, who holds more
    "cora": {"cora", "cyn", "cal"},
}


async def test_without_an_object_it_tells_whether_the_permission_is_held(service: Service) -> None:
    for name in TOITS:
        held = (await service.ask(name, "{ viewer { permissions { permission } } }"))["viewer"]["permissions"]
        words_held = {each["permission"] for each in held}
        for permission in Permission:
            verdict = await explain(service, "ada", name, permission, None)
            assert verdict["isAllowed"] is (permission.name in words_held), (name, permission)
            assert verdict["reason"] == ("GRANTED" if verdict["isAllowed"] else "NO_GRANT")


async def test_each_reason_has_its_line(service: Service) -> None:
    cast, later = service.cast, now() + timedelta(days=1)
    grant: dict[str, Any] = {"permission": "contact.read", "scope": "ALL", "reason": "holidays", "expires_at": later}
    await DirectGrant.create(workspace_id=cast.key("toits"), person_id=cast.key("sam"), **grant)
    ended: dict[str, Any] = {"permission": "stats.read", "scope": "ALL", "expires_at": now()}
    await DirectGrant.create(workspace_id=cast.key("toits"), person_id=cast.key("sam"), **ended)
    await Person.filter(id=cast.key("wil")).update(access_expires_at=now())
    await Person.filter(id=cast.key("bo")).update(must_change_password=True)
    await guessed(service, "cal@maple.example")
    await Request.filter(id=cast.key("hair")).update(status=RequestStatus.DONE)
    tap, hair, gate = cast.request("tap"), cast.request("hair"), cast.request("gate")
    table: list[tuple[str, Permission, str | None, Reason, str]] = [
        ("ina", P.REQUEST_READ, tap, Reason.NO_ACCOUNT, "Ina Roy cannot sign in: the account is INACTIVE."),
        ("ned", P.REQUEST_READ, tap, Reason.NO_ACCOUNT, "Ned Roy cannot sign in: the account is NO_ACCESS."),
        ("wil", P.REQUEST_READ, tap, Reason.ACCESS_EXPIRED, "The access of Wil Roy has ended."),
        ("cal", P.REQUEST_READ, tap, Reason.LOCKED,
         "Cal Roy cannot sign in for a while, after too many wrong passwords."),
        ("bo", P.REQUEST_READ, gate, Reason.PASSWORD_CHANGE_REQUIRED, "Bo Roy has to choose a new password first."),
        ("wes", P.REQUEST_ASSIGN, tap, Reason.NO_GRANT, "Wes Roy holds no grant of request.assign."),
        ("sam", P.STATS_READ, None, Reason.NO_GRANT, "Sam Roy holds no grant of stats.read."),
        ("ada", P.ROLE_MANAGE, tap, Reason.NOT_CONCERNED, "role.manage is not about rows of this kind."),
        ("ada", P.CONTACT_READ, tap, Reason.NOT_CONCERNED, "contact.read is not about rows of this kind."),
        ("wes", P.REQUEST_READ, gate, Reason.OUT_OF_SCOPE,
         "Wes Roy holds request.read@ASSIGNED, which does not reach this row."),
        ("max", P.REQUEST_READ, gate, Reason.OUT_OF_SITES,
         "Max Roy holds request.read@ALL, but this lies outside of the sites of Max Roy."),
        ("sam", P.REQUEST_CANCEL, hair, Reason.WRONG_STATE,
         "Sam Roy holds request.cancel@ASSIGNED, but the present status does not allow it."),
        ("max", P.WORKER_MANAGE, cast.worker("sol"), Reason.NOT_MANAGED,
         "Max Roy holds worker.manage@ALL, but this person holds more than Max Roy may manage,"
         " or is managed by others."),
        ("sol", P.REQUEST_DELETE, tap, Reason.GRANTED,
         "Sol Roy may do this by request.delete@ALL (bundle ALL_BOOKINGS)."),
        ("sam", P.CONTACT_READ, cast.contact("cyn"), Reason.GRANTED,
         "Sam Roy may do this by contact.read@ALL (direct grant)."),
    ]  # fmt: skip
    for who, permission, text, reason, sentence in table:
        verdict = await explain(service, "ada", who, permission, text)
        assert (verdict["reason"], verdict["sentence"]) == (reason.name, sentence), who
        assert (verdict["decidingGrant"] is not None) is verdict["isAllowed"]
    assert {reason for _, _, _, reason, _ in table} == set(Reason)
    french = await explain(service, "max", "wes", P.REQUEST_READ, tap)
    assert french["sentence"] == "Wes Roy y est autorisé par request.read@ASSIGNED (role Worker)."
    given = (await explain(service, "ada", "sam", P.CONTACT_READ, cast.contact("cyn")))["decidingGrant"]
    assert given["grant"].pop("expiresAt").startswith(later.strftime("%Y-%m-%dT%H:%M:%S"))
    direct = {"permission": "CONTACT_READ", "scope": "ALL", "source": "direct grant", "reason": "holidays"}
    assert given["grant"] == direct


async def guessed(service: Service, login: str) -> None:
    """Wrong passwords until the account's sign-in pauses."""
    guess = {"login": login, "password": "wrong", "client": "API"}
    for _ in range(5):
        assert (await service.change(None, "signIn", guess))["errors"]


async def test_a_pause_of_the_sign_in_is_told_until_it_ends(service: Service) -> None:
    async def reasons(*names: str) -> list[str]:
        found = [await explain(service, "ada", name, P.REQUEST_READ, None) for name in names]
        return [verdict["reason"] for verdict in found]

    for name in ("wes", "wil", "ina"):
        await guessed(service, f"{name}@toits.example")
    assert await reasons("wes", "wil", "ina", "sam") == ["LOCKED", "LOCKED", "NO_ACCOUNT", "GRANTED"]
    unlocked = await service.change("ada", "unlockAccount", {"personId": service.cast.user("wes")})
    assert unlocked["errors"] == []
    assert await reasons("wes", "wil") == ["GRANTED", "LOCKED"]
    await Attempt.filter(blocked_until__isnull=False).update(blocked_until=now())
    assert await reasons("wil") == ["GRANTED"]


async def test_every_grant_is_weighed(service: Service) -> None:
    """Cal asked for the roof and has the box: two grants, of which one reaches the tap."""
    verdict = await explain(service, "ada", "cal", P.REQUEST_READ, service.cast.request("tap"))
    assert [(each["grant"]["scope"], each["isInScope"]) for each in verdict["grants"]] == [
        ("OWN", False),
        ("ORGANIZATION", True),
    ]
    assert verdict["decidingGrant"]["grant"]["source"] == "bundle SEE_ALL_REQUESTS"
    await PersonSite.filter(person_id=service.cast.key("max")).delete()
    fenced = await explain(service, "ada", "max", P.REQUEST_READ, service.cast.request("tap"))
    assert [(each["isInScope"], each["isWithinSites"]) for each in fenced["grants"]] == [(True, False)]


# Who may ask.


@pytest.mark.parametrize("asker", SEES)
async def test_who_may_ask_about_whom(service: Service, asker: str) -> None:
    """About oneself, about whom one manages, about everybody with role.manage; hidden people do not exist."""
    managed = {"max": ENTRUSTED["max"] | {"ina"}, "cora": ENTRUSTED["cora"]}.get(asker, set())
    if asker in ("ada", "zoe"):
        managed = {each for each in PEOPLE if words.HOME.get(each, "toits") == words.HOME[asker]}
    for who in PEOPLE:
        for id_of in (service.cast.user, service.cast.worker, service.cast.contact):
            seen = (await service.ask(asker, "query($i: ID!) { node(id: $i) { id } }", i=id_of(who)))["node"]
            ids = {"p": id_of(who), "w": "REQUEST_READ", "o": None}
            answer = (await service.post(asker, ONE, **ids)).json()
            if not seen:
                assert answer["data"] == {"explainAccess": None} and "errors" not in answer
            elif who in managed | {asker}:
                assert answer["data"]["explainAccess"]["reason"]
            else:
                assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]


async def test_a_hidden_object_is_a_missing_one(service: Service) -> None:
    cast = service.cast
    for text in (cast.request("gate"), "req_" + "0" * 32, "nonsense", "", cast.site("north"), cast.user("zoe")):
        for name in ("wes", "max"):
            ids = {"p": cast.user("wes"), "w": "REQUEST_READ", "o": text or "x"}
            assert await service.ask(name, ONE, **ids) == {"explainAccess": None}
    assert await service.refused(None, ONE, p=cast.user("wes"), w="REQUEST_READ") == ["NOT_SIGNED_IN"]
