"""Pages of docs/ that are written from what the code says: the settings, and the codes of errors."""

from collections.abc import Iterator, Mapping, Sequence
from string import Formatter
from typing import Any

from pydantic.fields import FieldInfo

from app.auth.denials import DENIALS
from app.schema.meanings import CAUTIONS, MEANINGS
from app.schema.permissions import table
from app.settings import Settings
from app.transport.words import WORDS

SETTINGS = """# Settings

Written by `make schema` from `app/settings.py`; a test compares. Each is an environment variable, or a line of a file
`.env` in the folder where the command runs. Times are seconds, sizes are bytes."""

ERRORS = """# Codes of errors

Written by `make schema` from the code; a test compares. Programs go by the code; the message is for people, in their
language, and may change."""
TOP_LEVEL = """## Top-level errors

In `errors` of the answer, as `extensions.code`, beside what the third column names. A field that is refused is null,
and the others are answered. What is wrong with the request as a whole is answered without `data`. Sockets that are
closed have the code in the reason."""
PAYLOADS = """## Errors of a mutation

In `errors` of the payload. Nothing was changed."""
WARNINGS = """## Warnings of a mutation

In `warnings` of the payload. What was asked for is done."""

TOP_LEVEL_MEANINGS = {
    "ALIAS_LIMIT": "The operation has more aliases than are allowed.",
    "BAD_VARIABLES": "The variables do not fit the operation.",
    "BATCHING_OFF": "The body is a list; one operation per request is taken.",
    "BODY_TIMEOUT": "The body did not arrive in time.",
    "BODY_TOO_LARGE": "The body is larger than is taken.",
    "COST_LIMIT": "The operation asks for too much; `extensions.cost` of other answers tells what those cost.",
    "DEPTH_LIMIT": "The operation has more levels than are allowed.",
    "DIRECTIVE_LIMIT": "The operation has more directives than are allowed.",
    "FEATURE_NOT_ENABLED": "The feature is switched off in this workspace.",
    "FILE_IS_A_FORM": "The file was sent within a form; it has to be the body itself.",
    "FILE_METHOD_NOT_ALLOWED": "Files are fetched with GET and handed in with POST.",
    "FORBIDDEN": "The viewer lacks the permission that the field needs.",
    "FORBIDDEN_ORIGIN": "The page that asks is neither ours nor of an origin in `GUICHET_ALLOWED_ORIGINS`.",
    "INIT_TIMEOUT": "The socket did not begin with connection_init in time, and is closed.",
    "INTERNAL": "A fault of ours; the log tells more under the same id.",
    "INVALID_CURSOR": "The cursor was not given out by this list or stream.",
    "INVALID_INSTANT": "The text is no instant with date, time and offset.",
    "INVALID_JSON": "The body is no JSON in UTF-8.",
    "INVALID_MESSAGE": "What came over the socket is not graphql-transport-ws, and it is closed.",
    "INVALID_PAGE": "`first` is negative, or larger than a page may be.",
    "INVALID_PERIOD": "The period ends before it begins, or has too many parts.",
    "INVALID_REQUEST": "A member of the request is missing or has the wrong type.",
    "INVALID_TEXT": "A text holds a NUL or half of a surrogate pair.",
    "LENGTH_LIMIT": "The document is longer than is taken.",
    "METHOD_NOT_ALLOWED": "GraphQL is sent with POST.",
    "MUTATION_LIMIT": "The request has more mutations than are allowed.",
    "NESTED_TOO_DEEPLY": "The variables are nested more deeply than is taken.",
    "NOT_FOUND": "There is no such row to follow, or none that the viewer may see.",
    "NOT_SIGNED_IN": "The field is only for people who are signed in.",
    "NO_FILE": "There is no such file, or none that the viewer may have.",
    "NO_LONGER_VISIBLE": "The request that was followed is out of the viewer's sight now.",
    "NO_OPERATION": "The document has fragments alone.",
    "OPERATION_NAME_REQUIRED": "The document has several operations, and none is named.",
    "PASSWORD_CHANGE_REQUIRED": "The viewer has to change the password before anything else.",
    "ROOT_FIELD_LIMIT": "The operation has more root fields than are allowed.",
    "SESSION_ENDED": "The session ended while the socket or stream was open, and it is closed.",
    "SUBSCRIPTION_LIMIT": "More operations run on the socket than are allowed at once.",
    "SUBSCRIPTION_NEEDS_STREAM": "A subscription was sent where one answer is expected.",
    "SYNTAX_ERROR": "The document is no GraphQL.",
    "TIMEOUT": "The operation ran for too long and was stopped.",
    "TOKEN_LIMIT": "The document has more tokens than are allowed.",
    "TOO_MANY_IDS": "`nodes` was asked for more ids than it takes at once.",
    "TOO_MANY_SOCKETS": "Too many sockets are open on which nobody has signed in; try again later.",
    "UNAUTHENTICATED": "The token or cookie proves nobody, or no longer.",
    "UNKNOWN_OPERATION": "The document has no operation of the name in `operationName`.",
    "UNSUPPORTED_MEDIA_TYPE": "The Content-Type is not `application/json` in UTF-8.",
    "VALIDATION_FAILED": "The document does not fit the schema.",
}


def settings_page() -> str:
    """The page docs/settings.md."""
    return f"{SETTINGS}\n\n{table(('Setting', 'Unless given', 'Meaning'), _settings())}"


def _settings() -> Iterator[Sequence[str]]:
    for name, field in Settings.model_fields.items():
        yield f"`GUICHET_{name.upper()}`", _default(field), str(field.description)


def _default(field: FieldInfo) -> str:
    value: Any = field.get_default(call_default_factory=True, validated_data={})
    if value is None:
        return "–"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def errors_page() -> str:
    """The page docs/errors.md."""
    top = table(("Code", "Meaning", "Also told"), _top_level())
    parts = (ERRORS, TOP_LEVEL, top, PAYLOADS, _codes(MEANINGS), WARNINGS, _codes(CAUTIONS))
    return "\n\n".join(parts)


def _top_level() -> Iterator[Sequence[str]]:
    for code in sorted({*DENIALS, *WORDS}):
        told = {name for _, name, _, _ in Formatter().parse(WORDS.get(code, {}).get("en", "")) if name} - {"detail"}
        yield f"`{code}`", TOP_LEVEL_MEANINGS[code], ", ".join(f"`{name}`" for name in sorted(told))


def _codes(meanings: Mapping[Any, str]) -> str:
    return table(("Code", "Meaning"), ((f"`{code}`", meanings[code]) for code in sorted(meanings)))
