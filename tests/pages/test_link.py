"""The pages of links, without a browser: what they say, and that only their button does anything."""

import asyncio
from typing import Any

import httpx2
import pytest

from app.models import Delivery, Invitation, Person, Session, Workspace
from app.models.base import now
from app.models.delivery import Channel
from app.models.invitation import InvitationState, Method, Purpose
from app.models.person import AccountStatus
from app.pages.words import WORDS
from tests.ask import Service
from tests.pages.inviting import NEW_PASSWORD, SAME_SITE, Read, close, invited, let_expire, path
from tests.rules.test_words import placeholders
from tests.test_session import sign_in

P, M, S = Purpose, Method, InvitationState
CHOOSE = {"password": NEW_PASSWORD}


async def post(service: Service, where: str, form: dict[str, str] | None = None, **headers: str) -> httpx2.Response:
    return await service.http.post(where, data=form or {}, headers={**SAME_SITE, **headers}, follow_redirects=False)


async def everything() -> list[Any]:
    """What a look must not change."""
    people = await Person.all().order_by("id").values_list("id", "version", "status", "password_hash")
    links = await Invitation.all().order_by("id").values_list("id", "state", "wrong_tries")
    return [people, links, await Delivery.all().count(), await Session.all().count()]


@pytest.mark.requirement(69)
def test_every_word_is_there_in_both_languages() -> None:
    for key, said in WORDS.items():
        assert set(said) == {"en", "fr"} and all(said.values()), key
        assert placeholders(said["en"]) == placeholders(said["fr"]), key
        assert said["en"] != said["fr"], key
    for purpose in P:
        assert {f"{purpose}_title", f"{purpose}_intro", f"{purpose}_button"} <= set(WORDS)
    for state in set(S) - {S.PENDING}:
        assert {f"{state}_title", f"{state}_intro"} <= set(WORDS)


@pytest.mark.requirement(11, 31, 113)
async def test_an_invitation_is_accepted_with_a_password_and_signs_in(service: Service) -> None:
    link = await invited(service, "wes")
    page = Read(answer := await service.http.get(path(link)))
    assert answer.status_code == 200 and "Ada Roy has opened an account for you at Toits." in page.text
    fields = {each["autocomplete"]: each for each in page.inputs}
    assert fields["username"]["value"] == "wes@toits.example" and fields["new-password"]["name"] == "password"
    done = await post(service, path(link), CHOOSE)
    assert (done.status_code, done.headers["location"]) == (303, f"{service.url}/en/worker")
    assert (await Person.get(id=service.cast.key("wes"))).status is AccountStatus.ACTIVE
    headers = {"X-Guichet-Audience": "WORKER"}
    told = await service.http.post("/graphql", json={"query": "{ viewer { name } }"}, headers=headers)
    assert told.json()["data"]["viewer"] == {"name": "Wes Roy"}
    assert (await sign_in(service, "wes@toits.example", NEW_PASSWORD)).json()["data"]["signIn"]["errors"] == []


@pytest.mark.requirement(112)
async def test_access_is_confirmed_without_a_new_password(service: Service) -> None:
    link = await invited(service, "sam", P.ACCESS, M.CONFIRM)
    assert Read(await service.http.get(path(link))).inputs == []
    assert (await post(service, path(link))).status_code == 303
    person = await Person.get(id=service.cast.key("sam"))
    assert person.status is AccountStatus.ACTIVE


@pytest.mark.requirement(36, 90)
async def test_a_reset_ends_the_other_sessions(service: Service) -> None:
    before = await service.token("wes")
    link = await invited(service, "wes", P.RESET, by=None)
    done = await post(service, path(link), CHOOSE)
    assert done.status_code == 303
    answer = await service.http.post(
        "/graphql", json={"query": "{ viewer { name } }"}, headers={"Authorization": f"Bearer {before}"}
    )
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.requirement(112)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
async def test_only_a_post_does_anything(service: Service, method: str) -> None:
    links = [await invited(service, "wes"), await invited(service, "sam", P.ACCESS, M.CONFIRM)]
    before = await everything()
    for link in links:
        for where in (path(link), f"{path(link)}?lang=fr", f"{path(link)}/new"):
            for _ in range(3):
                await service.http.request(method, where, headers=SAME_SITE)
    assert await everything() == before


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "same-site", "Origin": "null"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
]


@pytest.mark.parametrize("headers", FOREIGN)
async def test_a_form_of_another_page_does_nothing(service: Service, headers: dict[str, str]) -> None:
    link = await invited(service, "wes")
    before = await everything()
    refused = await service.http.post(path(link), data=CHOOSE, headers=headers)
    assert refused.status_code == 403 and "set-cookie" not in refused.headers
    assert "another page" in Read(refused).text
    assert await everything() == before


