"""After a deletion nothing personal is left in any column of any table, also not in those of tomorrow.

Every table is given rows that hang on the person, with a word of their own in each column that can hold
text; then every column of the whole database is searched.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from tortoise import Model, connections, fields

from app.models import (
    Activity,
    ApiToken,
    Assignment,
    AuditEvent,
    Comment,
    Delivery,
    ExportJob,
    Invitation,
    Organization,
    Person,
    Request,
    SavedView,
)
from app.models.audit_event import AuditKind
from app.models.base import now
from app.models.person import LoginName
from tests.ask import Service
from tests.rules.sources import tables

PLANTED = "Quetzalcoatl"
PHONE, EMAIL = "+15145550199", "wes@toits.example"
OLD_EMAIL, OLD_PHONE = "wesley@elsewhere.example", "+15145550198"
# What people wrote about the work, and what is about others: the only texts beside the person that stay.
KEPT = {
    "Comment": {"body"},
    "Request": {"title", "description", "search_text"},
    "Assignment": {"end_reason"},
    "Attachment": {"name", "media_type"},  # files that show the work
    "ContactNote": {"body"},  # of others, by the person
    "Activity": {"before", "after"},  # of requests, names by their ids
    "AuditEvent": {"before", "after"},  # of others, by the person
    "ExportJob": {
        "columns",
        "order_by",
        "rights",
        "file_path",
    },  # names of columns and grants; the file goes by itself
    "Invitation": {"email", "token_hash"},  # to others, by the person
    "DirectGrant": {"permission", "scope", "bundle", "reason"},  # to others, by the person
}
WHOLE = 7  # letters: what is shorter holds codes and no names


def columns(model: type[Model]) -> Iterator[tuple[str, Any]]:
    """The columns that could hold a word about somebody."""
    for name, field in model._meta.fields_map.items():
        is_word = isinstance(field, fields.CharField) and not hasattr(field, "enum_type") and field.max_length > WHOLE
        if is_word or isinstance(field, fields.JSONField | fields.TextField):
            yield name, field


async def plant(model: type[Model], person: Person, **links: Any) -> None:
    """A row of the table that hangs on the person by every link to people, or by the given ones."""
    values: dict[str, Any] = {}
    texts = dict(columns(model))
    for name, field in model._meta.fields_map.items():
        if name in texts or field.pk or isinstance(field, fields.relational.BackwardFKRelation):
            continue
        values |= await _value(name, field, person, links)
    await model.create(**values, **{name: _word(name, field) for name, field in texts.items()})


def _word(name: str, field: Any) -> Any:
    if isinstance(field, fields.JSONField):
        return {"name": PLANTED}
    return f"{PLANTED} {name}"[: getattr(field, "max_length", None)]


async def _value(name: str, field: Any, person: Person, links: dict[str, Any]) -> dict[str, Any]:
    if isinstance(field, fields.relational.ForeignKeyFieldInstance):
        target = field.related_model
        if target is Person:
            return {f"{name}_id": links.get(name, person.id)}
        row = await target.filter(**({"workspace_id": person.workspace_id} if name != "workspace" else {})).first()
        return {f"{name}_id": person.workspace_id if name == "workspace" else row.pk if row else None}
    if isinstance(field, fields.DatetimeField):
        return {name: now() + timedelta(days=1)}
    if name.endswith("_id") or field.null:
        return {}
    if kind := getattr(field, "enum_type", None):
        return {name: next(iter(kind))}
    return {name: 77} if isinstance(field, fields.IntField | fields.BigIntField) and name != "version" else {}


def hanging() -> dict[str, type[Model]]:
    """The tables with texts that lead to people."""
    found = {}
    for name, model in tables().items():
        links = [model._meta.fields_map[link] for link in model._meta.fk_fields]
        if (
            model is not Person
            and any(columns(model))
            and any(getattr(link, "related_model", None) is Person for link in links)
        ):
            found[name] = model
    return found


async def everything() -> dict[tuple[str, str], list[str]]:
    """Every column of every table, as texts."""
    found = {}
    connection = connections.get("default")
    for model in tables().values():
        table = model._meta.db_table
        for column in model._meta.fields_db_projection.values():
            rows = await connection.execute_query_dict(f'SELECT CAST("{column}" AS TEXT) AS v FROM "{table}"')  # noqa: S608
            found[model.__name__, column] = [row["v"] for row in rows if row["v"] is not None]
    return found


def holding(found: dict[tuple[str, str], list[str]], *words: str) -> set[str]:
    """The columns in which one of the words occurs, whatever its case."""
    low = [word.lower() for word in words]
    return {
        f"{model}.{column}"
        for (model, column), texts in found.items()
        if any(word in text.lower() for text in texts for word in low)
    }


async def delete(service: Service, who: str = "wes") -> None:
    ids = {"personId": service.cast.user(who), "releaseOpenWork": True}
    assert (await service.change("ada", "deletePerson", ids))["errors"] == []


@pytest.mark.requirement(35, 44)
async def test_no_column_of_any_table_keeps_a_word_about_the_person(service: Service) -> None:
    person = await Person.get(id=service.cast.key("wes"))
    texts = {name: field for name, field in columns(Person) if name != "language"}
    changes: dict[str, Any] = {name: _word(name, field) for name, field in texts.items()}
    await Person.filter(id=person.id).update(**changes)
    models = hanging()
    assert {"Session", "Invitation", "Delivery", "ContactNote", "Activity", "AuditEvent"} <= set(models)
    for model in models.values():
        await plant(model, person)
    before = holding(await everything(), PLANTED)
    assert {f"{name}.{column}" for name, model in models.items() for column, _ in columns(model)} <= before
    await delete(service)
    kept = {f"{name}.{column}" for name, names in KEPT.items() for column in names}
    assert holding(await everything(), PLANTED) - kept == set()


@pytest.mark.requirement(35, 68)
async def test_names_addresses_and_numbers_vanish_from_the_history(service: Service) -> None:
    cast, wes, ada = service.cast, service.cast.key("wes"), service.cast.key("ada")
    await Person.filter(id=wes).update(first_name=PLANTED, name=f"{PLANTED} Roy", phone=PHONE)
    ids: dict[str, Any] = {"workspace_id": cast.key("toits")}
    about = {"worker": f"{PLANTED} Roy", "worker_id": str(wes), "reason": f"ask {EMAIL.upper()}"}
    other = {"worker": "Wil Roy", "worker_id": str(cast.key("wil"))}
    await Activity.create(**ids, request_id=cast.key("tap"), actor_id=ada, kind="ASSIGNED", before=other, after=about)
    typed = {"requester": f"{PLANTED} Roy", "requesterId": cast.contact("wes"), "deep": [{"text": f"tel {PHONE}."}]}
    await Activity.create(**ids, request_id=cast.key("tap"), actor_id=ada, kind="UPDATED", after=typed)
    changed = {"email": OLD_EMAIL, "phone": OLD_PHONE, "firstName": PLANTED, "role": "WORKER"}
    event: dict[str, Any] = {"kind": AuditKind.PERSON_UPDATED, "subject_id": wes}
    await AuditEvent.create(**ids, **event, actor_id=ada, before=changed, after={"email": EMAIL}, ip="192.0.2.1")
    await AuditEvent.create(**ids, kind=AuditKind.SIGNED_IN, subject_id=wes, actor_id=wes, ip="192.0.2.2")
    await Comment.create(**ids, request_id=cast.key("tap"), author_id=ada, body=f"{OLD_EMAIL} or {PHONE}: plumber")
    await Request.filter(id=cast.key("door")).update(description=f"Call {OLD_PHONE}", search_text=f"door {EMAIL}")
    await delete(service)
    found = await everything()
    assert holding(found, PLANTED, EMAIL, OLD_EMAIL, PHONE, OLD_PHONE, "192.0.2.2") == set()
    assert holding(found, "192.0.2.1") == {"AuditEvent.ip"}  # the administrator's own
    said = await Comment.get(body__contains="plumber")
    assert said.body == "… or …: plumber"
    rows = await Activity.filter(request_id=cast.key("tap"), kind="ASSIGNED")
    assert [(row.before, row.after) for row in rows] == [
        (other, {"worker": "Deleted person #1", "worker_id": str(wes), "reason": "ask …"})
    ]
    update = await Activity.get(request_id=cast.key("tap"), kind="UPDATED")
    assert update.after == {**typed, "requester": "Deleted person #1", "deep": [{"text": "tel …."}]}
    [audited] = await AuditEvent.filter(kind=AuditKind.PERSON_UPDATED)
    assert (audited.before, audited.after) == ({"role": "WORKER"}, {})


async def test_others_keep_what_is_theirs(service: Service) -> None:
    """A colleague has the same phone, a company the same name; another workspace is not touched at all."""
    cast, wes = service.cast, service.cast.key("wes")
    await Person.filter(id=wes).update(username="maple", phone=PHONE)
    await Person.filter(id__in=[cast.key("wil"), cast.key("zed")]).update(phone=PHONE)
    zinc = Comment.filter(request_id=cast.key("zinc"))
    changes: dict[str, Any] = {"body": f"zed is {PHONE}"}
    await zinc.update(**changes)
    counts = {model: await model.all().count() for model in (Request, Comment, Activity, Assignment)}
    await delete(service)
    assert await Person.filter(phone=PHONE).count() == 2
    assert (await Organization.get(id=cast.key("maple"))).name == "Maple"
    assert {row.body for row in await zinc} == {f"zed is {PHONE}"}
    later = {model: await model.all().count() for model in counts}
    assert later.pop(Activity) > counts.pop(Activity) and later == counts


INVITED = "worker { id } acceptUrl"


async def invite(service: Service, channel: str, **given: str) -> dict[str, Any]:
    """A new colleague with an open invitation."""
    worker = {"siteIds": [service.cast.site("north")], "sendInvitation": True, "channels": [channel], **given}
    payload = await service.change("ada", "createWorker", worker, INVITED)
    assert payload["errors"] == []
    return payload


async def test_colleagues_keep_their_invitations_and_the_record_of_their_access(service: Service) -> None:
    """One has an address that ends in the deleted one, one the same phone."""
    await Person.filter(id=service.cast.key("wes")).update(phone=PHONE)
    longer = await invite(service, "EMAIL", lastName="Longer", email=f"x{EMAIL}")
    same = await invite(service, "SMS", lastName="Same", phone=PHONE)
    ids = [each["worker"]["id"] for each in (longer, same)]
    record = """query($i: [ID!]) { auditEvents(where: {subjectId: $i}) {
      nodes { kind changes { field before after } } } }"""
    before, rows = await service.ask("ada", record, i=ids), await Invitation.all().order_by("id").values()
    assert f"x{EMAIL}" in str(before) and PHONE in str(before)
    await delete(service)
    assert await service.ask("ada", record, i=ids) == before
    assert await Invitation.all().order_by("id").values() == rows
    for each in (longer, same):
        accept = {"token": each["acceptUrl"].rpartition("/")[2], "password": "grey otters swim at dawn"}
        assert (await service.change(None, "acceptInvitation", accept))["errors"] == []


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (f"Write to x{EMAIL}, x{EMAIL.upper()}.", None),  # wil's
        (f"y{EMAIL}, x.{EMAIL}", "y…, x.…"),
        (f"{EMAIL}.Thanks, {EMAIL}-Merci", "….Thanks, …-Merci"),
        (f"{PHONE}0", "…0"),
        (OLD_PHONE, None),  # somebody else's now
        (f"({EMAIL}) mailto:{EMAIL}?x=1 _{EMAIL}_", "(…) mailto:…?x=1 _…_"),
        (f"-{EMAIL}. L'adresse d'{EMAIL}, {EMAIL}", "-…. L'adresse d'…, …"),
        (f"tel{PHONE}, {PHONE}/{OLD_EMAIL.upper()}", "tel…, …/…"),
    ],
)
async def test_addresses_and_numbers_are_cut_out_but_not_those_of_others(
    service: Service, body: str, left: str | None
) -> None:
    cast, wes = service.cast, service.cast.key("wes")
    await Person.filter(id=wes).update(phone=PHONE)
    await Person.filter(id=cast.key("wil")).update(phone=OLD_PHONE, email=f"x{EMAIL}")
    ids: dict[str, Any] = {"workspace_id": cast.key("toits"), "actor_id": cast.key("ada"), "subject_id": wes}
    former = {"email": OLD_EMAIL, "phone": OLD_PHONE}
    await AuditEvent.create(**ids, kind=AuditKind.PERSON_UPDATED, before=former)
    said = {"requestId": cast.request("door"), "body": body}
    assert (await service.change("ada", "commentOnRequest", said))["errors"] == []
    await delete(service)
    query = "query($i: ID!) { request(id: $i) { comments { nodes { body } } } }"
    comments = (await service.ask("ada", query, i=cast.request("door")))["request"]["comments"]["nodes"]
    assert (left or body) in [each["body"] for each in comments]


async def test_views_whose_names_become_the_same_are_told_apart(service: Service) -> None:
    for name in ("…", EMAIL, EMAIL.title(), f"Ask {EMAIL}"):
        view = {"list": "WORKERS", "name": name, "columns": ["name"]}
        assert (await service.change("ada", "saveView", view))["errors"] == []
    await delete(service)
    views = (await service.ask("ada", "{ savedViews { nodes { name } } }"))["savedViews"]["nodes"]
    assert sorted(each["name"] for each in views) == ["Ask …", "…", "… 2", "… 3"]


async def test_the_names_are_free_at_once_and_files_end(service: Service) -> None:
    cast, wes = service.cast, service.cast.key("wes")
    ids: dict[str, Any] = {"workspace_id": cast.key("toits"), "list_name": "REQUESTS", "format": "EXCEL"}
    mine = await ExportJob.create(**ids, owner_id=wes, search="Émile", title="Mine", where={"status": ["OPEN"]})
    far: dict[str, Any] = {"expires_at": now() + timedelta(days=7), "file_path": "a.xlsx", "state": "DONE"}
    theirs = await ExportJob.create(**ids, **far, owner_id=cast.key("ada"), search="kept")
    await delete(service)
    assert not await LoginName.filter(person_id=wes).exists()
    for model, column in ((SavedView, "owner_id"), (ApiToken, "owner_id"), (Delivery, "recipient_id")):
        assert not await model.filter(**{column: wes}).exists()
    await mine.refresh_from_db()
    assert (mine.state.value, mine.search, mine.title, mine.where) == ("CANCELLED", None, None, None)
    await theirs.refresh_from_db()
    assert theirs.search == "kept" and theirs.expires_at and theirs.expires_at <= now()
