"""`/en/worker` and its like: where people sign in whose workspace has no front end of its own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from app.auth import identity
from app.auth.viewer import Viewer
from app.models import Workspace
from app.models.refusal import Refusal
from app.models.session import Client
from app.pages.page import Page, render, spoken
from app.pages.words import say
from app.resolvers import password, session
from app.schema.messages import sentence
from app.settings import settings
from app.transport.context import request_credentials
from app.transport.cookies import AUDIENCES, clear_session_cookie, cookie_name, set_session_cookie
from app.transport.forms import is_own_form, read_form
from app.transport.problems import Refusal as Unreadable
from app.transport.words import LANGUAGES


@dataclass(frozen=True)
class Visit:
    """Somebody at the door of a portal, with what they have filled in."""

    request: Request
    audience: str
    language: str
    form: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The portal's page, below the public URL."""
        return f"{self.language}/{self.audience.lower()}"

    @property
    def url(self) -> str:
        """The portal's page, wherever a workspace's own front end may be."""
        return f"{_root()}/{self.path}"

    async def viewer(self) -> Viewer | None:
        """Who is signed in here."""
        token = self.request.cookies.get(cookie_name(self.audience, settings()))
        return await identity.authenticate(token, self.audience)

    def shows(self, page: Page) -> Response:
        """The answer with a page."""
        return render(self.request, page, self.language)

    def goes_to(self, audience: str) -> RedirectResponse:
        """The answer that leads to a portal's page."""
        return RedirectResponse(f"{_root()}/{self.language}/{audience.lower()}", 303)


Handler = Callable[[Visit], Awaitable[Response]]


def portal_routes() -> list[BaseRoute]:
    """The page of each portal in each language, and what its buttons do."""
    pages = [route for language in LANGUAGES for audience in AUDIENCES for route in _routes(language, audience)]
    return [Route("/", start, methods=["GET"]), *pages]


def _routes(language: str, audience: str) -> list[BaseRoute]:
    def route(handle: Handler, method: str, below: str = "") -> Route:
        path = f"/{language}/{audience.lower()}{below}"
        return Route(path, _guarded(handle, language, audience), methods=[method])

    return [
        route(show, "GET"),
        route(sign_in, "POST"),
        route(change_password, "POST", "/password"),
        route(forgot, "GET", "/forgotten"),
        route(send_reset, "POST", "/forgotten"),
        route(sign_out, "POST", "/out"),
    ]


async def start(request: Request) -> Response:
    """On to the portal where the browser is signed in, or to one where that can be done."""
    language = spoken(request)
    visits = [Visit(request, audience, language) for audience in AUDIENCES]
    signed_in = [visit for visit in visits if await visit.viewer()]
    found = next(iter([*signed_in, *visits]))
    return found.goes_to(found.audience)


def _guarded(handle: Handler, language: str, audience: str) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        visit = Visit(request, audience, spoken(request, language))
        if request.method == "POST" and not is_own_form(request, settings()):
            return visit.shows(_stranger(visit, error=say("FORBIDDEN", visit.language), status=403))
        try:
            if request.method == "POST":
                visit = replace(visit, form=await read_form(request, settings()))
            return await handle(visit)
        except Refusal as refusal:
            words = sentence(refusal, visit.language)
            return visit.shows(await _seen(visit, await visit.viewer(), error=words, status=422))
        except Unreadable as error:
            words = error.told(visit.language)[0]["message"]
            return visit.shows(_stranger(visit, error=words, status=error.status or 400))

    return answer


async def show(visit: Visit) -> Response:
    """The sign-in, the new password that is due, or who is signed in."""
    return visit.shows(await _seen(visit, await visit.viewer()))


async def change_password(visit: Visit) -> Response:
    """Replaces a temporary password with an own one."""
    viewer = await visit.viewer()
    if viewer is None or not viewer.must_change_password:
        return visit.goes_to(visit.audience)
    await password.change(viewer, None, visit.form.get("password", ""))
    return visit.goes_to(visit.audience)


async def sign_in(visit: Visit) -> Response:
    """Opens a session in the portal of the person's role, wherever they knocked."""
    given = request_credentials(visit.request, settings())
    login, secret = visit.form.get("login", ""), visit.form.get("password", "")
    started = await session.sign_in(login, secret, Client.WEB, given.address, given.user_agent)
    response = visit.goes_to(started.session.audience)
    lifetime = settings().session_lifetime
    set_session_cookie(response, started.session.audience, started.token, lifetime, settings())
    return response


async def forgot(visit: Visit) -> Response:
    """Where whoever forgot their password asks for a link."""
    return visit.shows(_forgotten(visit))


async def send_reset(visit: Visit) -> Response:
    """Has a link sent to whoever has the login name, if anybody; the page never tells."""
    given = request_credentials(visit.request, settings())
    await password.request_reset(visit.form.get("login", ""), given.address)
    title, words = say("ASKED_title", visit.language), say("ASKED_intro", visit.language)
    return visit.shows(Page(title, (words,), then=(say("sign_in", visit.language), visit.url)))


async def sign_out(visit: Visit) -> Response:
    """Ends the session of this portal."""
    if viewer := await visit.viewer():
        await session.sign_out(viewer)
    response = visit.goes_to(visit.audience)
    clear_session_cookie(response, visit.audience, settings())
    return response


async def _seen(visit: Visit, viewer: Viewer | None, error: str = "", status: int = 200) -> Page:
    if viewer is None:
        return _stranger(visit, error, status)
    firm = (await Workspace.get(id=viewer.workspace_id)).name
    if not viewer.must_change_password:
        return _signed_in(visit, viewer, firm)
    title, button = say("CHANGE_title", visit.language), say("CHANGE_button", visit.language)
    words = say("CHANGE_intro", visit.language, name=viewer.name)
    fields, to = ("new_password",), f"{visit.path}/password"
    return Page(title, (words,), firm, button=button, to=to, fields=fields, error=error, status=status)


def _stranger(visit: Visit, error: str = "", status: int = 200) -> Page:
    title, button = say("SIGN_IN_title", visit.language), say("sign_in", visit.language)
    then = say("FORGOTTEN_title", visit.language), f"{visit.url}/forgotten"
    asked = Page(title, button=button, to=visit.path, fields=("sign_in",), then=then)
    return replace(asked, login=visit.form.get("login", ""), error=error, status=status)


def _forgotten(visit: Visit) -> Page:
    title, words, button = (say(f"FORGOTTEN_{each}", visit.language) for each in ("title", "intro", "button"))
    return Page(title, (words,), button=button, to=f"{visit.path}/forgotten", fields=("login",))


def _signed_in(visit: Visit, viewer: Viewer, firm: str) -> Page:
    words = say("SIGNED_IN_intro", visit.language, name=viewer.name, firm=firm)
    out = say("sign_out", visit.language)
    then = None if settings().closed else (say("playground", visit.language), f"{_root()}/playground")
    return Page(say("SIGNED_IN_title", visit.language), (words,), firm, button=out, to=f"{visit.path}/out", then=then)


def _root() -> str:
    return settings().public_url
