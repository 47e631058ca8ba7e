"""Whose rights an export has: its owner's, as they are at each page, and no more than when it was asked for."""

from app.auth import sessions
from app.auth.exporting import can_export, exporting, limited
from app.auth.people import viewer_of
from app.auth.viewer import Viewer
from app.models import ExportJob, Person


async def reader_of(job: ExportJob) -> Viewer | None:
    """The eyes with which the job reads now; None if its owner may no longer have it."""
    person = await Person.get_or_none(id=job.owner_id)
    if person is None or person.must_change_password or not sessions.may_sign_in(person):
        return None
    viewer = limited(await viewer_of(person), job.rights)
    return exporting(viewer) if can_export(viewer, job.list_name) else None
