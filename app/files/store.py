"""Where the files lie: a folder, or a bucket that speaks S3."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO, Any

from obstore.store import LocalStore, from_url

from app.settings import Settings

CHUNK = 65_536


class Store:
    """A place for files by name."""

    def __init__(self, settings: Settings) -> None:
        self.folder = None if settings.files_url else settings.var / "files"
        self._store: Any = LocalStore(self.folder, mkdir=True) if self.folder else _bucket(settings)

    async def put(self, place: str, file: IO[bytes]) -> None:
        """Writes a file whole or not at all."""
        file.seek(0)
        await self._store.put_async(place, file, use_multipart=False)

    async def get(self, place: str) -> AsyncIterator[bytes]:
        """The content, piece by piece. Raises FileNotFoundError before the first."""
        found = await self._store.get_async(place)
        return aiter(found.stream(min_chunk_size=CHUNK))

    async def delete(self, place: str) -> None:
        """Removes a file, and what a process that was killed while writing it left beside it."""
        with contextlib.suppress(FileNotFoundError):
            await self._store.delete_async(place)
        for part in self._parts(place):
            part.unlink(missing_ok=True)

    def _parts(self, place: str) -> list[Path]:
        if self.folder is None:
            return []
        path = self.folder / place
        return list(path.parent.glob(f"{path.name}#*"))


def _bucket(settings: Settings) -> Any:
    secret = settings.s3_secret_access_key
    given = {
        "endpoint": settings.s3_endpoint,
        "region": settings.s3_region,
        "access_key_id": settings.s3_access_key_id,
        "secret_access_key": secret.get_secret_value() if secret else None,
    }
    config: Any = {name: value for name, value in given.items() if value is not None}
    plain_http = (settings.s3_endpoint or "").startswith("http://")
    return from_url(str(settings.files_url), config=config, client_options={"allow_http": plain_http})
