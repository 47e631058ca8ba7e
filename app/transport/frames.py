"""Messages of graphql-transport-ws, read strictly."""

from app.transport.asked import check_values
from app.transport.problems import Refusal

WITHOUT_ID = ("connection_init", "ping", "pong")


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
