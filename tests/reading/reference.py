"""A naive Guichet: answers an operation from lists of rows, field by field.

The engine of GraphQL is trusted; everything that makes this service itself is written again.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from graphql import DocumentNode, GraphQLError, GraphQLSchema, execute_sync, get_named_type
from graphql.type import GraphQLObjectType

from app import __version__
from app.lists.registry import LISTS as LISTINGS
from app.models.listing import ListName
from app.schema.undelivered import REASONS
from app.settings import settings
from tests.reading import figures
from tests.reading.listing import Face, Listing, listed, ordered, page_of, searched, standing_now
from tests.reading.managing import asked, person_can, usage
from tests.reading.reviewing import review
from tests.reading.world import Eyes, key_in, shown_id

BY_ID = (
    *("User", "Worker", "Contact", "Role", "Organization", "Department", "Site", "Request"),
    *(
        "Assignment",
        "Comment",
        "Activity",
        "ContactNote",
        "Notification",
        "Attachment",
        "Workspace",
        "SavedView",
        "ExportJob",
    ),
)
# The lists that need a permission, and whether the own row alone is not enough.
GUARDED = {
    "requests": ("request.read", False),
    "users": ("user.read", True),
    "workers": ("worker.read", True),
    "contacts": ("contact.read", True),
    "assignableWorkers": ("request.assign", False),
    "deliveries": ("settings.manage", False),
    "auditEvents": ("audit.read", False),
    "statistics": ("stats.read", False),
    "accessReview": ("user.manage", False),
    "invitations": ("account.credentials", False),
}
LISTS = {
    "requests": "Request",
    "users": "User",
    "workers": "Worker",
    "contacts": "Contact",
    "organizations": "Organization",
    "departments": "Department",
    "sites": "Site",
    "roles": "Role",
    "notifications": "Notification",
    "deliveries": "Delivery",
    "sessions": "Session",
    "auditEvents": "AuditEvent",
    "invitations": "Invitation",
    "savedViews": "SavedView",
    "exportJobs": "ExportJob",
}
ROOTS = {
    *(*LISTS, "viewer", "portal", "node", "nodes", "workspace", "request", "assignableWorkers"),
    *("listColumns", "exportJob", "statistics", "calendarFeed", "accessReview"),
}
COLUMNS = {
    ("Site", "isActive"): "active",
    ("Organization", "isActive"): "active",
    ("Department", "isActive"): "active",
    ("Comment", "isInternal"): "internal",
    ("Activity", "isInternal"): "internal",
    ("Attachment", "isInternal"): "internal",
    ("User", "hasAllSites"): "all_sites",
    ("Worker", "hasAllSites"): "all_sites",
    ("Session", "address"): "ip",
    ("AuditEvent", "address"): "ip",
    ("AuditEvent", "at"): "created_at",
    ("SavedView", "list"): "list_name",
    ("ExportJob", "list"): "list_name",
    ("SavedView", "isShared"): "shared",
}
FEATURES = {"WORKER_ACCOUNTS", "STAFF_ACCESS", "SMS", "EXPORTS", "STATISTICS", "CALENDAR_FEEDS", "API_TOKENS"}
CLOSED = {"DONE", "CANCELLED"}
INSIDE = {"organization", "department", "sites", "defaultSite", "reason", "note", "openWork", "reassignTo"}
PRIVILEGED = {"user.manage", "role.manage", "settings.manage", "audit.read"}

Answer = tuple[Any, set[tuple[str, str]]]


def answer(schema: GraphQLSchema, document: DocumentNode, variables: dict[str, Any], eyes: Eyes) -> Answer:
    """The data, and the root fields that are errors with their codes."""
    result = execute_sync(
        schema,
        document,
        context_value=eyes,
        variable_values=variables,
        field_resolver=resolve,
        type_resolver=lambda value, info, kind: value.kind,
    )
    data, errors = result.data, set()
    for error in result.errors or ():
        assert error.path and error.extensions, repr(error.original_error or error)
        errors.add((str(error.path[0]), error.extensions["code"]))
    return data, errors


def resolve(source: Any, info: Any, **args: Any) -> Any:
    """The value of a field."""
    kind, name, eyes = info.parent_type.name, info.field_name, info.context
    if kind == "Query":
        return _root(eyes, name, args)
    if isinstance(source, dict):
        return source[name]
    if isinstance(source, Listing):
        return source.part(name)
    if _is_hidden(eyes, info.parent_type, name, source.row):
        return None
    return _field(eyes, source, name, get_named_type(info.return_type), args)


def _is_hidden(eyes: Eyes, gtype: GraphQLObjectType, name: str, row: Any) -> bool:
    """Whether the published schema says that the field is null on this row."""
    node = gtype.fields[name].ast_node
    for directive in node.directives or () if node else ():
        if directive.name.value == "within":
            word = directive.arguments[0].value.value.replace("_", ".", 1).lower()
            return not eyes.reaches(word, gtype.name, row)
    return False


def _root(eyes: Eyes, name: str, args: dict[str, Any]) -> Any:
    assert name in ROOTS, f"the reference does not know {name}"
    if name in GUARDED:
        permission, beyond_own = GUARDED[name]
        if not eyes.scopes(permission) - ({"OWN"} if beyond_own else set()):
            raise GraphQLError("forbidden", extensions={"code": "FORBIDDEN"})
    if name in LISTS:
        return listed(eyes, LISTS[name], **args)
    roots: dict[str, Callable[..., Any]] = {
        "accessReview": lambda **args: listed(eyes, "User", reach="user.manage", **args),
        "viewer": lambda: Face("Viewer", eyes.me),
        "workspace": lambda: Face("Workspace", eyes.world.by_key[eyes.me.workspace_id]),
        "node": lambda id: _node(eyes, id),
        "nodes": lambda ids: [_node(eyes, each) for each in ids],
        "request": lambda id: _request(eyes, id),
        "assignableWorkers": lambda **args: _assignable(eyes, **args),
        "calendarFeed": lambda: _feed(eyes),
        "portal": lambda slug: _portal_of(eyes, slug),
        "exportJob": lambda id: _export(eyes, id),
        "statistics": lambda **args: figures.statistics(eyes, **args),
        "listColumns": lambda list: _columns(eyes, list),
    }
    return roots[name](**args)


def _export(eyes: Eyes, text: str) -> Face | None:
    key = key_in("ExportJob", text)
    rows = [row for row in eyes.world.all("ExportJob") if row.id == key and eyes.sees("ExportJob", row)]
    return Face("ExportJob", rows[0]) if rows else None


def _url(eyes: Eyes, job: Any) -> str | None:
    base = settings().public_url
    return f"{base}/files/exports/{shown_id('ExportJob', job)}" if job.state == "DONE" else None


def _file_name(eyes: Eyes, job: Any) -> str | None:
    suffix = job.file_path and job.file_path.rpartition(".")[2]
    return f"{job.list_name.lower()}-{job.created_at:%Y-%m-%d}.{suffix}" if suffix else None


def _feed(eyes: Eyes) -> Face | None:
    mine = [row for row in eyes.world.all("CalendarFeed") if row.person_id == eyes.me.id]
    return Face("CalendarFeed", mine[0]) if mine else None


def _columns(eyes: Eyes, name: str) -> list[dict[str, str]]:
    found = LISTINGS[ListName[name]].columns.values()
    language = eyes.me.language
    return [{"name": each.name, "title": each.title(language), "selection": each.selection} for each in found]


def _node(eyes: Eyes, text: str) -> Face | None:
    found = ((kind, key_in(kind, text)) for kind in BY_ID)
    rows = [(kind, row) for kind, key in found if key for row in eyes.world.all(kind) if row.id == key]
    return next((Face(kind, row) for kind, row in rows if eyes.sees(kind, row)), None)


def _request(eyes: Eyes, text: str) -> Face | None:
    key = key_in("Request", text)
    rows = [row for row in eyes.requests if row.id == key or f"R-{row.number}" == text.upper()]
    return Face("Request", rows[0]) if rows else None


def _assignable(eyes: Eyes, requestId: str, search: str | None = None, **args: Any) -> Listing | None:
    request = next((row for row in eyes.requests if row.id == key_in("Request", requestId)), None)
    if request is None:
        return None
    links = {link.person_id for link in eyes.world.tables["links"] if link.site_id == request.site_id}
    busy = {each.worker_id for each in _assigned(eyes, request)}
    may = _may(eyes, "request.assign", request) and request.status not in CLOSED
    rows = [
        row
        for row in eyes.world.all("Worker")
        if may
        and eyes.sees("Worker", row)
        and eyes.reaches("worker.read", "Worker", row)
        and (row.all_sites or row.id in links)
        and row.status in ("NO_ACCESS", "INVITED", "ACTIVE")
        and row.id not in busy
    ]
    return page_of(eyes, "Worker", searched(rows, search), (("sort_name", False),), **args)


def _assigned(eyes: Eyes, request: Any) -> list[Any]:
    all_ = eyes.world.tables["assignments"]
    return [each for each in all_ if each.request_id == request.id and each.ended_at is None]


def _field(eyes: Eyes, face: Face, name: str, target: Any, args: dict[str, Any]) -> Any:
    special = SPECIAL.get((face.kind, name))
    if special:
        return special(eyes, face.row, **args)
    if name == "id":
        return shown_id(face.kind, face.row)
    if target.name.endswith("Connection"):
        kind = target.name.removesuffix("Connection")
        rows = [row for row in eyes.world.all(kind) if row.request_id == face.row.id and eyes.sees(kind, row)]
        return page_of(eyes, kind, rows, (("id", kind not in ("Comment", "Attachment")),), **args)
    if isinstance(target, GraphQLObjectType):
        return _related(eyes, face, name, target.name)
    return _plain(getattr(face.row, COLUMNS.get((face.kind, name), _snake(name))))


def _related(eyes: Eyes, face: Face, name: str, kind: str) -> Face | None:
    """The row at the end of a foreign key, or the same person under another face."""
    key = getattr(face.row, f"{_snake(name)}_id", face.row.id if name in ("user", "worker", "contact") else None)
    row = eyes.world.by_key.get(key) if key else None
    return Face(kind, row) if row and eyes.sees(kind, row) else None


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value.name if isinstance(value, Enum) else value


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


# What is no column.


def _may(eyes: Eyes, permission: str, request: Any, but: str = "") -> bool:
    return bool((eyes.request_scopes(request) - {but}) & eyes.scopes(permission))


def _viewer_can(eyes: Eyes, request: Any) -> dict[str, bool]:
    """What the design's table says about one request, and what its status allows."""
    status, works = request.status, _may(eyes, "request.work", request)
    begun, waiting = status == "IN_PROGRESS", status == "ON_HOLD"
    is_open, assigned = status == "OPEN", "ASSIGNED" in eyes.request_scopes(request)
    manages = _may(eyes, "request.update", request, but="OWN")
    return {
        "update": manages or (is_open and _may(eyes, "request.update", request)),
        "assign": _may(eyes, "request.assign", request) and status not in CLOSED,
        "start": works and (is_open or waiting),
        "hold": works and begun,
        "finish": works and (begun or waiting),
        "cancel": _may(eyes, "request.cancel", request) and status not in CLOSED,
        "reopen": manages and status in CLOSED,
        "comment": works,
        "attach": works or manages or (is_open and _may(eyes, "request.update", request)),
        "acknowledge": works and assigned,
        "decline": works and assigned and status not in CLOSED,
        "delete": _may(eyes, "request.delete", request),
    }


