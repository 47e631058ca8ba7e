"""The page where people sign in who have no front end, without a browser."""

import httpx2
import pytest

from app.models import Invitation, Session
from tests.ask import Service
from tests.cast import PASSWORD
from tests.live.database import eventually
from tests.pages.inviting import SAME_SITE, Read

WES = {"login": "wes@toits.example", "password": PASSWORD}


async def post(service: Service, where: str, form: dict[str, str], **headers: str) -> httpx2.Response:
    return await service.http.post(where, data=form, headers={**SAME_SITE, **headers}, follow_redirects=False)


@pytest.mark.requirement(7, 23)
async def test_signing_in_and_out(service: Service) -> None:
    page = Read(answer := await service.http.get("/fr/staff"))
    assert answer.status_code == 200 and page.language == "fr" and "Connexion" in page.text
    assert [each["autocomplete"] for each in page.inputs] == ["username", "current-password"]
    done = await post(service, "/fr/staff", WES)
    assert (done.status_code, done.headers["location"]) == (303, f"{service.url}/fr/worker")  # where wes belongs
    assert "Wes Roy" in Read(await service.http.get("/fr/worker")).text
    assert "Wes Roy" not in (await service.http.get("/fr/staff")).text
    assert (await service.http.get("/", follow_redirects=False)).headers["location"] == f"{service.url}/en/worker"
    await post(service, "/fr/worker/out", {})
    assert "Wes Roy" not in (await service.http.get("/fr/worker")).text
    assert await Session.filter(revoked_at__isnull=True).count() == 0


@pytest.mark.parametrize("form", [{}, {"login": "wes@toits.example"}, WES | {"password": "x"}, WES | {"login": "no"}])
async def test_a_wrong_name_and_a_wrong_password_are_told_alike(service: Service, form: dict[str, str]) -> None:
    page = Read(answer := await post(service, "/en/worker", form))
    assert answer.status_code == 422 and "set-cookie" not in answer.headers
    assert page.text == Read(await post(service, "/en/worker", WES | {"password": "y"})).text
    assert [each.get("value") for each in page.inputs] == [form.get("login"), None]


async def test_what_was_typed_as_a_name_is_kept_as_text(service: Service) -> None:
    typed = '"><b onfocus=alert(1) autofocus>wes & co'
    answer = await post(service, "/en/worker", {"login": typed, "password": "x"})
    [login, password] = Read(answer).inputs
    assert (login["value"], password.get("value")) == (typed, None)
    assert "<b " not in answer.text and "autofocus" in password and "autofocus" not in login


@pytest.mark.parametrize("options", [{}, {"closed": True}], ids=["open", "closed"])
async def test_whoever_is_signed_in_reads_where_and_goes_on(service: Service, options: dict[str, object]) -> None:
    await post(service, "/en/worker", WES)
    page = Read(await service.http.get("/en/worker"))
    assert "As Wes Roy, at Toits." in page.text and "You are signed in – Toits" in page.text
    assert (f"{service.url}/playground" in page.links) == (not options)
    assert (await service.http.get("/playground")).status_code == (404 if options else 200)


@pytest.mark.requirement(90)
async def test_a_forgotten_password_is_answered_alike_for_everybody(service: Service) -> None:
    page = Read(await service.http.get("/fr/worker"))
    assert f"{service.url}/fr/worker/forgotten" in page.links
    page = Read(await service.http.get("/fr/worker/forgotten"))
    assert "Mot de passe oublié" in page.text and page.actions == ["../../fr/worker/forgotten?lang=fr"]
    answers = [
        await post(service, "/fr/worker/forgotten", {"login": login}) for login in ("wes@toits.example", "nobody", "")
    ]
    assert len({answer.content for answer in answers}) == 1 and answers[0].status_code == 200
    assert "Si ce compte existe" in Read(answers[0]).text
    invitation = await eventually(Invitation.all().first, bool)
    assert (invitation.person_id, invitation.purpose) == (service.cast.key("wes"), "RESET")
    assert await Invitation.all().count() == 1
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert (await post(service, "/fr/worker/forgotten", WES, **foreign)).status_code == 403


@pytest.mark.parametrize("where", ["/en/worker", "/en/worker/out"])
async def test_a_form_of_another_page_neither_signs_in_nor_out(service: Service, where: str) -> None:
    await post(service, "/en/worker", WES)
    open_sessions = Session.filter(revoked_at__isnull=True)
    assert await open_sessions.count() == 1
    refused = await service.http.post(where, data=WES, headers={"Sec-Fetch-Site": "cross-site", "Origin": "null"})
    assert refused.status_code == 403 and "set-cookie" not in refused.headers
    assert await open_sessions.count() == 1


@pytest.mark.parametrize("where", ["/de/staff", "/en/admin", "/en", "/en/staff/more", "/EN/staff", "/en/staff/"])
async def test_other_addresses_are_no_portals(service: Service, where: str) -> None:
    assert (await service.http.get(where, follow_redirects=False)).status_code in (404, 307)


@pytest.mark.requirement(64, 65, 66)
async def test_after_a_temporary_password_an_own_one_is_due(service: Service) -> None:
    given = {"personId": service.cast.worker("wil")}
    made = await service.change("ada", "setTemporaryPassword", given, "temporaryPassword username")
    form = {"login": "wil@toits.example", "password": made["temporaryPassword"]}
    await post(service, "/en/worker", form)
    page = Read(await service.http.get("/en/worker"))
    assert "Choose your own password" in page.text
    assert [each["autocomplete"] for each in page.inputs] == ["new-password"]
    for bad, words in (("short", "8"), (form["password"], "")):
        refused = await post(service, "/en/worker/password", {"password": bad})
        assert refused.status_code == 422 and words in refused.text
    assert "Choose your own password" in Read(await service.http.get("/en/worker")).text
    done = await post(service, "/en/worker/password", {"password": "grey otters swim at dawn"})
    assert done.status_code == 303
    assert "You are signed in" in Read(await service.http.get("/en/worker")).text
