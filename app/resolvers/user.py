"""Accounts of the staff: added with what decides their rights, changed but for the username."""

from typing import Any

from app.auth.viewer import Viewer
from app.models import nouns
from app.models.refusal import ErrorCode, Refusal
from app.resolvers.enrolment import add, amend, counted, welcomed
from app.resolvers.outcome import Outcome


async def create(viewer: Viewer, given: dict[str, Any]) -> Outcome:
    """Adds an account. Raises USERNAME_REQUIRED beside what `enrolment.add` raises."""

    async def body() -> Outcome:
        if not (given.get("email") or "").strip() and not (given.get("username") or "").strip():
            raise Refusal(ErrorCode.USERNAME_REQUIRED, "username")
        facets = {name: given[name] for name in ("is_worker",) if name in given}
        person = await add(viewer, nouns.USER, given, "STAFF", **facets)
        return await welcomed(viewer, person, given)

    return await counted(viewer, given, body)


async def update(viewer: Viewer, text: str, version: int | None, given: dict[str, Any]) -> Outcome:
    """Changes an account, its role included. Raises what `enrolment.amend` and `grant.become` raise."""

    async def extra(person: Any) -> dict[str, Any]:
        return {"is_worker": given["is_worker"]} if "is_worker" in given else {}

    return await amend(viewer, text, "userId", version, given, extra)
