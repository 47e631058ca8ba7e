"""Who manages whom, in plain words: nobody reaches people who hold more, or hold it elsewhere."""

from datetime import timedelta
from typing import Any

from tests.reading.world import Eyes

WIDER = {
    "OWN": {"OWN", "ORGANIZATION", "ALL"},
    "ASSIGNED": {"ASSIGNED", "ALL"},
    "DEPARTMENT": {"DEPARTMENT", "ORGANIZATION", "ALL"},
    "ORGANIZATION": {"ORGANIZATION", "ALL"},
    "ALL": {"ALL"},
}
UNKNOWN = ("no.word", "nothing.known")
POWER = ("user.manage", "role.manage", "settings.manage", "audit.read")
GONE = ("INACTIVE", "DELETED")


def person_can(eyes: Eyes, person: Any) -> dict[str, bool]:
    """The buttons for one person."""
    managed = _reached(eyes, person) and not _above(eyes, person) and person.status != "DELETED"
    entrusted = _reached(eyes, person, "account.credentials") and not _above(eyes, person)
    entrusted = entrusted and not _outlasts(eyes, person)
    other, suspended = managed and person.id != eyes.me.id, person.status == "INACTIVE"
    return {
        "update": managed,
        "deactivate": other and not suspended,
        "reactivate": other and suspended,
        "delete": other,
        "sendCredentials": entrusted and person.status not in GONE,
    }


def _reached(eyes: Eyes, person: Any, besides: str | None = None) -> bool:
    faces = [("User", "user.manage", True), ("Worker", "worker.manage", person.is_worker)]
    faces.append(("Contact", "contact.manage", person.organization_id is not None))
    return any(
        is_one and eyes.reaches(permission, face, person) and (besides is None or eyes.reaches(besides, face, person))
        for face, permission, is_one in faces
    )


def _stored(eyes: Eyes, person: Any) -> set[tuple[str, str]]:
    """Every grant that is written down for a person, whether or not it has ended."""
    role = eyes.world.by_key[person.role_id]
    own = {(each["permission"], each["scope"]) for each in role.grants}
    return own | {
        (each.permission, each.scope) for each in eyes.world.tables["grants"] if each.person_id == person.id
    }


def _above(eyes: Eyes, person: Any) -> bool:
    stored = _stored(eyes, person)
    known = {each for each in stored if each[0] not in UNKNOWN}
    if any(not WIDER[scope] & eyes.scopes(permission) for permission, scope in known):
        return True
    theirs = {link.site_id for link in eyes.world.tables["links"] if link.person_id == person.id}
    elsewhere = person.all_sites or bool(theirs - eyes.my_sites)
    wide = any(scope == "ALL" for _, scope in stored)
    return eyes.is_fenced and person.id != eyes.me.id and elsewhere and wide


def _outlasts(eyes: Eyes, person: Any) -> bool:
    """Whether a person holds power over people that is lent to me at most."""
    passing = eyes.me.access_expires_at is not None
    lasting = {(each["permission"], each["scope"]) for each in eyes.role.grants}
    mine = [each for each in eyes.world.tables["grants"] if each.person_id == eyes.me.id and each.expires_at is None]
    lasting |= {(each.permission, each.scope) for each in mine}
    return any(
        passing or not any((permission, wider) in lasting for wider in WIDER[scope])
        for permission, scope in _stored(eyes, person)
        if permission in POWER or (permission, scope) == ("account.credentials", "ALL")
    )


def usage(eyes: Eyes, contact: Any) -> dict[str, Any]:
    """How often somebody asked, among what is seen."""
    mine = asked(eyes, contact)
    recent = [row for row in mine if eyes.at - row.created_at <= timedelta(days=90)]
    return {"total": len(mine), "last90Days": len(recent), "lastAt": mine[0].created_at if mine else None}


def asked(eyes: Eyes, contact: Any) -> list[Any]:
    """What a contact asked for, newest first."""
    rows = [row for row in eyes.requests if row.requester_id == contact.id]
    return sorted(rows, key=lambda row: row.id, reverse=True)
