"""A mail server and a stand-in for Twilio, well behaved at the start of each test."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.servers.smtp import SmtpServer
from tests.servers.twilio import TwilioServer


@pytest.fixture(scope="module")
def smtp_server() -> Iterator[SmtpServer]:
    """A mail server with STARTTLS."""
    with SmtpServer() as server:
        yield server


@pytest.fixture(scope="module")
def twilio_server() -> Iterator[TwilioServer]:
    """A stand-in for Twilio."""
    with TwilioServer() as server:
        yield server


@pytest.fixture
async def smtp(smtp_server: SmtpServer) -> AsyncIterator[SmtpServer]:
    """The mail server, as if it were new."""
    smtp_server.reset()
    yield smtp_server


@pytest.fixture
async def twilio(twilio_server: TwilioServer) -> AsyncIterator[TwilioServer]:
    """The stand-in, as if it were new."""
    twilio_server.reset()
    yield twilio_server
