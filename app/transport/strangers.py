"""Sockets of nobody in particular: there may be so many of one address, and so many in all."""

from collections import Counter

from starlette.websockets import WebSocket

from app.settings import Settings
from app.transport.context import asked_language
from app.transport.words import say

AGAIN_LATER = 1013  # of the registry of close codes; clients try again by themselves


class Seat:
    """What an open socket takes up until it closes or somebody signs in on it."""

    def __init__(self, strangers: "Strangers", address: str) -> None:
        self.strangers, self.address, self.taken = strangers, address, True

    def free(self) -> None:
        """Leaves the place to others; once is enough."""
        if self.taken:
            self.taken = False
            self.strangers.leave(self.address)


class Strangers:
    """The sockets of this process on which nobody has signed in."""

    def __init__(self, settings: Settings) -> None:
        self.most, self.most_of_one = settings.max_anonymous_sockets, settings.max_anonymous_sockets_per_address
        self._open: Counter[str] = Counter()

    def seat(self, socket: WebSocket) -> Seat | None:
        """A place for a socket; None if there is none left."""
        address = socket.client.host if socket.client else ""
        if self._open[address] >= self.most_of_one or self._open.total() >= self.most:
            return None
        self._open[address] += 1
        return Seat(self, address)

    def leave(self, address: str) -> None:
        """One socket less."""
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]


async def turn_away(socket: WebSocket, protocol: str) -> None:
    """Tell a client to come back later. Browsers hear the reason only of sockets that were accepted."""
    await socket.accept(protocol)
    word = "TOO_MANY_SOCKETS"
    await socket.close(AGAIN_LATER, f"{word}: {say(word, asked_language(socket))}")
