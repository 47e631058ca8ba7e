"""`/l/<token>`: where the links of mails and SMS lead. Looking changes nothing; only the page's button does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from app.models import Person
from app.models.invitation import InvitationState, Purpose
from app.models.refusal import ErrorCode, Refusal
from app.models.session import Client
from app.pages.page import Page, render, spoken
from app.pages.showing import CONFIRMED, confirmed, refused, renewed, shown, unknown
from app.pages.words import say
from app.resolvers import link, session
from app.resolvers.link import Look
from app.schema.messages import sentence
from app.settings import settings
from app.transport.context import request_credentials
from app.transport.cookies import set_session_cookie
from app.transport.forms import is_own_form, read_form
from app.transport.problems import Refusal as Unreadable

ABOUT_PASSWORD = frozenset(
    {
        ErrorCode.INVALID_VALUE,
        ErrorCode.PASSWORD_REUSED,
        ErrorCode.PASSWORD_TOO_COMMON,
        ErrorCode.PASSWORD_TOO_SHORT,
        ErrorCode.REQUIRED,
        ErrorCode.TOO_LONG,
    }
)
CLOSED = frozenset({ErrorCode.LINK_EXPIRED, ErrorCode.LINK_REPLACED, ErrorCode.LINK_REVOKED, ErrorCode.LINK_USED})


@dataclass(frozen=True)
class Visit:
    """Somebody with a link, as it stood when they came."""

    request: Request
    found: Look
    language: str

    @property
    def token(self) -> str:
        """The secret in the address."""
        token: str = self.request.path_params["token"]
        return token

    def shows(self, page: Page) -> Response:
        """The answer with a page."""
        return render(self.request, page, self.language)


Handler = Callable[[Visit], Awaitable[Response]]


def link_routes() -> list[BaseRoute]:
    """The page of a link, and what its buttons do."""
    return [
        Route("/l/{token}", _guarded(show), methods=["GET"]),
        Route("/l/{token}", _guarded(use), methods=["POST"]),
        Route("/l/{token}/new", _guarded(renew), methods=["POST"]),
    ]


def _guarded(handle: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        found = await link.look(request.path_params["token"])
        language = spoken(request, found.language if found else None)
        if found is None:
            return render(request, unknown(language), language)
        visit = Visit(request, found, language)
        if request.method == "POST" and not is_own_form(request, settings()):
            return visit.shows(refused(found, language, say("FORBIDDEN", language), 403))
        return await _explained(handle, visit)

    return answer


async def _explained(handle: Handler, visit: Visit) -> Response:
    """What a handler answers, or why it does not, where that can be put right."""
    try:
        return await handle(visit)
    except Unreadable as error:
        return visit.shows(
            refused(visit.found, visit.language, error.told(visit.language)[0]["message"], error.status or 400)
        )
    except Refusal as refusal:
        words = sentence(refusal, visit.language)
        if refusal.code in ABOUT_PASSWORD:
            return visit.shows(shown(visit.token, visit.found, visit.language, error=words))
        latest = await link.look(visit.token) if refusal.code in CLOSED else None
        if latest and latest.state is not InvitationState.PENDING:
            return visit.shows(shown(visit.token, latest, visit.language))
        return visit.shows(refused(visit.found, visit.language, words, 422))


async def show(visit: Visit) -> Response:
    """What the link offers now."""
    return visit.shows(shown(visit.token, visit.found, visit.language))


async def use(visit: Visit) -> Response:
    """Uses the link up; whoever is let in goes on to their portal, signed in."""
    given = request_credentials(visit.request, settings())
    form = await read_form(visit.request, settings())
    if visit.found.purpose in CONFIRMED:
        await link.confirm(visit.token, form.get("password"), given.address)
        return visit.shows(confirmed(visit.found, visit.language))
    person = await _let_in(visit, form.get("password"), given.address)
    started = await session.enter(person.id, Client.WEB, given.address, given.user_agent)
    response = RedirectResponse(visit.found.portal, 303)
    lifetime = settings().session_lifetime
    set_session_cookie(response, started.session.audience, started.token, lifetime, settings())
    return response


async def _let_in(visit: Visit, password: str | None, address: str) -> Person:
    if visit.found.purpose is Purpose.RESET:
        return await link.reset(visit.token, password or "", address)
    return await link.accept(visit.token, password, address)


async def renew(visit: Visit) -> Response:
    """Has a new link sent to the address of this one."""
    await link.request_new_link(visit.token, request_credentials(visit.request, settings()).address)
    return visit.shows(renewed(visit.found, visit.language))
