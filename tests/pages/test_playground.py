"""The bar of the playground in a real browser: on a phone, and by keyboard alone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from app.transport.playground import DemoAccount
from tests.ask import Service
from tests.cast import PASSWORD
from tests.conftest import Stage, serving
from tests.pages.test_browser import opened

PHONE = {"width": 360, "height": 720}
ACCOUNTS = [
    DemoAccount("Administrator", "ada@toits.example", PASSWORD, "Toits"),
    DemoAccount("Worker, with a role of many words", "wes@toits.example", PASSWORD, "Toits"),
    DemoAccount("Worker", "wil@toits.example", PASSWORD, "Toits"),
]


@pytest.fixture
async def service(stage: Stage, tmp_path: Path) -> AsyncIterator[Service]:
    """A server whose playground offers people of the cast."""
    async with serving(stage, tmp_path, {}, ACCOUNTS) as service:
        yield service


async def visit(page: Page, service: Service) -> None:
    """Opens the playground, and goes on when its bar is there."""
    await page.goto(f"{service.url}/playground")
    await expect(page.get_by_label("Demo sign-ins")).to_be_visible()


async def narrow(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways."""
    return bool(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


async def test_the_bar_fits_a_phone(service: Service, browser: Browser) -> None:
    async with opened(browser, viewport=PHONE) as page:
        await visit(page, service)
        assert await narrow(page)
        await page.get_by_label("Demo sign-ins").select_option(label="Worker: wil@toits.example")
        await page.get_by_role("button", name="Sign in as chosen").click()
        await expect(page.get_by_role("status")).to_contain_text("Wil")
        assert await narrow(page)


async def test_every_demo_account_is_reached_by_keyboard(service: Service, browser: Browser) -> None:
    async with opened(browser) as page:
        await visit(page, service)
        select, status = page.get_by_label("Demo sign-ins"), page.get_by_role("status")
        await select.focus()
        for _ in range(2):
            await page.keyboard.press("ArrowDown")
        await expect(select).to_have_value("1")
        await expect(status).to_have_count(0)
        await page.keyboard.press("Enter")
        await expect(status).to_contain_text("Wes Roy")
        await expect(select).to_be_focused()
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("button", name="Sign in as chosen")).to_be_focused()
        await expect(status).to_contain_text("Wes Roy")
        await page.keyboard.press("Space")
        await expect(status).to_contain_text("Wil")
        await expect(page.get_by_role("button", name="Sign in as chosen")).to_be_focused()


async def test_who_signs_in_twice_at_once_signs_in_once(service: Service, browser: Browser) -> None:
    async with opened(browser) as page:
        await visit(page, service)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.post_data or "") if request.post_data else None)
        await page.get_by_label("Demo sign-ins").select_option("0")
        await page.get_by_role("button", name="Sign in as chosen").dblclick()
        await expect(page.get_by_role("status")).to_contain_text("Ada Roy")
        assert len([each for each in asked if "signIn(" in each]) == 1
