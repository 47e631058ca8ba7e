"""The saved examples of the playground are valid, and show everything."""

import re
from typing import Any

import orjson
import pytest

from app.settings import Settings
from app.transport.asked import Asked
from app.transport.limits import check, core
from tests.rules.sources import APP, SCHEMA, printed_fields


def examples() -> list[dict[str, Any]]:
    """The saved examples of the playground."""
    found: list[dict[str, Any]] = orjson.loads((APP / "static/playground/examples.json").read_bytes())
    return found


@pytest.mark.parametrize("example", examples(), ids=lambda example: f"{example['role']}: {example['title']}")
def test_the_examples_of_the_playground_are_valid(example: dict[str, Any]) -> None:
    settings = Settings(_env_file=None)
    checked = check(core(SCHEMA), settings, Asked(example["query"], example["variables"], None))
    variables = {each.variable.name.value for each in checked.operation.variable_definitions or ()}
    assert variables == set(example["variables"])


def test_there_is_an_example_for_every_role() -> None:
    roles = {"Anyone", "Administrator", "Manager", "Staff", "Worker", "Client administrator", "Client contact"}
    assert {example["role"] for example in examples()} == roles


def test_there_is_an_example_for_every_operation() -> None:
    used = {field for each in examples() for field in re.findall(r"^  (?:\w+: )?(\w+)", each["query"], re.M)}
    roots = {name for kind, name in printed_fields() if kind in ("Mutation", "Query", "Subscription")}
    assert roots - used == {"signIn", "signOut"}  # the bar above does both
