"""What an operation may ask for: refused with a code, the limit and the measure, before it is validated."""

from typing import Any
from unittest.mock import Mock

import pytest
import strawberry
from graphql import get_introspection_query, parse
from strawberry.schema.schema import validate_document

from app.settings import Settings
from app.transport import documents, limits
from app.transport.asked import Asked
from app.transport.documents import KEPT_FACTS, LONGEST_KEPT, read_document
from app.transport.limits import check, core, schema_extensions
from app.transport.problems import Refusal
from app.transport.walk import TALLEST, Walk
from tests.transport.door import Door, Opener, codes
from tests.transport.graph import Mutation, Query, Subscription

SETTINGS = Settings(_env_file=None)
SCHEMA = core(strawberry.Schema(Query, Mutation, Subscription))


def cost(query: str, **variables: Any) -> int:
    """The cost of an operation that passes."""
    return check(SCHEMA, SETTINGS, Asked(query, variables, None)).cost


def refused(query: str, name: str | None = None, **variables: Any) -> dict[str, tuple[int, int]]:
    """The codes of a refusal, with the limit and the measure."""
    with pytest.raises(Refusal) as refusal:
        check(SCHEMA, SETTINGS, Asked(query, variables, name))
    return {
        problem.code: (problem.values.get("limit", 0), problem.values.get("measured", 0))
        for problem in refusal.value.problems
    }


def nested(levels: int, *, leaf: str = "name") -> str:
    """A query of so many levels."""
    return "{" + "thing { parts {" + "parts {" * (levels - 3) + leaf + "}" * (levels - 3) + "}}}"


def many(count: int, field: str = "hello") -> str:
    return " ".join(f"a{number}: {field}" for number in range(count))


def test_depth() -> None:
    assert refused(nested(40))["DEPTH_LIMIT"] == (12, 40)
    assert "DEPTH_LIMIT" not in refused(nested(12))


def test_aliases() -> None:
    assert refused("{ thing { " + many(31, "name") + " } }") == {"ALIAS_LIMIT": (30, 31)}
    assert cost("{ thing { " + many(30, "name") + " } }") == 31


def test_directives() -> None:
    assert refused("{ hello " + "@include(if: true) " * 21 + "}")["DIRECTIVE_LIMIT"] == (20, 21)
    assert refused("query " + "@skip(if: true) " * 21 + "{ hello }")["DIRECTIVE_LIMIT"] == (20, 21)
    assert refused("{ thing { ...f " + "@skip(if: true) " * 21 + "}} fragment f on Thing { name }")["DIRECTIVE_LIMIT"]


def test_root_fields() -> None:
    assert refused("{ " + "hello " * 21 + "}") == {"ROOT_FIELD_LIMIT": (20, 21)}
    assert cost("{ " + "hello " * 20 + "}") == 20


def test_mutations() -> None:
    assert refused("mutation { " + many(5, "touch") + " }") == {"MUTATION_LIMIT": (4, 5)}
    assert refused("mutation { ...f ...f ...f } fragment f on Mutation { touch signOut }")["MUTATION_LIMIT"] == (4, 6)
    assert cost("mutation { " + many(4, "touch") + " }") == 4


def test_five_hundred_aliased_mutations() -> None:
    assert list(refused("mutation { " + many(500, "touch") + " }")) == [
        "ALIAS_LIMIT",
        "ROOT_FIELD_LIMIT",
        "MUTATION_LIMIT",
    ]


def test_tokens() -> None:
    assert refused("{ " + "hello " * 3000 + "}") == {"TOKEN_LIMIT": (2000, 2001)}


