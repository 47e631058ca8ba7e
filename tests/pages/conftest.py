"""A browser for the pages, beside a mail server and a stand-in for Twilio."""

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser

from tests.servers.chromium import chromium
from tests.servers.smtp import SmtpServer


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all tests; each opens a context of its own."""
    async with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def smtp_server() -> Iterator[SmtpServer]:
    """A mail server with STARTTLS."""
    with SmtpServer() as server:
        yield server