def _grants(words: list[tuple[str, str, str]], terms: list[tuple[Any, Any]] | None = None) -> list[dict[str, Any]]:
    said = zip(words, terms or [(None, None)] * len(words), strict=True)
    known = [(*each, *term) for each, term in said if each[0] not in ("no.word", "nothing.known")]
    return [
        {
            "permission": permission.replace(".", "_").upper(),
            "scope": scope,
            "source": origin,
            "isPrivileged": permission in PRIVILEGED or (permission, scope) == ("account.credentials", "ALL"),
            "reason": reason,
            "expiresAt": _plain(ends),
        }
        for permission, scope, origin, reason, ends in known
    ]


def _grants_of(eyes: Eyes, person: Any) -> list[dict[str, Any]]:
    theirs = Eyes(eyes.world, person, eyes.at)
    terms = [(None, None)] * len(theirs.role.grants)
    return _grants(theirs.grants, [*terms, *theirs.terms])


def _warnings(eyes: Eyes, person: Any) -> list[dict[str, Any]]:
    words = {
        "CANNOT_LOG_IN": (
            "has no access yet and cannot sign in.",
            "n'a pas encore d'accès et ne peut pas se connecter.",
        ),
        "NO_EMAIL": (
            "has no e-mail address and is not told by e-mail.",
            "n'a pas d'adresse courriel et n'est pas prévenu par courriel.",
        ),
    }
    came_back = {
        True: f"Le courrier adressé à {person.name} est revenu. Vérifiez l'adresse courriel.",
        False: f"Mail to {person.name} came back. Check the e-mail address.",
    }
    found = [] if person.status == "ACTIVE" else [("CANNOT_LOG_IN", "status")]
    found += [] if person.email else [("NO_EMAIL", "email")]
    french = eyes.me.language == "fr"
    told = [{"code": code, "message": f"{person.name} {words[code][french]}", "path": [path]} for code, path in found]
    if person.email_bounced_at:
        told.append({"code": "EMAIL_BOUNCED", "message": came_back[french], "path": ["email"]})
    return told


