"""What the cast leaves out and answers could differ about: times, nulls, ties, odd letters, ended grants."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

from app.models import (
    Activity,
    ApiToken,
    Assignment,
    Attachment,
    CalendarFeed,
    Comment,
    ContactNote,
    Delivery,
    Department,
    DirectGrant,
    ExportJob,
    Invitation,
    Notification,
    Organization,
    Person,
    PersonSite,
    Request,
    Role,
    SavedView,
    Session,
    Site,
    Workspace,
)
from app.models.activity import ActivityKind
from app.models.attachment import AttachmentState
from app.models.delivery import Channel, DeliveryState
from app.models.export_job import ExportFormat, ExportReason, ExportState
from app.models.invitation import InvitationState, Method, Purpose
from app.models.person import AccountStatus, next_notification
from app.models.request import Priority, RequestKind, RequestStatus
from app.models.role import Audience
from app.models.session import Client
from tests.cast import Cast

LONG_AGO = datetime(2024, 3, 5, 8, 30, tzinfo=UTC)
PRECISE = LONG_AGO.replace(microsecond=123456)
FAR = datetime(2099, 12, 31, 23, 59, 59, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
BEGAN = datetime(2025, 1, 1, 6, 0, tzinfo=UTC)
# The instants of the rows, as clients write them, and some beside them.
INSTANTS = (
    "2024-03-05T08:30:00Z",
    "2024-03-05T09:30:00+01:00",
    "2024-03-05T08:30:00.123456Z",
    "2024-03-05T08:30:00.123457Z",
    "2024-03-05T10:30:00Z",
    "2025-01-01T08:00:00Z",
    "2099-12-31T23:59:59.000001Z",
    "2020-01-01T00:00:00-05:30",
)
ODD = 'Back\\slash "quoted" 100% under_score {"json": null} \t\u2028 é 🛠 <b>'
WORDS = (
    "roof",
    "ÉVIER",
    "r-10",
    "ROY  é",
    "100%",
    "under_score",
    "back\\slash",
    '"quoted"',
    "o'",
    "a e",
    "toits.example roy",
    "%",
    "_",
    "",
    " ",
    "a b c d e f g h nothing",
    "nowhere",
    "x" * 230,
)
REQUESTS: tuple[dict[str, Any], ...] = (
    {"title": ODD, "description": ODD, "due_at": LONG_AGO, "scheduled_start": LONG_AGO, "to": ["wes", "gone"]},
    {"title": "same", "due_at": PRECISE, "status": "IN_PROGRESS", "priority": "HIGH", "to": ["sam"]},
    {"title": "same", "due_at": PRECISE, "status": "ON_HOLD", "scheduled_start": LONG_AGO, "department": "front"},
    {"title": "same", "due_at": FAR, "status": "DONE", "closed_at": PRECISE, "kind": "ORDER", "department": "back"},
    {"title": "a", "status": "CANCELLED", "due_at": LONG_AGO, "closed_at": LONG_AGO, "site": "south", "to": ["win"]},
    {"title": "Z", "requester": "ghost", "organization": "maple", "priority": "URGENT", "site": None},
    {"title": "é", "requester": "bo", "organization": "birch", "department": "barn", "site": "south", "by": "win"},
    {"title": "e", "requester": "cyn", "organization": "maple", "department": "front", "by": "wes", "to": ["ivy"]},
    {"title": "o'clock", "kind": "BOOKING", "by": "sol", "to": ["sol"], "status": "DONE", "scheduled_start": FAR},
    {"title": "deleted", "deleted_at": PRECISE, "to": ["wes"], "requester": "cyn", "organization": "zeta"},
    {"title": "open", "kind": "BOOKING", "by": "uma", "scheduled_start": PRECISE, "scheduled_end": FAR},
)
PEOPLE: dict[str, dict[str, Any]] = {
    "dan": {"role": "HEAD", "organization": "maple", "department": "front", "email": "dan@maple.example"},
    "eve": {"role": "STAFF", "sites": ["south"], "email": "eve@toits.example", "language": "fr"},
    "uma": {"role": "STAFF", "email": "uma@toits.example", "first_name": None},
    "ivy": {"role": "WORKER", "sites": ["north"], "is_worker": True, "organization": "birch", "department": "barn"},
    "gone": {"role": "WORKER", "is_worker": True, "tombstone": 1, "sites": ["north"]},
    "ghost": {"role": "CONTACT", "organization": "maple", "tombstone": 2},
}
# person: (permission, scope, hours until it ends, or None)
GRANTS: dict[str, list[tuple[str, str, float | None]]] = {
    "eve": [("contact.read", "ALL", 24), ("role.manage", "ALL", None), ("settings.manage", "ALL", 24)],
    "uma": [("request.read", "ALL", -1), ("worker.read", "ORGANIZATION", None), ("nothing.known", "ALL", None)],
    "ivy": [("contact.read", "ORGANIZATION", 24), ("request.update", "OWN", None), ("user.read", "DEPARTMENT", None)],
    "wes": [("request.read", "OWN", 24)],
    "cyn": [("request.read", "DEPARTMENT", None), ("worker.read", "ALL", -1)],
    "max": [("settings.manage", "ALL", -1)],
}


# owner, list, name, whether it is shared
VIEWS = (
    ("ada", "CONTACTS", "Clients", True),
    ("ada", "USERS", "Secret", False),
    ("max", "REQUESTS", "é", True),
    ("eve", "WORKERS", "Clients", True),
    ("cora", "CONTACTS", ODD[:40], False),
    ("zoe", "REQUESTS", "Zurich", True),
)
NOTES = (("cyn", "max", ODD), ("cyn", "ada", "same"), ("bo", "ada", "same"), ("ghost", "eve", "é"))


async def furnish(cast: Cast) -> None:
    """Adds all of it to a database that holds the cast."""
    await _places(cast)
    for name, facts in PEOPLE.items():
        cast.keys[name] = await _person(cast, name, dict(facts))
    await _details(cast)
    for name, grants in GRANTS.items():
        for permission, scope, hours in grants:
            ends = None if hours is None else datetime.now(UTC) + timedelta(hours=hours)
            ids: dict[str, Any] = {"workspace_id": cast.key("toits"), "person_id": cast.key(name)}
            await DirectGrant.create(**ids, permission=permission, scope=scope, expires_at=ends)
    for number, facts in enumerate(REQUESTS):
        cast.keys[f"extra {number}"] = await _request(cast, dict(facts))
    await _history(cast)
    await _messages(cast)
    for name in ("wes", "cyn", "uma"):
        owner: dict[str, Any] = {"workspace_id": cast.key("toits"), "person_id": cast.key(name)}
        await CalendarFeed.create(**owner, token_hash=name, last_used_at=PRECISE if name == "wes" else None)
    await _invitations(cast)
    await _views(cast)
    await _news(cast)
    await _exports(cast)
    for contact, author, body in NOTES:
        ids = {"contact_id": cast.key(contact), "author_id": cast.key(author)}
        await ContactNote.create(workspace_id=cast.key("toits"), body=body, **ids)
    await _ways_in(cast)


async def _ways_in(cast: Cast) -> None:
    """Links and secrets, tokens and sessions, open and ended."""
    soon, ids = datetime.now(UTC) + timedelta(hours=9), {"workspace_id": cast.key("toits")}
    for number, method in enumerate((Method.LINK, Method.LINK, Method.PIN, Method.TEMPORARY_PASSWORD)):
        mine: dict[str, Any] = {**ids, "person_id": cast.key("wes"), "purpose": Purpose.RESET, "method": method}
        for ends in (soon, LONG_AGO):
            await Invitation.create(**mine, expires_at=ends, token_hash=f"link {number} {ends}")
    for number, ended in enumerate((None, LONG_AGO)):
        words: dict[str, Any] = {**ids, "revoked_at": ended, "token_hash": f"token {number}"}
        await ApiToken.create(**words, owner_id=cast.key("wes"), prefix="gat", name="script")
        client: dict[str, Any] = {"client": Client.WEB, "audience": Audience.WORKER, "expires_at": soon}
        await Session.create(**words, **client, person_id=cast.key("wes"))


async def _places(cast: Cast) -> None:
    workspace = cast.key("toits")
    rules: dict[str, Any] = {
        "sign_up_open": True,
        "creation_clients": ["MOBILE"],
        "preferred_email_domains": ["é.example"],
    }
    rules |= {"access_review_days": 30}
    await Workspace.filter(id=workspace).update(policies=rules, features={"SMS": False, "EXPORTS": True})
    cast.keys["attic"] = (await _saved(Site(workspace_id=workspace, name="attic", address=ODD, active=False))).id
    old: Any = await _saved(Organization(workspace_id=workspace, name="Zeta & fils", active=False))
    cast.keys["zeta"] = old.id
    await _saved(Department(workspace_id=workspace, organization_id=old.id, name="Old", active=False))
    grants = [{"permission": f"{noun}.read", "scope": "DEPARTMENT"} for noun in ("request", "contact")]
    grants += [{"permission": "request.update", "scope": "DEPARTMENT"}, {"permission": "no.word", "scope": "ALL"}]
    await Role.create(workspace_id=workspace, key="HEAD", name="Head", audience=Audience.CONTACT, grants=grants)


async def _saved(row: Any) -> Any:
    await row.index().save()
    return row


async def _person(cast: Cast, name: str, facts: dict[str, Any]) -> Any:
    workspace = cast.key("toits")
    sites = facts.pop("sites", [])
    role = await Role.get(workspace_id=workspace, key=facts.pop("role"))
    links = {f"{link}_id": cast.key(facts.pop(link)) for link in ("organization", "department") if link in facts}
    names: dict[str, Any] = {"first_name": name.title(), "last_name": "Roy", "status": AccountStatus.ACTIVE}
    if "tombstone" in facts:
        names = {"last_name": "", "status": AccountStatus.DELETED}
    person = await _saved(Person(workspace_id=workspace, role_id=role.id, **links, **(names | facts)))
    for site in sites:
        await PersonSite.create(workspace_id=workspace, person_id=person.id, site_id=cast.key(site))
    return person.id


async def _details(cast: Cast) -> None:
    signed_in = (None, LONG_AGO, PRECISE, PRECISE)
    trades = (None, "plumber", "O'Brien \\ 100%")
    people: list[Any] = await Person.filter(tombstone=None).order_by("id")
    for number, person in enumerate(people):
        person.last_login_at, person.trade = signed_in[number % 4], trades[number % 3]
        person.created_at = BEGAN + number // 2 * HOUR
        person.reviewed_at = (None, LONG_AGO, datetime.now(UTC))[number % 3]
        link = await PersonSite.filter(person_id=person.id).first()
        person.default_site_id = link.site_id if link and number % 2 else None
        await person.index().save()


async def _request(cast: Cast, facts: dict[str, Any]) -> Any:
    workspace = await Workspace.get(id=cast.key("toits"))
    author, workers = cast.key(facts.pop("by", "ada")), facts.pop("to", [])
    links = {"site": "north"} | {
        link: facts.pop(link) for link in ("site", "organization", "department", "requester") if link in facts
    }
    ids = {f"{link}_id": name and cast.key(name) for link, name in links.items()}
    enums = {"status": RequestStatus, "priority": Priority, "kind": RequestKind}
    facts = {name: enums[name][value] if name in enums else value for name, value in facts.items()}
    number = await workspace.next_request_number()
    request = await _saved(Request(workspace_id=workspace.id, number=number, created_by_id=author, **ids, **facts))
    for worker in workers:
        await _assign(cast, request.id, worker)
    return request.id


async def _assign(cast: Cast, request: Any, worker: str, **facts: Any) -> None:
    ids = {"workspace_id": cast.key("toits"), "request_id": request, "assigned_by_id": cast.key("max")}
    await Assignment.create(worker_id=cast.key(worker), assigned_at=PRECISE, **ids, **facts)


async def _history(cast: Cast) -> None:
    await _assign(cast, cast.key("tap"), "wil", ended_at=PRECISE, end_reason=ODD)
    await _assign(cast, cast.key("door"), "wes", ended_at=LONG_AGO)
    await _assign(cast, cast.key("door"), "wil", acknowledged_at=LONG_AGO)
    await _assign(cast, cast.key("gate"), "wes", ended_at=FAR, end_reason="")
    for number, request in enumerate(await Request.all().order_by("id")):
        handed_in = BEGAN + number * HOUR + (number % 3) * timedelta(microseconds=7)
        changed = LONG_AGO if number % 2 else PRECISE
        await Request.filter(id=request.id).update(created_at=handed_in, updated_at=changed)
        ids: dict[str, Any] = {"workspace_id": request.workspace_id, "request_id": request.id}
        values = {
            "title": ODD,
            "siteId": "x",
            "site": "y",
            "organization": "z",
            "worker_id": "y",
            "n": [1, None, True],
            "o": {},
        }
        author = request.created_by_id
        for internal in (True, False, False):
            await Comment.create(**ids, author_id=author, body=ODD, internal=internal, created_at=PRECISE)
            kind = ActivityKind.UPDATED if internal else ActivityKind.COMMENTED
            await Activity.create(**ids, actor_id=author, kind=kind, before=values, internal=internal)
        for number, state in enumerate((*AttachmentState, AttachmentState.READY)):
            about: dict[str, Any] = {"name": ODD, "media_type": "image/png", "size": number}
            await Attachment.create(**ids, author_id=author, internal=number == 3, state=state, **about)


async def _messages(cast: Cast) -> None:
    for number, state in enumerate(DeliveryState):
        for slug, recipient in (("toits", "wes"), ("zurich", "zed")):
            await Delivery.create(
                workspace_id=cast.key(slug),
                recipient_id=cast.key(recipient),
                channel=Channel.SMS if number % 2 else Channel.EMAIL,
                template="assigned",
                state=state,
                attempts=number,
                provider_code=None if number % 2 else "TIMEOUT",
                provider_reason=ODD if number % 3 else None,
                sent_at=PRECISE if number % 2 else None,
                next_attempt_at=LONG_AGO,
            )


async def _invitations(cast: Cast) -> None:
    """In every state, to people of every kind; one has been over for long, and carries messages."""
    receivers = ("ned", "max", "cyn", "bo", "win", "zed", "ada")
    for number, (state, name) in enumerate(product(InvitationState, receivers)):
        slug = "zurich" if name == "zed" else "toits"
        invitation = await Invitation.create(
            workspace_id=cast.key(slug),
            person_id=cast.key(name),
            purpose=list(Purpose)[number % len(Purpose)],
            method=list(Method)[number % len(Method)],
            token_hash=None if number % 2 else f"{number:064x}",
            email=f"{name}@x.example" if number % 3 else None,
            expires_at=LONG_AGO if number % 4 == 0 else FAR,
            state=state,
            created_by_id=cast.key("zoe" if slug == "zurich" else "ada") if number % 3 else None,
            created_at=PRECISE,
            closed_at=None if state is InvitationState.PENDING else PRECISE,
        )
        for channel in list(Channel)[: number % 3]:
            await Delivery.create(
                workspace_id=cast.key(slug),
                recipient_id=cast.key(name),
                invitation_id=invitation.id,
                channel=channel,
                template="activation_link",
                state=DeliveryState.SENT,
                next_attempt_at=LONG_AGO,
            )


async def _views(cast: Cast) -> None:
    for number, (owner, name, title, shared) in enumerate(VIEWS):
        workspace = cast.key("zurich" if owner == "zoe" else "toits")
        values: dict[str, Any] = {"name": title, "list_name": name, "shared": shared, "columns": ["name"]}
        values |= {"where": {"status": ["ACTIVE"], "x": ODD}} if number % 2 else {"search": ODD, "columns": []}
        values |= {"order_by": [{"field": "NAME", "direction": "DESC"}], "created_at": PRECISE, "updated_at": FAR}
        await SavedView.create(workspace_id=workspace, owner_id=cast.key(owner), **values)


async def _news(cast: Cast) -> None:
    """Each hears of everything in turn: of requests that they see, and of requests that they do not."""
    people = await Person.filter(tombstone=None).order_by("id")
    kinds = list(ActivityKind)
    for number, activity in enumerate(await Activity.all().order_by("id")):
        for person in people[number % 3 :: 3]:
            if person.workspace_id == activity.workspace_id:
                await Notification.create(
                    workspace_id=activity.workspace_id,
                    recipient_id=person.id,
                    request_id=activity.request_id,
                    activity_id=activity.id,
                    kind=kinds[number % len(kinds)],
                    seq=await next_notification(person.id),
                    live=number % 5 != 0,
                    read_at=PRECISE if number % 2 else None,
                    created_at=BEGAN + number * HOUR,
                )
    choices: dict[str, dict[str, list[str] | None]] = {
        "wes": {"COMMENTED": ["DIGEST"], "UPDATED": []},
        "max": {"CREATED": ["LIVE", "EMAIL"], "ASSIGNED": ["LIVE", "SMS"]},
    }
    for name, chosen in choices.items():
        await (await Person.get(id=cast.key(name))).prefer(chosen)


async def _exports(cast: Cast) -> None:
    for number, state in enumerate(ExportState):
        for owner in ("ada", "cora", "zoe"):
            values: dict[str, Any] = {"list_name": "REQUESTS", "columns": ["title"], "state": state}
            values |= {"title": ODD[:99], "order_by": [{"field": "TITLE", "direction": "ASC"}]}
            values |= {"where": {"x": ODD}} if number % 2 else {"total": number}
            values |= {"file_path": "x-1/list.pdf", "expires_at": FAR} if state is ExportState.DONE else {}
            values |= {"reason": ExportReason.BROKEN, "finished_at": PRECISE} if number % 3 else {}
            values |= {"workspace_id": cast.key("zurich" if owner == "zoe" else "toits")}
            format_ = list(ExportFormat)[number % 2]
            await ExportJob.create(owner_id=cast.key(owner), format=format_, created_at=PRECISE, **values)
