"""Plans are made once, for viewers of one shape, and a change of rights takes effect at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine

from app.auth import identity
from app.auth.gates import SIGNED_IN, Gate, Requires
from app.auth.kept import LONGEST_KEPT
from app.auth.masks import Unsupported
from app.auth.permissions import Permission
from app.auth.viewer import Viewer
from app.models import DirectGrant, Person, PersonSite, Request, Role
from app.models.database import is_postgres
from app.models.person import AccountStatus
from app.reading import reader
from app.reading.dialect import dialect
from app.reading.fast import FastPath
from app.reading.splice import Splicer
from app.schema import build_schema
from app.transport import documents
from tests.reading.house import House, generous, loaded
from tests.reading.spying import compilations

REQUESTS = "{ requests(first: 100) { nodes { id number site { name } assignees { name } } } }"
FOUND = "query($s: String) { requests(search: $s) { nodes { id title } } }"
SHARED = FastPath(build_schema(generous()))  # outlives the database of a test


async def seen(house: House, name: str, text: str = REQUESTS, **variables: Any) -> set[str]:
    """The ids of the requests that both paths show to somebody."""
    viewer = await house.viewer(name)
    spliced = await house.fast_bytes(text, viewer, **variables)
    data, errors = await house.ordinary(text, viewer, **variables)
    assert (loaded(spliced), set()) == (data, errors)
    return {node["id"] for node in data["requests"]["nodes"]}


async def test_an_operation_is_compiled_once(house: House) -> None:
    house.forget()
    with compilations() as made:
        first = await seen(house, "max")
        assert await seen(house, "max") == first
        assert len(made) == 1


async def test_search_words_are_no_part_of_a_plan(house: House) -> None:
    house.forget()
    with compilations() as made:
        assert await seen(house, "ada", FOUND, s="roof leaks") == {house.cast.request("roof")}
        assert await seen(house, "ada", FOUND, s="  GÂTE   stuck ") == {house.cast.request("gate")}
        assert await seen(house, "ada", FOUND, s="nothing here") == set()
        assert len(made) == 1
        assert await seen(house, "ada", FOUND, s="gate") == {house.cast.request("gate")}
        assert len(made) == 2  # another number of words


async def test_ids_are_no_part_of_a_plan(house: House) -> None:
    house.forget()
    text = "query($id: ID!, $w: RequestFilter) { request(id: $id) { id } requests(where: $w) { nodes { id } } }"
    viewer, sites = await house.viewer("ada"), [house.cast.site("north"), house.cast.site("south")]
    with compilations() as made:
        for name in ("roof", "gate", "lamp"):
            variables = {"id": house.cast.request(name), "w": {"siteId": sites[:1]}}
            spliced = await house.fast_bytes(text, viewer, **variables)
            assert loaded(spliced)["request"] == {"id": variables["id"]}
            assert loaded(spliced) == (await house.ordinary(text, viewer, **variables))[0]
            sites.reverse()
        assert len(made) == 1
        await house.fast_bytes(text, viewer, id=house.cast.request("roof"), w={"siteId": sites})
        assert len(made) == 2


async def test_the_ordinary_path_compiles_once_too(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    compiled = reader._compiled

    def counted(*args: Any) -> Any:
        made.append("compiled")
        return compiled(*args)

    monkeypatch.setattr(reader, "_compiled", counted)
    reader.PLANS.kept.clear()
    text = "query($id: ID!, $s: String) { request(id: $id) { id isOverdue } sites(search: $s) { nodes { id } } }"
    for name in ("ada", "ada", "sam"):
        for request, word in (("roof", "north"), ("door", "south")):
            viewer = await house.viewer(name)
            variables = {"id": house.cast.request(request), "s": word}
            expected, _ = house.reference(house.check(text, variables), name, viewer)
            assert await house.ordinary(text, viewer, **variables) == (expected, set())
    assert len(made) == 4  # two root fields, two shapes of rights


async def test_operations_of_one_document_have_plans_of_their_own(house: House) -> None:
    text = "query A { viewer { name } } query B { viewer { language } }"
    viewer = await house.viewer("max")
    one, other = [await house.fast(house.check(text, {}, name), viewer) for name in "AB"]
    assert (loaded(one), loaded(other)) == ({"viewer": {"name": "Max Roy"}}, {"viewer": {"language": "fr"}})


async def test_variables_that_change_the_shape_have_plans_of_their_own(house: House) -> None:
    text = (
        "query($n: Int!, $yes: Boolean!, $w: RequestFilter)"
        " { requests(first: $n, where: $w) { nodes { id title @include(if: $yes) } } }"
    )
    viewer = await house.viewer("ada")
    for number in (1, 2, 1):
        for yes in (True, False, True):
            for where in ({"isAssigned": True}, {"isAssigned": False}, None):
                variables = {"n": number, "yes": yes, "w": where}
                spliced = await house.fast_bytes(text, viewer, **variables)
                assert loaded(spliced) == (await house.ordinary(text, viewer, **variables))[0]
                assert [set(node) for node in loaded(spliced)["requests"]["nodes"]] == [
                    {"id", "title"} if yes else {"id"}
                ] * number


async def test_viewers_of_one_shape_share_a_plan_and_no_rows(house: House) -> None:
    people = ("wil", "win", "zed")
    await Person.filter(id__in=[house.cast.key(name) for name in people]).update(default_site_id=None)
    viewers = [await house.viewer(name) for name in people]
    assert len({viewer.shape for viewer in viewers}) == 1
    house.forget()
    with compilations() as made:
        rows = [await seen(house, name) for name in people]
        assert len(made) == 1
    assert all(rows)
    assert not rows[0] & rows[1] and not rows[2] & (rows[0] | rows[1])


# What changes in the database holds for the next operation, whatever was kept before.


async def test_a_new_role_holds_at_once(house: House) -> None:
    before = await seen(house, "sam")
    key = house.cast.key("sam")
    manager = await Role.get(workspace_id=house.cast.key("toits"), key="MANAGER")
    staff = (await Person.get(id=key)).role_id
    await Person.filter(id=key).update(role_id=manager.id)
    assert await seen(house, "sam") > before
    await Person.filter(id=key).update(role_id=staff)
    assert await seen(house, "sam") == before


async def test_a_changed_role_holds_at_once(house: House) -> None:
    role = await Role.get(workspace_id=house.cast.key("toits"), key="CONTACT_ADMIN")
    before, grants = await seen(house, "cora"), list(role.grants)
    role.grants = [each for each in grants if each["permission"] != "request.read"]
    await role.save()
    viewer = await house.viewer("cora")
    assert await house.fast_bytes(REQUESTS, viewer) is None
    assert await house.ordinary(REQUESTS, viewer) == ({"requests": None}, {("requests", "FORBIDDEN")})
    role.grants = grants
    await role.save()
    assert await seen(house, "cora") == before


async def test_a_grant_holds_from_its_first_to_its_last_moment(house: House) -> None:
    before = await seen(house, "eve")
    ends = datetime.now(UTC) + timedelta(hours=1)
    ids: dict[str, Any] = {"workspace_id": house.cast.key("toits"), "person_id": house.cast.key("eve")}
    grant = await DirectGrant.create(permission="request.read", scope="ALL", expires_at=ends, **ids)
    assert await seen(house, "eve") > before
    with time_machine.travel(ends + timedelta(minutes=1), tick=True):
        assert await seen(house, "eve") == before
    assert await seen(house, "eve") > before
    await grant.delete()
    assert await seen(house, "eve") == before


async def test_a_new_site_holds_at_once(house: House) -> None:
    before = await seen(house, "sol")
    ids: dict[str, Any] = {"workspace_id": house.cast.key("toits"), "person_id": house.cast.key("sol")}
    link = await PersonSite.create(**ids, site_id=house.cast.key("south"))
    assert house.cast.request("gate") in await seen(house, "sol") - before
    await link.delete()
    assert await seen(house, "sol") == before


@pytest.mark.parametrize("gate", [SIGNED_IN, Requires(Permission.REQUEST_READ)])
async def test_nothing_behind_a_gate_is_finished_before_a_new_password(house: House, gate: Gate) -> None:
    """The ordinary path would else take the short way around the refusal, below a field that is open."""
    viewer = await house.viewer("ada")
    selected: Any = SimpleNamespace(strawberry=SimpleNamespace(metadata={"gates": [gate]}))
    info: Any = SimpleNamespace(
        _raw_info=SimpleNamespace(schema=None, fragments={}, variable_values={}, field_nodes=[]), schema=None
    )
    assert Splicer(info, viewer, dialect()).passes(selected, None)
    with pytest.raises(Unsupported):
        Splicer(info, replace(viewer, must_change_password=True), dialect()).passes(selected, None)


async def test_a_suspended_account_is_nobody(house: House) -> None:
    await seen(house, "bo")
    person = Person.filter(id=house.cast.key("bo"))
    await person.update(status=AccountStatus.INACTIVE)
    assert await identity.authenticate(house.tokens["bo"]) is None
    assert await house.fast(house.check(REQUESTS), None) is None
    await person.update(status=AccountStatus.ACTIVE, must_change_password=True)
    viewer = await house.viewer("bo")
    assert await house.fast_bytes(REQUESTS, viewer) is None
    assert await house.ordinary(REQUESTS, viewer) == ({"requests": None}, {("requests", "PASSWORD_CHANGE_REQUIRED")})
    await person.update(must_change_password=False)
    assert await seen(house, "bo")


async def test_what_is_overdue_follows_the_clock(house: House) -> None:
    text = "{ requests(first: 100, where: {isOverdue: true}) { nodes { id } } }"
    viewer = await house.viewer("ada")

    async def late(viewer: Viewer) -> set[str]:
        spliced = await house.fast_bytes(text, viewer)
        assert loaded(spliced) == (await house.ordinary(text, viewer))[0]
        return {node["id"] for node in loaded(spliced)["requests"]["nodes"]}

    house.forget()
    with compilations() as made:
        assert await late(replace(viewer, at=datetime(2023, 1, 1, tzinfo=UTC))) == set()
        now = await late(viewer)
        assert now
        row = await Request.get(id=house.cast.key("lamp"))
        await Request.filter(id=row.id).update(due_at=viewer.at - timedelta(seconds=1))
        assert await late(viewer) == now | {house.cast.request("lamp")}
        await Request.filter(id=row.id).update(due_at=viewer.at)
        assert await late(viewer) == now
        assert await late(replace(viewer, at=viewer.at + timedelta(microseconds=1))) > now
        assert len(made) == 1
    await Request.filter(id=row.id).update(due_at=None)


async def test_a_plan_stays_with_its_kind_of_database(house: House) -> None:
    """This runs on one database after the other, and the same plans are kept in between."""
    text = "{ viewer { name mustChangePassword audience user { createdAt } } }"
    viewer = await house.viewer("ada")
    before = len(SHARED.plans.kept)
    for _ in range(2):
        spliced = await SHARED(house.check(text), viewer)
        assert loaded(spliced) == (await house.ordinary(text, viewer))[0]
    assert len(SHARED.plans.kept) == before + 1, f"postgres: {is_postgres()}"


# Nothing grows without a bound.


async def test_plans_are_bounded(house: House) -> None:
    house.forget()
    house.fast.plans.most = 20
    viewer = await house.viewer("cyn")
    for number in range(120):
        spliced = await house.fast_bytes(f"{{ a{number}: viewer {{ name }} }}", viewer)
        assert loaded(spliced) == {f"a{number}": {"name": "Cyn Roy"}}
        assert len(house.fast.plans.kept) <= 20
    for number in range(60):
        await house.fast_bytes("query($id: ID!) { request(id: $id) { title } }", viewer, id=f"R-{number}")
    assert len(house.fast.plans.kept) == 20


async def test_odd_operations_are_answered_and_not_kept(house: House) -> None:
    house.forget()
    viewer, most = await house.viewer("ada"), LONGEST_KEPT
    ids = [f"sit_{number:032x}" for number in range(20_000)]
    filtered = "query($where: RequestFilter) { requests(where: $where) { totalCount } }"
    faces = "user { name worker { name user { name contact { name } } } contact { user { name worker { name } } } }"
    asked: list[tuple[str, dict[str, Any]]] = [
        (f"{{ viewer {{ name }} }} # {'long ' * most}"[:99_000], {}),
        ("{ viewer { name } }", {"unused": "long " * most}),
        (filtered, {"where": {"siteId": ids}}),
        ("{ requests { nodes { " + " ".join(f"a{n}: assignees {{ name {faces} }}" for n in range(9)) + " } } }", {}),
    ]
    for text, variables in asked:
        data, errors = await house.ordinary(text, viewer, **variables)
        spliced = await house.fast_bytes(text, viewer, **variables)
        assert not errors and (spliced is None or loaded(spliced) == data)
    kept = list(house.fast.plans.kept.values())
    assert all(plan is None or len(plan) <= most for plan in kept) and len(kept) <= 1
    assert await house.fast_bytes("{ viewer { name } }", viewer)
    assert len(house.fast.plans.kept) == len(kept) + 1


async def test_documents_and_what_is_known_of_them_are_bounded(house: House) -> None:
    viewer = await house.viewer("cyn")
    text = "query($n: Int!, $s: String) { requests(first: $n, search: $s) { nodes { id } } }"
    for number in range(documents.KEPT_FACTS * 2):
        checked = house.check(text, {"n": number % 101, "s": "a b"})
        await house.fast(checked, viewer)
        assert len(checked.document.facts) <= documents.KEPT_FACTS
    for number in range(documents.KEPT_DOCUMENTS + 50):
        house.check(f"{{ viewer {{ a{number}: name }} }}")
    assert documents._kept.cache_info().currsize <= documents.KEPT_DOCUMENTS
    kept = documents._kept.cache_info().currsize
    house.check(f"{{ viewer {{ name }} }} # {'long ' * documents.LONGEST_KEPT}")
    assert documents._kept.cache_info().currsize == kept


async def test_what_could_not_be_planned_once_is_planned_when_it_can(house: House) -> None:
    text = "query($a: String) { requests(after: $a) { nodes { id } } }"
    viewer = await house.viewer("ada")
    assert await house.fast_bytes(text, viewer, a="no cursor") is None
    assert await house.fast_bytes(text, viewer, a=None) is not None
    assert await house.fast_bytes(text, viewer, a="no cursor") is None
