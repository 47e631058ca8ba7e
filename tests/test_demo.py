"""The demo data: consistent, the same for the same seed and moment, and loaded once."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from tortoise import connections

from app.auth import policy, sessions
from app.auth.passwords import verify_password
from app.auth.people import viewer_of
from app.demo import load
from app.demo.accounts import ACCOUNTS, PASSWORD
from app.demo.firms import FIRMS, blinds, salon
from app.demo.ids import Ids, milliseconds
from app.demo.load import SEED, TABLES, build, load_if_empty
from app.models import Delivery, LoginName, Notification, Person, Request, Role, Workspace, nouns
from app.models.database import connect, disconnect, transaction
from app.models.migrating import migrate
from app.models.text import fold
from app.models.workspace import LANGUAGES
from app.resolvers.operator import found
from tests.servers.postgres import drop_database, fresh_database, postgres

MOMENT = datetime(2026, 3, 14, 15, 9, 26, 535_897, tzinfo=UTC)
LEADS = {lead.login: (firm, lead) for firm in FIRMS for lead in firm.leads}


@pytest.fixture(scope="module")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[None]:
    """A fresh SQLite file with the demo in it."""
    folder = tmp_path_factory.mktemp("demo")
    url = f"sqlite://{folder}/demo.db"
    await migrate(url, folder / "backups")
    await connect(url)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(load, "now", lambda: MOMENT)
            assert await load_if_empty()
        yield
    finally:
        await disconnect()


pytestmark = pytest.mark.usefixtures("demo")


async def rows(sql: str) -> list[dict[str, Any]]:
    """What a statement finds."""
    found: list[dict[str, Any]] = await connections.get("default").execute_query_dict(sql)
    return found


# The whole.


async def test_a_second_load_does_nothing() -> None:
    before = await Request.all().count()
    assert not await load_if_empty()
    assert await Request.all().count() == before


async def test_five_firms_of_a_believable_size() -> None:
    assert await Workspace.all().count() == 5
    assert 380 <= await Person.all().count() <= 450
    assert 3_800 <= await Request.all().count() <= 4_600
    for column in ("status", "priority", "kind"):
        found = await rows(f"SELECT {column} AS value, count(*) AS n FROM requests GROUP BY 1")  # noqa: S608
        assert len(found) == {"status": 5, "priority": 4, "kind": 3}[column]
        assert min(row["n"] for row in found) > 20
    statuses = {row["status"] for row in await rows("SELECT DISTINCT status FROM people")}
    assert statuses == {"ACTIVE", "NO_ACCESS", "INVITED", "INACTIVE", "DELETED"}


async def test_the_same_for_the_same_seed_and_moment() -> None:
    def dump(seed: int) -> list[str]:
        made = build(MOMENT, seed, "hash", (salon.FIRM, blinds.FIRM))
        return [str(sorted(dict(row).items())) for house in made for table in TABLES for row in house.rows[table]]

    first = dump(SEED)
    assert first == dump(SEED)
    assert first != dump(SEED + 1)


async def test_the_roles_are_those_of_any_new_workspace() -> None:
    class Undone(Exception):
        pass

    def plain(role: Role) -> dict[str, Any]:
        return {name: getattr(role, name) for name in role._meta.db_fields if name not in ("id", "workspace_id")}

    async def compare() -> None:
        fresh = {language: await found("Fresh", f"fresh-{language}", language) for language in LANGUAGES}
        for workspace in await Workspace.exclude(slug__startswith="fresh-"):
            there, new = workspace, fresh[workspace.default_language]
            held = [await Role.filter(workspace_id=each.id).order_by("key") for each in (there, new)]
            assert [plain(role) for role in held[0]] == [plain(role) for role in held[1]]
            assert there.features == new.features
        raise Undone

    with pytest.raises(Undone):
        await transaction(compare)


async def test_nothing_is_left_to_send() -> None:
    states = {delivery.state for delivery in await Delivery.all()}
    assert states == {"SENT", "FAILED"}


async def test_only_reserved_addresses_and_numbers() -> None:
    for person in await Person.all():
        if person.email:
            assert person.email.endswith((".example.com", ".example.org", ".example.net"))
        if person.phone:
            assert person.phone.startswith(("+151455501", "+3319900")) and len(person.phone) == 12


# Ids and instants.


def test_an_id_is_a_version_7_uuid_as_old_as_its_row() -> None:
    instants = [MOMENT + timedelta(milliseconds=i // 3) for i in range(300)]
    ids = Ids(Random(SEED))
    made = [ids.at(instant) for instant in instants]
    assert made == sorted(made)
    assert len(set(made)) == 300
    assert all(key.version == 7 and key.variant == "specified in RFC 4122" for key in made)
    assert [key.int >> 80 for key in made] == [milliseconds(instant) for instant in instants]


async def test_rows_are_as_old_as_their_ids() -> None:
    for table in TABLES:
        column = next((c for c in ("created_at", "assigned_at") if c in table._meta.db_fields), None)
        if column is None:
            continue
        for row in await rows(f"SELECT id, {column} AS at FROM {table._meta.db_table}"):  # noqa: S608
            instant = datetime.fromisoformat(row["at"])
            assert UUID(row["id"]).int >> 80 == milliseconds(instant)
            assert instant.microsecond % 1000 == 0
            assert instant <= MOMENT


async def test_numbers_are_unique_and_rise_with_time() -> None:
    for workspace in await Workspace.all():
        requests = await Request.filter(workspace_id=workspace.id).order_by("number")
        assert [r.number for r in requests] == list(range(1001, 1001 + len(requests)))
        assert workspace.last_request_number == requests[-1].number
        assert [r.id for r in requests] == sorted(r.id for r in requests)
        assert [r.created_at for r in requests] == sorted(r.created_at for r in requests)
        assert all(r.search_text.startswith(f"r-{r.number} ") for r in requests)


NEVER = {
    "a closed request has the time at which it was closed, and only it": """
        SELECT 1 FROM requests WHERE (closed_at IS NULL) = (status IN ('DONE', 'CANCELLED'))""",
    "times are in order": """
        SELECT 1 FROM requests
        WHERE closed_at < created_at OR updated_at < created_at OR scheduled_end < scheduled_start
        OR scheduled_start < created_at OR due_at < created_at""",
    "bookings and orders have their time": """
        SELECT 1 FROM requests WHERE kind <> 'SERVICE' AND (scheduled_start IS NULL OR scheduled_end IS NULL)""",
    "nothing planned for later is done already": """
        SELECT 1 FROM requests WHERE status = 'DONE' AND scheduled_start > closed_at""",
    "an assignment is for a worker": """
        SELECT 1 FROM assignments a JOIN people p ON p.id = a.worker_id WHERE NOT p.is_worker""",
    "workers are assigned at their sites": """
        SELECT 1 FROM assignments a JOIN people p ON p.id = a.worker_id JOIN requests r ON r.id = a.request_id
        WHERE NOT p.all_sites
        AND NOT EXISTS (SELECT 1 FROM person_sites s WHERE s.person_id = p.id AND s.site_id = r.site_id)""",
    "whoever assigns, may do so at the site": """
        SELECT 1 FROM assignments a JOIN people p ON p.id = a.assigned_by_id JOIN roles o ON o.id = p.role_id
        JOIN requests r ON r.id = a.request_id
        WHERE a.assigned_by_id <> a.worker_id AND (o.key NOT IN ('ADMIN', 'MANAGER') OR NOT p.all_sites
        AND NOT EXISTS (SELECT 1 FROM person_sites s WHERE s.person_id = p.id AND s.site_id = r.site_id))""",
    "work to do is with people who can do it": """
        SELECT 1 FROM assignments a JOIN people p ON p.id = a.worker_id JOIN requests r ON r.id = a.request_id
        WHERE a.ended_at IS NULL AND r.status NOT IN ('DONE', 'CANCELLED') AND p.status IN ('INACTIVE', 'DELETED')""",
    "assignments follow the request and end after they began": """
        SELECT 1 FROM assignments a JOIN requests r ON r.id = a.request_id
        WHERE a.assigned_at < r.created_at OR a.ended_at < a.assigned_at OR a.acknowledged_at < a.assigned_at""",
    "a department belongs to the organization, of a person and of a request": """
        SELECT 1 FROM people p JOIN departments d ON d.id = p.department_id
        WHERE p.organization_id IS NULL OR p.organization_id <> d.organization_id
        UNION ALL SELECT 1 FROM requests r JOIN departments d ON d.id = r.department_id
        WHERE r.organization_id IS NULL OR r.organization_id <> d.organization_id""",
    "a request stands where its requester does": """
        SELECT 1 FROM requests r JOIN people p ON p.id = r.requester_id
        WHERE p.organization_id IS NULL OR r.organization_id <> p.organization_id
        OR coalesce(r.department_id, '') <> coalesce(p.department_id, '')
        OR r.site_id IS NOT NULL AND r.site_id NOT IN (SELECT site_id FROM person_sites WHERE person_id = p.id)""",
    "contacts hand in requests for themselves": """
        SELECT 1 FROM requests r JOIN people p ON p.id = r.created_by_id
        WHERE p.organization_id IS NOT NULL AND (r.requester_id IS NULL OR r.requester_id <> p.id)""",
    "the default site is one of the sites": """
        SELECT 1 FROM people p WHERE default_site_id IS NOT NULL
        AND default_site_id NOT IN (SELECT site_id FROM person_sites s WHERE s.person_id = p.id)""",
    "who must have an e-mail address has one": """
        SELECT 1 FROM people p JOIN roles r ON r.id = p.role_id
        WHERE r.requires_email AND p.email IS NULL AND p.status <> 'DELETED'""",
    "who can sign in has a name and a password": """
        SELECT 1 FROM people p WHERE status = 'ACTIVE' AND (password_hash IS NULL
        OR NOT EXISTS (SELECT 1 FROM login_names n WHERE n.person_id = p.id))""",
    "a deleted person is only a number": """
        SELECT 1 FROM people WHERE (status = 'DELETED') <> (tombstone IS NOT NULL)
        OR status = 'DELETED' AND (first_name IS NOT NULL OR last_name <> '' OR email IS NOT NULL
        OR username IS NOT NULL OR phone IS NOT NULL OR password_hash IS NOT NULL)""",
    "an invited person has one invitation": """
        SELECT 1 FROM people p
        WHERE (status = 'INVITED') <> (1 = (SELECT count(*) FROM invitations i WHERE i.person_id = p.id))""",
    "people act only after they came": """
        SELECT 1 FROM activities a JOIN people p ON p.id = a.actor_id WHERE a.created_at < p.created_at""",
    "people who never signed in do nothing": """
        SELECT 1 FROM activities a JOIN people p ON p.id = a.actor_id
        WHERE p.status NOT IN ('ACTIVE', 'INACTIVE', 'DELETED')""",
    "nobody is told of their own deeds, or after they left": """
        SELECT 1 FROM notifications n JOIN activities a ON a.id = n.activity_id JOIN people p ON p.id = n.recipient_id
        WHERE a.actor_id = n.recipient_id OR p.status IN ('INACTIVE', 'DELETED') OR n.read_at < n.created_at
        OR n.kind <> a.kind OR n.request_id <> a.request_id""",
    "contacts are not told of what is internal": """
        SELECT 1 FROM notifications n JOIN activities a ON a.id = n.activity_id
        JOIN requests r ON r.id = n.request_id WHERE a.internal AND n.recipient_id = r.requester_id""",
    "who works on something has been told so": """
        SELECT 1 FROM assignments a JOIN requests r ON r.id = a.request_id
        WHERE a.ended_at IS NULL AND r.status NOT IN ('DONE', 'CANCELLED') AND a.assigned_by_id <> a.worker_id
        AND NOT EXISTS (SELECT 1 FROM notifications n WHERE n.request_id = r.id
        AND n.recipient_id = a.worker_id AND n.kind = 'ASSIGNED')""",
    "sequence numbers rise without a gap up to the person's own": """
        SELECT 1 FROM people p LEFT JOIN notifications n ON n.recipient_id = p.id GROUP BY p.id
        HAVING p.notification_seq <> count(n.id) OR p.notification_seq <> coalesce(max(n.seq), 0)""",
    "each comment is in the history": """
        SELECT 1 FROM comments c WHERE NOT EXISTS (SELECT 1 FROM activities a WHERE a.request_id = c.request_id
        AND a.kind = 'COMMENTED' AND a.actor_id = c.author_id AND a.created_at = c.created_at
        AND a.internal = c.internal)""",
}


@pytest.mark.parametrize("sentence", NEVER)
async def test_always(sentence: str) -> None:
    assert await rows(f"{NEVER[sentence]} LIMIT 3") == []


@pytest.mark.parametrize("table", [table._meta.db_table for table in TABLES])
async def test_no_row_points_into_another_workspace(table: str) -> None:
    for key in await rows(f"PRAGMA foreign_key_list({table})"):
        if key["table"] == "workspaces":
            continue
        sql = f"SELECT count(*) AS n FROM {table} t JOIN {key['table']} o ON o.id = t.{key['from']}"  # noqa: S608
        assert (await rows(f"{sql} WHERE o.workspace_id <> t.workspace_id"))[0]["n"] == 0, key["from"]


# History.

AFTER = {
    "STARTED": "IN_PROGRESS",
    "HELD": "ON_HOLD",
    "FINISHED": "DONE",
    "CANCELLED": "CANCELLED",
    "REOPENED": "OPEN",
}
COUNTED = {"UPDATED", "ASSIGNED", "UNASSIGNED", "DECLINED", *AFTER}


async def test_the_history_leads_to_the_present_state() -> None:
    history: dict[str, list[dict[str, Any]]] = {}
    for entry in await rows("SELECT * FROM activities ORDER BY id"):
        history.setdefault(entry["request_id"], []).append(entry)
    for request in await rows("SELECT * FROM requests"):
        entries = history[request["id"]]
        assert [entries[0]["kind"], entries[0]["created_at"]] == ["CREATED", request["created_at"]]
        status = "OPEN"
        for entry in entries:
            if entry["kind"] in AFTER:
                assert json.loads(entry["before"])["status"] == status
                status = AFTER[entry["kind"]]
        assert status == request["status"]
        changes = [entry for entry in entries if entry["kind"] in COUNTED]
        assert request["version"] == 1 + len(changes)
        assert request["updated_at"] == (changes[-1] if changes else entries[0])["created_at"]


async def test_there_is_something_of_everything() -> None:
    checks = {
        "overdue": f"due_at < '{MOMENT:%Y-%m-%d %H:%M}' AND status NOT IN ('DONE', 'CANCELLED')",
        "without a site": "site_id IS NULL",
        "without an assignee": "status = 'OPEN' AND id NOT IN (SELECT request_id FROM assignments)",
        "planned": f"scheduled_start > '{MOMENT:%Y-%m-%d %H:%M}'",
        "handed over": "id IN (SELECT request_id FROM assignments WHERE ended_at IS NOT NULL)",
        "declined": "id IN (SELECT request_id FROM activities WHERE kind = 'DECLINED')",
        "for two": "id IN (SELECT request_id FROM assignments WHERE ended_at IS NULL GROUP BY 1 HAVING count(*) > 1)",
        "with an internal comment": "id IN (SELECT request_id FROM comments WHERE internal)",
    }
    for name, condition in checks.items():
        found = await rows(f"SELECT count(*) AS n FROM requests WHERE {condition}")  # noqa: S608
        assert found[0]["n"] > 20, name
    titles = Counter(request.title for request in await Request.all())
    assert len(titles) > 1_200
    assert max(titles.values()) < 50


# Accounts.


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.login)
async def test_every_account_signs_in_as_what_it_says(account: Any) -> None:
    firm, lead = LEADS[account.login]
    name = await LoginName.get(key=fold(account.login)).select_related("person__role", "workspace")
    person = name.person
    assert (name.workspace.name, person.role.key) == (account.workspace, lead.role)
    assert account.workspace == firm.name
    assert account.password == PASSWORD and len(PASSWORD) >= 15
    assert await verify_password(person.password_hash, account.password)
    assert sessions.may_sign_in(person) and not person.must_change_password
    viewer = await viewer_of(person)
    assert await policy.visible(viewer, nouns.REQUEST).count() >= 5
    assert {grant.source for grant in viewer.held} == {
        f"role {person.role.name}",
        *(f"bundle {b}" for b in lead.boxes),
    }


async def test_isolation_can_be_seen() -> None:
    roles: dict[str, set[str]] = {}
    for login, (firm, lead) in LEADS.items():
        assert login in {account.login for account in ACCOUNTS}
        roles.setdefault(firm.slug, set()).add(lead.role)
    assert sum({"ADMIN", "WORKER"} <= held for held in roles.values()) >= 2
    assert set().union(*roles.values()) == {"ADMIN", "MANAGER", "STAFF", "WORKER", "CONTACT_ADMIN", "CONTACT"}


async def test_the_see_all_box_shows_the_organization() -> None:
    def of(login: str) -> Any:
        return Person.get(email=login).select_related("role")

    all_, own = await of("ines@maplewick.example.org"), await of("samuel@maplewick.example.org")
    assert all_.organization_id == own.organization_id
    organization = await Request.filter(organization_id=all_.organization_id).count()
    assert await policy.visible(await viewer_of(all_), nouns.REQUEST).count() == organization
    assert await policy.visible(await viewer_of(own), nouns.REQUEST).count() < organization / 2


async def test_some_notices_wait_to_be_read() -> None:
    assert await Notification.filter(read_at__isnull=True).count() > 50


RACER = """
import asyncio, pathlib, sys
from app.demo.firms import salon
from app.demo.load import load_if_empty
from app.models.database import connect, disconnect
from app.models.migrating import migrate

async def main(url, folder):
    await migrate(url, pathlib.Path(folder))
    await connect(url)
    try:
        print(await load_if_empty([salon.FIRM]))
    finally:
        await disconnect()

asyncio.run(main(*sys.argv[1:]))
"""


async def race(url: str, folder: Path) -> list[str]:
    """What three processes say that migrate and load the same database at once."""
    command = [sys.executable, "-c", RACER, url, str(folder / "backups")]
    starts = [asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE) for _ in range(3)]
    said = [process.communicate() for process in await asyncio.gather(*starts)]
    return sorted(out.decode().strip() for out, _ in await asyncio.gather(*said))


async def test_several_at_once_load_once(tmp_path: Path) -> None:
    assert await race(f"sqlite://{tmp_path}/race.db", tmp_path) == ["False", "False", "True"]


async def test_several_at_once_load_once_on_postgresql(tmp_path: Path) -> None:
    with postgres() as server:
        url = fresh_database(server, "demo_race")
        try:
            assert await race(url, tmp_path) == ["False", "False", "True"]
        finally:
            drop_database(server, "demo_race")
