"""Every root field, for everybody: its gate opens for those who hold its permission by the table of the design."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    is_required_argument,
    is_required_input_field,
)

from app.auth.gates import ANYONE, Requires
from app.auth.permissions import Permission
from app.schema import build_schema
from app.settings import Settings
from tests.ask import Service
from tests.cast import PEOPLE, SEES

P = Permission
CORE = build_schema(Settings(_env_file=None))._schema
A, M, S, W, CA, C = "ADMIN", "MANAGER", "STAFF", "WORKER", "CONTACT_ADMIN", "CONTACT"
# Which roles hold a permission on any row, and which of them on the own row alone; by hand.
HELD: dict[Permission, tuple[set[str], set[str]]] = {
    P.REQUEST_READ: ({A, M, S, W, CA, C}, set()),
    P.REQUEST_CREATE: ({A, M, S, CA, C}, set()),
    P.REQUEST_WORK: ({A, M, S, W}, set()),
    P.REQUEST_UPDATE: ({A, M, S, CA, C}, set()),
    P.REQUEST_CANCEL: ({A, M, S, CA, C}, set()),
    P.REQUEST_DELETE: ({A}, set()),
    P.REQUEST_ASSIGN: ({A, M}, set()),
    P.CONTACT_READ: ({A, M, CA, C}, {C}),
    P.CONTACT_NOTE: ({A, M}, set()),
    P.CONTACT_MANAGE: ({A, CA}, set()),
    P.WORKER_READ: ({A, M, S, W}, {S, W}),
    P.WORKER_MANAGE: ({A, M}, set()),
    P.USER_READ: ({A, M, S, W}, {S, W}),
    P.USER_MANAGE: ({A}, set()),
    P.ACCOUNT_CREDENTIALS: ({A, M, CA}, set()),
    P.ROLE_MANAGE: ({A}, set()),
    P.EXPORT_RUN: ({A, M, CA}, set()),
    P.STATS_READ: ({A, M}, set()),
    P.SETTINGS_MANAGE: ({A}, set()),
    P.AUDIT_READ: ({A, CA}, set()),
}
BESIDES = {("sol", P.REQUEST_DELETE)}  # by her box


def opens(gate: Any, name: str) -> bool:
    """Whether a gate opens for somebody of the cast."""
    if not isinstance(gate, Requires):
        return True
    held, own = HELD[gate.permission]
    role = PEOPLE[name]["role"]
    return (name, gate.permission) in BESIDES or role in (held - own if gate.beyond_own else held)


def fields(root: str) -> Iterator[tuple[str, str, Any]]:
    """The root fields, each as a client would write it with as little as possible, and its gate."""
    roots: Any = CORE.type_map[root]
    for name, declared in roots.fields.items():
        yield name, written(name, declared), declared.extensions["strawberry-definition"].metadata["gates"][0]


def written(name: str, declared: GraphQLField) -> str:
    """The field with its required arguments."""
    given = ", ".join(f"{key}: {some(arg.type)}" for key, arg in declared.args.items() if is_required_argument(arg))
    below = " { __typename }" if is_composite_type(get_named_type(declared.type)) else ""
    return f"{name}{f'({given})' if given else ''}{below}"


def some(gtype: Any) -> str:
    """A value that fits the type; what it says does not matter, since the gate comes first."""
    bare = get_nullable_type(gtype)
    if is_list_type(bare):
        return "[]"
    if isinstance(bare, GraphQLInputObjectType):
        needed = {key: each for key, each in bare.fields.items() if is_required_input_field(each)}
        return f"{{{', '.join(f'{key}: {some(each.type)}' for key, each in needed.items())}}}"
    if isinstance(bare, GraphQLEnumType):
        return str(next(iter(bare.values)))
    words = {
        "Int": "1",
        "Boolean": "false",
        "Float": "1",
        "DateTime": '"2026-01-01T00:00:00Z"',
        "Date": '"2026-01-01"',
    }
    return words.get(str(bare.name), '"x"')


async def codes(service: Service, name: str | None, text: str) -> list[str]:
    """The codes of the top-level errors."""
    return await service.refused(name, text)


def test_the_table_names_every_permission() -> None:
    assert set(HELD) == set(Permission)


@pytest.mark.requirement(25, 77)
@pytest.mark.parametrize("name", SEES)
async def test_a_read_is_refused_to_whoever_lacks_its_permission(gallery: Service, name: str) -> None:
    for field, text, gate in fields("Query"):
        found = await codes(gallery, name, f"{{ {text} }}")
        assert ("FORBIDDEN" in found) is not opens(gate, name), field


@pytest.mark.requirement(25, 77)
@pytest.mark.parametrize("name", SEES)
async def test_a_change_is_refused_to_whoever_lacks_its_permission(gallery: Service, name: str) -> None:
    """Only refusals are tried here, so that nothing is changed; what is allowed is tried elsewhere."""
    refused = [(field, text) for field, text, gate in fields("Mutation") if not opens(gate, name)]
    assert bool(refused) is (PEOPLE[name]["role"] != A)
    for field, text in refused:
        assert await codes(gallery, name, f"mutation {{ {text} }}") == ["FORBIDDEN"], field


async def test_a_stranger_is_refused_everything_that_is_not_open(gallery: Service) -> None:
    for root, word in (("Query", ""), ("Mutation", "mutation ")):
        for field, text, gate in fields(root):
            if gate is not ANYONE:
                assert await codes(gallery, None, f"{word}{{ {text} }}") == ["NOT_SIGNED_IN"], field
