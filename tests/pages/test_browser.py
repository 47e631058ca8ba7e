"""From a mail to a signed-in person, in a real browser: what a mail says is followed as people do."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, Page, expect

from app.models import Invitation, Person, Workspace
from app.models.invitation import Method, Purpose
from app.models.person import AccountStatus
from tests.ask import Service
from tests.cast import PASSWORD
from tests.pages.inviting import NEW_PASSWORD, invited, let_expire, path
from tests.servers.smtp import SmtpServer
from tests.test_session import sign_in

MAIL = "wes@toits.example"
LINK = re.compile(r"http://127\.0\.0\.1:\d+/l/\S+")
PHONE = {"width": 320, "height": 640}


@pytest.fixture
def smtp(smtp_server: SmtpServer) -> SmtpServer:
    smtp_server.reset()
    return smtp_server


@pytest.fixture
def options(smtp: SmtpServer) -> dict[str, object]:
    return dict(smtp.settings)


@asynccontextmanager
async def opened(browser: Browser, **options: Any) -> AsyncIterator[Page]:
    """A page that complains of whatever its policy refuses, or its scripts do wrong."""
    context = await browser.new_context(**options)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None
    )
    try:
        yield page
        assert complaints == []
    finally:
        await context.close()


async def link_in_mail(smtp: SmtpServer, to: str = MAIL, count: int = 1) -> str:
    """The link of the newest mail to an address, the same in both parts."""
    mail = (await smtp.wait_for(to, count))[-1]
    [link] = LINK.findall(mail.text)
    assert f'href="{link}"' in mail.html
    return str(link)


async def accessible(page: Page) -> None:
    """Nothing that axe finds, and nothing to be scrolled sideways."""
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def signed_in(page: Page, name: str, audience: str = "WORKER") -> None:
    """The browser has gone on to the portal, where the person is known."""
    await expect(page.get_by_role("heading")).to_have_text("You are signed in")
    await expect(page.get_by_role("main")).to_contain_text(name)
    assert await known_as(page, audience) == name


async def known_as(page: Page, audience: str) -> str | None:
    """The name behind the browser's cookie for a portal."""
    headers = {"X-Guichet-Audience": audience}
    where = f"{page.url.split('/', 3)[0]}//{page.url.split('/', 3)[2]}/graphql"
    told = await page.context.request.post(where, data={"query": "{ viewer { name } }"}, headers=headers)
    viewer = (await told.json())["data"]["viewer"]
    return str(viewer["name"]) if viewer else None


@pytest.mark.requirement(31, 11)
async def test_an_invitation_from_the_mail_to_the_portal(
    service: Service, smtp: SmtpServer, browser: Browser
) -> None:
    await invited(service, "wes")
    async with opened(browser) as page:
        await page.goto(await link_in_mail(smtp))
        await accessible(page)
        field = page.get_by_label("New password")
        await expect(field).to_be_focused()
        await field.fill("password1")
        await page.get_by_role("button", name="Save and sign in").click()
        await expect(page.get_by_role("alert")).to_contain_text("too easy to guess")
        await expect(field).to_be_focused()
        await accessible(page)
        await field.fill(NEW_PASSWORD)
        await page.get_by_role("button", name="Show password").click()
        assert await field.get_attribute("type") == "text" and await field.input_value() == NEW_PASSWORD
        await page.get_by_role("button", name="Save and sign in").click()
        await signed_in(page, "Wes Roy")
        await accessible(page)
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("heading")).to_have_text("Sign in")
        await accessible(page)
        login, password = page.get_by_label("E-mail address or user name"), page.get_by_label("Password", exact=True)
        await login.fill(MAIL)
        await password.fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        await expect(login).to_have_value(MAIL)
        await expect(password).to_be_focused()
        await accessible(page)
        await page.keyboard.type(NEW_PASSWORD)
        await page.keyboard.press("Enter")
        await signed_in(page, "Wes Roy")


@pytest.mark.requirement(36, 90)
async def test_a_reset_from_the_mail_to_the_portal(service: Service, smtp: SmtpServer, browser: Browser) -> None:
    async with opened(browser, viewport=PHONE) as page:
        await page.goto(f"{service.url}/en/worker")
        await page.get_by_role("link", name="Forgotten your password?").click()
        await accessible(page)
        await page.get_by_label("E-mail address or user name").fill(MAIL)
        await page.get_by_role("button", name="Send me a link").click()
        await expect(page.get_by_role("heading")).to_have_text("Look at your messages")
        await accessible(page)
        await page.goto(await link_in_mail(smtp))
        await accessible(page)
        await page.get_by_label("New password").fill(NEW_PASSWORD)
        await page.get_by_role("button", name="Save and sign in").click()
        await signed_in(page, "Wes Roy")
    assert (await sign_in(service, MAIL)).json()["data"]["signIn"]["errors"] != []


@pytest.mark.requirement(8, 112)
async def test_access_is_confirmed_beside_an_administrator_s_session(
    service: Service, smtp: SmtpServer, browser: Browser
) -> None:
    await invited(service, "wes", Purpose.ACCESS, Method.CONFIRM)
    async with opened(browser) as page:
        await page.goto(f"{service.url}/en/staff")
        await page.get_by_label("E-mail address or user name").fill("ada@toits.example")
        await page.get_by_label("Password", exact=True).fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await signed_in(page, "Ada Roy", "STAFF")
        await page.goto(await link_in_mail(smtp))
        await accessible(page)
        await page.get_by_role("button", name="Confirm and sign in").click()
        await signed_in(page, "Wes Roy")
        assert await known_as(page, "STAFF") == "Ada Roy"


