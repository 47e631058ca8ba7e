"""The session cookies: one name per audience, never readable by scripts."""

from starlette.responses import Response

from app.settings import Settings

AUDIENCES = ("STAFF", "WORKER", "CONTACT")


def cookie_name(audience: str, settings: Settings) -> str:
    """Where the session of this audience is kept; `__Host-` binds it to our host over https."""
    prefix = "__Host-" if settings.secure_cookies else ""
    return f"{prefix}guichet_{str.lower(audience)}"


def set_session_cookie(response: Response, audience: str, token: str, max_age: int, settings: Settings) -> None:
    """Give the browser its session token."""
    response.set_cookie(
        cookie_name(audience, settings),
        token,
        max_age=max_age,
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def clear_session_cookie(response: Response, audience: str, settings: Settings) -> None:
    """Make the browser forget its session token."""
    response.delete_cookie(
        cookie_name(audience, settings),
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )
