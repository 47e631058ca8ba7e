"""The fast path, the ordinary path and the reference answer the same, whatever is asked and whoever asks."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import FieldNode, TypeInfo, TypeInfoVisitor, Visitor, parse, visit
from hypothesis import given
from tortoise.expressions import Q

from app.auth import policy
from app.auth.policy import scopes, visibility
from app.models import nouns
from app.reading import page, splice
from app.reading.dialect import Dialect, Json, Sqlite
from tests.reading.comparing import KNOWN, PROFILE, SCHEMA, VARIABLES, compare, some
from tests.reading.house import PEOPLE, House
from tests.reading.operations import NO_ROWS, Operation, operations
from tests.reading.reference import ROOTS


@pytest.mark.parametrize("name", PEOPLE)
@PROFILE
@given(operation=operations(SCHEMA))
async def test_all_three_answer_the_same(house: House, name: str, operation: Operation) -> None:
    await compare(house, name, operation)


@pytest.mark.parametrize("name", KNOWN)
async def test_the_fast_path_answers_what_clients_ask_most(house: House, name: str) -> None:
    assert await compare(house, name, Operation(KNOWN[name], VARIABLES.get(name, {})))


async def test_the_fast_path_answers_most_operations(house: House) -> None:
    asked = some(150)
    taken = 0
    for number, operation in enumerate(asked):
        name = PEOPLE[number % len(PEOPLE)]
        text, variables = await house.filled(operation.text, operation.variables, name)
        taken += await house.fast_bytes(text, await house.viewer(name), **variables) is not None
    assert taken / len(asked) > 0.5


def test_every_field_is_asked_for() -> None:
    """A field that the generator or the reference does not know would not be compared."""
    assert set(SCHEMA.query_type.fields if SCHEMA.query_type else ()) == ROOTS | NO_ROWS
    asked: set[tuple[str, str]] = set()
    for operation in some(2_500):
        types = TypeInfo(SCHEMA)
        visit(parse(operation.text), TypeInfoVisitor(types, Fields(types, asked)))
    kinds = {SCHEMA.get_type(name) for name, _ in asked}
    fields = {(str(kind), name) for kind in kinds for name in getattr(kind, "fields", ())}
    assert fields - asked == {("Query", name) for name in NO_ROWS}


class Fields(Visitor):
    """Notes the fields of a document with their types."""

    def __init__(self, types: TypeInfo, found: set[tuple[str, str]]) -> None:
        super().__init__()
        self.types, self.found = types, found

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """One more."""
        if not node.name.value.startswith("__"):
            self.found.add((str(self.types.get_parent_type()), node.name.value))


# A comparison that never fails proves nothing: it has to find each of these mistakes.


def no_fence(patch: pytest.MonkeyPatch) -> None:
    """Staff see the requests of every site."""
    patch.setattr(scopes, "_site_fence", lambda viewer, noun: policy.EVERY)


def no_tenant(patch: pytest.MonkeyPatch) -> None:
    """Rows of other workspaces are visible."""

    def visible(viewer: Any, noun: Any, beside: Any = None) -> Any:
        return noun.model.filter(policy.RULES[noun](viewer), **noun.where)

    for module in (policy, visibility):
        patch.setattr(module, "visible", visible)


def internal_entries(patch: pytest.MonkeyPatch) -> None:
    """Client contacts read what is not for them."""
    patch.setitem(policy.RULES, nouns.COMMENT, visibility._of_seen_requests)
    patch.setitem(policy.BESIDE[nouns.REQUEST], nouns.COMMENT, lambda viewer: policy.EVERY)


def everything_beside(patch: pytest.MonkeyPatch) -> None:
    """Whatever a row leads to is visible with it."""
    patch.setattr(
        visibility, "BESIDE", {noun: dict.fromkeys(nouns.NOUNS, lambda v: policy.EVERY) for noun in nouns.NOUNS}
    )


def numbered_enums(patch: pytest.MonkeyPatch) -> None:
    """The fast path answers with the stored number of a priority."""
    patch.setattr(splice.Splicer, "_enum", lambda self, gtype, term: term)


def short_instants(patch: pytest.MonkeyPatch) -> None:
    """The fast path leaves out microseconds."""
    for each in (Dialect, Sqlite):
        plain = each.instant
        patch.setattr(each, "instant", lambda self, term, p=plain: Json("substr(", p(self, term), ", 1, 19) || 'Z'"))


def open_fields(patch: pytest.MonkeyPatch) -> None:
    """The fast path shows the details of people of whom only the card is seen."""
    patch.setattr(splice.Splicer, "passes", lambda self, selected, noun: True)


def nulls_anywhere(patch: pytest.MonkeyPatch) -> None:
    """Rows without a value come first or last as the database likes it."""
    patch.setattr(page, "_is_nullable", lambda model, column: False)


def late_pages(patch: pytest.MonkeyPatch) -> None:
    """A page begins with the row of the cursor."""
    there: dict[str, Any] = {"id__isnull": False}
    patch.setattr(page, "_beyond", lambda model, order, value: [Q(**there)])


MISTAKES = [
    no_fence,
    no_tenant,
    internal_entries,
    everything_beside,
    numbered_enums,
    short_instants,
    open_fields,
    nulls_anywhere,
    late_pages,
]


@pytest.fixture
def patch(house: House) -> Iterator[pytest.MonkeyPatch]:
    """Patches that end with the test, and with them the plans made under them."""
    with pytest.MonkeyPatch.context() as patch:
        house.forget()
        yield patch
    house.forget()


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda each: each.__name__)
async def test_the_comparison_finds(mistake: Any, house: House, patch: pytest.MonkeyPatch) -> None:
    mistake(patch)
    for number, operation in enumerate(some(800)):
        try:
            await compare(house, PEOPLE[number % len(PEOPLE)], operation)
        except AssertionError:
            return
    pytest.fail("the mistake was not found")
