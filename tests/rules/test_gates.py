"""Every row has a rule of visibility, and every field a gate, which prints itself."""

from collections.abc import Iterator
from typing import Any

import strawberry
from graphql import (
    GraphQLObjectType,
    NonNullTypeNode,
    print_ast,
)

from app.auth import policy
from app.auth.gates import ANYONE, Gate, Requires, SignedIn, Within
from app.models import nouns
from app.reading.source import Source
from app.schema.fields import ungated
from app.transport.limits import core
from tests.rules.sources import SCHEMA, printed_fields, tables

# Rows that no path of the graph leads to by themselves: parts of other rows, and what is kept for later.
INTERNAL = {
    "ApiToken",
    "Attempt",
    "Digest",
    "DirectGrant",
    "LoginName",
    "PersonSite",
}


def test_every_model_has_a_visibility_rule() -> None:
    ruled = {noun.model.__name__ for noun in policy.RULES}
    assert ruled | INTERNAL == set(tables())
    assert not ruled & INTERNAL, "a model with a rule is not internal"


def test_every_noun_and_every_type_of_rows_has_a_visibility_rule() -> None:
    assert set(policy.RULES) == set(nouns.NOUNS)
    assert set(Source.types) <= set(policy.RULES)
    assert len({noun.prefix for noun in nouns.NOUNS}) == len(nouns.NOUNS)


# Every field has a gate, which prints itself.


def gated_fields() -> Iterator[tuple[str, str, Gate]]:
    """Type, field and gate of every field of the schema."""
    for name, gtype in core(SCHEMA).type_map.items():
        if isinstance(gtype, GraphQLObjectType) and not name.startswith("__"):
            for field_name, field in gtype.fields.items():
                [gate] = field.extensions["strawberry-definition"].metadata["gates"]
                yield name, field_name, gate


def test_every_field_has_a_gate() -> None:
    assert ungated(SCHEMA) == []
    assert all(isinstance(gate, Gate) for _, _, gate in gated_fields())


def test_a_field_without_a_gate_is_found() -> None:
    @strawberry.type
    class Query:
        open_door: str = "come in"

    assert ungated(strawberry.Schema(Query)) == ["Query.openDoor"]


def test_a_root_field_is_open_to_strangers_only_if_it_is_meant_to_be() -> None:
    roots = ("Query", "Mutation", "Subscription")
    assert {f"{kind}.{name}" for kind, name, gate in gated_fields() if gate is ANYONE and kind in roots} == {
        "Query.viewer",
        "Query.portal",
        "Query.invitationByToken",
        "Mutation.signIn",
        "Mutation.signUp",
        "Mutation.acceptInvitation",
        "Mutation.resetPassword",
        "Mutation.verifyEmail",
        "Mutation.confirmEmailChange",
        "Mutation.requestNewLink",
        "Mutation.requestPasswordReset",
    }


def test_every_gate_prints_its_directive_and_its_sentence() -> None:
    fields = printed_fields()
    for kind, name, gate in gated_fields():
        field = fields[kind, name]
        directives = [print_ast(directive) for directive in field.directives or ()]
        if gate is ANYONE:
            assert directives == [], (kind, name)
            continue
        expected = {SignedIn: lambda _: "@signedIn", Requires: _directive("requires"), Within: _directive("within")}
        assert directives == [expected[type(gate)](gate)], (kind, name)
        assert field.description and gate.sentence and field.description.value.endswith(gate.sentence)


def _directive(name: str) -> Any:
    return lambda gate: f'@{name}(permission: "{gate.permission.name}")'


def test_what_a_gate_may_hide_is_nullable() -> None:
    """Absent or hidden is null; one hidden field must not blank the row."""
    fields = printed_fields()
    for kind, name, gate in gated_fields():
        if isinstance(gate, Within) or (gate is not ANYONE and kind not in ("Mutation", "Subscription")):
            assert not isinstance(fields[kind, name].type, NonNullTypeNode), (kind, name)
