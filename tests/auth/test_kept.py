"""Statements that are kept: one text for each shape of rights, and every viewer gets their own rows by it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.auth import kept as keeping
from app.auth import policy
from app.auth.kept import Plans, kept
from app.auth.masks import KEYS
from app.auth.people import viewer_of
from app.auth.viewer import Viewer
from app.models import DirectGrant, Person, Request, nouns
from app.models.base import now
from tests.ask import Service
from tests.cast import SEES

MADE: list[str] = []


@kept
def _seen(viewer: Viewer, noun: Any) -> Any:
    MADE.append("made")
    return policy.visible(viewer, noun)


@kept
def _one_seen(viewer: Viewer, key: UUID) -> Any:
    return policy.visible(viewer, nouns.REQUEST).filter(id=key).values("id", "title")


@kept
def _these(ids: tuple[UUID, ...]) -> Any:
    return Request.filter(id__in=ids).select_related("site").order_by("id")


@kept
def _values(ids: tuple[UUID, ...]) -> Any:
    return Request.filter(id__in=ids).order_by("id").values("id", "created_at", "status", site="site__name")


async def viewer(service: Service, name: str) -> Viewer:
    """Somebody as the policy knows them now."""
    return await viewer_of(await Person.get(id=service.cast.key(name)))


async def test_viewers_of_one_shape_share_a_statement_and_no_rows(service: Service) -> None:
    viewers = {name: await viewer(service, name) for name in ("wes", "wil")}
    assert viewers["wes"].shape == viewers["wil"].shape, "or they prove nothing"
    MADE.clear()
    for name, each in [*viewers.items(), *viewers.items()]:
        found = {str(row.id) for row in await _seen(each, nouns.REQUEST)}
        assert found == {str(service.cast.key(title)) for title in SEES[name]}
    assert len(MADE) == 1
    assert SEES["wes"] != SEES["wil"]


async def test_other_rights_have_another_statement(service: Service) -> None:
    for name in SEES:
        found = await _seen(await viewer(service, name), nouns.REQUEST)
        assert {str(row.id) for row in found} == {str(service.cast.key(title)) for title in SEES[name]}, name


async def test_ids_are_bound_anew(service: Service) -> None:
    ada = await viewer(service, "ada")
    for title in sorted(SEES["ada"]):
        key = service.cast.key(title)
        assert [str(row["id"]) for row in await _one_seen(ada, key)] == [str(key)]
    hidden = min(set(SEES["ada"]) - set(SEES["wes"]))
    assert await _one_seen(await viewer(service, "wes"), service.cast.key(hidden)) == []


async def test_many_ids_are_found_without_a_kept_statement(service: Service) -> None:
    keys = sorted(service.cast.key(title) for title in SEES["ada"])
    strangers = tuple(UUID(int=number) for number in range(len(KEYS)))
    before = len(keeping._queries.kept)
    assert [row.id for row in await _these((*keys, *strangers))] == keys
    assert len(keeping._queries.kept) == before
    values = await _values((*keys, *strangers))
    assert {str(row["id"]) for row in values} == {str(key) for key in keys}
    assert values == await _values(tuple(keys)), "as the driver has them, whether the statement is kept or not"
    before = len(keeping._queries.kept)
    rows = await _these(tuple(keys[:2]))
    assert [row.id for row in rows] == keys[:2]
    assert [row.site.id if row.site else None for row in rows] == [row.site_id for row in rows]
    assert len(keeping._queries.kept) == before + 1


async def test_the_kept_are_bounded(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    few: Plans[Any] = Plans(3)
    monkeypatch.setattr(keeping, "_queries", few)
    ada = await viewer(service, "ada")
    for noun in (nouns.REQUEST, nouns.SITE, nouns.WORKER, nouns.CONTACT, nouns.ROLE):
        assert await _seen(ada, noun)
    assert len(few.kept) == 3


async def test_direct_grants_come_with_the_person_and_end(service: Service) -> None:
    people = [await Person.get(id=service.cast.key(name)) for name in ("wes", "wil")]
    facts: dict[str, Any] = {"workspace_id": people[0].workspace_id, "permission": "stats.read", "scope": "ALL"}
    await DirectGrant.create(person_id=people[0].id, expires_at=now() + timedelta(days=1), **facts)
    await DirectGrant.create(person_id=people[1].id, expires_at=now(), bundle="STATS", **facts)
    wes, wil = [await viewer_of(person) for person in people]
    assert [each.source for each in wes.held if each.grant.permission == "stats.read"] == ["direct grant"]
    assert not [each for each in wil.held if each.grant.permission == "stats.read"]
    assert wes.shape != wil.shape
