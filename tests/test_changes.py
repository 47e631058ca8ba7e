"""Requests: handing them in and changing them."""

import asyncio
from typing import Any

import pytest

from app.models import Activity, Assignment, Delivery, Notification, Organization, Person, Request, Workspace
from tests.ask import Service

PLACES = "requester { id } organization { id } department { id } site { id } assignees { id }"
DETAILS = f"number title description kind priority status version scheduledStart scheduledEnd dueAt {PLACES}"
SHOWN = f"request {{ id {DETAILS} }}"
ONE = f"query($id: ID!) {{ request(id: $id) {{ id {DETAILS} }} }}"
HISTORY = "query($id: ID!) { request(id: $id) { activity { nodes { kind actor { name } before after } } } }"
WORDS = "query($id: ID!) { request(id: $id) { title description comments { nodes { body } } } }"
TABLES = (Request, Activity, Assignment, Notification, Delivery)


async def create(service: Service, name: str, **details: Any) -> dict[str, Any]:
    return await service.change(name, "createRequest", {"title": "Boiler cold", **details}, SHOWN)


async def update(service: Service, name: str, which: str, **details: Any) -> dict[str, Any]:
    input = {"requestId": service.cast.request(which), **details}
    return await service.change(name, "updateRequest", input, SHOWN)


async def rows() -> list[int]:
    """How much is written: a refusal must not add to it."""
    last_number = (await Workspace.get(slug="toits")).last_request_number
    return [last_number, *[await table.all().count() for table in TABLES]]


def refusals(payload: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(error["code"], error["path"]) for error in payload["errors"]]


def id_of(row: dict[str, Any] | None) -> str | None:
    return row["id"] if row else None


@pytest.mark.requirement(70)
async def test_a_contact_asks_for_themselves_and_their_company(service: Service) -> None:
    cast = service.cast
    made = (await create(service, "cyn"))["request"]
    assert made["requester"]["id"] == cast.contact("cyn")
    assert made["organization"]["id"] == cast.organization("maple")
    assert made["department"]["id"] == cast.department("front")
    assert (made["status"], made["kind"], made["priority"], made["version"]) == ("OPEN", "SERVICE", "NORMAL", 1)
    assert (await service.ask("cora", ONE, id=made["id"]))["request"] == made
    assert (await service.ask("bo", ONE, id=made["id"]))["request"] is None
    (line,) = (await service.ask("cyn", HISTORY, id=made["id"]))["request"]["activity"]["nodes"]
    assert (line["kind"], line["actor"]["name"], line["after"]) == ("CREATED", "Cyn Roy", {"title": "Boiler cold"})


@pytest.mark.requirement(70)
async def test_only_a_portal_administrator_asks_for_colleagues(service: Service) -> None:
    cast, before = service.cast, await rows()
    colleague = {"requesterId": cast.contact("cyn")}
    assert refusals(await create(service, "cal", **colleague)) == [("OUT_OF_SCOPE", [])]  # sees the colleague's card
    assert refusals(await create(service, "cal", requesterId=None)) == [("OUT_OF_SCOPE", [])]
    assert refusals(await create(service, "cyn", organizationId=None)) == [("OUT_OF_SCOPE", [])]
    # Others' names are not even known to a plain contact; nor is another client to its competitor.
    assert refusals(await create(service, "cyn", requesterId=cast.contact("cal"))) == [("NOT_FOUND", ["requesterId"])]
    other = await create(service, "cora", organizationId=cast.organization("birch"))
    assert refusals(other) == [("NOT_FOUND", ["organizationId"])]
    assert await rows() == before

    made = (await create(service, "cora", **colleague))["request"]
    assert made["requester"]["id"] == cast.contact("cyn")
    assert made["organization"]["id"] == cast.organization("maple")
    assert (await service.ask("cyn", ONE, id=made["id"]))["request"] is not None


