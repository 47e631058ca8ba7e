"""Where Twilio reports what became of an SMS; signed with the account's token, over the configured public URL."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from app.settings import Settings
from app.transport.forms import read_form
from app.transport.problems import Refusal

PATH = "/callbacks/sms"
Report = Callable[[UUID, str, str, str | None], Awaitable[None]]  # delivery, message, status, error code


def callback_routes(settings: Settings, report: Report) -> list[BaseRoute]:
    """The callback of the configured Twilio account, if there is one."""
    token = settings.twilio_auth_token
    if token is None:
        return []
    validator = RequestValidator(token.get_secret_value())

    async def answer(request: Request) -> Response:
        try:
            form = await read_form(request, settings)
        except Refusal as refusal:
            return Response(status_code=refusal.status or 400)
        url = f"{settings.public_url}{request.url.path}"
        if not validator.validate(url, form, request.headers.get("x-twilio-signature", "")):
            return Response(status_code=403)
        status, error = form.get("MessageStatus", ""), form.get("ErrorCode")
        await report(request.path_params["id"], form.get("MessageSid", ""), status, error)
        return Response(status_code=204)

    return [Route(f"{PATH}/{{id:uuid}}", answer, methods=["POST"])]
