"""The record of access: who may read which lines of it, and what it never holds."""

import re
from typing import Any

import pytest

from app.models import AuditEvent, Person, PersonSite, nouns
from app.models.audit_event import AuditKind
from tests.ask import Service
from tests.cast import PASSWORD, SEES
from tests.test_session import sign_in

LINES = """query($where: AuditEventFilter) { auditEvents(where: $where, first: 100) { totalCount nodes {
  id kind at address actor { name } subject { name } changes { field before after } } } }"""
# name: (workspace, actor, subject, organization, kind)
EVENTS: dict[str, tuple[str, str | None, str | None, str | None, AuditKind]] = {
    "cyn renamed": ("toits", "ada", "cyn", "maple", AuditKind.PERSON_UPDATED),
    "bo renamed": ("toits", "ada", "bo", "birch", AuditKind.PERSON_UPDATED),
    "wes suspended": ("toits", "max", "wes", None, AuditKind.DEACTIVATED),
    "win suspended": ("toits", "ada", "win", None, AuditKind.DEACTIVATED),
    "settings": ("toits", "ada", None, None, AuditKind.SETTINGS_CHANGED),
    "probe": ("toits", "cora", None, "maple", AuditKind.LOOKED_UP_HIDDEN),
    "zed suspended": ("zurich", "zoe", "zed", None, AuditKind.DEACTIVATED),
}
TOITS = {name for name, facts in EVENTS.items() if facts[0] == "toits"}
READS: dict[str, set[str]] = {"ada": TOITS, "zoe": {"zed suspended"}, "cora": {"cyn renamed"}}


async def written(service: Service) -> dict[str, str]:
    """Writes the events; their names by their ids."""
    names = {}
    for name, (slug, actor, subject, organization, kind) in EVENTS.items():
        ids = {"actor_id": actor, "subject_id": subject, "organization_id": organization}
        keys: dict[str, Any] = {column: service.cast.key(who) if who else None for column, who in ids.items()}
        event = await AuditEvent.create(workspace_id=service.cast.key(slug), kind=kind, **keys)
        names[nouns.AUDIT_EVENT.id(event.id)] = name
    return names


async def read(service: Service, who: str, names: dict[str, str], **where: Any) -> set[str]:
    """The names of the events that somebody reads."""
    page = (await service.ask(who, LINES, where=where))["auditEvents"]
    assert page["totalCount"] == len(page["nodes"])
    return {names[row["id"]] for row in page["nodes"]}


@pytest.mark.parametrize("name", SEES)
async def test_who_reads_which_lines(service: Service, name: str) -> None:
    names = await written(service)
    if name in READS:
        assert await read(service, name, names) == READS[name]
    else:
        assert await service.refused(name, LINES) == ["FORBIDDEN"]
    for text in names:
        assert (await service.ask(name, "query($id: ID!) { node(id: $id) { id } }", id=text))["node"] is None


async def test_an_administrator_of_some_sites_reads_about_their_people(service: Service) -> None:
    names = await written(service)
    await Person.filter(id=service.cast.key("max")).update(all_sites=False)
    await Person.filter(id=service.cast.key("ada")).update(all_sites=False)
    ids: dict[str, Any] = {"workspace_id": service.cast.key("toits"), "person_id": service.cast.key("ada")}
    await PersonSite.create(**ids, site_id=service.cast.key("north"))
    seen = await read(service, "ada", names)
    assert seen == {"cyn renamed", "wes suspended", "settings"}  # whoever probed learns nothing by it


async def test_filters_narrow(service: Service) -> None:
    names, cast = await written(service), service.cast
    assert await read(service, "ada", names, kind=["DEACTIVATED"]) == {"wes suspended", "win suspended"}
    assert await read(service, "ada", names, subjectId=[cast.worker("wes"), cast.contact("bo")]) == {
        "wes suspended",
        "bo renamed",
    }
    assert await read(service, "ada", names, actorId=[cast.user("max")], kind=["DEACTIVATED"]) == {"wes suspended"}
    for nobody in ("", "usr_", cast.user("zed"), cast.site("north")):
        assert await read(service, "ada", names, subjectId=[nobody]) == set()
    assert await read(service, "ada", names, at={"to": "2020-01-01T00:00:00Z"}) == set()
    assert await read(service, "ada", names, at={"from": "2020-01-01T00:00:00Z"}) == TOITS
    assert await read(service, "cora", names, subjectId=[cast.contact("bo")]) == set()


async def test_the_newest_comes_first_with_what_changed(service: Service) -> None:
    await service.change("cyn", "updateProfile", {"firstName": "Cynthia"})
    site = {"siteId": service.cast.site("north"), "isActive": False}
    await service.change("ada", "updateSite", site)
    place, profile = (await service.ask("ada", LINES))["auditEvents"]["nodes"]
    assert (place["kind"], place["actor"]["name"], place["subject"]) == ("PLACE_UPDATED", "Ada Roy", None)
    assert {"field": "active", "before": True, "after": False} in place["changes"]
    assert (profile["kind"], profile["subject"]["name"]) == ("PERSON_UPDATED", "Cynthia Roy")
    assert profile["changes"] == [{"field": "firstName", "before": "Cyn", "after": "Cynthia"}]
    deleted: dict[str, Any] = {"tombstone": 7, "status": "DELETED"}
    person = (await Person.get(id=service.cast.key("cyn"))).update_from_dict(deleted)
    await person.index().save()
    [line] = (await service.ask("ada", LINES, where={"kind": ["PERSON_UPDATED"]}))["auditEvents"]["nodes"]
    assert (line["actor"]["name"], line["subject"]["name"]) == ("Deleted person #7",) * 2


async def test_no_secret_is_in_the_record(service: Service) -> None:
    await sign_in(service, "ada@toits.example")
    await sign_in(service, "ada@toits.example", "a wrong password of ada")
    rows = (await service.ask("ada", LINES))["auditEvents"]["nodes"]
    assert {"SIGNED_IN"} <= {row["kind"] for row in rows}
    kept = str(await AuditEvent.all().values()) + str(rows)
    assert PASSWORD not in kept and "a wrong password" not in kept
    assert not re.search(r"gst_|\$argon2|[0-9a-f]{64}", kept)
