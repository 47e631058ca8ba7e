"""Content types, parsed rather than searched."""

from dataclasses import dataclass
from functools import lru_cache

from starlette.datastructures import Headers

from app.transport.problems import refusal
from app.transport.words import quality_of

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
EVENTS = "text/event-stream"
KEPT_HEADERS = 256  # clients of one kind send the same ones again and again


@dataclass(frozen=True)
class Accept:
    """Which of our answers a client takes."""

    graphql: bool
    legacy: bool
    events: bool

    @property
    def media_type(self) -> str:
        """The type of a JSON answer: the newer one only for clients that name it."""
        return GRAPHQL if self.graphql else JSON

    @property
    def request_error_status(self) -> int:
        """Clients of the old type find errors in a 200; the others in a 400."""
        return 200 if self.legacy and not self.graphql else 400


@lru_cache(KEPT_HEADERS)
def read_accept(header: str | None) -> Accept:
    """Read an Accept header; no header takes anything."""
    weights = dict(_entry(part) for part in (header or "*/*").split(",") if part.strip())
    legacy = weights.get(JSON, weights.get("application/*", weights.get("*/*", 0.0)))
    graphql = weights.get(GRAPHQL, 0.0)
    return Accept(0 < graphql >= legacy, legacy > 0, weights.get(EVENTS, 0.0) > 0)


def check_content_type(headers: Headers) -> None:
    """Refuse a body that is not plainly JSON in UTF-8: forms and plain text could come from any page."""
    types = headers.getlist("content-type")
    if len(types) != 1 or not _is_json(types[0]):
        raise refusal("UNSUPPORTED_MEDIA_TYPE", 415)


def _entry(part: str) -> tuple[str, float]:
    media_type, _, parameters = part.partition(";")
    return media_type.strip().lower(), quality_of(parameters)


@lru_cache(KEPT_HEADERS)
def _is_json(header: str) -> bool:
    media_type, *parameters = (part.strip().lower() for part in header.split(";"))
    pairs = [parameter.partition("=")[::2] for parameter in parameters if parameter]
    names = [name.strip() for name, _ in pairs]
    charsets = [value.strip(' "') for name, value in pairs if name.strip() == "charset"]
    return media_type == JSON and len(set(names)) == len(names) and charsets in ([], ["utf-8"], ["utf8"])
