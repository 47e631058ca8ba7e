"""A way to a PostgreSQL server that can be made to hang: nothing arrives, and nothing is refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl, urlsplit


class Line:
    """What passes bytes on, while it does."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Passes on what comes until either end has gone."""
        try:
            while data := await reader.read(65_536):
                await self.open.wait()
                writer.write(data)
        except OSError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def hanging(url: str) -> AsyncIterator[tuple[str, Line]]:
    """The URL of the same database by way of a line."""
    parts, line = urlsplit(url), Line()
    folder = dict(parse_qsl(parts.query))["host"]

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{parts.port or 5432}")
        await asyncio.gather(line.pass_on(reader, back), line.pass_on(there, writer))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"postgres://{parts.username}@127.0.0.1:{port}{parts.path}", line
    finally:
        line.open.set()
        server.close()