@pytest.mark.requirement(102, 103)
async def test_staff_with_base_access_get_what_they_book(service: Service) -> None:
    cast = service.cast
    made = (await create(service, "sam", kind="BOOKING", siteId=cast.site("north")))["request"]
    assert [worker["id"] for worker in made["assignees"]] == [cast.worker("sam")]
    assert made["kind"] == "BOOKING"
    assert (await service.ask("sam", ONE, id=made["id"]))["request"] == made

    own = (await create(service, "sol", kind="BOOKING", siteId=cast.site("north")))["request"]
    assert [worker["id"] for worker in own["assignees"]] == [cast.worker("sol")]  # ALL_BOOKINGS takes nothing away
    await Person.filter(id=cast.key("sol")).update(is_worker=False)
    wider = (await create(service, "sol", kind="BOOKING", siteId=cast.site("north")))["request"]
    assert wider["assignees"] == []  # the box reaches it all the same

    before = await rows()
    assert refusals(await create(service, "sam", siteId=None)) == [("OUT_OF_SCOPE", [])]
    assert await rows() == before
    assert await service.refused("wes", 'mutation { createRequest(input: {title: "x"}) { errors { code } } }') == [
        "FORBIDDEN"
    ]


@pytest.mark.requirement(2, 79)
async def test_the_site_fence_holds_for_new_requests(service: Service) -> None:
    cast, before = service.cast, await rows()
    hidden = [await create(service, "max", siteId=cast.site("south"))]
    hidden.append(await create(service, "max", siteId="sit_" + "0" * 32))
    hidden.append(await create(service, "ada", siteId=cast.site("zug")))  # another workspace
    assert [refusals(each) for each in hidden] == [[("NOT_FOUND", ["siteId"])]] * 3
    assert hidden[0]["errors"] == hidden[1]["errors"]
    assert refusals(await create(service, "max")) == [("OUT_OF_SCOPE", [])]  # without a site, within none
    for requester in (cast.user("cyn"), "con_" + "0" * 32, cast.contact("wes"), "nonsense"):
        refused = await create(service, "ada", requesterId=requester)
        assert refusals(refused) == [("NOT_FOUND", ["requesterId"])]
    assert await rows() == before
    made = (await create(service, "max", siteId=cast.site("north")))["request"]
    assert made["site"]["id"] == cast.site("north")


async def test_a_department_belongs_to_the_client(service: Service) -> None:
    cast, before = service.cast, await rows()
    barn, front = cast.department("barn"), cast.department("front")
    mismatches = [
        await create(service, "ada", organizationId=cast.organization("maple"), departmentId=barn),
        await create(service, "ada", requesterId=cast.contact("cyn"), departmentId=barn),
        await create(service, "ada", departmentId=front),
        await update(service, "ada", "tap", departmentId=barn),
    ]
    assert [refusals(each) for each in mismatches] == [[("DEPARTMENT_MISMATCH", ["departmentId"])]] * 4
    assert await rows() == before
    made = (await create(service, "ada", requesterId=cast.contact("cyn"), departmentId=front))["request"]
    assert made["organization"]["id"] == cast.organization("maple")
    assert made["department"]["id"] == front
    birch, bo = cast.organization("birch"), cast.contact("bo")
    moved = await update(service, "ada", "tap", organizationId=birch, requesterId=bo, departmentId=barn)
    assert moved["request"]["department"]["id"] == barn


async def test_a_requester_belongs_to_the_client(service: Service) -> None:
    cast, before = service.cast, await rows()
    maple, birch, bo = cast.organization("maple"), cast.organization("birch"), cast.contact("bo")
    mismatches = [
        await create(service, "ada", organizationId=maple, requesterId=bo),
        await update(service, "ada", "tap", requesterId=bo),
        await update(service, "ada", "tap", organizationId=birch),
    ]
    assert [refusals(each) for each in mismatches] == [[("REQUESTER_MISMATCH", ["requesterId"])]] * 3
    assert await rows() == before
    await Person.filter(id=cast.key("cyn")).update(organization_id=cast.key("birch"), department_id=None)
    kept = {"requesterId": cast.contact("cyn"), "organizationId": maple}  # a form that is saved as it was read
    assert refusals(await update(service, "ada", "tap", title="Evier", **kept)) == []