def _notes(eyes: Eyes, contact: Any, **args: Any) -> Listing:
    mine = [row for row in eyes.world.all("ContactNote") if row.contact_id == contact.id]
    rows = [row for row in mine if eyes.sees("ContactNote", row)]
    return page_of(eyes, "ContactNote", rows, (("id", True),), **args)


def _sites_of(eyes: Eyes, person: Any) -> list[Face]:
    keys = {link.site_id for link in eyes.world.tables["links"] if link.person_id == person.id}
    rows = [row for row in eyes.world.all("Site") if row.id in keys and eyes.sees("Site", row)]
    return [Face("Site", row) for row in ordered(rows, (("sort_name", False),))]


def _invited(eyes: Eyes, kind: str, invitation: Any) -> Face | None:
    person = eyes.world.by_key[invitation.person_id]
    is_one = {"User": True, "Worker": person.is_worker, "Contact": person.organization_id is not None}
    return Face(kind, person) if is_one[kind] and eyes.sees(kind, person) else None


def _carried(eyes: Eyes, invitation: Any) -> list[Face]:
    return [Face("Delivery", row) for row in eyes.world.all("Delivery") if row.invitation_id == invitation.id]


def _departments_of(eyes: Eyes, organization: Any) -> list[Face]:
    rows = [row for row in eyes.world.all("Department") if row.organization_id == organization.id]
    seen = [row for row in rows if eyes.sees("Department", row)]
    return [Face("Department", row) for row in ordered(seen, (("sort_name", False),))]


