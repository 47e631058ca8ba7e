"""Letters on paper: the fonts of a PDF, what they lack, and text that runs from right to left."""

import re
from pathlib import Path
from unicodedata import category, normalize

from arabic_reshaper import reshape  # type: ignore[import-untyped]
from bidi import get_display  # type: ignore[import-untyped]
from reportlab.pdfbase.pdfmetrics import getFont, registerFont  # type: ignore[import-untyped]
from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]

FOLDER = Path(__file__).parent / "fonts"
PLAIN, BOLD = "DejaVuSansCondensed", "DejaVuSansCondensed-Bold"
MISSING, BASIC = "\u25a1", 0xFFFF
FROM_RIGHT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
WORD = re.compile(r"\S+|\s+")


class Letters(dict[int, str]):
    """For `str.translate`: letters that the font has stay, invisible ones go, others become an empty box.

    So do emoji, which the font has in part: reportlab tells readers of its files a wrong text for letters
    beyond U+FFFF, and some then make nothing of the others either.
    """

    def __init__(self, font: TTFont) -> None:
        super().__init__()
        self.known = font.face.charToGlyph

    def __missing__(self, letter: int) -> str:
        drawn = letter in self.known and letter <= BASIC
        invisible = category(chr(letter)) in ("Cf", "Mn", "Me", "Cc")
        self[letter] = "" if invisible else chr(letter) if drawn else MISSING
        return self[letter]


class Type:
    """A font of one size, as far as tables need it."""

    def __init__(self, name: str, size: float) -> None:
        registerFont(TTFont(name, str(FOLDER / f"{name}.ttf")))
        self.name, self.size = name, size
        self.font = getFont(name)
        self.letters = Letters(self.font)
        self.line = size * 1.25
        self._widths: dict[str, float] = {}

    def width(self, text: str) -> float:
        """How wide a text is, in points."""
        found = self._widths.get(text)
        if found is None:
            found = self._widths[text] = float(self.font.stringWidth(text, self.size))
            if len(self._widths) > 20_000:
                self._widths.clear()
        return found

    def lines(self, text: str, width: float) -> list[str]:
        """The text broken into lines that fit; a word that is too wide is broken too."""
        found: list[str] = []
        for paragraph in self._shaped(text).split("\n"):
            if self.width(paragraph) <= width:
                found.append(paragraph)
            else:
                found += self._wrapped(paragraph, width)
        return [get_display(line) if FROM_RIGHT.search(line) else line for line in found]

    def _shaped(self, text: str) -> str:
        whole = normalize("NFC", text)
        joined = reshape(whole) if FROM_RIGHT.search(whole) else whole
        return "\n".join(part.translate(self.letters) for part in joined.replace("\t", " ").split("\n"))

    def _wrapped(self, text: str, width: float) -> list[str]:
        found, line = [], ""
        for piece in WORD.findall(text):
            if self.width(line + piece.rstrip()) > width and line:
                found.append(line.rstrip())
                line = ""
            while self.width(piece) > width and not piece.isspace():
                fits = self._fitting(piece, width)
                found.append(piece[:fits])
                piece = piece[fits:]
            line = (line + piece) if line else piece.lstrip()
        return [*found, line.rstrip()] if line.strip() else found

    def _fitting(self, word: str, width: float) -> int:
        """How many letters of a word fit, at least one."""
        fits, used = 0, 0.0
        for letter in word:
            used += self.width(letter)
            if used > width and fits:
                break
            fits += 1
        return fits