async def test_who_is_deleted_asks_for_nothing_more(service: Service) -> None:
    cast = service.cast
    gone = {"requesterId": cast.contact("cyn")}
    assert (await service.change("ada", "deletePerson", {"personId": cast.contact("cyn")}))["errors"] == []
    before = await rows()
    refused = [await create(service, "ada", **gone), await update(service, "ada", "gate", **gone)]
    assert [refusals(each) for each in refused] == [[("WRONG_STATE", ["requesterId"])]] * 2
    noted = await service.change("ada", "addContactNote", {"contactId": cast.contact("cyn"), "body": "x"})
    assert [(each["code"], each["path"]) for each in noted["errors"]] == [("WRONG_STATE", ["contactId"])]
    assert await rows() == before
    await update(service, "ada", "tap", title="Tap", **gone)  # who had asked stays the one who had


async def test_a_client_out_of_use_is_refused_by_its_people_too(service: Service) -> None:
    await Organization.filter(id=service.cast.key("maple")).update(active=False)
    refused = await create(service, "ada", requesterId=service.cast.contact("cyn"))
    assert refusals(refused) == [("PLACE_INACTIVE", ["requesterId"])]


UNFIT: list[tuple[dict[str, Any], str, str]] = [
    ({"title": ""}, "REQUIRED", "title"),
    ({"title": "  \u00a0\n "}, "REQUIRED", "title"),
    ({"title": "\u200b\u202e\u0007"}, "REQUIRED", "title"),
    ({"title": "é" * 201}, "TOO_LONG", "title"),
    ({"description": "x" * 20_001}, "TOO_LONG", "description"),
    ({"scheduledEnd": "2026-11-22T10:00:00Z"}, "INVALID_VALUE", "scheduledEnd"),
    (
        {"scheduledStart": "2026-11-22T10:00:00Z", "scheduledEnd": "2026-11-22T10:30:00+01:00"},
        "INVALID_VALUE",
        "scheduledEnd",
    ),
]


async def test_details_that_do_not_fit(service: Service) -> None:
    before = await rows()
    for details, code, path in UNFIT:
        assert refusals(await create(service, "ada", **details)) == [(code, [path])]
        assert refusals(await update(service, "ada", "lamp", **details)) == [(code, [path])]
    assert await rows() == before


HOSTILE = (
    "=cmd|' /C calc'!A0",
    "abc \u202egpj.exe",
    "👩‍👩‍👧 évier",
    "<script>alert(1)</script>",
    "'; DROP TABLE requests;",
)


async def test_hostile_words_are_kept_as_words(service: Service) -> None:
    """They come back as they were given, and are found; what cannot be text in a database is refused.

    A title is one line, in which no mark turns around what stands beside it, as in names.
    """
    for words in HOSTILE:
        made = (await create(service, "ada", title=words, description=words * 100))["request"]
        said = {"requestId": made["id"], "body": words}
        assert (await service.change("ada", "commentOnRequest", said))["errors"] == []
        row = (await service.ask("ada", WORDS, id=made["id"]))["request"]
        assert (row["title"], row["description"]) == (words.replace("\u202e", ""), words * 100)
        assert [each["body"] for each in row["comments"]["nodes"]] == [words]
        found = await service.ask("ada", "query($w: String) { requests(search: $w) { nodes { id } } }", w=words)
        assert [each["id"] for each in found["requests"]["nodes"]] == [made["id"]]
    before = await rows()
    mutation = "mutation($input: CreateRequestInput!) { createRequest(input: $input) { errors { code } } }"
    assert await service.refused("ada", mutation, input={"title": "a\0b"}) == ["INVALID_TEXT"]
    assert await rows() == before


