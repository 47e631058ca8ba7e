"""Invitations while processes die, and while two of them are asked at the same moment."""

import asyncio
import re
from pathlib import Path

import pytest

from app.models import Delivery, Invitation
from tests.conftest import Stage
from tests.live.database import ended, eventually, opened, value
from tests.live.program import Program
from tests.live.test_sharing import sharing
from tests.pages.inviting import NEW_PASSWORD
from tests.servers.smtp import SmtpServer
from tests.test_credential import accept, codes, send

LINK = re.compile(r"/l/([\w-]+)")
MAIL = "nia@toits.example"


@pytest.mark.requirement(10, 31, 111)
async def test_a_kill_between_the_commit_and_the_mail_loses_no_invitation(stage: Stage, tmp_path: Path) -> None:
    with SmtpServer("none") as smtp:
        async with opened(stage) as url:
            settings = {**smtp.settings, "outbox_lease": 1, "smtp_timeout": 1, "outbox_backoff": 0.1}
            with Program(tmp_path, url, **settings) as program:
                service = program.service(stage.cast, stage)
                await program.serve()
                smtp.hang, before = {"GREETING"}, smtp.connections
                given = {"lastName": "Roy", "email": MAIL, "sendInvitation": True}
                assert codes(await service.change("ada", "createWorker", given)) == []
                await eventually(lambda: value(smtp.connections), lambda count: count > before)
                program.kill()
                [row] = await Delivery.all()
                assert (row.state, smtp.messages) == ("SENDING", [])
                smtp.hang = set()

                await program.serve()
                [mail] = await smtp.wait_for(MAIL)
                await ended(1)
                assert mail.message["Message-ID"] == f"<{row.id}@guichet>" and len(smtp.messages) == 1
                token = LINK.findall(mail.text)[0]
                assert codes(await accept(service, token)) == []  # derived anew by the second process
                assert codes(await accept(service, token)) == [("LINK_USED", "token")]
                await service.close()


async def test_the_same_link_at_two_processes_lets_in_once(stage: Stage, tmp_path: Path) -> None:
    async with sharing(stage, tmp_path, None) as services:
        shown = await send(services[0], "ada", "ned")
        token = shown["acceptUrl"].rpartition("/")[2]
        tries = [accept(service, token, NEW_PASSWORD) for service in services * 4]
        found = sorted(codes(payload) for payload in await asyncio.gather(*tries))
        assert found == [[], *[[("LINK_USED", "token")]] * 7]
        assert (await Invitation.get()).state == "ACCEPTED"
