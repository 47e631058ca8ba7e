"""Who is told of what, and what a rollback leaves: nothing."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from app.models import Activity, Assignment, Delivery, Notification, Person, PersonSite, Request
from app.models.activity import ActivityKind
from app.models.database import transaction
from app.models.notification import Way
from app.models.person import AccountStatus
from app.notify.bus import bus
from app.notify.outbox import outbox
from app.notify.telling import Facts, recipients, record
from tests.cast import Cast
from tests.conftest import Stage
from tests.live.database import opened, viewer

K = ActivityKind
ADA, WES, WIL, CYN = (UUID(int=number) for number in range(1, 5))
NAMES = {ADA: "ada", WES: "wes", WIL: "wil", CYN: "cyn"}
LIVE, MAIL, BOTH = "live", "mail", "mail and text"
WAYS = {
    (Way.LIVE,): LIVE,
    (Way.LIVE, Way.EMAIL): MAIL,
    (Way.LIVE, Way.EMAIL, Way.SMS): BOTH,
}

# ada acts; wes and wil work on the request of cyn; wes is the worker whom an assignment is about.
TELLS: dict[ActivityKind, dict[str, str]] = {
    K.CREATED: {},
    K.UPDATED: {"wes": LIVE, "wil": LIVE},
    K.ASSIGNED: {"wes": BOTH},
    K.UNASSIGNED: {"wes": MAIL},
    K.ACKNOWLEDGED: {},
    K.DECLINED: {"wil": MAIL},
    K.STARTED: {"cyn": MAIL},
    K.HELD: {},
    K.FINISHED: {"cyn": MAIL},
    K.CANCELLED: {"wes": MAIL, "wil": MAIL, "cyn": MAIL},
    K.REOPENED: {"wes": MAIL, "wil": MAIL, "cyn": MAIL},
    K.ATTACHED: {"wes": LIVE, "wil": LIVE},
    K.DETACHED: {},
    K.COMMENTED: {"wes": MAIL, "wil": MAIL, "cyn": MAIL},
}


def told(kind: ActivityKind, actor: UUID = ADA, **changes: Any) -> dict[str, str]:
    """Who is told, and how, by name."""
    facts: dict[str, Any] = {
        "worker_id": WES if kind in (K.ASSIGNED, K.UNASSIGNED) else None,
        "assigner_id": WIL if kind is K.DECLINED else None,
        "requester_id": CYN,
        "assignee_ids": frozenset({WES, WIL}),
        "internal": False,
    }
    found = recipients(Facts(kind, actor, **(facts | changes)), {})
    assert [each.person_id for each in found] == sorted(each.person_id for each in found)
    return {NAMES[each.person_id]: WAYS[each.ways] for each in found}


@pytest.mark.parametrize("kind", ActivityKind)
def test_who_is_told(kind: ActivityKind) -> None:
    assert told(kind) == TELLS[kind]


@pytest.mark.parametrize("kind", ActivityKind)
@pytest.mark.parametrize("actor", [WES, WIL, CYN])
def test_nobody_is_told_of_their_own_deeds(kind: ActivityKind, actor: UUID) -> None:
    others = {name: way for name, way in TELLS[kind].items() if name != NAMES[actor]}
    assert told(kind, actor) == others


def test_an_internal_comment_does_not_tell_the_requester() -> None:
    assert told(K.COMMENTED, internal=True) == {"wes": MAIL, "wil": MAIL}


@pytest.mark.parametrize("kind", ActivityKind)
def test_without_requester_and_assignees_only_whom_it_is_about_is_told(kind: ActivityKind) -> None:
    expected = TELLS[kind] if kind in (K.ASSIGNED, K.UNASSIGNED, K.DECLINED) else {}
    assert told(kind, requester_id=None, assignee_ids=frozenset()) == expected


@pytest.fixture
async def cast(stage: Stage) -> AsyncIterator[Cast]:
    """The cast in an open database, without a server."""
    async with opened(stage):
        yield stage.cast


async def say(cast: Cast, name: str, kind: ActivityKind, by: str = "ada", **facts: Any) -> dict[str, list[str]]:
    """The people whom something tells, each with the channels of their messages."""
    actor, request = await viewer(cast, by), await Request.get(id=cast.key(name))
    await transaction(lambda: record(actor, request, kind, **facts))
    names = {key: person for person, key in cast.keys.items()}
    notes = {row.id: names[row.recipient_id] for row in await Notification.all()}
    sent: dict[str, list[str]] = {name: [] for name in notes.values()}
    for row in await Delivery.all().order_by("channel"):
        assert row.notification_id
        sent[notes[row.notification_id]].append(row.channel)
    return sent


async def test_a_comment_is_told_to_whoever_can_open_it(cast: Cast) -> None:
    assert await say(cast, "roof", K.COMMENTED) == {"wes": ["EMAIL"], "wil": ["EMAIL"], "cal": ["EMAIL"]}


async def test_an_internal_comment_is_not_for_contacts(cast: Cast) -> None:
    assert await say(cast, "roof", K.COMMENTED, internal=True) == {"wes": ["EMAIL"], "wil": ["EMAIL"]}


async def test_an_assignee_who_lost_the_site_is_not_told(cast: Cast) -> None:
    await PersonSite.filter(person_id=cast.key("wes")).delete()
    assert await say(cast, "roof", K.COMMENTED) == {"wil": ["EMAIL"], "cal": ["EMAIL"]}


@pytest.mark.parametrize("status", [AccountStatus.INACTIVE, AccountStatus.DELETED])
async def test_an_account_that_is_gone_is_not_told(cast: Cast, status: AccountStatus) -> None:
    await Person.filter(id=cast.key("wes")).update(status=status)
    assert await say(cast, "tap", K.UNASSIGNED, worker_id=cast.key("wes")) == {}


async def test_a_worker_whom_no_message_reaches_has_a_notice_all_the_same(cast: Cast) -> None:
    """ned has neither e-mail nor phone: the notice waits for the day when he can sign in."""
    ids: dict[str, Any] = {
        "request_id": cast.key("door"),
        "worker_id": cast.key("ned"),
        "assigned_by_id": cast.key("ada"),
    }
    await Assignment.create(workspace_id=cast.key("toits"), **ids)
    assert await say(cast, "door", K.ASSIGNED, worker_id=cast.key("ned")) == {"ned": []}


async def test_somebody_who_was_not_given_the_request_is_not_told_of_it(cast: Cast) -> None:
    assert await say(cast, "door", K.ASSIGNED, worker_id=cast.key("wes")) == {}


async def test_the_taking_away_is_told_though_the_request_is_out_of_sight(cast: Cast) -> None:
    assert await say(cast, "gate", K.UNASSIGNED, worker_id=cast.key("wes")) == {"wes": ["EMAIL"]}


@pytest.mark.requirement(21, 111)
async def test_a_rollback_tells_nobody(cast: Cast) -> None:
    actor, request = await viewer(cast, "ada"), await Request.get(id=cast.key("tap"))
    before = await Activity.all().count()

    async def work(fails: bool) -> None:
        await record(actor, request, K.COMMENTED)
        assert await Notification.all().count() == 2
        assert not news.is_set() and not outbox._woken.is_set()  # nobody is woken before the commit
        if fails:
            raise RuntimeError("the disk is full")

    outbox._woken.clear()
    with bus.watch(cast.key("wes")) as news:
        with pytest.raises(RuntimeError, match="the disk is full"):
            await transaction(lambda: work(fails=True))
        assert not news.is_set() and not outbox._woken.is_set()
        assert await Notification.all().count() == await Delivery.all().count() == 0
        assert await Activity.all().count() == before
        assert (await Person.get(id=cast.key("wes"))).notification_seq == 0
        await transaction(lambda: work(fails=False))
        assert news.is_set() and outbox._woken.is_set()
        assert await Notification.all().count() == await Delivery.all().count() == 2
