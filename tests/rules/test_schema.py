"""What is published is described, and keeps to the conventions."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    EnumTypeDefinitionNode,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    print_ast,
)

from app.auth.denials import DENIALS
from app.reference import TOP_LEVEL_MEANINGS, errors_page, settings_page
from app.schema.permissions import permissions_page
from app.settings import Settings
from app.transport.words import WORDS
from tests.rules.sources import PRINTED, ROOT, SCHEMA, printed_fields


def undescribed() -> Iterator[str]:
    """Whatever of the schema has no description."""
    for node in PRINTED.definitions:
        name = getattr(getattr(node, "name", None), "value", "")
        parts: list[Any] = [node]
        if isinstance(node, EnumTypeDefinitionNode):
            parts += node.values or ()
        elif isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            parts += node.fields or ()
            parts += [argument for field in node.fields or () for argument in field.arguments or ()]
        elif isinstance(node, InputObjectTypeDefinitionNode):
            parts += node.fields or ()
        elif not isinstance(node, ScalarTypeDefinitionNode):
            assert node.kind == "directive_definition", node.kind
        yield from (
            f"{name} {part.name.value}" for part in parts if not (part.description and part.description.value)
        )


@pytest.mark.requirement(25)
def test_everything_published_is_described() -> None:
    assert list(undescribed()) == []


def test_the_committed_schema_is_the_printed_one() -> None:
    committed = (ROOT / "schema.graphql").read_text()
    assert committed == SCHEMA.as_str() + "\n", "run `make schema`"


def test_the_committed_tables_of_permissions_are_the_printed_ones() -> None:
    assert (ROOT / "docs/permissions.md").read_text() == permissions_page(SCHEMA) + "\n", "run `make schema`"


def test_the_committed_list_of_settings_is_the_printed_one() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
    assert (ROOT / "docs/settings.md").read_text() == settings_page() + "\n", "run `make schema`"


def test_the_committed_list_of_error_codes_is_the_printed_one() -> None:
    assert set(TOP_LEVEL_MEANINGS) == {*DENIALS, *WORDS}
    assert (ROOT / "docs/errors.md").read_text() == errors_page() + "\n", "run `make schema`"


WITHOUT_INPUT = {"signOut", "revokeOtherSessions", "createCalendarFeed", "revokeCalendarFeed"}  # nothing to say


def test_every_mutation_takes_one_input_and_answers_with_its_payload() -> None:
    types = {node.name.value: node for node in PRINTED.definitions if isinstance(node, ObjectTypeDefinitionNode)}
    for field in types["Mutation"].fields or ():
        name = field.name.value
        pascal = name[0].upper() + name[1:]
        arguments = {argument.name.value: print_ast(argument.type) for argument in field.arguments or ()}
        assert arguments == ({} if name in WITHOUT_INPUT else {"input": f"{pascal}Input!"}), name
        assert print_ast(field.type) == f"{pascal}Payload!", name
        payload = types[f"{pascal}Payload"]
        assert [interface.name.value for interface in payload.interfaces or ()] == ["Payload"]
        below = {each.name.value: print_ast(each.type) for each in payload.fields or ()}
        assert below.pop("errors") == "[UserError!]!"
        assert below.pop("warnings", "[UserWarning!]!") == "[UserWarning!]!"
        assert not any(kind.endswith("!") for kind in below.values()), f"{name}: null when it was refused"


def test_lists_hold_no_nulls_but_for_nodes() -> None:
    loose = {
        (kind, name)
        for (kind, name), field in printed_fields().items()
        if re.search(r"\[\w+\]", print_ast(field.type))
    }
    assert loose == {("Query", "nodes")}  # null for each id that is not visible
