"""Values that are made of parts, in words: rights, ways in, and what changed."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.auth.permissions import Permission, Scope, grant_of
from app.auth.words import BUNDLE_NAMES, PERMISSION_WORDS
from app.lists import record
from app.lists.labels import NO, PHRASES, SCOPES, VALUES, WAYS, YES

NOTHING = "–"
SAID = {
    "bundles": BUNDLE_NAMES,
    "channels": record.CHANNELS,
    "client": record.CLIENTS,
    "creationClients": record.CLIENTS,
    "decision": record.DECISIONS,
    "method": record.METHODS,
    "purpose": record.PURPOSES,
    "status": VALUES["AccountStatus"],
}


def extra_grants(value: Any, language: str, zone: ZoneInfo) -> str | None:
    """What was given to somebody beside the role: each box and each grant once, with why and until when."""
    found: dict[str, None] = {}
    for each in value:
        kind, _, bundle = each["source"].partition(" ")
        if kind == "role":
            continue
        if kind == "bundle":
            what = BUNDLE_NAMES[bundle][language]
        else:
            what = _granted(each["permission"], each["scope"], language)
        found[what + _terms(each, language, zone)] = None
    return "\n".join(found) or None


def _granted(permission: str, scope: str, language: str) -> str:
    meaning = PERMISSION_WORDS[Permission[permission]][language].rstrip(".")
    return f"{meaning} ({SCOPES[scope][language]})"


def _terms(grant: dict[str, Any], language: str, zone: ZoneInfo) -> str:
    ends = grant["expiresAt"] and PHRASES["until"][language].format(end=moment(grant["expiresAt"], zone))
    return "".join(f" – {each}" for each in (ends, grant["reason"]) if each)


def moment(text: str, zone: ZoneInfo) -> str:
    """An instant on the clock of a time zone, to the minute."""
    return f"{datetime.fromisoformat(text).astimezone(zone):%Y-%m-%d %H:%M}"


def ways_in(value: Any, language: str, zone: ZoneInfo) -> str | None:
    """How many open ways in there are, kind by kind."""
    return ", ".join(f"{said[language]} {value[name]}" for name, said in WAYS.items() if value[name]) or None


def changes(value: Any, language: str, zone: ZoneInfo) -> str | None:
    """What changed, one line each: “Role: Staff → Manager”."""
    lines = []
    for each in value or ():
        before, after = (_said(each["field"], each[side], language, zone) for side in ("before", "after"))
        told = after if before is None else f"{before} → {after or NOTHING}"
        if told:
            name = record.NAMES.get(each["field"], {language: each["field"]})[language]
            lines.append(PHRASES["filter"][language].format(name=name, value=told))
    return "\n".join(lines) or None


def _said(name: str, value: Any, language: str, zone: ZoneInfo) -> str | None:
    """One value in words; None if there is none."""
    if value is None or value in ("", []):
        return None
    if isinstance(value, bool):
        return (YES if value else NO)[language]
    if isinstance(value, list):
        return ", ".join(filter(None, (_said(name, each, language, zone) for each in value))) or None
    text = str(value)
    if name in ("bundles", "grants") and ", " in text:
        return _said(name, text.split(", "), language, zone)
    if name == "grants":
        return _word(text, language)
    if name == "ends":
        granted, _, end = text.partition(": ")
        return f"{_word(granted, language)} – {moment(end, zone)}"
    if name.endswith("At"):
        return moment(text, zone)
    return SAID.get(name, {}).get(text, {language: text})[language]


def _word(text: str, language: str) -> str:
    """A grant or a box as the record keeps it: `request.read@ALL`."""
    grant = grant_of(*text.split("@", 1)) if "@" in text else None
    if grant is None:
        return BUNDLE_NAMES.get(text, {language: text})[language]
    return _granted(grant.permission.name, Scope(grant.scope).name, language)
