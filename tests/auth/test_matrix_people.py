"""The permission matrix over people: who manages whom, by the buttons and by the mutations, in both workspaces."""

from typing import Any

import pytest

from tests.ask import Service
from tests.cast import PEOPLE, SEES

CONTACTS = {name for name, facets in PEOPLE.items() if "organization" in facets}
WORKERS = {name for name, facets in PEOPLE.items() if facets.get("is_worker")}
ZURICH = {name for name, facets in PEOPLE.items() if facets.get("workspace") == "zurich"}
TOITS = set(PEOPLE) - ZURICH
NORTH = {"sam", "wes", "wil", "ned", "ina"}  # sol may delete bookings, which a manager may not
# Who manages whom; whoever is not named manages nobody. Everybody is reached through a face that is seen.
MANAGES: dict[str, set[str]] = {"ada": TOITS, "max": NORTH, "cora": {"cora", "cyn", "cal"}, "zoe": ZURICH}
# Nobody gives themselves a way in, or anybody whose account is suspended.
CREDENTIALS = {name: people - {name, "ina"} for name, people in MANAGES.items()}
CAN = "viewerCan { update deactivate reactivate delete sendCredentials }"
FACES = {"usr": "User", "wrk": "Worker", "con": "Contact"}
FIELDS = {"usr": ("updateUser", "userId"), "wrk": ("updateWorker", "workerId"), "con": ("updateContact", "contactId")}
HOLDS = {"usr": {"ada", "zoe"}, "wrk": {"ada", "max", "zoe"}, "con": {"ada", "cora", "zoe"}}


def ids(service: Service, face: str) -> dict[str, str]:
    """The ids of everybody who has this face."""
    people = {"usr": set(PEOPLE), "wrk": WORKERS, "con": CONTACTS}[face]
    kinds = {"usr": service.cast.user, "wrk": service.cast.worker, "con": service.cast.contact}
    return {name: kinds[face](name) for name in sorted(people)}


def buttons(name: str, who: str) -> dict[str, bool]:
    managed = who in MANAGES.get(name, ())
    other, suspended = managed and who != name, who == "ina"
    return {
        "update": managed,
        "deactivate": other and not suspended,
        "reactivate": other and suspended,
        "delete": other,
        "sendCredentials": who in CREDENTIALS.get(name, ()),
    }


@pytest.mark.requirement(5, 12, 34, 47, 48, 67, 68, 72, 88)
@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("name", SEES)
async def test_buttons(gallery: Service, name: str, face: str) -> None:
    known = ids(gallery, face)
    query = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {FACES[face]} {{ {CAN} }} }} }}"
    rows = (await gallery.ask(name, query, ids=list(known.values())))["nodes"]
    for who, row in zip(known, rows, strict=True):
        if row is None:  # not seen under this face
            assert face != "usr" or who not in MANAGES.get(name, ()) or name in ("max", "cora")
        else:
            assert row["viewerCan"] == buttons(name, who), who


def statement(field: str, select: str = "") -> str:
    kind = f"{field[0].upper()}{field[1:]}Input!"
    return f"mutation($input: {kind}) {{ {field}(input: $input) {{ {select} errors {{ code }} }} }}"


async def word(service: Service, name: str, field: str, given: dict[str, Any]) -> str:
    """How a mutation that changes nothing went: `ok`, the payload's code, or `gate`."""
    answer = (await service.post(name, statement(field), input=given)).json()
    if "errors" in answer:
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
        return "gate"
    codes = [error["code"] for error in answer["data"][field]["errors"]]
    return codes[0] if codes else "ok"


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("name", SEES)
async def test_mutations_agree_with_the_buttons(gallery: Service, name: str, face: str) -> None:
    field, path = FIELDS[face]
    node = "query($id: ID!) { node(id: $id) { id } }"
    for who, text in ids(gallery, face).items():
        is_seen = (await gallery.ask(name, node, id=text))["node"] is not None
        allowed = "ok" if who in MANAGES.get(name, ()) else "FORBIDDEN"
        expected = allowed if is_seen else "NOT_FOUND"
        assert await word(gallery, name, field, {path: text}) == (expected if name in HOLDS[face] else "gate"), who
        assert await word(gallery, name, "setGrants", {"personId": text}) == expected, who
    missing = f"{face}_{'0' * 32}"
    assert await word(gallery, name, "setGrants", {"personId": missing}) == "NOT_FOUND"
