"""One operation, three answers: what is compared, and which operations are."""

from typing import Any

import orjson
from graphql import GraphQLSchema
from hypothesis import HealthCheck, Phase, given, settings

from app.schema import build_schema
from app.transport.limits import core
from tests.reading.cursors import normal
from tests.reading.house import House, generous
from tests.reading.operations import Operation, operations

SCHEMA: GraphQLSchema = core(build_schema(generous()))
EXAMPLES = 32  # for each person and each database
PROFILE = settings(
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=True,
    max_examples=EXAMPLES,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
KNOWN = {
    "wes": "query($first: Int!) { requests(first: $first) { nodes { number title status priority dueAt"
    " requester { name phone } site { name } assignees { name phone } } } }",
    "ada": "{ requests(first: 5, where: {status: [OPEN, IN_PROGRESS], priority: [NORMAL, URGENT]},"
    " orderBy: [{field: PRIORITY, direction: DESC}]) {"
    " totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } } } }",
    "max": "query($search: String) { contacts(search: $search) { totalCount nodes { id name email"
    " organization { name } } } }",
    "cyn": "{ viewer { name language audience } }",
}
VARIABLES: dict[str, dict[str, Any]] = {"wes": {"first": 50}, "max": {"search": "roy toits"}}


async def compare(house: House, name: str, operation: Operation) -> bool:
    """Asserts that all answers are the same; whether the fast path gave one of them."""
    text, variables = await house.filled(operation.text, operation.variables, name)
    asked = f"{name}: {text} {variables}"
    viewer = await house.viewer(name)
    checked = house.check(text, variables)
    fast = await house.fast(checked, viewer)
    proven, at_once = await house.fast.begin(checked, house.tokens[name], None)
    assert at_once == fast and proven and proven.held == viewer.held, asked
    data, errors = await house.execute(text, checked, viewer)
    if fast is not None:
        assert not errors, asked
        assert orjson.dumps(orjson.loads(fast)) == orjson.dumps(data), asked
    expected, refused = house.reference(checked, name, viewer)
    assert (normal(data), errors) == (normal(expected), refused), asked
    return fast is not None


def some(number: int) -> list[Operation]:
    """Always the same operations."""
    found: list[Operation] = []

    @settings(PROFILE, max_examples=number, phases=[Phase.generate])
    @given(operations(SCHEMA))
    def collect(operation: Operation) -> None:
        found.append(operation)

    collect()
    return found
