"""The page docs/permissions.md, written from what the code says: who may do what, and behind which gate."""

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import Any

import strawberry

from app.auth.gates import Gate
from app.auth.permissions import BUNDLES, PRIVILEGED, TEMPLATES, Grant, Permission, Scope, Template
from app.models.role import Audience

ROOTS = ("Query", "Mutation", "Subscription")
AT_SITES = {"request", "worker", "user", "account", "export", "stats"}  # client contacts belong to no site
INTRODUCTION = """# Permissions

Written by `make schema` from the code; a test compares. A role is a set of grants, a grant is a permission within a
scope. Scopes of one permission are joined by OR. The workspace fence always applies; ALL\\* means within the own
sites, unless the account has them all."""


def permissions_page(schema: strawberry.Schema) -> str:
    """The whole page in Markdown."""
    return "\n\n".join(
        (
            INTRODUCTION,
            "## Roles that every workspace has",
            table(("Permission", *(template.key for template in TEMPLATES)), _roles()),
            "## Boxes that add to a role",
            table(("Box", "Grants"), ((name, _listed(map(str, grants))) for name, grants in BUNDLES.items())),
            "## What the words mean",
            table(("Permission", "Meaning", "Privileged"), _permissions()),
            table(("Scope", "Meaning"), ((scope.name, _meaning(scope)) for scope in Scope)),
            "## What stands before each root field",
            "Behind the gate the policy decides row by row; fields of rows name their own gates in `schema.graphql`.",
            *(part for root in ROOTS for part in (f"### {root}", table(("Field", "Gate"), _gates(schema, root)))),
        )
    )


def _roles() -> Iterator[Sequence[str]]:
    yield ("Portal", *(template.audience.name for template in TEMPLATES))
    yield ("Needs an e-mail address", *("yes" if template.requires_email else "no" for template in TEMPLATES))
    for permission in Permission:
        yield (str(permission), *(_cell(template, permission) for template in TEMPLATES))


def _cell(template: Template, permission: Permission) -> str:
    scopes = [grant.scope for grant in template.grants if grant.permission is permission]
    fenced = template.audience is not Audience.CONTACT and permission.partition(".")[0] in AT_SITES
    return ", ".join("ALL\\*" if scope is Scope.ALL and fenced else scope.name for scope in scopes) or "–"


def _permissions() -> Iterator[Sequence[str]]:
    for permission in Permission:
        scopes = [scope.name for scope in Scope if Grant(permission, scope) in PRIVILEGED]
        privileged = "yes" if len(scopes) == len(Scope) else _listed(f"@{scope}" for scope in scopes)
        yield str(permission), _meaning(permission), privileged


def _meaning(member: Enum) -> str:
    definition: Any = type(member).__strawberry_definition__  # type: ignore[attr-defined]
    return next(str(each.description) for each in definition.values if each.name == member.name)


def _gates(schema: strawberry.Schema, root: str) -> Iterator[Sequence[str]]:
    fields: Any = schema._schema.type_map[root]
    for name, declared in fields.fields.items():
        gate: Gate = declared.extensions["strawberry-definition"].metadata["gates"][0]
        yield name, gate.sentence or "Open to strangers."


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words) or "–"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = (head, ["---"] * len(head), *rows)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