async def test_malformed_details_are_refused_by_the_schema(service: Service) -> None:
    mutation = "mutation($input: CreateRequestInput!) { createRequest(input: $input) { errors { code } } }"
    before = await rows()
    for details in ({}, {"title": None}, {"title": 5}, {"title": "x", "priority": "PRESSING"}):
        assert await service.refused("ada", mutation, input=details) == ["BAD_VARIABLES"]
    for moment in ("2026-11-22T10:00:00", "2026-11-22", "soon", 5, "0001-01-01T00:00:00+14:00"):
        assert await service.refused("ada", mutation, input={"title": "x", "dueAt": moment}) == ["INVALID_INSTANT"]
    assert await rows() == before


async def test_instants_are_kept_in_utc_and_texts_without_stray_spaces(service: Service) -> None:
    span = {"scheduledStart": "2026-03-29T02:30:00+01:00", "scheduledEnd": "2026-03-29T03:30:00+02:00"}
    made = (await create(service, "ada", **span, title="  Évier  bouché ", description=" \n "))["request"]
    assert made["scheduledStart"] == made["scheduledEnd"] == "2026-03-29T01:30:00.000000Z"  # summer time begins
    assert (made["title"], made["description"]) == ("Évier bouché", None)
    found = await service.ask("ada", '{ requests(search: "EVIER bouche") { nodes { number } } }')
    assert made["number"] in [row["number"] for row in found["requests"]["nodes"]]


async def test_numbers_are_unique_whoever_asks_at_the_same_time(service: Service) -> None:
    people = ["ada", "cyn", "cal", "bo"] * 5
    for name in set(people):
        await service.token(name)
    made = await asyncio.gather(*(create(service, name) for name in people))
    numbers = [int(each["request"]["number"].removeprefix("R-")) for each in made]
    assert sorted(numbers) == list(range(min(numbers), min(numbers) + 20))  # neither twice nor with gaps


async def test_absent_stays_and_null_clears(service: Service) -> None:
    full = {"description": "Since Monday", "dueAt": "2026-12-01T00:00:00Z", "priority": "HIGH"}
    first = (await update(service, "ada", "tap", **full))["request"]
    assert (first["description"], first["priority"]) == ("Since Monday", "HIGH")
    assert (first["title"], id_of(first["site"])) == ("Évier bouché", service.cast.site("north"))
    second = (await update(service, "ada", "tap", description=None, dueAt=None, requesterId=None))["request"]
    assert (second["description"], second["dueAt"], second["requester"]) == (None, None, None)
    assert (second["priority"], second["version"]) == ("HIGH", first["version"] + 1)
    assert second | {name: first[name] for name in ("description", "dueAt", "requester", "version")} == first
    same = (await update(service, "ada", "tap", priority="HIGH"))["request"]
    assert same == second  # nothing changed, so nothing happened


async def test_the_history_shows_before_and_after(service: Service) -> None:
    cast, places = service.cast, {"siteId": service.cast.site("south"), "requesterId": None}
    places |= {"organizationId": cast.organization("birch"), "departmentId": cast.department("barn")}
    span = {"scheduledStart": "2026-12-01T08:00:00Z"}
    await update(service, "ada", "tap", title="Évier bouché, encore", priority="URGENT", kind="SERVICE", **span)
    await update(service, "ada", "tap", **places)
    second, first, _ = (await service.ask("ada", HISTORY, id=cast.request("tap")))["request"]["activity"]["nodes"]
    assert first == {
        "kind": "UPDATED",
        "actor": {"name": "Ada Roy"},
        "before": {"title": "Évier bouché", "priority": "NORMAL", "scheduledStart": None},
        "after": {
            "title": "Évier bouché, encore",
            "priority": "URGENT",
            "scheduledStart": "2026-12-01T08:00:00+00:00",
        },
    }
    assert second["before"] == {
        "site": "North",
        "requester": "Cyn Roy",
        "organization": "Maple",
        "department": None,
    }
    assert second["after"] == {"site": "South", "requester": None, "organization": "Birch", "department": "Barn"}


