"""Processes that are killed, stopped, and share a database: nothing is lost, nothing happens twice."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from app.models import Assignment, Delivery, Notification
from app.models.database import connect, disconnect
from app.models.delivery import Channel, DeliveryState
from app.models.nouns import REQUEST
from tests.ask import Service
from tests.cast import PASSWORD, Cast, seed
from tests.conftest import Stage
from tests.live.database import ended, eventually, new_requests, opened, queue_mails, value
from tests.live.listening import SOON, assign, listening, streaming, unassign
from tests.live.program import Program
from tests.servers.postgres import fresh_database
from tests.servers.smtp import SmtpServer

SIGN_IN = """mutation($login: String!, $password: String!) {
  signIn(input: {login: $login, password: $password, client: API}) { token errors { code } }
}"""
MAIL = "wes@toits.example"
MESSAGES = 210


async def sign_in(service: Service, name: str) -> None:
    """Signs in as a script does: by password, over HTTP."""
    login = {"login": f"{name}@toits.example", "password": PASSWORD}
    service._tokens[name] = (await service.ask(None, SIGN_IN, **login))["signIn"]["token"]


@asynccontextmanager
async def fresh(stage: Stage, program: Program) -> AsyncIterator[Cast]:
    """A database that the program's own `migrate` has made, with the cast."""
    program.run("migrate")
    await connect(program.database_url)
    try:
        yield await seed()
    finally:
        await disconnect()


@pytest.fixture
def new_url(stage: Stage) -> Iterator[str]:
    """An empty database."""
    name = f"guichet_{uuid4().hex}"
    if stage.server:
        fresh_database(stage.server, name)
    yield stage.url(name)
    stage.drop(stage.url(name))


@pytest.mark.requirement(21, 40, 111)
async def test_a_kill_between_commit_and_sending_loses_nothing(stage: Stage, new_url: str, tmp_path: Path) -> None:
    with (
        SmtpServer(login=("guichet", "correct horse")) as smtp,
        Program(tmp_path, new_url, **smtp.settings, outbox_lease=1, smtp_timeout=1, outbox_backoff=0.1) as program,
    ):
        async with fresh(stage, program) as cast:
            service = program.service(cast, stage)
            await program.serve()
            await sign_in(service, "ada")
            await sign_in(service, "wes")
            async with listening(service, "wes") as ear:
                await assign(service, "door")
                heard = await ear.hear(SOON)
            assert heard["requestId"] == cast.request("door")
            await smtp.wait_for(MAIL)

            smtp.hang = {"DATA"}
            before = smtp.connections
            await assign(service, "hair")
            await eventually(lambda: value(smtp.connections), lambda count: count > before)
            program.kill()
            assert len(smtp.sent_to(MAIL)) == 1
            smtp.hang = set()

            await program.serve()
            async with listening(service, "wes", heard["cursor"]) as ear:
                missed = await ear.hear()
                assert (missed["requestId"], missed["kind"]) == (cast.request("hair"), "ASSIGNED")
                await ended(2, channel=Channel.EMAIL)
                await unassign(service, "hair")
                assert (await ear.hear(SOON))["kind"] == "UNASSIGNED"
            first, second, last = await smtp.wait_for(MAIL, 3)
            assert "no longer" in last.message["Subject"]
            ids = {f"<{row.id}@guichet>" for row in await Delivery.filter(channel=Channel.EMAIL)}
            assert {mail.message["Message-ID"] for mail in (first, second, last)} == ids and len(ids) == 3
            await service.close()


async def test_sigterm_ends_what_is_open_and_keeps_what_was_acknowledged(stage: Stage, tmp_path: Path) -> None:
    async with opened(stage) as url:
        requests = await new_requests(stage.cast, 60)
        with Program(tmp_path, url) as program:
            service = program.service(stage.cast, stage)
            await program.serve()
            done: list[str] = []

            async def dispatch(part: list[str]) -> None:
                for request in part:
                    await assign(service, request)
                    done.append(request)

            async with listening(service, "wes") as ear, streaming(service, "wes") as stream:
                working = [asyncio.create_task(dispatch(requests[i::3])) for i in range(3)]
                await ear.hear()
                await stream.hear()
                assert await program.stop() < 10
                await asyncio.gather(*working, return_exceptions=True)
            assert 0 < len(done) < len(requests)
            assigned = Assignment.filter(worker_id=stage.cast.key("wes"), ended_at=None)
            assert set(done) <= {REQUEST.id(row.request_id) for row in await assigned}
            notices = [row.seq for row in await Notification.all().order_by("seq")]
            assert notices == list(range(1, len(notices) + 1)) and len(notices) >= len(done)
            assert await Delivery.all().count() == 2 * len(notices)
            assert program.process and program.process.returncode in (0, -15)
            await service.close()


@pytest.mark.parametrize("command", ["serve", "worker"])
async def test_sigterm_lets_a_mail_end_and_it_is_not_sent_again(stage: Stage, tmp_path: Path, command: str) -> None:
    async with opened(stage) as url:
        with SmtpServer("none") as smtp, Program(tmp_path, url, **smtp.settings) as program:
            smtp.delay = 2.0
            program.spawn(command)
            await queue_mails(stage.cast, 1)
            await smtp.wait_for(MAIL)
            assert 0.5 < await program.stop() < 8
            row = await Delivery.get()
            assert (row.state, row.provider_code, row.attempts) == (DeliveryState.SENT, "250", 1)
            program.spawn(command)  # there is nothing left for the next one, which ends at once
            await asyncio.sleep(3)
            assert program.alive and await program.stop() < 2
            assert len(smtp.messages) == 1


async def test_two_outboxes_never_send_a_message_twice(stage: Stage, tmp_path: Path) -> None:
    async with opened(stage) as url:
        with SmtpServer("none") as one, SmtpServer("none") as two:
            one.hang, two.hang = {"GREETING"}, {"GREETING"}
            quick = {"smtp_timeout": 2, "outbox_backoff": 0.1}
            workers = [Program(tmp_path / str(smtp.port), url, **smtp.settings, **quick) for smtp in (one, two)]
            try:
                for worker in workers:
                    worker.spawn("worker")
                await queue_mails(stage.cast, MESSAGES)
                # When both hold a batch that hangs, both are at work: now let them go on.
                await eventually(lambda: value((one.connections, two.connections)), all)
                one.hang, two.hang = set(), set()
                await ended(MESSAGES)
            finally:
                for worker in workers:
                    worker.kill()
            sent = [mail.message["Message-ID"] for mail in one.messages + two.messages]
            assert len(sent) == len(set(sent)) == MESSAGES and one.messages and two.messages
            assert {row.state for row in await Delivery.all()} == {DeliveryState.SENT}
