"""Rules that the repository checks itself, so that nobody has to remember them."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import strawberry
from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    GraphQLObjectType,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    parse,
    print_ast,
)
from tortoise import Model, Tortoise, connections
from tortoise.migrations.autodetector import MigrationAutodetector

from app import models
from app.auth import policy
from app.auth.denials import DENIALS
from app.auth.gates import ANYONE, Gate, Requires, SignedIn, Within
from app.auth.words import BUNDLE_WORDS, PERMISSION_WORDS
from app.models import nouns
from app.models.activity import ActivityKind
from app.models.caution import WarningCode
from app.models.database import tortoise_config
from app.models.refusal import ErrorCode
from app.notify.words import digest
from app.notify.words.request import HEADLINES, LABELS
from app.reading.source import Source
from app.schema import build_schema
from app.schema.fields import ungated
from app.schema.meanings import CAUTIONS, MEANINGS
from app.schema.messages import MESSAGES
from app.schema.permissions import permissions_page
from app.schema.reasons import SENTENCES
from app.settings import Settings
from app.transport.asked import Asked
from app.transport.limits import check, core
from tests.conftest import Stage
from tests.live.database import opened

ROOT = Path(__file__).parent.parent
APP = ROOT / "app"
SCHEMA = build_schema(Settings(_env_file=None))
PRINTED: DocumentNode = parse(SCHEMA.as_str())
LONGEST_FUNCTION, LONGEST_FILE = 40, 330


def sources() -> Iterator[tuple[Path, ast.Module]]:
    """Every file of the service but the migrations, which are generated."""
    for path in sorted(APP.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path, ast.parse(path.read_text())


# Layers: who may import whom. Everything may read the settings.

LAYERS: dict[str, set[str]] = {
    "settings": set(),
    "models": set(),
    "auth": {"models"},
    "notify": {"models", "auth"},  # what is told goes through the policy
    "reading": {"auth", "models"},
    "lists": {"auth", "models"},
    "files": {"models"},
    "exports": {"auth", "lists", "models", "notify"},
    "resolvers": {"auth", "exports", "files", "lists", "models", "notify", "reading.page"},  # a read names its page
    "transport": set(),  # HTTP and sockets know no table and no rule
    "schema": {"resolvers", "reading", "auth", "lists", "models"},
    "demo": {"auth", "models", "notify", "transport.playground"},
    "pages": {"auth", "models", "notify", "resolvers", "schema.messages", "transport"},
    "main": {"auth", "exports", "files", "models", "notify", "pages", "reading", "resolvers", "schema", "transport"},
    "cli": {"demo", "main", "models", "notify", "resolvers", "schema", "transport"},
}


def imported(tree: ast.Module) -> Iterator[str]:
    """The modules below `app` that a file names, without the `app.`; nothing is imported relatively."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, "relative imports hide the layer"
            if node.module == "app":
                yield from (alias.name for alias in node.names)
            elif node.module.startswith("app."):
                yield from (f"{node.module}.{alias.name}".removeprefix("app.") for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name.removeprefix("app.") for alias in node.names if alias.name.startswith("app."))


def test_imports_run_one_way() -> None:
    wrong = []
    for path, tree in sources():
        layer = path.relative_to(APP).parts[0].removesuffix(".py")
        if layer == "__init__":
            continue
        allowed = {layer, "settings", "__version__", *LAYERS[layer]}
        for name in imported(tree):
            if not any(name == each or name.startswith(f"{each}.") for each in allowed):
                wrong.append(f"{path.relative_to(ROOT)} imports app.{name}")
    assert wrong == []


def test_graphql_stays_out_of_the_model_and_the_resolvers() -> None:
    for path, tree in sources():
        layer = path.relative_to(APP).parts[0]
        names = {
            name.split(".")[0]
            for node in ast.walk(tree)
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        }
        if layer in ("models", "resolvers", "notify"):
            assert "strawberry" not in names, path
        if layer in ("models", "notify"):
            assert "graphql" not in names, path