@pytest.mark.requirement(37)
async def test_an_expired_link_heals_itself_without_scripts(
    service: Service, smtp: SmtpServer, browser: Browser
) -> None:
    link = await invited(service, "wes")
    old = await link_in_mail(smtp)
    await let_expire(link)
    async with opened(browser, java_script_enabled=False, locale="fr-CA") as page:
        await page.goto(old)
        await expect(page.get_by_role("heading")).to_have_text("This link has expired")
        await page.get_by_role("link", name="Français").click()
        await expect(page.get_by_role("heading")).to_have_text("Ce lien a expiré")
        await page.get_by_role("button", name="M'en envoyer un nouveau").click()
        await expect(page.get_by_role("heading")).to_have_text("Un nouveau lien est en route")
        newer = await link_in_mail(smtp, count=2)
        assert newer != old
        await page.goto(newer)
        await page.get_by_label("New password").fill(NEW_PASSWORD)
        await page.get_by_role("button", name="Save and sign in").click()
        await expect(page.get_by_role("heading")).to_have_text("You are signed in")
    assert (await Person.get(id=service.cast.key("wes"))).status is AccountStatus.ACTIVE


@pytest.mark.requirement(69)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "fr"])
async def test_every_page_is_accessible_in_light_and_dark(
    service: Service, browser: Browser, scheme: Any, language: str
) -> None:
    links: list[Invitation] = [
        await invited(service, "wes"),
        await invited(service, "sam", Purpose.ACCESS, Method.CONFIRM),
        await invited(service, "wil", Purpose.RESET),
        await invited(service, "cyn", Purpose.VERIFY_EMAIL, Method.CONFIRM, by=None),
    ]
    old = await invited(service, "win")
    await invited(service, "win")
    expired = await invited(service, "bo")
    await let_expire(expired)
    places = [
        *map(path, [*links, old, expired]),
        "/l/unknown",
        f"/{language}/worker",
        f"/{language}/worker/forgotten",
    ]
    async with opened(browser, color_scheme=scheme, viewport=PHONE) as page:
        for place in places:
            await page.goto(f"{service.url}{place}?lang={language}")
            assert await page.get_attribute("html", "lang") == language
            await accessible(page)


@pytest.mark.requirement(64, 65, 66)
async def test_a_temporary_password_from_the_mail_to_an_own_one(
    service: Service, smtp: SmtpServer, browser: Browser
) -> None:
    given = {"personId": service.cast.worker("wes"), "method": "TEMPORARY_PASSWORD", "channels": ["EMAIL"]}
    assert (await service.change("ada", "sendCredentials", given))["errors"] == []
    mail = (await smtp.wait_for(MAIL, 1))[-1]
    [password] = re.findall(r"\b(?:[a-z2-9]{4}-){3}[a-z2-9]{4}\b", mail.text)
    async with opened(browser, viewport=PHONE) as page:
        await page.goto(f"{service.url}/en/worker")
        await page.get_by_label("E-mail address or user name").fill(MAIL)
        await page.get_by_label("Password", exact=True).fill(password)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("heading")).to_have_text("Choose your own password")
        await accessible(page)
        field = page.get_by_label("New password")
        await field.fill(password)
        await page.get_by_role("button", name="Save and go on").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        await field.fill(NEW_PASSWORD)
        await page.get_by_role("button", name="Save and go on").click()
        await signed_in(page, "Wes Roy")


@pytest.mark.requirement(98, 100)
async def test_signing_up_from_the_mail_to_the_portal(service: Service, smtp: SmtpServer, browser: Browser) -> None:
    await Workspace.filter(id=service.cast.key("toits")).update(policies={"sign_up_open": True})
    given = {"workspace": "toits", "email": "nia@mail.example", "password": NEW_PASSWORD, "lastName": "Roy"}
    assert (await service.change(None, "signUp", given))["errors"] == []
    async with opened(browser) as page:
        await page.goto(await link_in_mail(smtp, "nia@mail.example"))
        await accessible(page)
        await page.get_by_role("button", name="Confirm my address").click()
        await accessible(page)
        await page.goto(f"{service.url}/en/staff")
        await page.get_by_label("E-mail address or user name").fill("nia@mail.example")
        await page.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("heading")).to_have_text("You are signed in")


async def test_a_new_address_is_confirmed_from_both_mailboxes(
    service: Service, smtp: SmtpServer, browser: Browser
) -> None:
    given = {"email": "wesley@toits.example", "password": PASSWORD}
    assert (await service.change("wes", "requestEmailChange", given))["errors"] == []
    async with opened(browser) as page:
        for mailbox in ("wesley@toits.example", MAIL):
            await page.goto(await link_in_mail(smtp, mailbox))
            await accessible(page)
            await page.get_by_role("button", name="Confirm the change").click()
            await expect(page.get_by_role("button", name="Confirm the change")).to_have_count(0)
            await accessible(page)
    assert (await Person.get(id=service.cast.key("wes"))).email == "wesley@toits.example"
