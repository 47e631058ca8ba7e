"""What a page's form sends, and whether it came from our own page."""

from urllib.parse import parse_qsl

from starlette.requests import Request

from app.settings import Settings
from app.transport.body import read_body

LONGEST = 4_096


async def read_form(request: Request, settings: Settings) -> dict[str, str]:
    """The fields of a form; broken or surplus ones are left out. Raises Refusal for a body that is too large."""
    body = await read_body(request, settings.model_copy(update={"max_body": LONGEST}))
    pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: value.replace("\0", "") for name, value in pairs}


def is_own_form(request: Request, settings: Settings) -> bool:
    """Whether a POST comes from a page of ours.

    Our pages send no referrer, for which browsers call their origin `null`; then the browser's own word about
    the site decides. A program that is no browser sends neither, and has no session that could be misused.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origins = set(request.headers.getlist("origin"))
    return settings.origins.issuperset(origins)
