"""An explicit null in every input field that tells it from being left out: it clears, or it is refused."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from graphql import GraphQLInputObjectType, get_named_type, is_required_input_field
from strawberry.types.base import StrawberryMaybe

from app.models import Person
from tests.ask import Service
from tests.rules.sources import SCHEMA, tables

BESIDE = ("name", "title", "lastName")  # what is changed along with the null
FORMS = ("input", "field", "literal")  # the whole input is a variable, the field is one, or nothing


class Place(NamedTuple):
    """A field of a mutation's input, or of an input within."""

    mutation: str
    path: tuple[str, ...]
    field: Any

    @property
    def clears(self) -> bool:
        """What the field's declaration says."""
        clears: bool = self.field.extensions["strawberry-definition"].metadata["clears"]
        return clears


def tells_null(field: Any) -> bool:
    """Whether a field is declared so that null is something else than to leave it out."""
    return isinstance(field.extensions["strawberry-definition"].type, StrawberryMaybe)


def inputs() -> dict[str, GraphQLInputObjectType]:
    """The inputs of mutations, by the mutation's name."""
    root = SCHEMA._schema.mutation_type
    arguments = {name: field.args.get("input") for name, field in (root.fields if root else {}).items()}
    return {name: get_named_type(each.type) for name, each in arguments.items() if each}


def within(mutation: str, kind: GraphQLInputObjectType, *path: str) -> Iterator[Place]:
    """The places below an input that tell null."""
    for name, field in kind.fields.items():
        below = get_named_type(field.type)
        if tells_null(field):
            yield Place(mutation, (*path, name), field)
        elif isinstance(below, GraphQLInputObjectType):
            yield from within(mutation, below, *path, name)


PLACES = [place for mutation, kind in inputs().items() for place in within(mutation, kind)]


def test_every_such_field_is_met() -> None:
    kinds = [each for each in SCHEMA._schema.type_map.values() if isinstance(each, GraphQLInputObjectType)]
    declared = {id(field) for kind in kinds for field in kind.fields.values() if tells_null(field)}
    assert {id(place.field) for place in PLACES} == declared
    assert len({place.clears for place in PLACES}) == 2


def given(service: Service, place: Place, **more: str) -> dict[str, Any]:
    """What an input must say, something else to change, and the null."""
    cast = service.cast
    known = more | {
        "requestId": cast.request("tap"),
        "workerId": cast.worker("wes"),
        "contactId": cast.contact("cyn"),
        "userId": cast.user("wil"),
        "siteId": cast.site("north"),
        "organizationId": cast.organization("maple"),
        "departmentId": cast.department("front"),
    }
    declared = inputs()[place.mutation].fields
    ids = {name: known[name] for name in known if name in declared and is_required_input_field(declared[name])}
    null: Any = None
    for name in reversed(place.path):
        null = {name: null}
    words = {name: f"New for {place.path[-1]}" for name in BESIDE if name in declared}
    return {**ids, **words, **null}


def literal(value: Any, null: str) -> str:
    """A value as a document has it."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {literal(each, null)}' for name, each in value.items())}}}"
    return null if value is None else json.dumps(value)


async def errors(service: Service, place: Place, form: str, **more: str) -> list[dict[str, Any]]:
    """What an administrator is told who gives null there."""
    value, name = given(service, place, **more), place.mutation
    words = {
        "input": (f"($null: {inputs()[name]}!)", "$null"),
        "field": (f"($null: {place.field.type})", literal(value, "$null")),
        "literal": ("", literal(value, "null")),
    }
    declared, said = words[form]
    query = f"mutation{declared} {{ {name}(input: {said}) {{ errors {{ code path message }} }} }}"
    variables: dict[str, Any] = {"null": value} if form == "input" else {"null": None}
    payload = (await service.ask("ada", query, **variables))[name]
    told: list[dict[str, Any]] = payload["errors"]
    return told


async def everything() -> dict[str, list[str]]:
    """Every row there is."""
    return {name: sorted(map(repr, await model.all().values())) for name, model in tables().items()}


@pytest.mark.parametrize("options", [{}, {"closed": True}], ids=["open", "closed"])
@pytest.mark.parametrize("form", FORMS)
async def test_a_null_that_clears_nothing_is_refused_by_its_path(service: Service, form: str) -> None:
    await Person.filter(id=service.cast.key("ada")).update(language="fr")
    await service.token("ada")
    before = await everything()
    for place in PLACES:
        if not place.clears:
            expected = {"code": "REQUIRED", "path": list(place.path), "message": "Ce champ est obligatoire."}
            assert await errors(service, place, form, roleId="none") == [expected], place
    assert await everything() == before


@pytest.mark.parametrize("form", FORMS)
async def test_a_null_that_clears_is_taken(service: Service, form: str) -> None:
    role = {"name": "Own", "audience": "STAFF", "grants": []}
    made = await service.change("ada", "createRole", role, "role { id }")
    for place in PLACES:
        if place.clears:
            assert await errors(service, place, form, roleId=made["role"]["id"]) == [], place
