"""The three ways to an answer, over one open database: the fast path, the ordinary path, the reference."""

import re
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import GraphQLSchema, build_schema
from strawberry import Schema

from app import schema as schemas
from app.auth import identity, sessions
from app.auth.viewer import Viewer
from app.models import Person
from app.models.session import Client
from app.reading.fast import FastPath
from app.settings import Settings, adopt
from app.transport.answers import answer, encode
from app.transport.asked import Asked
from app.transport.context import Context, Credentials, language_of
from app.transport.documents import Checked
from app.transport.limits import check, core
from app.transport.running import run
from tests.cast import Cast
from tests.reading import reference
from tests.reading.world import Eyes, World, shown_id

PLACE = re.compile("§([^§]*)§")
PEOPLE = (
    *("ada", "max", "sam", "sol", "wes", "wil", "win", "cora", "cyn", "cal", "bo", "zoe", "zed"),
    *("dan", "eve", "uma", "ivy"),
)

Answer = tuple[Any, set[tuple[str, str]]]


def generous() -> Settings:
    """The usual limits, but for the cost: it is reckoned for far more rows than there are here."""
    values: dict[str, Any] = {"_env_file": None, "max_cost": 1_000_000}
    return Settings(**values)


@dataclass
class House:
    """Guichet without the door in front of it."""

    cast: Cast
    settings: Settings = field(default_factory=generous, repr=False)
    world: World = field(init=False)

    def __post_init__(self) -> None:
        adopt(self.settings)  # those of a service that ran before may be left
        self.schema: Schema = schemas.build_schema(self.settings)
        self.core = core(self.schema)
        self.published: GraphQLSchema = build_schema(self.schema.as_str())
        self.fast = FastPath(self.schema)
        self.tokens: dict[str, str] = {}
        self._eyes: dict[str, Eyes] = {}
        self._cursors: dict[tuple[str, str, str], list[str]] = {}

    def forget(self) -> None:
        """Begins anew: no plans, no cursors."""
        self.fast = FastPath(self.schema)
        self._cursors.clear()

    async def look(self) -> None:
        """Loads all rows for the reference."""
        for name in PEOPLE:
            await self.viewer(name)  # each has a session from now on
        self.world = await World.load()
        self._eyes.clear()

    async def viewer(self, name: str) -> Viewer:
        """Somebody as they are now: proven by a token, like anybody who asks."""
        if name not in self.tokens:
            person = await Person.get(id=self.cast.key(name)).select_related("role")
            self.tokens[name] = (await sessions.start(person, Client.API, "127.0.0.1", "tests")).token
        viewer = await identity.authenticate(self.tokens[name])
        assert viewer, f"{name} is not signed in"
        return viewer

    def check(self, text: str, variables: dict[str, Any] | None = None, name: str | None = None) -> Checked:
        """The operation as it passes the door. Raises Refusal if it does not."""
        return check(self.core, self.settings, Asked(text, variables, name))

    async def fast_bytes(self, text: str, viewer: Viewer, **variables: Any) -> bytes | None:
        """What the fast path says; None if it leaves the operation to the ordinary path."""
        return await self.fast(self.check(text, variables), viewer)

    async def ordinary(self, text: str, viewer: Viewer, **variables: Any) -> Answer:
        """What the ordinary path says: the data, and the codes of its errors by their root fields."""
        return await self.execute(text, self.check(text, variables), viewer)

    async def execute(self, text: str, checked: Checked, viewer: Viewer) -> Answer:
        """The ordinary path for an operation that has passed the door."""
        shown = Credentials(None, None, False, "127.0.0.1", "tests")
        context = Context(
            shown, viewer, language_of(viewer, "en"), None, is_socket=False, settings=self.settings, checked=checked
        )
        result = await run(self.schema, checked, context)
        told = answer(result, context, self.settings)
        errors = {(str(error.get("path", ["?"])[0]), error["extensions"]["code"]) for error in told.errors}
        return orjson.loads(encode(told.members.get("data"))), errors

    def reference(self, checked: Checked, name: str, viewer: Viewer) -> Answer:
        """What the lists of rows say."""
        if name not in self._eyes:
            self._eyes[name] = Eyes(self.world, self.world.by_key[viewer.person_id], viewer.at, viewer.session_id)
        eyes = self._eyes[name]
        return reference.answer(self.published, checked.document.node, checked.variables, eyes)

    # Operations are generated before there is a database: ids and cursors are filled in here.

    async def filled(self, text: str, variables: dict[str, Any], name: str) -> tuple[str, dict[str, Any]]:
        """The operation with ids and cursors of this database."""
        viewer = await self.viewer(name)
        for place in {*PLACE.findall(text), *PLACE.findall(str(variables))}:
            if place.startswith("after"):
                await self._harvest(viewer, *place.split(":")[1:3])
        written = re.sub(f'"{PLACE.pattern}"', lambda found: encode(self._fill(found[1], viewer)).decode(), text)
        return written, {key: self._fill_value(value, viewer) for key, value in variables.items()}

    def _fill_value(self, value: Any, viewer: Viewer) -> Any:
        if isinstance(value, dict):
            return {key: self._fill_value(each, viewer) for key, each in value.items()}
        if isinstance(value, list):
            return [self._fill_value(each, viewer) for each in value]
        found = PLACE.fullmatch(value) if isinstance(value, str) else None
        return self._fill(found[1], viewer) if found else value

    def _fill(self, place: str, viewer: Viewer) -> str | None:
        what, kind, *rest = place.split(":")
        if what == "after":
            cursors = self._cursors[str(viewer.person_id), kind, rest[0]]
            return cursors[int(rest[1]) % len(cursors)] if cursors else None
        rows = self.world.all(kind)
        row = rows[int(rest[0]) % len(rows)]
        return f"R-{row.number}" if what == "number" else shown_id(kind, row)

    async def _harvest(self, viewer: Viewer, field: str, order: str) -> None:
        """The cursors of a list in one order; of the lists below requests those of all requests."""
        key = (str(viewer.person_id), field, order)
        if key in self._cursors:
            return
        below = "nodes { id } edges { cursor }"
        query = f"{{ list: {field}(first: 50{_order(order)}) {{ {below} }} }}"
        if field in ("assignments", "comments", "activity", "attachments"):
            query = f"{{ requests(first: 50) {{ nodes {{ list: {field}(first: 5) {{ {below} }} }} }} }}"
        if field == "notes":
            query = f"{{ contacts(first: 50) {{ nodes {{ list: notes(first: 5) {{ {below} }} }} }} }}"
        data, _ = await self.ordinary(query, viewer)
        self._cursors[key] = _found(data, "cursor")


def loaded(spliced: bytes | None) -> Any:
    """What the bytes of the fast path say."""
    assert spliced is not None, "the fast path does not take it"
    return orjson.loads(spliced)


def _order(words: str) -> str:
    pairs = [word.split("-") for word in words.split(",") if word]
    fields = ", ".join(f"{{field: {field}, direction: {direction}}}" for field, direction in pairs)
    return f", orderBy: [{fields}]" if pairs else ""


def _found(value: Any, name: str) -> list[str]:
    """All values of a key, at any depth."""
    if isinstance(value, list):
        return [found for each in value for found in _found(each, name)]
    if not isinstance(value, dict):
        return []
    own = [value[name]] if name in value else []
    return own + [found for each in value.values() for found in _found(each, name)]
