"""The tables: their indexes, their migrations, their descriptions."""

import ast
from typing import Any

import pytest
from tortoise import Tortoise, connections
from tortoise.migrations.autodetector import MigrationAutodetector

from app.models.database import tortoise_config
from tests.conftest import Stage
from tests.live.database import opened
from tests.rules.sources import ROOT, sources, tables

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
roles: !workspace_id name | !workspace_id key | !workspace_id sort_name
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


def test_rows_are_locked_without_their_keys() -> None:
    """Whatever refers to a person or a workspace holds a share of its key: FOR UPDATE would wait for all of them."""
    whole = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "select_for_update"
        and "no_key=True" not in map(ast.unparse, node.keywords)
    ]
    assert whole == []


def test_no_description_of_a_column_holds_a_semicolon() -> None:
    """Tortoise's migrator for SQLite splits its script at every one of them."""
    for name, model in tables().items():
        texts = {field_name: field.description for field_name, field in model._meta.fields_map.items()}
        texts["the table"] = model._meta.table_description
        assert [where for where, text in texts.items() if text and ";" in text] == [], name