def _assignees(eyes: Eyes, request: Any) -> list[Face]:
    rows = {each.worker_id: eyes.world.by_key[each.worker_id] for each in _assigned(eyes, request)}
    seen = [row for row in rows.values() if eyes.sees("Worker", row)]
    return [Face("Worker", row) for row in ordered(seen, (("sort_name", False),))]


def _public(eyes: Eyes, values: dict[str, Any]) -> Any:
    kept = {k: v for k, v in values.items() if not k.endswith(("_id", "Id"))}
    if eyes.role.audience == "CONTACT":
        kept = {k: v for k, v in kept.items() if k not in ("organization", "department", "requester")}
    return json.loads(json.dumps(kept))


def _actor(eyes: Eyes, row: Any) -> Face | None:
    activity = eyes.world.by_key[row.activity_id]
    actor = eyes.world.by_key[activity.actor_id]
    return Face("Card", actor) if eyes.sees("Activity", activity) and eyes.sees("Card", actor) else None


def _unread(eyes: Eyes, row: Any) -> int:
    mine = [each for each in eyes.world.all("Notification") if eyes.sees("Notification", each)]
    return sum(each.read_at is None for each in mine)


MAIL = ["LIVE", "EMAIL"]
USUAL = {"CREATED": [], "UPDATED": ["LIVE"], "ASSIGNED": [*MAIL, "SMS"]} | dict.fromkeys(
    ("UNASSIGNED", "DECLINED", "STARTED", "FINISHED", "CANCELLED", "REOPENED", "COMMENTED"), MAIL
)
USUAL["ATTACHED"] = ["LIVE"]


