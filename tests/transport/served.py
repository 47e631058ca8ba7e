"""Serves the small graph like the real program does, in a process of its own."""

from app.settings import Settings
from app.transport.server import listen, serve
from tests.transport.graph import DESK, Viewer, build

if __name__ == "__main__":
    DESK.sessions["ann-token"] = Viewer("ann", "s1")
    settings = Settings(_env_file=None)
    serve(build(settings)[0], settings, listen(settings))