@pytest.mark.parametrize(
    ("query", "variables", "expected"),
    [
        ("{ hello }", {}, 1),
        ("{ thing { name __typename } }", {}, 3),
        ("{ things(first: 10) { total nodes { name } } }", {}, 1 + 1 + 1 + 10),
        ("{ things { total nodes { name } } }", {}, 1 + 1 + 1 + 25),
        ("{ things(first: null) { nodes { name } } }", {}, 1 + 1 + 25),
        ("{ things(first: 0) { nodes { name } } }", {}, 2),
        ("{ things(first: -5) { nodes { name } } }", {}, 2),
        ("query($n: Int) { things(first: $n) { nodes { name } } }", {"n": 40}, 1 + 1 + 40),
        ("query($n: Int) { things(first: $n) { nodes { name } } }", {"n": -40}, 2),
        ("query($n: Int) { things(first: $n) { nodes { name } } }", {}, 1 + 1 + 25),
        ("query($n: Int = 7) { things(first: $n) { nodes { name } } }", {}, 1 + 1 + 7),
        ("query($n: Int = 7) { things(first: $n) { nodes { name } } }", {"n": 8}, 1 + 1 + 8),
        ("{ things(first: 2) { nodes { things(first: 3) { nodes { name } } } } }", {}, 2 + 2 * (1 + 1 + 3)),
        ("{ things(first: 2) { nodes { ...f } } } fragment f on Thing { name parts { name } }", {}, 2 + 2 * (2 + 5)),
        ("{ things(first: 2) { ...f } } fragment f on Things { total nodes { name } }", {}, 1 + 1 + 1 + 2),
        ("{ things(first: 2) { ... on Things { nodes { name } } ... { total } } }", {}, 1 + 1 + 2 + 1),
        ("{ thing { parts { name } } }", {}, 1 + 1 + 5),
    ],
)
def test_cost(query: str, variables: dict[str, Any], expected: int) -> None:
    assert cost(query, **variables) == expected


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ things(first: 100000) { nodes { name } } }", {}),
        ("{ things(first: 99999999999999999999) { nodes { name } } }", {}),
        ("query($n: Int) { things(first: $n) { nodes { name } } }", {"n": 2**31}),
        ("query($n: Int) { things(first: $n) { nodes { name } } }", {"n": 1e300}),
        ("{ things { nodes { things { nodes { things { nodes { name } } } } } } }", {}),
        ("{ thing { parts { parts { parts { parts { parts { parts { name } } } } } } } }", {}),
    ],
)
def test_pages_within_pages_multiply(query: str, variables: dict[str, Any]) -> None:
    limit, measured = refused(query, **variables)["COST_LIMIT"]
    assert limit == 5000 < measured <= 10**9


def test_the_measure_cannot_overflow() -> None:
    pages = "things(first: 999999999) { nodes { " * 20 + "name" + " } }" * 20
    assert refused("{ " + pages + " }")["COST_LIMIT"][1] == 10**9


def test_only_the_chosen_operation_counts() -> None:
    query = "query small { hello } query large { things(first: 100000) { nodes { name } } }"
    assert check(SCHEMA, SETTINGS, Asked(query, None, "small")).cost == 1
    assert "COST_LIMIT" in refused(query, "large")


def doubling(levels: int) -> str:
    """Each fragment uses the next one twice: two to the power of `levels` fields."""
    fragments = "".join(
        f" fragment f{n} on Thing {{ ...f{n + 1} a: parts {{ ...f{n + 1} }} }}" for n in range(levels)
    )
    return "{ thing { ...f0 } }" + fragments + f" fragment f{levels} on Thing {{ name }}"


def test_fragments_are_walked_once() -> None:
    walked = 0

    class Counting(Walk):
        def _selections(self, *given: Any) -> Any:
            nonlocal walked
            walked += given[0] is not None
            return super()._selections(*given)

    document = parse(doubling(40))
    size = Counting(SCHEMA, document, {}).operation(read_document(doubling(40), 5000).operations[0])
    assert (size.flat, walked) == (10**9, 2 + 2 * 40 + 1)
    assert set(refused(doubling(20))) == {"DEPTH_LIMIT", "ALIAS_LIMIT", "COST_LIMIT"}


@pytest.mark.parametrize("levels", [98, 150, 190, 240])
@pytest.mark.parametrize("backwards", [True, False])
def test_long_chains_of_fragments_exhaust_nothing(levels: int, backwards: bool) -> None:
    chain = [f" fragment f{n} on Query {{ ...f{n + 1} }}" for n in range(levels)]
    chain.append(f" fragment f{levels} on Query {{ hello }}")
    fragments = "".join(reversed(chain) if backwards else chain)
    if levels < TALLEST - 1:
        assert cost("{ ...f0 }" + fragments) == 1
    else:
        assert refused("{ ...f0 }" + fragments) == {"DEPTH_LIMIT": (12, TALLEST + 1)}
    assert "VALIDATION_FAILED" in refused("{ hello }" + fragments)


def test_a_chain_is_as_tall_as_it_is_wherever_it_was_met_first() -> None:
    chain = "".join(f" fragment f{n} on Query {{ ...f{n + 1} }}" for n in range(150))
    query = "{ ...f75 ...f0 }" + chain + " fragment f150 on Query { hello }"
    assert refused(query) == {"DEPTH_LIMIT": (12, TALLEST + 1)}