def _preferences(eyes: Eyes, row: Any) -> list[dict[str, Any]]:
    chosen = {**USUAL, **row.preferences}
    return [{"kind": kind, "channels": chosen[kind], "isDefault": kind not in row.preferences} for kind in USUAL]


def _reason(eyes: Eyes, row: Any) -> str | None:
    """The scenery knows one code."""
    language = "fr" if eyes.me.language == "fr" else "en"
    return REASONS["TIMEOUT"][language] if row.provider_code and row.state not in ("SENT", "DELIVERED") else None


def _portal(eyes: Eyes, workspace: Any, audience: str, language: str | None) -> str:
    base = (workspace.public_url or settings().public_url).rstrip("/")
    wanted = language or workspace.default_language
    return f"{base}/{'fr' if wanted.lower().startswith('fr') else 'en'}/{audience.lower()}"


def _portal_of(eyes: Eyes, slug: str) -> dict[str, Any] | None:
    row = next((row for row in eyes.world.all("Workspace") if row.slug == slug), None)
    words = {"name": "name", "languages": "languages", "defaultLanguage": "default_language"}
    shown = {name: getattr(row, column, None) for name, column in words.items()}
    return {**shown, "isSignUpOpen": row.policies.get("sign_up_open", False)} if row else None


def _policies(eyes: Eyes, row: Any) -> dict[str, Any]:
    return {
        "isSignUpOpen": row.policies.get("sign_up_open", False),
        "creationClients": row.policies.get("creation_clients", ["WEB", "API"]),
        "preferredEmailDomains": row.policies.get("preferred_email_domains", []),
        "isPinAllowed": row.policies.get("pin_allowed", True),
        "isManualPasswordAllowed": row.policies.get("manual_passwords_allowed", True),
        "accessReviewDays": row.policies.get("access_review_days", 180),
    }


def _told(eyes: Eyes, values: dict[str, Any]) -> dict[str, Any]:
    inside = INSIDE if eyes.role.audience == "CONTACT" else set()
    return {k: value for k, value in values.items() if not k.endswith(("_id", "Id")) and k not in inside}


def _changes(eyes: Eyes, row: Any) -> list[dict[str, Any]]:
    before, after = _told(eyes, row.before), _told(eyes, row.after)
    return [{"field": n, "before": before.get(n), "after": after.get(n)} for n in sorted({*before, *after})]


