"""The fast path: operations whose every field maps to columns, answered with the database's own bytes.

One statement proves who asks and brings the data. Its plan is chosen for the viewer whom the token proved when
it was last shown; if the database has anything else to say of the session now, the data are thrown away.
Whatever does not qualify is left to the ordinary path, so that its errors are the same as ever.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLError, NameNode, OperationType
from pypika_tortoise.terms import Term
from tortoise.exceptions import OperationalError

from app.auth import identity
from app.auth.identity import SignIn
from app.auth.kept import Plans
from app.auth.masks import Given, Statement, Unsupported
from app.auth.secrets import token_hash
from app.auth.viewer import Viewer
from app.models.base import now
from app.models.database import fetch_row
from app.reading.dialect import Json, dialect, overflowed
from app.reading.plans import Question, compiled, imagined, question
from app.reading.rows import query_of
from app.reading.selection import Nodes, Selected
from app.reading.splice import Splicer

SIGNED = len(SignIn._fields)
PROOF = ", ".join(f'"session"."{name}"' for name in SignIn._fields)


@dataclass(frozen=True)
class Plan:
    """The keys of the root fields, and one statement for all of them: by itself, and behind a sign-in row."""

    key: Hashable
    roots: tuple[bytes, ...]
    alone: Statement
    proving: Statement

    def __len__(self) -> int:
        """How long its statements are."""
        return len(self.alone.sql) + len(self.proving.sql)

    def spliced(self, values: Sequence[bytes | str | None]) -> bytes:
        """The JSON of the data."""
        parts = [b'"%b":%b' % (key, _bytes(value)) for key, value in zip(self.roots, values, strict=True)]
        return b"{%b}" % b",".join(parts)


class FastPath:
    """Answers operations of one schema with spliced bytes, where it can."""

    def __init__(self, schema: Any, most: int | None = None) -> None:
        self.schema = schema
        self.plans: Plans[Plan] = Plans(most)

    async def begin(
        self, checked: Any, token: str | None, audience: str | None
    ) -> tuple[Viewer | None, bytes | None]:
        """Whom the token proves, and the JSON of the data if it came with the proof."""
        hashed, moment = token_hash(token or ""), now()
        guess = identity.guess(hashed, moment)
        plan, given = self._plan(checked, guess.viewer.later(moment), hashed) if guess else (None, None)
        if plan is None or given is None:
            viewer = await identity.authenticate(token, audience)
            return viewer, await self(checked, viewer) if guess is None else None
        try:
            found = await self._fetch(plan, plan.proving, given)
        except Unsupported:
            return await identity.authenticate(token, audience), None
        known = await identity.prove(hashed, found and found[:SIGNED], audience, moment)
        if known is guess:
            return given.viewer, plan.spliced(found[SIGNED:])
        viewer = known.viewer if known else None
        return viewer, await self(checked, viewer)

    async def __call__(self, checked: Any, viewer: Viewer | None) -> bytes | None:
        """The JSON of the data for a viewer who is proven, or None where the ordinary path has to answer."""
        plan, given = self._plan(checked, viewer) if viewer else (None, None)
        if plan is None or given is None:
            return None
        try:
            return plan.spliced(await self._fetch(plan, plan.alone, given))
        except Unsupported:
            return None

    async def _fetch(self, plan: Plan, chosen: Statement, given: Given) -> Any:
        try:
            return await fetch_row(chosen.sql, chosen.values(given))
        except OperationalError as error:
            if not overflowed(error):
                raise
            self.plans.give_up(plan.key)
            raise Unsupported("too deep for the parser") from error

    def _plan(self, checked: Any, viewer: Viewer, token: str = "") -> tuple[Plan | None, Given | None]:
        is_query = checked.operation.operation is OperationType.QUERY
        asked = question(self.schema._schema, checked) if is_query and not viewer.must_change_password else None
        if asked is None:
            return None, None
        key = (asked.key, viewer.shape)
        plan = self.plans.recall(key, asked.letters, lambda: self._made(checked, viewer, asked, key))
        return plan, Given(viewer, asked.words, asked.keys, token)

    def _made(self, checked: Any, viewer: Viewer, asked: Question, key: Hashable) -> Plan | None:
        try:
            return self._compile(checked, viewer, asked, key)
        except (Unsupported, GraphQLError, KeyError):  # the ordinary path words it for the client
            return None

    def _compile(self, checked: Any, viewer: Viewer, asked: Question, key: Hashable) -> Plan:
        info = imagined(self.schema, checked, viewer, asked)
        splicer = Splicer(info, info.context.viewer, dialect())
        nodes: Nodes = [FieldNode(name=NameNode(value="query"), selection_set=checked.operation.selection_set)]
        terms = {key: self._root(splicer, each) for key, each in splicer.keyed(self.schema._schema.query_type, nodes)}
        if not terms:
            raise Unsupported("nothing is asked")
        return _plan(key, terms)

    def _root(self, splicer: Splicer, selected: Selected | None) -> Term:
        resolver: Any = selected.strawberry.base_resolver if selected else None
        if selected is None or not selected.strawberry.metadata.get("read") or resolver.is_async:
            raise Unsupported("no rows")
        splicer.passes(selected, None)
        rows = resolver.wrapped_func(None, splicer.info, **splicer.arguments(selected))
        if rows is None:
            raise Unsupported("no rows")
        return splicer.value(selected.field.type, selected.nodes, rows, 0)


def _bytes(value: bytes | str | None) -> bytes:
    return value.encode() if isinstance(value, str) else value or b"null"


def _plan(key: Hashable, terms: dict[str, Term]) -> Plan:
    values: list[str | Term] = []
    for place, term in enumerate(terms.values()):
        values += [", " if place else "", term, f' AS "v{place}"']
    alone = Json("SELECT ", *values)
    proving = Json(f"SELECT {PROOF}, ", *values, " FROM (", query_of(identity.rows()), ') "session"')
    return Plan(key, tuple(name.encode() for name in terms), compiled(alone), compiled(proving))
