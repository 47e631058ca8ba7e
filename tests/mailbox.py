"""The mails and SMS that the demo mode writes to files, read as their receiver would."""

import asyncio
import email.policy
import re
from dataclasses import dataclass
from email.parser import BytesParser
from pathlib import Path

LINK = re.compile(r"https?://\S+/l/([\w-]+)")


@dataclass
class Letter:
    """One message that left."""

    to: str
    subject: str
    text: str
    html: str = ""

    @property
    def token(self) -> str:
        """The token of its link."""
        found = LINK.search(self.text)
        assert found, self.text
        return found[1]


class Mailbox:
    """What was sent so far, by receiver; a message is taken once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.taken: set[Path] = set()

    def waiting(self) -> list[tuple[Path, Letter]]:
        """Messages that nobody has taken yet, oldest first."""
        paths = [*self.folder.glob("mail/*.eml"), *self.folder.glob("sms/*.txt")]
        fresh = sorted((path for path in paths if path not in self.taken), key=lambda path: path.stat().st_mtime_ns)
        return [(path, _read(path)) for path in fresh]

    async def take(self, to: str) -> Letter:
        """The next message to an address, waited for."""
        async with asyncio.timeout(15):
            while True:
                for path, letter in self.waiting():
                    if letter.to == to:
                        self.taken.add(path)
                        return letter
                await asyncio.sleep(0.05)


def _read(path: Path) -> Letter:
    if path.suffix == ".txt":
        head, _, body = path.read_text().partition("\n\n")
        return Letter(head.splitlines()[0].removeprefix("To: "), "", body)
    message = BytesParser(policy=email.policy.default).parsebytes(path.read_bytes())
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None and rich is not None
    to = message["To"].addresses[0].addr_spec
    return Letter(to, message["Subject"], plain.get_content(), rich.get_content())