SPECIAL: dict[tuple[str, str], Callable[..., Any]] = {
    ("Request", "number"): lambda eyes, row: f"R-{row.number}",
    ("Request", "isOverdue"): lambda eyes, row: bool(
        row.due_at and row.due_at < eyes.at and row.status not in CLOSED
    ),
    ("Request", "viewerCan"): _viewer_can,
    ("Request", "assignees"): _assignees,
    ("User", "review"): lambda eyes, row: {name: _plain(value) for name, value in review(eyes, row).items()},
    **{(kind, "viewerCan"): person_can for kind in ("User", "Worker", "Contact")},
    **{(kind, "warnings"): lambda eyes, row: _warnings(eyes, row) for kind in ("User", "Worker", "Contact")},
    ("User", "grants"): lambda eyes, row: _grants_of(eyes, row),
    ("Contact", "seeAllRequests"): lambda eyes, row: any(
        (each.person_id, each.permission, each.scope) == (row.id, "request.read", "ORGANIZATION")
        and (each.expires_at is None or each.expires_at > eyes.at)
        for each in eyes.world.tables["grants"]
    ),
    ("Contact", "usage"): lambda eyes, row: {name: _plain(value) for name, value in usage(eyes, row).items()},
    ("Contact", "recentRequests"): lambda eyes, row: [Face("Request", each) for each in asked(eyes, row)[:10]],
    ("Contact", "notes"): lambda eyes, row, **args: _notes(eyes, row, **args),
    ("User", "isActive"): lambda eyes, row: row.status == "ACTIVE",
    ("Worker", "isActive"): lambda eyes, row: row.status == "ACTIVE",
    ("Contact", "isActive"): lambda eyes, row: row.status == "ACTIVE",
    ("Invitation", "state"): lambda eyes, row: standing_now(eyes, row),
    ("Invitation", "user"): lambda eyes, row: _invited(eyes, "User", row),
    ("Invitation", "worker"): lambda eyes, row: _invited(eyes, "Worker", row),
    ("Invitation", "contact"): lambda eyes, row: _invited(eyes, "Contact", row),
    ("Invitation", "deliveries"): _carried,
    ("SavedView", "orderBy"): lambda eyes, row: row.order_by,
    ("ExportJob", "orderBy"): lambda eyes, row: row.order_by,
    ("ExportJob", "url"): _url,
    ("ExportJob", "fileName"): _file_name,
    ("SavedView", "isOwn"): lambda eyes, row: row.owner_id == eyes.me.id,
    **{(kind, "sites"): _sites_of for kind in ("User", "Worker", "Contact")},
    ("Organization", "departments"): _departments_of,
    ("Role", "grants"): lambda eyes, row: _grants(
        [(each["permission"], each["scope"], f"role {row.name}") for each in row.grants]
    ),
    ("Viewer", "audience"): lambda eyes, row: eyes.role.audience.name,
    ("Viewer", "permissions"): lambda eyes, row: _grants_of(eyes, eyes.me),
    ("Viewer", "unreadNotifications"): _unread,
    ("Viewer", "notificationPreferences"): _preferences,
    ("Notification", "actor"): _actor,
    ("Statistics", "total"): lambda eyes, row: len(row),
    ("Statistics", "byStatus"): figures.by_status,
    ("Statistics", "byPriority"): figures.by_priority,
    ("Statistics", "bySite"): figures.by_site,
    ("Statistics", "byWorker"): figures.by_worker,
    ("Statistics", "openByAge"): figures.open_by_age,
    ("Statistics", "timeToAssignment"): figures.time_to_assignment,
    ("Statistics", "timeToDone"): figures.time_to_done,
    ("Statistics", "series"): figures.series,
    ("Viewer", "workspace"): lambda eyes, row: Face("Workspace", eyes.world.by_key[row.workspace_id]),
    ("Delivery", "reason"): _reason,
    ("Workspace", "features"): lambda eyes, row: sorted(name for name in FEATURES if row.features.get(name, True)),
    ("Assignment", "endReason"): lambda eyes, row: None if eyes.role.audience == "CONTACT" else row.end_reason,
    ("Attachment", "url"): lambda eyes, row: f"{settings().public_url}/files/attachments/att_{row.id.hex}",
    ("Activity", "before"): lambda eyes, row: _public(eyes, row.before),
    ("Activity", "after"): lambda eyes, row: _public(eyes, row.after),
    ("AuditEvent", "changes"): _changes,
    ("Session", "isCurrent"): lambda eyes, row: row.id == eyes.session_id,
    ("Session", "device"): lambda eyes, row: {"tests": None}.get(row.user_agent, "Firefox, Linux"),
    ("Workspace", "policies"): _policies,
    ("Workspace", "preferredEmailDomains"): lambda eyes, row: _policies(eyes, row)["preferredEmailDomains"],
    ("Workspace", "settingsVersion"): lambda eyes, row: row.version,
    ("Workspace", "version"): lambda eyes, row: __version__,
    ("Workspace", "portalUrl"): _portal,
}
