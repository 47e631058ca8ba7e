"""The published words of the graph: types, inputs, payloads; one file per noun, merged here."""

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from app.schema.assignment import AssignmentMutation, AssignmentSubscription
from app.schema.comment import CommentMutation
from app.schema.contact import ContactQuery
from app.schema.delivery import DeliveryQuery
from app.schema.fields import ungated
from app.schema.node import NodeQuery
from app.schema.organization import OrganizationQuery
from app.schema.request import RequestMutation, RequestQuery
from app.schema.role import RoleQuery
from app.schema.scalars import SCALARS
from app.schema.session import SessionMutation, ViewerQuery
from app.schema.site import SiteQuery
from app.schema.user import UserQuery
from app.schema.worker import WorkerQuery
from app.schema.workspace import WorkspaceQuery
from app.settings import Settings
from app.transport.limits import schema_extensions

Query = merge_types(
    "Query",
    (
        ViewerQuery,
        NodeQuery,
        WorkspaceQuery,
        RequestQuery,
        UserQuery,
        WorkerQuery,
        ContactQuery,
        OrganizationQuery,
        SiteQuery,
        RoleQuery,
        DeliveryQuery,
    ),
)
Mutation = merge_types("Mutation", (SessionMutation, RequestMutation, AssignmentMutation, CommentMutation))
Subscription = merge_types("Subscription", (AssignmentSubscription,))


def build_schema(settings: Settings) -> strawberry.Schema:
    """The schema with the limits of these settings. Raises TypeError if a field has no gate."""
    schema = strawberry.Schema(
        Query,
        Mutation,
        Subscription,
        extensions=schema_extensions(settings),
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=settings.closed),
    )
    if open_fields := ungated(schema):
        raise TypeError(f"fields without a gate: {', '.join(open_fields)}")
    return schema
