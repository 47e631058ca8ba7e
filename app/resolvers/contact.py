"""People of client companies: always with a company and an e-mail address."""

from typing import Any

from tortoise.expressions import Q

from app.auth import delegation, policy
from app.auth.permissions import BUNDLES, Bundle, Permission, Scope
from app.auth.policy import Rows
from app.auth.viewer import Viewer
from app.models import ContactNote, DirectGrant, Person, nouns
from app.models.database import transaction
from app.models.refusal import ErrorCode, Refusal
from app.resolvers.details import camel, text_of
from app.resolvers.enrolment import add, amend, counted, welcomed
from app.resolvers.finding import find, in_use, require, standing
from app.resolvers.grant import set_box
from app.resolvers.outcome import Outcome

BODY, RECENT = 10_000, 10


async def create(viewer: Viewer, given: dict[str, Any]) -> Outcome:
    """Adds a contact.

    Raises REQUIRED, OUT_OF_SCOPE, PLACE_INACTIVE and DEPARTMENT_MISMATCH beside what `add` raises.
    """

    async def body() -> Outcome:
        facets = await _company(viewer, given)
        if not (given.get("email") or "").strip():
            raise Refusal(ErrorCode.REQUIRED, "email")
        person = await add(viewer, nouns.CONTACT, given, "CONTACT", **facets)
        if given.get("see_all_requests"):
            await set_box(viewer, person, Bundle.SEE_ALL_REQUESTS, True, "seeAllRequests")
        return await welcomed(viewer, person, given)

    return await counted(viewer, given, body)


async def _company(viewer: Viewer, given: dict[str, Any], present: Person | None = None) -> dict[str, Any]:
    """The company and department that a client gave. Other companies do not exist for a client administrator."""
    everywhere = Scope.ALL in viewer.scopes.get(Permission.CONTACT_MANAGE, {})
    own = nouns.ORGANIZATION.id(viewer.organization_id) if viewer.organization_id else None
    text = given.get("organization_id") or (None if everywhere else own)
    if text is None:
        raise Refusal(ErrorCode.REQUIRED, "organizationId")
    if not everywhere and text != own:
        raise Refusal(ErrorCode.OUT_OF_SCOPE, "organizationId")
    company = await find(viewer, nouns.ORGANIZATION, text, "organizationId")
    if present is not None and company.id == present.organization_id and "department_id" not in given:
        return {"organization_id": company.id}
    if present is None or company.id != present.organization_id:
        in_use(company, "organizationId")
    return {"organization_id": company.id, "department_id": await _department(viewer, given, company.id, present)}


async def _department(viewer: Viewer, given: dict[str, Any], organization_id: Any, present: Person | None) -> Any:
    text = given.get("department_id")
    if text is None:
        return None
    department = await find(viewer, nouns.DEPARTMENT, text, "departmentId")
    if department.organization_id != organization_id:
        raise Refusal(ErrorCode.DEPARTMENT_MISMATCH, "departmentId")
    if present is None or department.id != present.department_id:
        in_use(department, "departmentId")
    return department.id


async def update(viewer: Viewer, text: str, version: int | None, given: dict[str, Any]) -> Outcome:
    """Changes a contact, the box “see all requests” included.

    Raises what `create` and `amend` raise, and NOT_YOURSELF for the own company and department.
    """

    async def extra(person: Any) -> dict[str, Any]:
        if person.organization_id is None:
            _check_joining(person, given)
        if "see_all_requests" in given:
            await set_box(viewer, person, Bundle.SEE_ALL_REQUESTS, given["see_all_requests"], "seeAllRequests")
        if moved := _moved(person, given):
            require(delegation.can_move(viewer, person), camel(moved))
        if "organization_id" in given:
            company = await _company(viewer, given, person)
            if "see_all_requests" not in given and company["organization_id"] != person.organization_id:
                # It was ticked for the requests of the former company.
                await set_box(viewer, person, Bundle.SEE_ALL_REQUESTS, False, "organizationId")
            return company
        if "department_id" in given:
            return {"department_id": await _department(viewer, given, person.organization_id, person)}
        return {}

    return await amend(viewer, text, "contactId", version, given, extra)


def _check_joining(person: Any, given: dict[str, Any]) -> None:
    """Somebody of the firm becomes a contact by a company, and needs an address as every contact does."""
    if not given.get("organization_id"):
        raise Refusal.missing("contactId")
    if not given.get("email", person.email):
        raise Refusal(ErrorCode.REQUIRED, "email")


def _moved(person: Any, given: dict[str, Any]) -> str | None:
    """Which of the company and the department changes, if one does."""
    for name, noun in (("organization_id", nouns.ORGANIZATION), ("department_id", nouns.DEPARTMENT)):
        if name in given and (noun.key(given[name]) if given[name] else None) != getattr(person, name):
            return name
    return None


async def add_note(viewer: Viewer, text: str, body: str) -> Outcome:
    """Adds a note to a contact's profile. Raises NOT_FOUND, FORBIDDEN, WRONG_STATE, REQUIRED or TOO_LONG."""

    async def work() -> Outcome:
        contact = await find(viewer, nouns.CONTACT, text, "contactId")
        reached = await standing(viewer, nouns.CONTACT, contact.id)
        require(policy.can(viewer, Permission.CONTACT_NOTE, reached), "contactId")
        in_use(contact, "contactId")
        words = text_of(body, "body", BODY)
        if words is None:
            raise Refusal(ErrorCode.REQUIRED, "body")
        noted = await ContactNote.create(
            workspace_id=viewer.workspace_id, contact_id=contact.id, author_id=viewer.person_id, body=words
        )
        return Outcome(contact.id, values={"note_id": noted.id})

    return await transaction(work)


def notes(viewer: Viewer, contact: Any) -> Rows:
    """What the staff noted about a contact."""
    return policy.visible(viewer, nouns.CONTACT_NOTE).filter(contact_id=contact["id"])


def requests(viewer: Viewer, contact: Any, condition: Q = policy.EVERY) -> Rows:
    """What a contact asked for, as far as the viewer sees it."""
    return policy.visible(viewer, nouns.REQUEST).filter(condition, requester_id=contact["id"])


def recent(viewer: Viewer, contact: Any) -> Rows:
    """What a contact asked for last."""
    return requests(viewer, contact).order_by("-id").limit(RECENT)


def box(viewer: Viewer, contact: Any) -> Rows:
    """The direct grants behind the box “see all requests” of a visible contact, whether it was ticked or not."""
    [grant] = BUNDLES[Bundle.SEE_ALL_REQUESTS]
    held = DirectGrant.filter(delegation.current(viewer.at), person_id=contact["id"])
    return held.filter(permission=grant.permission, scope=grant.scope)
