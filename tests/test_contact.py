"""Contacts of client companies: who adds and changes them, their box, notes and figures."""

from datetime import timedelta
from typing import Any

import pytest

from app.models import AuditEvent, ContactNote, DirectGrant, Person, Request
from app.models.base import now
from tests.ask import Service, key_of
from tests.test_role import codes

SHOWN = """contact { id name email status organization { name } department { name } seeAllRequests version
  user { role { name } username } viewerCan { update } } warnings { code }"""
FIGURES = (
    "usage { total last90Days lastAt } recentRequests { title } notes { totalCount nodes { body author { name } } }"
)


async def create(service: Service, who: str, **given: Any) -> dict[str, Any]:
    return await service.change(who, "createContact", {"lastName": "Roy", **given}, SHOWN)


async def update(service: Service, who: str, contact: str, **given: Any) -> dict[str, Any]:
    return await service.change(who, "updateContact", {"contactId": service.cast.contact(contact), **given}, SHOWN)


@pytest.mark.requirement(56, 57, 58, 59, 62)
async def test_a_contact_belongs_to_a_company_and_cannot_sign_in_yet(service: Service) -> None:
    payload = await create(
        service,
        "ada",
        firstName="Noé",
        email="Noe@Maple.example",
        organizationId=service.cast.organization("maple"),
        departmentId=service.cast.department("back"),
    )
    contact = payload["contact"]
    assert payload["errors"] == []
    assert (contact["name"], contact["email"]) == ("Noé Roy", "noe@maple.example")
    assert (contact["organization"], contact["department"]) == ({"name": "Maple"}, {"name": "Back"})
    assert (contact["status"], contact["seeAllRequests"]) == ("NO_ACCESS", False)
    assert contact["user"]["role"] == {"name": "Client contact"}


BAD: list[tuple[str, dict[str, Any], tuple[str, str]]] = [
    ("ada", {"email": "new@maple.example"}, ("REQUIRED", "organizationId")),
    ("ada", {"organizationId": "$maple", "email": "  "}, ("REQUIRED", "email")),
    ("ada", {"organizationId": "org_none", "email": "new@maple.example"}, ("NOT_FOUND", "organizationId")),
    (
        "ada",
        {"organizationId": "$maple", "departmentId": "%barn", "email": "new@maple.example"},
        ("DEPARTMENT_MISMATCH", "departmentId"),
    ),
    ("ada", {"organizationId": "$maple", "email": "BÓ@birch.example"}, ("EMAIL_IN_USE", "email")),
    ("ada", {"organizationId": "$maple", "email": "ada@toits.example"}, ("EMAIL_IN_USE", "email")),
    ("cora", {"organizationId": "$birch", "email": "new@maple.example"}, ("OUT_OF_SCOPE", "organizationId")),
    ("cora", {"organizationId": "org_none", "email": "new@maple.example"}, ("OUT_OF_SCOPE", "organizationId")),
    ("cora", {"departmentId": "%barn", "email": "new@maple.example"}, ("NOT_FOUND", "departmentId")),
]


@pytest.mark.requirement(54, 55, 57, 58, 59, 61)
@pytest.mark.parametrize(("who", "given", "expected"), BAD)
async def test_bad_input_adds_nobody(
    service: Service, who: str, given: dict[str, Any], expected: tuple[str, str]
) -> None:
    def filled(value: str) -> str:
        if value.startswith("$"):
            return service.cast.organization(value[1:])
        return service.cast.department(value[1:]) if value.startswith("%") else value

    before = await Person.all().count(), await AuditEvent.all().count()
    payload = await create(service, who, **{name: filled(value) for name, value in given.items()})
    assert codes(payload) == [expected]
    assert payload["contact"] is None
    assert "bo" not in payload["errors"][0]["message"].lower().split()
    assert (await Person.all().count(), await AuditEvent.all().count()) == before