async def test_a_client_does_not_read_whose_request_it_was_before(service: Service) -> None:
    cast = service.cast
    await update(service, "ada", "tap", requesterId=cast.contact("cal"), departmentId=cast.department("back"))
    line = (await service.ask("cal", HISTORY, id=cast.request("tap")))["request"]["activity"]["nodes"][0]
    assert (line["kind"], line["before"], line["after"]) == ("UPDATED", {}, {})
    moved = {"organizationId": cast.organization("birch"), "requesterId": cast.contact("bo"), "departmentId": None}
    await update(service, "ada", "tap", **moved)
    answer = await service.post("bo", HISTORY, id=cast.request("tap"))
    assert answer.json()["data"]["request"]["activity"]["nodes"] == []
    assert b"Maple" not in answer.content


@pytest.mark.requirement(21)
async def test_a_stale_version_is_a_conflict_that_shows_the_present(service: Service) -> None:
    seen = (await service.ask("ada", ONE, id=service.cast.request("tap")))["request"]["version"]
    won = (await update(service, "max", "tap", title="Mine", expectedVersion=seen))["request"]
    before = await rows()
    lost = await update(service, "ada", "tap", title="No, mine", expectedVersion=seen)
    assert refusals(lost) == [("CONFLICT", ["expectedVersion"])]
    assert lost["request"] == won and won["title"] == "Mine"
    assert await rows() == before
    again = await update(service, "ada", "tap", title="Ours", expectedVersion=won["version"])
    assert again["request"]["title"] == "Ours"


@pytest.mark.requirement(2)
async def test_nobody_moves_a_request_out_of_their_own_reach(service: Service) -> None:
    cast = service.cast
    shown = {
        name: (await service.ask("ada", ONE, id=cast.request(name)))["request"] for name in ("hair", "tap", "roof")
    }
    before = await rows()
    assert refusals(await update(service, "sam", "hair", siteId=None)) == [("OUT_OF_SCOPE", [])]
    assert refusals(await update(service, "max", "tap", siteId=None)) == [("OUT_OF_SCOPE", [])]
    assert refusals(await update(service, "max", "tap", siteId=cast.site("south"))) == [("NOT_FOUND", ["siteId"])]
    # A client contact cannot make by a change what could not be handed in.
    assert refusals(await update(service, "cal", "roof", requesterId=cast.contact("cyn"))) == [("OUT_OF_SCOPE", [])]
    assert refusals(await update(service, "cal", "roof", organizationId=None)) == [("OUT_OF_SCOPE", [])]
    assert await rows() == before
    for name, row in shown.items():
        assert (await service.ask("ada", ONE, id=cast.request(name)))["request"] == row


@pytest.mark.requirement(60)
async def test_clients_change_their_own_until_work_begins(service: Service) -> None:
    assert (await update(service, "cyn", "tap", title="Évier et douche"))["errors"] == []
    assert refusals(await update(service, "cal", "tap", title="x")) == [("FORBIDDEN", ["requestId"])]  # sees it only
    assert refusals(await update(service, "bo", "tap", title="x")) == [("NOT_FOUND", ["requestId"])]
    await Request.filter(id=service.cast.key("tap")).update(status="IN_PROGRESS")
    assert refusals(await update(service, "cyn", "tap", title="x")) == [("WRONG_STATE", ["requestId"])]
    assert (await update(service, "sol", "tap", title="x"))["errors"] == []
    assert await service.refused(
        "wes", 'mutation { updateRequest(input: {requestId: "x"}) { errors { code } } }'
    ) == ["FORBIDDEN"]
