"""Operations that the service itself asks, in the name of somebody who is not there."""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from strawberry import Schema

from app.settings import Settings
from app.transport.answers import encode
from app.transport.asked import Asked
from app.transport.context import Context, Credentials
from app.transport.documents import Checked
from app.transport.limits import check, core
from app.transport.running import run

Fast = Callable[[Checked, Any], Awaitable[bytes | None]]
NOBODY = Credentials(token=None, audience=None, from_cookie=False, address="", user_agent="")


class Inside:
    """Asks as a client would, past the door: the cost of an operation of our own is no stranger's to choose."""

    def __init__(self, schema: Schema, settings: Settings, fast: Fast) -> None:
        self.schema, self.core, self.fast = schema, core(schema), fast
        self.settings = settings.model_copy(update={"max_cost": 10**9, "closed": False})

    async def __call__(self, text: str, variables: dict[str, Any], viewer: Any) -> dict[str, Any]:
        """The data. Raises the first error of the operation, or Refusal if it is none of the schema."""
        checked = check(self.core, self.settings, Asked(text, variables, None))
        if (spliced := await self.fast(checked, viewer)) is not None:
            data: dict[str, Any] = orjson.loads(spliced)
            return data
        context = Context(NOBODY, viewer, viewer.language, None, False, self.settings, checked)
        result = await run(self.schema, checked, context)
        for error in result.errors or ():
            raise error.original_error or error
        plain: dict[str, Any] = orjson.loads(encode(result.data))
        return plain