@pytest.mark.parametrize(
    "query",
    [
        "{ ...f } fragment f on Query { hello ...f }",
        "{ ...f } fragment f on Query { ...g } fragment g on Query { hello ...f }",
        "{ ...missing }",
        "{ ... on Missing { hello } }",
        "{ missing(first: 3) { nodes { name } } }",
        "{ thing(first: 3) { name } }",
        "{ hello { name } }",
        "query($n: Missing) { things(first: $n) { total } }",
    ],
)
def test_broken_documents_are_left_to_the_validator(query: str) -> None:
    assert "VALIDATION_FAILED" in refused(query)


def test_introspection_fits_once_but_not_many_times() -> None:
    query = get_introspection_query(specified_by_url=True, input_value_deprecation=True)
    assert cost(query) < 5000
    schema = query[query.index("__schema") : query.index("fragment FullType")].rstrip().removesuffix("}")
    fragments = query[query.index("fragment FullType") :]
    assert "COST_LIMIT" in refused("{ a: " + schema + " b: " + schema + " c: " + schema + "}" + fragments)


async def test_the_cost_is_told(door: Door) -> None:
    response = await door.ask("query($n: Int) { things(first: $n) { nodes { name } } }", {"n": 30})
    assert response.json()["extensions"] == {"cost": 32}


async def test_limits_come_from_the_settings_and_are_told(open_door: Opener) -> None:
    async with open_door(max_depth=1, max_cost=2) as door:
        passed = await door.ask("{ hello }")
        response = await door.ask("{ thing { name a: name } }", accept="application/graphql-response+json")
    assert passed.status_code == 200
    assert response.status_code == 400
    assert [error["extensions"] for error in response.json()["errors"]] == [
        {"code": "DEPTH_LIMIT", "limit": 1, "measured": 2},
        {"code": "COST_LIMIT", "limit": 2, "measured": 3},
    ]


async def test_limits_hold_on_sockets(door: Door) -> None:
    async with door.connected() as line:
        [refused] = await line.ask("mutation { " + many(5, "touch") + " }")
        passed = await line.ask("{ things { nodes { name } } }", "2")
    assert (refused["type"], codes(refused["payload"])) == ("error", ["MUTATION_LIMIT"])
    assert passed[0]["payload"]["extensions"] == {"cost": 27}


def test_a_document_is_parsed_and_validated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    validated = Mock(wraps=validate_document)
    monkeypatch.setattr(limits, "validate_document", validated)
    documents._kept.cache_clear()
    for _ in range(20):
        cost("query once { hello }")
    assert (documents._kept.cache_info().hits, documents._kept.cache_info().misses) == (19, 1)
    assert validated.call_count == 1


async def test_the_engine_neither_parses_nor_validates_again(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: object, **named: object) -> None:
        raise AssertionError("not again")

    monkeypatch.setattr("strawberry.schema.schema.parse", refuse)
    monkeypatch.setattr("strawberry.schema.schema.validate_document", refuse)
    for _ in range(2):
        assert (await door.ask("query again { hello }")).json()["data"] == {"hello": "Hello world"}


def test_what_is_remembered_is_bounded() -> None:
    query = "query($n: Int) { things(first: $n) { nodes { name } } }"
    for size in range(3 * KEPT_FACTS):
        cost(query, n=size)
    assert len(read_document(query, SETTINGS.max_tokens).facts) <= KEPT_FACTS
    kept = documents._kept.cache_info().currsize
    cost("{ hello } #" + "x" * LONGEST_KEPT)
    assert documents._kept.cache_info().currsize == kept


async def test_the_schema_holds_its_limits_without_the_view() -> None:
    schema = strawberry.Schema(Query, extensions=schema_extensions(SETTINGS))
    passed = await schema.execute("{ things { nodes { name } } }")
    deep = await schema.execute(nested(40))
    wrong = await schema.execute("{ helo }")
    assert passed.extensions == {"cost": 27} and passed.errors is None
    assert deep.errors and deep.errors[0].extensions == {"code": "DEPTH_LIMIT", "limit": 12, "measured": 40}
    assert wrong.errors and wrong.errors[0].extensions == {"code": "VALIDATION_FAILED"}
    broken = await schema.execute("{")
    assert broken.errors and "Syntax Error" in broken.errors[0].message