@pytest.mark.requirement(48, 56, 60)
async def test_a_client_administrator_adds_contacts_of_the_own_company(service: Service) -> None:
    payload = await create(service, "cora", email="new@maple.example", seeAllRequests=True)
    contact = payload["contact"]
    assert payload["errors"] == []
    assert (contact["organization"], contact["seeAllRequests"]) == ({"name": "Maple"}, True)
    assert contact["viewerCan"] == {"update": True}
    grants = await DirectGrant.filter(person_id=key_of(contact["id"]))
    assert [(row.permission, row.scope, row.bundle) for row in grants] == [
        ("request.read", "ORGANIZATION", "SEE_ALL_REQUESTS")
    ]


@pytest.mark.parametrize("who", ["max", "sam", "wes", "cyn", "cal"])
async def test_others_add_no_contacts(service: Service, who: str) -> None:
    query = 'mutation { createContact(input: {lastName: "x", email: "x@x.example"}) { errors { code } } }'
    assert await service.refused(who, query) == ["FORBIDDEN"]


@pytest.mark.requirement(67)
async def test_a_contact_is_changed_field_by_field(service: Service) -> None:
    payload = await update(service, "cora", "cyn", firstName="Cynthia", departmentId=service.cast.department("back"))
    assert payload["errors"] == []
    assert (payload["contact"]["name"], payload["contact"]["department"]) == ("Cynthia Roy", {"name": "Back"})
    assert payload["contact"]["email"] == "cyn@maple.example"
    moved = await update(service, "ada", "cyn", organizationId=service.cast.organization("birch"))
    assert (moved["contact"]["organization"], moved["contact"]["department"]) == ({"name": "Birch"}, None)


@pytest.mark.requirement(60)
async def test_the_box_of_one_company_does_not_open_another(service: Service) -> None:
    maple, birch = service.cast.organization("maple"), service.cast.organization("birch")
    select = "contact { seeAllRequests } errors { code }"
    for more, seen in (({}, False), ({"seeAllRequests": True}, True)):
        given = {"contactId": service.cast.contact("cyn"), "organizationId": maple, "seeAllRequests": True}
        ticked = await service.change("ada", "updateContact", given, select)
        assert ticked == {"contact": {"seeAllRequests": True}, "errors": []}
        for company, expected in ((maple, True), (birch, seen)):
            given = {"contactId": service.cast.contact("cyn"), "organizationId": company, **more}
            changed = await service.change("ada", "updateContact", given, select)
            assert changed == {"contact": {"seeAllRequests": expected}, "errors": []}


@pytest.mark.parametrize(
    ("who", "whom", "given", "expected"),
    [
        ("cora", "bo", {"firstName": "x"}, ("NOT_FOUND", "contactId")),
        ("cora", "cyn", {"email": ""}, ("REQUIRED", "email")),
        ("cora", "cyn", {"organizationId": "$birch"}, ("OUT_OF_SCOPE", "organizationId")),
        ("cora", "cyn", {"departmentId": "%barn"}, ("NOT_FOUND", "departmentId")),
        ("zoe", "cyn", {"firstName": "x"}, ("NOT_FOUND", "contactId")),
    ],
)
async def test_changes_that_are_refused(
    service: Service, who: str, whom: str, given: dict[str, Any], expected: tuple[str, str]
) -> None:
    words = {
        name: service.cast.organization(value[1:])
        if value.startswith("$")
        else service.cast.department(value[1:])
        if value.startswith("%")
        else value
        for name, value in given.items()
    }
    row = await Person.filter(id=service.cast.key(whom)).values()
    assert codes(await update(service, who, whom, **words)) == [expected]
    assert await Person.filter(id=service.cast.key(whom)).values() == row


