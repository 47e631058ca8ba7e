"""The review and the record of access as files: the words of both languages, and for nobody else's eyes."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.auth.permissions import Bundle, Permission, Scope
from app.auth.words import BUNDLE_NAMES
from app.exports.runner import sweep
from app.lists import record
from app.lists.labels import SCOPES, VALUES, WAYS
from app.lists.saying import changes
from app.models import AuditEvent, DirectGrant, Invitation, Person, Workspace
from app.models.audit_event import AuditKind
from app.models.base import now
from app.models.delivery import Channel
from app.models.invitation import Method, Purpose
from app.models.session import Client
from app.models.workspace import Feature, Policies
from app.resolvers.access_review import Review
from app.resolvers.details import camel
from app.settings import settings
from tests.ask import Service
from tests.cast import SEES
from tests.exports.asking import asked, fetched, made, pages, sheet, state
from tests.test_audit_event import EVENTS, READS, written
from tests.test_saved_view import refusals

RUN = ("ada", "max", "cora", "zoe")
REVIEW = {"list": "ACCESS_REVIEW", "orderBy": [{"field": "NAME"}]}


@pytest.mark.requirement(45, 52)
async def test_a_review_says_what_somebody_may_do_and_what_lets_them_in(service: Service) -> None:
    cast = service.cast
    await Workspace.filter(slug="toits").update(time_zone="America/Montreal")
    ids: dict[str, Any] = {"workspace_id": cast.key("toits"), "person_id": cast.key("sam")}
    grant: dict[str, Any] = {"permission": "contact.read", "scope": "ALL", "reason": "=Foire"}
    ends = now().replace(year=2099, month=1, day=1, hour=5, minute=30)
    await DirectGrant.create(**ids, **grant, expires_at=ends)
    for method in (Method.LINK, Method.PIN):
        later: dict[str, Any] = {"expires_at": now() + timedelta(days=1)}
        await Invitation.create(**ids, purpose=Purpose.RESET, method=method, **later)
    await Person.filter(id=cast.key("max")).update(language="en")
    await Person.filter(id=cast.key("ada")).update(language="fr")
    columns = ["name", "role", "grants", "hasAllSites", "sites", "isDue", "waysIn"]
    head, *rows = await sheet(service, "ada", columns=columns, search="roy", **REVIEW)
    assert head == [
        *("Nom", "Rôle", "Droits en plus du rôle", "Tous les sites", "Sites", "À examiner", "Accès ouverts")
    ]
    found = {row[0]: row[1:] for row in rows}
    said = "Voir les contacts des clients (tout) – jusqu'au 2099-01-01 00:30 – =Foire"
    ways = "Liens : 1, Mots de passe temporaires et NIP : 1"
    assert found["Sam Roy"] == ["Staff", said, "Non", "North", "Non", ways]
    assert found["Sol Roy"] == ["Staff", "Toutes les réservations", "Non", "North", "Non", None]
    assert found["Ada Roy"] == ["Administrator", None, "Oui", None, "Non", "Sessions : 1"]
    due = await sheet(service, "ada", columns=["name"], where={"isDue": True}, **REVIEW)
    assert due == [["Nom"]]


@pytest.mark.requirement(52)
async def test_the_record_tells_what_changed_in_words(service: Service) -> None:
    await Workspace.filter(slug="toits").update(time_zone="America/Montreal")
    ids: dict[str, Any] = {"workspace_id": service.cast.key("toits"), "actor_id": service.cast.key("ada")}
    before: dict[str, Any] = {
        "status": "ACTIVE",
        "role": "Staff",
        "grants": "request.read@ALL, unknown.word@ALL",
        "role_id": "x",
    }
    after = {"status": "INACTIVE", "role": None, "grants": ["request.read@OWN"], "channels": ["EMAIL", "SMS"]}
    before |= {"ends": ["request.read@ALL: 2026-12-31T23:30:00+00:00", "CLIENT_LIST: 2026-07-01T12:00:00+00:00"]}
    moment = now().replace(year=2026, month=7, day=1, hour=3, minute=30)
    written: dict[str, Any] = {"kind": AuditKind.GRANTS_SET, "ip": "203.0.113.9", "created_at": moment}
    await AuditEvent.create(
        **ids, subject_id=service.cast.key("wes"), before=before, after={**after, "novel": True}, **written
    )
    columns = ["at", "actor", "subject", "kind", "changes", "address"]
    job = await made(service, "ada", list="AUDIT", columns=columns, format="PDF", where={"kind": ["GRANTS_SET"]})
    text = " ".join("".join(pages((await fetched(service, "ada", job)).content)).split())
    for line in (
        *("Record of access", "1 row", "Kind: Own rights changed", "2026-06-30 23:30", "Ada Roy", "Wes Roy"),
        *("Status: Active → Inactive", "Role: Staff → –", "Sent by: e-mail, text message", "novel: Yes"),
        "Until: See requests (all) – 2026-12-31 18:30, Client list – 2026-07-01 08:00 → –",
        *("203.0.113.9", "Rights: See requests (all), unknown.word@ALL → See requests (own)"),
    ):
        assert line in text, line
    assert "role_id" not in text
    where = {"subjectId": [service.cast.worker("wes")], "at": {"from": "2020-01-01T00:00:00Z"}}
    rows = await sheet(service, "ada", list="AUDIT", columns=["subject", "kind"], where=where)
    assert rows == [["About", "What"], ["Wes Roy", "Own rights changed"]]


@pytest.mark.requirement(52)
@pytest.mark.parametrize("name", SEES)
async def test_who_exports_which_lines_of_the_record(service: Service, name: str) -> None:
    names = await written(service)
    if name not in RUN:
        text = 'mutation { createExport(input: {list: AUDIT, columns: ["kind"], format: PDF}) { errors { code } } }'
        assert await service.refused(name, text) == ["FORBIDDEN"]
        return
    given: dict[str, Any] = {"list": "AUDIT", "columns": ["kind", "subject"]}
    if name not in READS:
        assert refusals(await asked(service, name, **given)) == [("FORBIDDEN", "list")]
        return
    told = {event for event in names.values() if event in READS[name]}
    expected = [(VALUES["AuditKind"][EVENTS[event][4]]["en"], EVENTS[event][2]) for event in told]
    rows = await sheet(service, name, **given)
    assert sorted((row[0], row[1] or "") for row in rows[1:]) == sorted(
        (kind, f"{who.title()} Roy" if who else "") for kind, who in expected
    )


async def test_without_the_right_to_read_it_the_file_of_a_record_goes(service: Service, tmp_path: Path) -> None:
    job = await made(service, "cora", list="AUDIT", columns=["kind"])
    role = (await Person.get(id=service.cast.key("cora")).select_related("role")).role
    role.grants = [each for each in role.grants if each["permission"] != "audit.read"]
    await role.save()
    assert (await fetched(service, "cora", job)).status_code == 404
    await sweep(settings(), True)
    ended = await state(service, "cora", job["id"])
    assert (ended["state"], ended["reason"]) == ("CANCELLED", "ACCESS_ENDED")
    assert list((tmp_path / "exports").iterdir()) == []


def test_every_word_of_the_record_is_there_in_both_languages() -> None:
    columns = ("name", "languages", "default_language", "time_zone", "public_url", "email", "username", "trade")
    more = ("first_name", "last_name", "phone", "language", "is_worker", "all_sites", "default_site", "department")
    assert {camel(name) for name in (*columns, *more, *Policies.model_fields)} <= set(record.NAMES)
    assert set(Feature) <= set(record.NAMES)
    for labels, kind in (
        *((record.KINDS, AuditKind), (record.METHODS, Method), (record.PURPOSES, Purpose), (BUNDLE_NAMES, Bundle)),
        *((record.CLIENTS, Client), (record.DECISIONS, Review), (record.CHANNELS, Channel), (SCOPES, Scope)),
    ):
        assert set(labels) == set(kind)
        assert all(said["en"] and said["fr"] for said in labels.values())
    assert all(said["en"] and said["fr"] for said in (*record.NAMES.values(), *WAYS.values()))
    assert {
        f"{permission}@ALL" for permission in Permission if _shown(f"{permission}@ALL") == f"{permission}@ALL"
    } == set()


def _shown(word: str) -> str:
    zone: Any = None
    return (changes([{"field": "grants", "before": None, "after": word}], "fr", zone) or "").removeprefix("Droits : ")
