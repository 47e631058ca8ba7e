"""One page: its words in the shared layout, under a policy that lets nothing foreign in."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.pages.words import say
from app.transport.context import asked_language
from app.transport.files import PAGE_HEADERS
from app.transport.words import known_language

FILES = Path(__file__).parent.parent / "static" / "pages"
OTHER = {"en": "fr", "fr": "en"}


@dataclass(frozen=True)
class Page:
    """What a page shows. `form` names the fields to ask for; `button` sends them; `then` is a link, with words.

    `login` is a name to sign in with that is known already; `error` stands above the fields; `to` is the path to
    which the form is sent, below the public URL.
    """

    title: str
    paragraphs: tuple[str, ...] = ()
    firm: str = ""
    button: str = ""
    to: str = ""
    fields: tuple[str, ...] = ()
    login: str = ""
    error: str = ""
    then: tuple[str, str] | None = None
    status: int = 200
    portal: str = ""  # where a successful form sends the browser on to


def spoken(request: Request, preferred: str | None = None) -> str:
    """The page's language: asked for by `?lang=`, else the person's, else the browser's."""
    asked = known_language(request.query_params.get("lang"))
    return asked or known_language(preferred) or asked_language(request)


def render(request: Request, page: Page, language: str) -> Response:
    """The page as an answer that nobody keeps."""
    depth = request.url.path.count("/") - 1
    html = (
        _templates()
        .get_template("page.html")
        .render(page=page, language=language, other=OTHER[language], root="../" * depth or "./", say=say)
    )
    return HTMLResponse(html, page.status, headers=_headers(page.portal))


def _headers(portal: str) -> dict[str, str]:
    there = urlsplit(portal)
    onward = f" {there.scheme}://{there.netloc}" if there.netloc else ""
    policy = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        f"form-action 'self'{onward}",  # it counts for where the answer to the form redirects to as well
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
    headers = {"Content-Security-Policy": "; ".join(policy), "Cache-Control": "no-store"}
    return PAGE_HEADERS | headers | {"X-Robots-Tag": "noindex, nofollow"}


@lru_cache
def _templates() -> Environment:
    folder = Path(__file__).parent / "templates"
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