def test_only_the_settings_read_the_environment() -> None:
    readers = [
        path.relative_to(ROOT).as_posix()
        for path, tree in sources()
        if any(isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv") for node in ast.walk(tree))
    ]
    assert readers == []


# Every row has a rule.

# Rows that no path of the graph leads to by themselves: parts of other rows, and what is kept for later.
INTERNAL = {
    "ApiToken",
    "Attempt",
    "Digest",
    "DirectGrant",
    "LoginName",
    "PersonSite",
}


def tables() -> dict[str, type[Model]]:
    """The models by name."""
    found = {name: getattr(models, name) for name in models.__all__}
    return {name: model for name, model in found.items() if isinstance(model, type) and issubclass(model, Model)}


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


def printed_fields() -> dict[tuple[str, str], FieldDefinitionNode]:
    """The fields of the printed schema."""
    kinds = (ObjectTypeDefinitionNode, InterfaceTypeDefinitionNode)
    return {
        (node.name.value, field.name.value): field
        for node in PRINTED.definitions
        if isinstance(node, kinds)
        for field in node.fields or ()
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


# The published schema.


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


# Words in both languages.


def placeholders(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.requirement(69)
def test_every_message_is_there_in_both_languages() -> None:
    assert set(MEANINGS) == set(ErrorCode)
    assert set(CAUTIONS) == set(WarningCode)
    assert set(MESSAGES) == {*ErrorCode, *WarningCode}
    assert set(HEADLINES) == set(ActivityKind)
    every: list[dict[str, str]] = [
        *MESSAGES.values(),
        *PERMISSION_WORDS.values(),
        *BUNDLE_WORDS.values(),
        *DENIALS.values(),
        *HEADLINES.values(),
    ]
    every += [*PERMISSION_WORDS.values(), *BUNDLE_WORDS.values()]
    every += [*LABELS.values(), *digest.LABELS.values(), *SENTENCES.values()]
    for said in every:
        assert set(said) == {"en", "fr"}
        assert all(said.values())
        assert placeholders(said["en"]) == placeholders(said["fr"]), said
    differ = [
        said for said in (*MESSAGES.values(), *DENIALS.values(), *HEADLINES.values()) if said["en"] == said["fr"]
    ]
    assert differ == []


# The tables.

INDEXES = """
activities: request_id id | actor_id
api_tokens: owner_id | !token_hash
assignments: ?worker_id request_id | !?request_id worker_id | worker_id request_id | request_id
attempts: !key
attachments: ?created_at | request_id id | author_id
audit_events: workspace_id id | subject_id | organization_id | actor_id
calendar_feeds: !person_id | !token_hash
comments: request_id id | author_id
contact_notes: contact_id | author_id
digests: due_at | !person_id
deliveries: ?next_attempt_at | workspace_id id | state next_attempt_at | recipient_id | notification_id \
| invitation_id
departments: organization_id | !organization_id name | !organization_id sort_name
direct_grants: person_id | granted_by_id | !person_id permission scope bundle
export_jobs: state next_attempt_at | owner_id id
invitations: workspace_id state expires_at | person_id | created_by_id | !token_hash
login_names: person_id | !key
notifications: ?recipient_id seq | request_id | activity_id | !recipient_id seq
organizations: !workspace_id name | !workspace_id sort_name
people: workspace_id is_worker sort_name | workspace_id sort_name id \
| workspace_id watches | role_id | organization_id | department_id \
| default_site_id | !email
person_sites: site_id | person_id | !person_id site_id
requests: created_by_id id | requester_id id | workspace_id organization_id id | workspace_id site_id id \
| workspace_id scheduled_start | workspace_id status deleted_at | workspace_id created_at id \
| workspace_id id | workspace_id priority id status | department_id | !workspace_id number
roles: !workspace_id name | !workspace_id key
saved_views: workspace_id name id | !owner_id list_name name
sessions: person_id | !token_hash
sites: !workspace_id name | !workspace_id sort_name
workspaces: !slug
"""  # ! unique, ? partial


SEARCHED = {
    "sqlite": """
departments: workspace_id search_text id
people: workspace_id sort_name id search_text
requests: workspace_id id search_text""",
    "postgres": """
departments: workspace_id search_text
people: workspace_id search_text
requests: workspace_id search_text""",
}


def expected_indexes(engine: str) -> set[str]:
    """One line for each index: the table, `!` for unique, `?` for partial, and the columns."""
    lines = [line.split(": ") for line in (INDEXES.strip() + SEARCHED[engine]).splitlines()]
    return {f"{table}: {index.strip()}" for table, indexes in lines for index in indexes.split("|")}


async def sqlite_indexes() -> set[str]:
    query = """SELECT m.name AS "table", l."unique", l.partial,
        (SELECT group_concat(name, ' ') FROM (SELECT name FROM pragma_index_info(l.name) ORDER BY seqno)) AS columns
      FROM sqlite_master m JOIN pragma_index_list(m.name) l WHERE m.type = 'table' AND l.origin <> 'pk'"""
    return {_index(row) for row in await connections.get("default").execute_query_dict(query)}


async def postgres_indexes() -> set[str]:
    query = """SELECT t.relname AS "table", x.indisunique AS unique, x.indpred IS NOT NULL AS partial,
        (SELECT string_agg(a.attname, ' ' ORDER BY k.place) FROM unnest(x.indkey) WITH ORDINALITY k(column_, place)
           JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.column_) AS columns
      FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
      WHERE n.nspname = 'public' AND NOT x.indisprimary"""
    return {_index(row) for row in await connections.get("default").execute_query_dict(query)}


def _index(row: dict[str, Any]) -> str:
    return f"{row['table']}: {'!' * bool(row['unique'])}{'?' * bool(row['partial'])}{row['columns']}"


@pytest.fixture
async def database(stage: Stage) -> Any:
    """A copy of the template, which the migrations made."""
    async with opened(stage):
        yield stage.engine


async def test_the_indexes_are_those_expected(database: str) -> None:
    found = await (sqlite_indexes() if database == "sqlite" else postgres_indexes())
    own = {index for index in found if not index.startswith("tortoise_")}
    assert own == expected_indexes(database)


async def test_the_migrations_are_complete(database: str) -> None:
    assert Tortoise.apps is not None
    changes = await MigrationAutodetector(Tortoise.apps, tortoise_config("sqlite://:memory:")["apps"]).changes()
    assert [str(operation) for writer in changes for operation in writer.operations] == [], (
        "run `tortoise makemigrations`"
    )


def test_no_description_of_a_column_holds_a_semicolon() -> None:
    """Tortoise's migrator for SQLite splits its script at every one of them."""
    for name, model in tables().items():
        texts = {field_name: field.description for field_name, field in model._meta.fields_map.items()}
        texts["the table"] = model._meta.table_description
        assert [where for where, text in texts.items() if text and ";" in text] == [], name


# Sizes.


def test_functions_and_files_stay_small() -> None:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, functions) and node.end_lineno and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ]
    long += [
        f"{path.relative_to(ROOT)}: {lines} lines"
        for path, _ in sources()
        if (lines := len(path.read_text().splitlines())) > LONGEST_FILE
    ]
    assert long == []
