"""What deletion takes: every row and every word that is about a person and not about the work.

The person's row stays as a tombstone, so that requests, comments and assignments keep their links.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tortoise import Tortoise, fields
from tortoise.expressions import Q, RawSQL
from tortoise.models import Model

from app.models.api_token import ApiToken
from app.models.audit_event import AuditEvent
from app.models.base import now
from app.models.contact_note import ContactNote
from app.models.database import write_free
from app.models.delivery import Delivery
from app.models.export_job import ExportJob
from app.models.invitation import Invitation
from app.models.notification import Notification
from app.models.organization import Department, Organization
from app.models.person import LoginName, Person
from app.models.role import DirectGrant, Role
from app.models.saved_view import SavedView
from app.models.session import Session
from app.models.site import PersonSite, Site
from app.models.text import numbered

# Rows that go with the person, each before the rows that it leans on.
OWN: tuple[tuple[type[Model], str], ...] = (
    (Delivery, "recipient_id"),
    (Notification, "recipient_id"),
    (Invitation, "person_id"),
    (Session, "person_id"),
    (ApiToken, "owner_id"),
    (LoginName, "person_id"),
    (DirectGrant, "person_id"),
    (PersonSite, "person_id"),
    (ContactNote, "contact_id"),
    (SavedView, "owner_id"),
)
PERSONAL = frozenset({"firstName", "lastName", "name", "email", "username", "phone"})
# Whose texts are about themselves: a colleague's phone may be the same, a company's name the same word.
OF_OTHERS = (Person, LoginName, Invitation, Delivery, Organization, Department, Site, Role)
MARK = "…"


async def erase(person: Person, number: int) -> Counter[type[Model]]:
    """Makes a person a tombstone, and tells how many rows went with it; inside the transaction of its reason."""
    words = await _contact_points(person)
    pattern = _finding(words, await _longer(person, words))
    lost = Counter({model: await model.filter(**{column: person.id}).delete() for model, column in OWN})
    await _forget_exports(person)
    await person.bury(number)
    await _rewrite_audit(person)
    for model in Tortoise.apps["models"].values() if Tortoise.apps else ():
        if "workspace" in model._meta.fk_fields and model not in OF_OTHERS:
            await _rewrite(model, person, words, pattern)
    return lost


async def _forget_exports(person: Person) -> None:
    """The person's exports say no more what they were about, and no file of the workspace outlives the person."""
    blank: dict[str, Any] = {"where": None, "search": None, "title": None, "seen": None}
    await ExportJob.filter(owner_id=person.id).update(**blank)
    ended: dict[str, Any] = {"expires_at": now()}
    await ExportJob.filter(workspace_id=person.workspace_id, file_path__isnull=False).update(**ended)


async def _contact_points(person: Person) -> list[str]:
    """The addresses and numbers that are the person's, or were and are nobody else's now.

    A username without @ is a word like others.
    """
    found: set[Any] = {person.email, person.phone, person.username if "@" in (person.username or "") else None}
    events = await AuditEvent.filter(subject_id=person.id)
    others = Person.filter(workspace_id=person.workspace_id).exclude(id=person.id)
    for name in ("email", "phone"):
        told = {side.get(name) for event in events for side in (event.before, event.after)}
        former = {word for word in told if isinstance(word, str)}
        held: dict[str, Any] = {f"{name}__in": list(former)}
        found |= former - set(await others.filter(**held).values_list(name, flat=True))
    return sorted(filter(None, found))


async def _longer(person: Person, words: list[str]) -> set[str]:
    """The addresses and numbers of others in which one of these is a part."""
    others = Person.filter(workspace_id=person.workspace_id).exclude(id=person.id)
    found: set[str] = set()
    for name in ("email", "username", "phone"):
        for word in words:
            held: dict[str, Any] = {f"{name}__icontains": word}
            found |= {str(each) for each in await others.filter(**held).values_list(name, flat=True)}
    return found - set(words)


async def _rewrite_audit(person: Person) -> None:
    """What was done to the person's access stays; who that was and from where does not."""
    for event in await AuditEvent.filter(Q(subject_id=person.id) | Q(actor_id=person.id)):
        if event.subject_id == person.id:
            event.before, event.after = _impersonal(event.before), _impersonal(event.after)
        if event.actor_id in (person.id, None):
            event.ip = ""
        await event.save(update_fields=["before", "after", "ip"])


def _impersonal(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in PERSONAL}


# The words that are left in other rows: names beside the person's id, and ways to reach the person in any text.


async def _rewrite(model: type[Model], person: Person, words: list[str], pattern: re.Pattern[str]) -> None:
    needles = [*words, str(person.id), person.id.hex]
    for column, is_json in _texts(model):
        shown = RawSQL(f'CAST("{model._meta.db_table}"."{column}" AS TEXT)')
        holding = Q(*(Q(shown__icontains=word) for word in (needles if is_json else words)), join_type=Q.OR)
        if not holding.children:
            continue
        rows = _open_to_changes(model, person).annotate(shown=shown).filter(holding)
        for key, value in await rows.values_list("id", column):
            if (plain := _clean(value, person, pattern)) != value:
                await _write(model.filter(id=key), column, plain)


def _open_to_changes(model: type[Model], person: Person) -> Any:
    """All rows of the workspace, but not what the record of access says about others."""
    rows = model.filter(workspace_id=person.workspace_id)
    return rows.filter(Q(subject_id=person.id) | Q(subject_id__isnull=True)) if model is AuditEvent else rows


async def _write(row: Any, column: str, value: Any) -> None:
    """Writes a text; names that have become the same are told apart by numbers."""

    async def write(each: Any) -> None:
        plain: dict[str, Any] = {column: each}
        await row.update(**plain)

    await (write_free(numbered(value, " "), write) if isinstance(value, str) else write(value))


def _texts(model: type[Model]) -> Iterator[tuple[str, bool]]:
    """The columns in which people can have written, and whether they hold JSON."""
    for name, field in model._meta.fields_map.items():
        if isinstance(field, fields.JSONField):
            yield name, True
        elif isinstance(field, fields.CharField | fields.TextField) and not hasattr(field, "enum_type"):
            yield name, False


def _finding(words: list[str], longer: set[str]) -> re.Pattern[str]:
    """Finds these words; first, in a group of their own, the longer ones that are to stay."""
    spared, cut = ("|".join(map(re.escape, sorted(each, key=len, reverse=True))) for each in (longer, words))
    return re.compile(f"({spared or '(?!)'})|{cut or '(?!)'}", re.IGNORECASE)


def _clean(value: Any, person: Person, pattern: re.Pattern[str]) -> Any:
    if isinstance(value, list):
        return [_clean(each, person, pattern) for each in value]
    if isinstance(value, dict):
        return {name: _clean(each, person, pattern) for name, each in _renamed(value, person).items()}
    return pattern.sub(lambda found: found[1] or MARK, value) if isinstance(value, str) else value


def _renamed(values: dict[str, Any], person: Person) -> dict[str, Any]:
    """`{"worker": name, "worker_id": id}` with the tombstone's name."""
    ids = [name for name, value in values.items() if isinstance(value, str) and _hex(value) == person.id.hex]
    named = {name.removesuffix("_id").removesuffix("Id") for name in ids} & values.keys() - set(ids)
    return {**values, **dict.fromkeys(named, person.name)}


def _hex(text: str) -> str:
    """The digits of an id, written with or without its noun."""
    return text.rpartition("_")[2].replace("-", "")
