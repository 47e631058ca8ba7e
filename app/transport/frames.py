"""The frames of a socket: JSON text, read strictly."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from typing import Any, cast

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import NonJsonMessageReceived, NonTextMessageReceived, WebSocketDisconnected

from app.transport.asked import check_values
from app.transport.problems import Refusal

WITHOUT_ID = ("connection_init", "ping", "pong")
LONGEST_REASON = 123  # bytes, in a close frame


class TextSocket(ASGIWebSocketAdapter):
    """A socket of JSON text frames, on which a client that is gone is no surprise."""

    ws: WebSocket

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        """The decoded frames, until either side closes."""
        with suppress(WebSocketDisconnect):
            while self.ws.application_state is WebSocketState.CONNECTED:
                yield self._decoded(await self.ws.receive())

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send one message."""
        text = cast(str, self.view.encode_json(message))
        try:
            await self.ws.send_text(text)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise WebSocketDisconnected from error

    async def close(self, code: int, reason: str) -> None:
        """Close, unless it is closed already."""
        with suppress(WebSocketDisconnect, RuntimeError):
            await self.ws.close(code, reason.encode()[:LONGEST_REASON].decode(errors="ignore"))

    def _decoded(self, event: Mapping[str, Any]) -> object:
        if event["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(event["code"])
        if event.get("text") is None:
            raise NonTextMessageReceived
        try:
            return self.view.decode_json(event["text"])
        except ValueError as error:
            raise NonJsonMessageReceived from error


def is_message(message: object) -> bool:
    """Whether a decoded frame has the shape of a message that clients send."""
    if not isinstance(message, dict):
        return False
    kind, payload = message.get("type"), message.get("payload")
    if kind in WITHOUT_ID:
        return payload is None or (isinstance(payload, dict) and _is_clean(payload))
    named = isinstance(message.get("id"), str) and message["id"] != ""
    return named and (kind == "complete" or (kind == "subscribe" and isinstance(payload, dict)))


def _is_clean(payload: object) -> bool:
    try:
        check_values(payload)
    except Refusal:
        return False
    return True