@pytest.mark.requirement(60)
async def test_ticking_the_box_changes_the_next_query(service: Service) -> None:
    query = "{ requests { totalCount } }"
    assert (await service.ask("cyn", query))["requests"]["totalCount"] == 1
    assert codes(await update(service, "cora", "cyn", seeAllRequests=True)) == []
    assert (await service.ask("cyn", query))["requests"]["totalCount"] == 2
    assert codes(await update(service, "cora", "cyn", seeAllRequests=False)) == []
    single = {
        "personId": service.cast.contact("cyn"),
        "grants": [{"permission": "REQUEST_READ", "scope": "ORGANIZATION"}],
    }
    given = await service.change("ada", "setGrants", single, "contact { seeAllRequests }")
    assert given["contact"] == {"seeAllRequests": True}  # whoever holds it by itself sees as much
    assert codes(await update(service, "cora", "cyn", seeAllRequests=False)) == []
    assert (await service.ask("cyn", query))["requests"]["totalCount"] == 1


@pytest.mark.requirement(107, 108)
async def test_figures_count_what_the_viewer_sees(service: Service) -> None:
    await Request.filter(id=service.cast.key("tap")).update(created_at=now() - timedelta(days=91))
    query = f"query($id: ID!) {{ node(id: $id) {{ ... on Contact {{ {FIGURES} }} }} }}"
    cyn = (await service.ask("ada", query, id=service.cast.contact("cyn")))["node"]
    assert (cyn["usage"]["total"], cyn["usage"]["last90Days"]) == (1, 0)
    assert cyn["recentRequests"] == [{"title": "Évier bouché"}]
    bo = (await service.ask("max", query, id=service.cast.contact("bo")))["node"]
    assert bo["usage"] == {"total": 0, "last90Days": 0, "lastAt": None}  # the request is at another site
    assert bo["recentRequests"] == []
    card = (await service.ask("wes", query, id=service.cast.contact("cyn")))["node"]
    assert card == {"usage": None, "recentRequests": None, "notes": None}


@pytest.mark.requirement(109)
async def test_notes_are_for_those_who_keep_them(service: Service) -> None:
    given = {"contactId": service.cast.contact("cyn"), "body": " Calls before noon.\nLikes it quiet. "}
    words = "id body author { name }"
    select = f"note {{ {words} }} contact {{ notes {{ totalCount nodes {{ {words} }} }} }}"
    payload = await service.change("max", "addContactNote", given, select)
    (note,) = payload["contact"]["notes"]["nodes"]
    assert payload["note"] == note
    assert (note["body"], note["author"]) == ("Calls before noon.\nLikes it quiet.", {"name": "Max Roy"})
    node = "query($id: ID!) { node(id: $id) { id } }"
    for name, expected in (("ada", {"id": note["id"]}), ("cyn", None), ("cora", None), ("wes", None), ("zoe", None)):
        assert await service.ask(name, node, id=note["id"]) == {"node": expected}
    for body, code in (("  ", "REQUIRED"), ("x" * 10_001, "TOO_LONG")):
        assert codes(await service.change("max", "addContactNote", {**given, "body": body})) == [(code, "body")]
    assert await ContactNote.filter(contact_id=service.cast.key("cyn")).count() == 1
    for name in ("sam", "wes", "cora", "cyn"):
        query = 'mutation { addContactNote(input: {contactId: "x", body: "x"}) { errors { code } } }'
        assert await service.refused(name, query) == ["FORBIDDEN"]


@pytest.mark.requirement(57, 59)
async def test_somebody_of_the_firm_becomes_a_contact_by_a_company_and_with_an_address(service: Service) -> None:
    ned = {"contactId": service.cast.worker("ned")}
    company = {"organizationId": service.cast.organization("maple")}
    assert codes(await service.change("ada", "updateContact", {**ned, "firstName": "X"})) == [
        ("NOT_FOUND", "contactId")
    ]
    assert codes(await service.change("ada", "updateContact", {**ned, **company})) == [("REQUIRED", "email")]
    person = await Person.get(id=service.cast.key("ned"))
    assert (person.organization_id, person.first_name, person.version) == (None, "Ned", 1)
    given = {**ned, **company, "email": "ned@maple.example"}
    joined = await service.change("ada", "updateContact", given, SHOWN)
    assert (joined["contact"]["organization"], joined["contact"]["email"]) == ({"name": "Maple"}, "ned@maple.example")