async def test_two_clicks_at_once_use_it_once(service: Service) -> None:
    link = await invited(service, "wes")
    answers = await asyncio.gather(*(post(service, path(link), CHOOSE) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [303, 410, 410, 410]
    assert await Session.filter(person_id=service.cast.key("wes")).count() == 1


@pytest.mark.parametrize(
    ("password", "language", "words"),
    [
        ("", "en", "required"),
        ("short", "en", "At least 8 characters."),
        ("short", "fr", "Au moins 8 caractères."),
        ("password1", "en", "too easy to guess"),
        ("wes@toits.example", "fr", "trop facile à deviner"),
        ("x" * 129, "en", "At most 128 characters."),
        ("tab\tand more of it", "en", ""),
    ],
)
async def test_a_password_that_is_not_taken_is_said_beside_the_field(
    service: Service, password: str, language: str, words: str
) -> None:
    link = await invited(service, "wes")
    page = Read(answer := await post(service, f"{path(link)}?lang={language}", {"password": password}))
    assert answer.status_code == 422 and words in page.text and page.language == language
    [field] = [each for each in page.inputs if each.get("name") == "password"]
    assert field["aria-invalid"] == "true" and "error" in str(field["aria-describedby"]).split()
    assert "value" not in field and f"?lang={language}" in page.actions[0]
    assert (await Invitation.get(id=link.id)).state is S.PENDING


@pytest.mark.requirement(37)
async def test_an_expired_link_says_so_and_sends_a_new_one_to_the_same_address(service: Service) -> None:
    link = await invited(service, "wes")
    await let_expire(link)
    page = Read(answer := await service.http.get(path(link)))
    assert answer.status_code == 410 and "This link has expired" in page.text and "Ada Roy (Toits)" in page.text
    assert page.inputs == [] and "w…@toits.example" in page.text  # no password was asked first
    sent = await post(service, f"{path(link)}/new")
    assert sent.status_code == 200 and "w…@toits.example" in Read(sent).text
    newer = await Invitation.filter(person_id=service.cast.key("wes")).order_by("-created_at").first()
    assert newer and newer.id != link.id and newer.email == "wes@toits.example"
    assert newer.created_by_id == service.cast.key("ada")  # it is still her invitation
    assert await Delivery.filter(invitation_id=newer.id).count() == 1
    assert (await post(service, path(link), CHOOSE)).status_code == 410
    assert (await post(service, path(newer), CHOOSE)).status_code == 303


@pytest.mark.requirement(37)
async def test_a_replaced_link_says_when_the_newer_one_was_sent(service: Service) -> None:
    old = await invited(service, "wes")
    newer = await invited(service, "wes")
    page = Read(answer := await service.http.get(path(old)))
    assert answer.status_code == 410 and "There is a newer link" in page.text
    assert f"{newer.created_at:%-I:%M}" in page.text.replace("\u202f", " ") and page.actions
    assert (await post(service, path(old), CHOOSE)).status_code == 410
    assert (await Person.get(id=service.cast.key("wes"))).password_hash is None


@pytest.mark.parametrize(("state", "words"), [(S.ACCEPTED, "has been used"), (S.REVOKED, "was cancelled")])
async def test_a_used_or_cancelled_link_offers_no_new_one(
    service: Service, state: InvitationState, words: str
) -> None:
    link = await invited(service, "wes")
    await close(link, state)
    page = Read(answer := await service.http.get(path(link)))
    assert answer.status_code == 410 and words in page.text and page.actions == [] and page.inputs == []
    assert (f"{service.url}/en/worker" in page.links) == (state is S.ACCEPTED)
    before = await everything()
    assert (await post(service, f"{path(link)}/new")).status_code == 410
    assert (await post(service, path(link), CHOOSE)).status_code == 410
    assert await everything() == before


async def test_new_links_are_not_sent_without_end(service: Service) -> None:
    link = await invited(service, "wes")
    await let_expire(link)
    answers = [await post(service, f"{path(link)}/new") for _ in range(5)]
    assert {answer.status_code for answer in answers[:3]} <= {200, 410}
    assert answers[-1].status_code == 422 and "Too many tries" in Read(answers[-1]).text


UNKNOWN = ["x", "gst_x", "%00", "é", "a" * 5000, "..%2f..", "' OR 1=1 --", "<script>alert(1)</script>", "\u202e"]


@pytest.mark.parametrize("token", UNKNOWN)
async def test_an_unknown_link_gives_no_hint(service: Service, token: str) -> None:
    answers = [await service.http.get(f"/l/{token}"), await post(service, f"/l/{token}", CHOOSE)]
    for answer in answers:
        assert answer.status_code == 404
        if answer.headers["content-type"].startswith("text/html"):
            assert "This link does not work" in Read(answer).text and "Toits" not in answer.text
            assert "<script>alert" not in answer.text


async def test_the_link_of_somebody_suspended_is_cancelled(service: Service) -> None:
    link = await invited(service, "wes")
    gone: dict[str, Any] = {"status": AccountStatus.INACTIVE}
    await Person.filter(id=service.cast.key("wes")).update(**gone)
    refused = await post(service, path(link), CHOOSE)
    assert refused.status_code == 422 and "cancelled" in Read(refused).text


@pytest.mark.requirement(69)
@pytest.mark.parametrize(
    ("person", "accept", "asked", "expected"),
    [
        ("en", "fr", "", "en"),
        ("fr", "en", "", "fr"),
        ("xx", "fr-CA, en;q=0.5", "", "fr"),
        ("en", "en", "?lang=fr", "fr"),
        ("fr", "fr", "?lang=EN", "en"),
        ("fr", "fr", "?lang=xx", "fr"),
    ],
)
async def test_the_language_of_the_page(
    service: Service, person: str, accept: str, asked: str, expected: str
) -> None:
    link = await invited(service, "wes")
    await Person.filter(id=service.cast.key("wes")).update(language=person)
    page = Read(await service.http.get(path(link) + asked, headers={"Accept-Language": accept}))
    assert page.language == expected


async def test_a_stranger_s_page_is_in_the_language_of_the_browser(service: Service) -> None:
    page = Read(await service.http.get("/l/x", headers={"Accept-Language": "fr"}))
    assert page.language == "fr" and "Ce lien ne fonctionne pas" in page.text


@pytest.mark.requirement(8)
async def test_whoever_else_is_signed_in_in_the_browser_stays_so(service: Service) -> None:
    await sign_in(service, "ada@toits.example", client="WEB")
    link = await invited(service, "wes")
    assert (await post(service, path(link), CHOOSE)).status_code == 303
    for audience, name in (("STAFF", "Ada Roy"), ("WORKER", "Wes Roy")):
        headers = {"X-Guichet-Audience": audience}
        told = await service.http.post("/graphql", json={"query": "{ viewer { name } }"}, headers=headers)
        assert told.json()["data"]["viewer"] == {"name": name}


async def test_pages_are_neither_kept_nor_framed_nor_told_to_others(service: Service) -> None:
    link = await invited(service, "wes")
    for where in (path(link), "/l/x"):
        headers = (await service.http.get(where)).headers
        assert headers["cache-control"] == "no-store" and headers["referrer-policy"] == "no-referrer"
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert "noindex" in headers["x-robots-tag"]
    page = (await service.http.get(path(link))).text
    assert "style=" not in page and "<style" not in page and "onclick" not in page and "http:" not in page


async def test_a_hostile_host_changes_no_link(service: Service) -> None:
    link = await invited(service, "wes")
    headers = {**SAME_SITE, "Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    shown = await service.http.get(path(link), headers=headers)
    assert "evil.example" not in shown.text + str(shown.headers)
    done = await service.http.post(path(link), data=CHOOSE, headers=headers, follow_redirects=False)
    assert done.headers["location"] == f"{service.url}/en/worker"


async def test_a_workspace_with_a_front_end_of_its_own_is_returned_to(service: Service) -> None:
    await Workspace.filter(id=service.cast.key("toits")).update(public_url="https://app.toits.example/")
    link = await invited(service, "wes")
    shown = await service.http.get(path(link))
    assert "form-action 'self' https://app.toits.example;" in shown.headers["content-security-policy"]
    assert (await post(service, path(link), CHOOSE)).headers["location"] == "https://app.toits.example/en/worker"


@pytest.mark.parametrize("body", [b"x" * 10_000, b"password=%ff%fe", b"&&&==", b"password", b"a=1&" * 900])
async def test_broken_forms_change_nothing(service: Service, body: bytes) -> None:
    link = await invited(service, "wes")
    before = await everything()
    headers = {**SAME_SITE, "Content-Type": "application/x-www-form-urlencoded"}
    answer = await service.http.post(path(link), content=body, headers=headers)
    assert answer.status_code in (413, 422)
    assert await everything() == before


async def test_a_name_cannot_become_markup(service: Service) -> None:
    hostile = "<script>alert(1)</script>"
    await Person.filter(id=service.cast.key("ada")).update(name=hostile)
    link = await invited(service, "wes")
    page = (await service.http.get(path(link))).text
    assert hostile not in page and "&lt;script&gt;" in page


async def test_sms_links_are_renewed_to_the_same_phone(service: Service) -> None:
    link = await invited(service, "wes", channels=(Channel.SMS,))
    await let_expire(link)
    assert "…01" in Read(await service.http.get(path(link))).text
    assert (await post(service, f"{path(link)}/new")).status_code == 200
    newest = await Delivery.all().order_by("-id").first()
    assert newest and newest.channel is Channel.SMS
    assert now() >= newest.created_at
