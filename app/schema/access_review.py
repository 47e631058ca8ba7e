"""Looking over who may do what."""

from typing import Annotated

import strawberry

from app.auth.gates import Requires
from app.auth.permissions import Permission
from app.models.person import AccountStatus
from app.reading.page import Order, Page
from app.resolvers import access_review, person
from app.resolvers.access_review import Review
from app.schema.account import AccountInput, AccountPayload
from app.schema.base import After, Connection, First, Info, Search, orders
from app.schema.enums import described
from app.schema.fields import about, argument, given, read
from app.schema.payload import mutation
from app.schema.person import PeopleBy
from app.schema.user import User

MANAGE = Requires(Permission.USER_MANAGE)
described(
    Review,
    "What a look at somebody's access led to.",
    {
        Review.KEEP: "All of it is still needed.",
        Review.REDUCE: "What was given beside the role is taken away.",
        Review.REMOVE: "The account is suspended.",
    },
    name="ReviewDecision",
)


@strawberry.input(description="Which accounts to look over; all given fields must match.")
class AccessReviewFilter:
    is_due: bool | None = about("Whether a review is due.", default=None)
    status: list[AccountStatus] | None = about(
        "In any of these states; without it, all but the deleted.", default=None
    )
    role_id: list[strawberry.ID] | None = about("With any of these roles.", default=None)


@strawberry.input(description="Says what a look at somebody's access led to.")
class ReviewAccessInput(AccountInput):
    decision: Review = about("What it led to.")
    note: str | None = about("Why; kept in the record of access.", default=None)


@strawberry.type(description="What reviewAccess did.")
class ReviewAccessPayload(AccountPayload):
    """No more than the person."""


@strawberry.type
class AccessReviewQuery:
    @read(MANAGE, "The accounts to look over; `User.review` says when each is due, and what lets it in.")
    async def access_review(
        self,
        info: Info,
        where: Annotated[AccessReviewFilter | None, argument("Which ones.")] = None,
        order_by: PeopleBy = None,
        search: Search = None,
        first: First = 25,
        after: After = None,
    ) -> Connection[User] | None:
        rows = await access_review.listed(info.context.viewer, given(where), search)
        return Page(rows, orders(order_by, person.ORDERS, Order("sort_name")), first, after)  # type: ignore[return-value]


@strawberry.type
class AccessReviewMutation:
    @mutation(MANAGE, "Keeps, reduces or removes somebody's access, and notes that it was looked at.")
    async def review_access(self, info: Info, input: ReviewAccessInput) -> ReviewAccessPayload:
        viewer = info.context.viewer
        outcome = await access_review.review(viewer, input.person_id, input.decision, input.note)
        return outcome  # type: ignore[return-value]
