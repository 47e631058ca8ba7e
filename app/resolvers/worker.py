"""People that requests are given to: added with no more than a name."""

from typing import Any

from app.auth import policy
from app.auth.viewer import Viewer
from app.models import nouns
from app.models.refusal import Refusal
from app.resolvers.enrolment import add, amend, counted, welcomed
from app.resolvers.outcome import Outcome


async def create(viewer: Viewer, given: dict[str, Any]) -> Outcome:
    """Adds a worker, at the sites of whoever adds it unless said. Raises what `enrolment.add` raises."""

    async def body() -> Outcome:
        person = await add(viewer, nouns.WORKER, await _placed(viewer, given), "WORKER", is_worker=True)
        return await welcomed(viewer, person, given)

    return await counted(viewer, given, body)


async def _placed(viewer: Viewer, given: dict[str, Any]) -> dict[str, Any]:
    if "site_ids" in given or "all_sites" in given:
        return given
    if not policy.is_fenced(viewer):
        return {**given, "all_sites": True}
    own = policy.visible(viewer, nouns.SITE).filter(policy.at_own_sites(viewer, "id"), active=True)
    return {**given, "site_ids": [nouns.SITE.id(site.id) for site in await own]}


async def update(viewer: Viewer, text: str, version: int | None, given: dict[str, Any]) -> Outcome:
    """Changes a worker. Raises what `enrolment.amend` raises; who is none is not found."""

    async def extra(person: Any) -> dict[str, Any]:
        if not person.is_worker:
            raise Refusal.missing("workerId")
        return {}

    return await amend(viewer, text, "workerId", version, given, extra)
