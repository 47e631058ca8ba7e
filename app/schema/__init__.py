"""The published words of the graph: types, inputs, payloads; one file per noun, merged here."""

from collections.abc import Sequence
from typing import Any

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from app.reading.executor import Executor
from app.schema.access import AccessMutation
from app.schema.access_change import AccessChangeSubscription
from app.schema.access_review import AccessReviewMutation, AccessReviewQuery
from app.schema.account import AccountMutation
from app.schema.assignment import AssignmentMutation, AssignmentSubscription
from app.schema.attachment import AttachmentMutation
from app.schema.audit_event import AuditEventQuery
from app.schema.calendar_feed import CalendarFeedMutation, CalendarFeedQuery
from app.schema.catalogue import CatalogueQuery
from app.schema.comment import CommentMutation
from app.schema.contact import ContactMutation, ContactQuery
from app.schema.credential import CredentialMutation
from app.schema.delivery import DeliveryQuery
from app.schema.email import EmailMutation
from app.schema.explanation import ExplanationQuery
from app.schema.export_job import ExportMutation, ExportQuery, ExportSubscription
from app.schema.fields import ungated
from app.schema.grant import GrantMutation
from app.schema.invitation import InvitationQuery
from app.schema.link import LinkMutation, LinkQuery
from app.schema.listing import ListingQuery
from app.schema.move import MoveMutation
from app.schema.node import NodeQuery
from app.schema.notification import NotificationMutation, NotificationQuery, NotificationSubscription
from app.schema.organization import OrganizationMutation, OrganizationQuery
from app.schema.password import PasswordMutation
from app.schema.preference import PreferenceMutation
from app.schema.preview import PreviewQuery
from app.schema.profile import ProfileMutation
from app.schema.request import RequestMutation, RequestQuery
from app.schema.request_change import RequestChangeSubscription
from app.schema.role import RoleMutation, RoleQuery
from app.schema.saved_view import SavedViewMutation, SavedViewQuery
from app.schema.scalars import SCALARS
from app.schema.session import SessionMutation, ViewerQuery
from app.schema.sign_up import SignUpMutation
from app.schema.site import SiteMutation, SiteQuery
from app.schema.statistics import StatisticsQuery
from app.schema.user import UserMutation, UserQuery
from app.schema.worker import WorkerMutation, WorkerQuery
from app.schema.workspace import WorkspaceMutation, WorkspaceQuery
from app.settings import Settings


def _merged(name: str, description: str, *types: type) -> type:
    merged: Any = merge_types(name, types)
    merged.__strawberry_definition__.description = description
    found: type = merged
    return found


Query = _merged(
    "Query",
    "What can be read. Rows that the viewer may not see are not there, on any path.",
    ViewerQuery,
    NodeQuery,
    WorkspaceQuery,
    RequestQuery,
    CalendarFeedQuery,
    UserQuery,
    WorkerQuery,
    ContactQuery,
    OrganizationQuery,
    SiteQuery,
    RoleQuery,
    PreviewQuery,
    CatalogueQuery,
    DeliveryQuery,
    ExplanationQuery,
    AuditEventQuery,
    AccessReviewQuery,
    InvitationQuery,
    LinkQuery,
    ListingQuery,
    SavedViewQuery,
    NotificationQuery,
    ExportQuery,
    StatisticsQuery,
)
Mutation = _merged(
    "Mutation",
    "What can be changed: one intention each, whole or not at all.",
    SessionMutation,
    ProfileMutation,
    LinkMutation,
    PasswordMutation,
    EmailMutation,
    SignUpMutation,
    CredentialMutation,
    AccessMutation,
    AccountMutation,
    AccessReviewMutation,
    RequestMutation,
    MoveMutation,
    AssignmentMutation,
    CommentMutation,
    OrganizationMutation,
    SiteMutation,
    WorkspaceMutation,
    AttachmentMutation,
    CalendarFeedMutation,
    UserMutation,
    WorkerMutation,
    ContactMutation,
    RoleMutation,
    GrantMutation,
    SavedViewMutation,
    NotificationMutation,
    PreferenceMutation,
    ExportMutation,
)
Subscription = _merged(
    "Subscription",
    "What is told live, as it happens.",
    AssignmentSubscription,
    NotificationSubscription,
    RequestChangeSubscription,
    AccessChangeSubscription,
    ExportSubscription,
)


def build_schema(settings: Settings, extensions: Sequence[Any] = ()) -> strawberry.Schema:
    """The schema; `extensions` are Strawberry's, such as the limits of the transport.

    Raises TypeError if a field has no gate.
    """
    schema = strawberry.Schema(
        Query,
        Mutation,
        Subscription,
        extensions=[*extensions],
        execution_context_class=Executor,
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=settings.closed),
    )
    if open_fields := ungated(schema):
        raise TypeError(f"fields without a gate: {', '.join(open_fields)}")
    return schema
