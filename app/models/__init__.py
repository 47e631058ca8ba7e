"""Tables, their verbs and the tables of allowed moves. No viewer, no GraphQL, no I/O but the ORM."""

from app.models.activity import Activity
from app.models.api_token import ApiToken
from app.models.assignment import Assignment
from app.models.attachment import Attachment
from app.models.attempt import Attempt
from app.models.audit_event import AuditEvent
from app.models.calendar_feed import CalendarFeed
from app.models.comment import Comment
from app.models.contact_note import ContactNote
from app.models.delivery import Delivery
from app.models.digest import Digest
from app.models.export_job import ExportJob
from app.models.invitation import Invitation
from app.models.notification import Notification
from app.models.organization import Department, Organization
from app.models.person import LoginName, Person
from app.models.request import Request
from app.models.role import DirectGrant, Role
from app.models.saved_view import SavedView
from app.models.session import Session
from app.models.site import PersonSite, Site
from app.models.workspace import Workspace

__all__ = [
    "Activity",
    "ApiToken",
    "Assignment",
    "Attachment",
    "Attempt",
    "AuditEvent",
    "CalendarFeed",
    "Comment",
    "ContactNote",
    "Delivery",
    "Department",
    "Digest",
    "DirectGrant",
    "ExportJob",
    "Invitation",
    "LoginName",
    "Notification",
    "Organization",
    "Person",
    "PersonSite",
    "Request",
    "Role",
    "SavedView",
    "Session",
    "Site",
    "Workspace",
]
