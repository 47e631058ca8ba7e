"""People of the cast with a link in their hands, and pages as a browser without scripts reads them."""

from collections.abc import Collection
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import httpx2

from app.auth.secrets import link_token
from app.models import Invitation, Person
from app.models.base import now
from app.models.database import transaction
from app.models.delivery import Channel
from app.models.invitation import InvitationState, Method, Purpose
from app.models.person import AccountStatus
from app.resolvers.invitation import addresses, invite
from tests.ask import Service
from tests.live.database import viewer

NEW_PASSWORD = "seven quiet harbours at dawn"
SAME_SITE = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
NEEDS_PASSWORD = (Purpose.ACTIVATION, Purpose.RESET)


async def invited(
    service: Service,
    name: str,
    purpose: Purpose = Purpose.ACTIVATION,
    method: Method = Method.LINK,
    channels: Collection[Channel] = (Channel.EMAIL,),
    by: str | None = "ada",
    **columns: Any,
) -> Invitation:
    """An invitation for somebody, in the state in which it is usually given."""
    person = await Person.get(id=service.cast.key(name))
    if purpose is Purpose.ACTIVATION:
        await person.change(status=AccountStatus.INVITED, password_hash=None)
    elif purpose is Purpose.ACCESS:
        await person.change(status=AccountStatus.INVITED)
    inviter = await viewer(service.cast, by) if by else None
    to = await addresses(person, channels)
    return await transaction(lambda: invite(inviter, person, purpose, method, to, **columns))


def path(invitation: Invitation) -> str:
    """Where the invitation's link leads."""
    return f"/l/{link_token(invitation.id)}"


async def let_expire(invitation: Invitation) -> None:
    """Its time was over an hour ago."""
    changes: dict[str, Any] = {"expires_at": now() - timedelta(hours=1)}
    await Invitation.filter(id=invitation.id).update(**changes)


async def close(invitation: Invitation, state: InvitationState) -> None:
    """Closes it without anything else happening."""
    changes: dict[str, Any] = {"state": state, "closed_at": now()}
    await Invitation.filter(id=invitation.id).update(**changes)


class Read(HTMLParser):
    """What stands on a page: its heading, its text, and the forms with their fields."""

    def __init__(self, answer: httpx2.Response) -> None:
        super().__init__()
        self.text, self.language, self.actions = "", "", list[str]()
        self.inputs: list[dict[str, str | None]] = []
        self.links: list[str] = []
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes what a person or a program can do here."""
        named = dict(attrs)
        if tag == "html":
            self.language = named["lang"] or ""
        elif tag == "form":
            self.actions.append(named["action"] or "")
        elif tag == "input":
            self.inputs.append(named)
        elif tag == "a":
            self.links.append(named["href"] or "")

    def handle_data(self, data: str) -> None:
        """Collects the words."""
        self.text += data
