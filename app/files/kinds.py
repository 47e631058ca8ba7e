"""What a file is, by its content: neither its name nor what the client says of it is believed."""

import codecs
import unicodedata
from typing import IO

import puremagic

HEAD = 65_536
OFFICE, OPEN_DOCUMENT = "application/vnd.openxmlformats-officedocument", "application/vnd.oasis.opendocument"
TEXT = "text/plain"
# The kinds that can be told apart, each with the endings that a name may have.
ENDINGS: dict[str, tuple[str, ...]] = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "image/heif": (".heic", ".heif"),
    "video/mp4": (".mp4", ".m4v"),
    "video/quicktime": (".mov",),
    "application/pdf": (".pdf",),
    f"{OFFICE}.wordprocessingml.document": (".docx",),
    f"{OFFICE}.spreadsheetml.sheet": (".xlsx",),
    f"{OFFICE}.presentationml.presentation": (".pptx",),
    f"{OPEN_DOCUMENT}.text": (".odt",),
    f"{OPEN_DOCUMENT}.spreadsheet": (".ods",),
    TEXT: (".txt", ".csv", ".log", ".md"),
}
INSIDE = {
    b"word/": "wordprocessingml.document",
    b"xl/": "spreadsheetml.sheet",
    b"ppt/": "presentationml.presentation",
}
MARKUP = ("html", "svg", "xml", "javascript")  # what a browser could run


def kind_of(file: IO[bytes]) -> str | None:
    """The media type of a file, or None for what is none of the kinds that we know."""
    file.seek(0)
    head = file.read(HEAD)
    if head.startswith(b"PK\x03\x04"):
        return _zipped(head)
    guessed = _guessed(head)
    if any(word in kind for kind in guessed for word in MARKUP):
        return None
    return TEXT if _is_text(head) else next((kind for kind in guessed if kind in ENDINGS), None)


def _guessed(head: bytes) -> list[str]:
    """The likeliest media types by the first bytes."""
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return []
    best = max((match.confidence for match in found), default=0)
    return [match.mime_type for match in found if match.confidence == best]


def _zipped(head: bytes) -> str | None:
    """Documents that are archives, by the names that stand at their beginning."""
    label = head[38:100]
    if head[30:38] == b"mimetype" and label.startswith(OPEN_DOCUMENT.encode()):
        kinds = (kind for kind in ENDINGS if kind.startswith(OPEN_DOCUMENT))
        return max((kind for kind in kinds if label.startswith(kind.encode())), key=len, default=None)
    if b"[Content_Types].xml" not in head:
        return None
    return next((f"{OFFICE}.{kind}" for folder, kind in INSIDE.items() if folder in head), None)


def _is_text(head: bytes) -> bool:
    try:
        words = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return bool(words) and all(c in "\t\n\r\f" or unicodedata.category(c) != "Cc" for c in words)
