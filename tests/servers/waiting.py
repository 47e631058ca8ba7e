"""Waiting for what another thread does, without blocking the loop that makes it happen."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def arrived(find: Callable[[], list[T]], count: int, timeout: float) -> list[T]:
    """What `find` gives once it holds `count` things; raises AssertionError after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while len(found := find()) < count:
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout} s for {count}, got {len(found)}: {found}")
        await asyncio.sleep(0.01)
    return found
