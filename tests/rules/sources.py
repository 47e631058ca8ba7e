"""What the rules look at: the files of the service and the schema that it publishes."""

import ast
from collections.abc import Iterator
from pathlib import Path

from graphql import (
    DocumentNode,
    FieldDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    parse,
)
from tortoise import Model

from app import models
from app.schema import build_schema
from app.settings import Settings

ROOT = Path(__file__).parents[2]
APP = ROOT / "app"
SCHEMA = build_schema(Settings(_env_file=None))
PRINTED: DocumentNode = parse(SCHEMA.as_str())


def sources() -> Iterator[tuple[Path, ast.Module]]:
    """Every file of the service but the migrations, which are generated."""
    for path in sorted(APP.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path, ast.parse(path.read_text())


def printed_fields() -> dict[tuple[str, str], FieldDefinitionNode]:
    """The fields of the printed schema."""
    kinds = (ObjectTypeDefinitionNode, InterfaceTypeDefinitionNode)
    return {
        (node.name.value, field.name.value): field
        for node in PRINTED.definitions
        if isinstance(node, kinds)
        for field in node.fields or ()
    }


def tables() -> dict[str, type[Model]]:
    """The models by name."""
    found = {name: getattr(models, name) for name in models.__all__}
    return {name: model for name, model in found.items() if isinstance(model, type) and issubclass(model, Model)}
