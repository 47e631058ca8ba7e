"""One statement for all root fields, or for each; SQLite takes deep ones in parts, on the ordinary path."""

import pytest

from app.models.database import is_postgres
from tests.reading.comparing import KNOWN, VARIABLES, some
from tests.reading.house import PEOPLE, House, loaded
from tests.reading.spying import statements

DEEP = """{ requests { nodes { title viewerCan { update } assignees { name user { role { name } sites { name }
 worker { contact { organization { departments { organization { name } } } } } } }
 comments { nodes { author { name } } totalCount } activity { nodes { before } pageInfo { endCursor } }
 assignments { nodes { worker { sites { name } } request { site { name } } } } } } }"""


@pytest.mark.parametrize("name", KNOWN)
async def test_what_clients_ask_most_is_one_statement(house: House, name: str) -> None:
    variables = VARIABLES.get(name, {})
    viewer = await house.viewer(name)
    for _ in range(2):
        with statements() as run:
            assert await house.fast_bytes(KNOWN[name], viewer, **variables)
        assert len(run) == 1
        with statements() as run:
            assert not (await house.ordinary(KNOWN[name], viewer, **variables))[1]
        assert len(run) == 1


async def test_a_deep_operation_is_one_statement_on_postgres(house: House) -> None:
    viewer = await house.viewer("ada")
    with statements() as run:
        data, errors = await house.ordinary(DEEP, viewer)
    assert data["requests"]["nodes"] and not errors
    assert not is_postgres() or len(run) == 1


async def test_proving_a_session_is_one_statement(house: House) -> None:
    await house.viewer("wes")
    with statements() as run:
        await house.viewer("wes")
    assert len(run) == 1


@pytest.mark.parametrize("name", KNOWN)
async def test_who_asks_and_what_is_asked_are_one_statement(house: House, name: str) -> None:
    await house.viewer(name)
    checked, token = house.check(KNOWN[name], VARIABLES.get(name, {})), house.tokens[name]
    await house.fast.begin(checked, token, None)
    with statements() as run:
        viewer, data = await house.fast.begin(checked, token, None)
    assert viewer and data and len(run) == 1


async def test_a_root_field_is_one_statement_at_most(house: House) -> None:
    spliced = 0
    for number, operation in enumerate(some(150)):
        name = PEOPLE[number % len(PEOPLE)]
        text, variables = await house.filled(operation.text, operation.variables, name)
        if "assignableWorkers" in text:
            continue  # whose resolver looks at the request first
        viewer = await house.viewer(name)
        with statements() as run:
            found = await house.fast_bytes(text, viewer, **variables)
        roots = len(loaded(found)) if found else 0
        spliced += roots
        assert len(run) == bool(found), text
        with statements() as run:
            data, _ = await house.ordinary(text, viewer, **variables)
        if is_postgres():
            read = [sql for sql, _ in run if sql.startswith("SELECT") and "AS v" in sql]
            assert len(read) <= len(data), text
    assert spliced > 100
