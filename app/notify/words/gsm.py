"""How long an SMS is: 160 septets of GSM-7 (3GPP TS 23.038), or 70 units of UCS-2 if one letter is foreign to it."""

import unicodedata
from collections.abc import Callable

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")  # two septets each
SINGLE, PART = 160, 153
UCS2_SINGLE, UCS2_PART = 70, 67
PUNCTUATION = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-", "…": "..."}
    | {"\u00a0": " ", "\u202f": " ", "œ": "oe", "Œ": "OE"}
)


def is_gsm(text: str) -> bool:
    """Whether every letter is in the alphabet of GSM-7."""
    return BASIC.union(EXTENDED).issuperset(text)


def segments(text: str) -> int:
    """How many SMS the text is sent and billed as."""
    widths, single, part = _measured(text)
    if sum(widths) <= single:
        return 1
    count, used = 1, 0
    for width in widths:  # a letter of two units is never torn
        if used + width > part:
            count, used = count + 1, 0
        used += width
    return count


def _measured(text: str) -> tuple[list[int], int, int]:
    if is_gsm(text):
        return [2 if c in EXTENDED else 1 for c in text], SINGLE, PART
    return [2 if ord(c) > 0xFFFF else 1 for c in text], UCS2_SINGLE, UCS2_PART


def simplified(text: str) -> str:
    """The text in GSM-7, without the accents that it lacks; as it is if that is not enough."""
    plain = "".join(_simpler(c) for c in text.translate(PUNCTUATION))
    return plain if is_gsm(plain) else text


def _simpler(letter: str) -> str:
    if letter in BASIC or letter in EXTENDED:
        return letter
    base = "".join(c for c in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(c))
    return base if is_gsm(base) else letter


def fitted(say: Callable[[str], str], word: str) -> str:
    """The SMS with as much of a name or title as one segment holds; what `say` itself adds is never cut."""
    word = unicodedata.normalize("NFC", word)
    for length in range(min(len(word), SINGLE), 0, -1):
        shown = word if length == len(word) else f"{word[:length].rstrip()}..."
        text = simplified(say(shown))
        if segments(text) == 1:
            return text
    return simplified(say(""))
