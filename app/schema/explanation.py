"""Why somebody may or may not do something, in a sentence and in data."""

from typing import Annotated

import strawberry

from app.auth.explaining import Reason
from app.auth.gates import ANYONE, SIGNED_IN
from app.auth.permissions import Permission
from app.resolvers import explanation
from app.resolvers.explanation import Verdict, Weighed
from app.schema.base import Info
from app.schema.enums import described
from app.schema.fields import argument, computed, field
from app.schema.reasons import MEANINGS, SENTENCES
from app.schema.role import Grant

described(Reason, "The line that decided whether somebody may do something.", MEANINGS, name="AccessReason")


@strawberry.type(description="A grant that was looked at, and how far it reaches.")
class WeighedGrant:
    grant: Grant = field(ANYONE, "The grant, with its origin.")
    in_scope: bool = field(ANYONE, "Whether the row lies in its scope.", name="isInScope")
    within_sites: bool = field(ANYONE, "Whether the row lies within the person's sites too.", name="isWithinSites")


@strawberry.type(description="Whether somebody may do something now, and what decides it.")
class AccessExplanation:
    allowed: bool = field(ANYONE, "Whether it may be done.", name="isAllowed")
    reason: Reason = field(ANYONE, "The line that decides it, for programs.")
    sentence: str = field(ANYONE, "The line that decides it, in the viewer's language.")
    deciding: WeighedGrant | None = field(
        ANYONE, "The grant that allows it; null if nothing does.", name="decidingGrant"
    )
    grants: list[WeighedGrant] = field(ANYONE, "Every grant of the permission that the person holds now.")


def _shown(weighed: Weighed) -> WeighedGrant:
    return WeighedGrant(
        grant=Grant.of(weighed.held),
        in_scope=weighed.in_scope,
        within_sites=weighed.within_sites,
    )


def _told(verdict: Verdict, language: str) -> AccessExplanation:
    deciding = verdict.deciding
    words = {
        "name": verdict.person.name,
        "status": verdict.person.status.name,
        "permission": verdict.permission,
        "grants": ", ".join(str(each.held.grant) for each in verdict.weighed),
        "grant": str(deciding.held.grant) if deciding else "",
        "source": deciding.held.source if deciding else "",
    }
    return AccessExplanation(
        allowed=verdict.allowed,
        reason=verdict.reason,
        sentence=SENTENCES[verdict.reason][language].format(**words),
        deciding=_shown(deciding) if deciding else None,
        grants=[_shown(each) for each in verdict.weighed],
    )


@strawberry.type
class ExplanationQuery:
    @computed(
        SIGNED_IN,
        "Whether somebody may do something now, and why: for oneself, for whom the viewer manages, and for everybody"
        " whom a holder of role.manage sees. Null unless the viewer sees the person and the object.",
    )
    async def explain_access(
        self,
        info: Info,
        person_id: Annotated[strawberry.ID, argument("Who: the id of any face.")],
        permission: Annotated[Permission, argument("What.")],
        object_id: Annotated[
            strawberry.ID | None, argument("With which request or person; without it: on any row at all.")
        ] = None,
    ) -> AccessExplanation | None:
        verdict = await explanation.explain(info.context.viewer, person_id, permission, object_id)
        return _told(verdict, info.context.language) if verdict else None
