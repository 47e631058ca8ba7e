"""What a file may be called: a name that is safe to show, to store and to save under."""

import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote

from app.files.kinds import ENDINGS
from app.models.text import tidy

LONGEST = 120
LONGEST_GIVEN = 1_000
FORBIDDEN = frozenset('<>:"/\\|?*')  # by the file systems of those who save it


def file_name(given: str, media_type: str) -> str:
    """The last part of a name that somebody gave, without what could deceive, and with an ending of its kind.

    A file opens as what it is: "bill.html" that holds plain text becomes "bill.html.txt".
    """
    last = unicodedata.normalize("NFC", given[-LONGEST_GIVEN:]).replace("\\", "/").rpartition("/")[2]
    plain = "".join("_" if c in FORBIDDEN else c for c in tidy(last) if unicodedata.category(c) not in ("Cf", "Cs"))
    stem = plain.strip(" .") or "file"
    endings = ENDINGS[media_type]
    ending = PurePosixPath(stem).suffix
    if ending.lower() in endings:
        return f"{stem.removesuffix(ending)[: LONGEST - len(ending)].rstrip(' .') or 'file'}{ending}"
    return f"{stem[: LONGEST - len(endings[0])].rstrip(' .')}{endings[0]}"


def disposition(name: str) -> str:
    """The header with which a file is saved and never shown (RFC 6266)."""
    plain = "".join(c if c.isascii() and c not in '"\\%' else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
