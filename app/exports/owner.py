"""Whose rights an export has: its owner's, as they are at each page, and no more than when it was asked for."""

from app.auth import sessions
from app.auth.exporting import SHOWING, can_export, exporting, limited
from app.auth.people import viewer_of
from app.auth.sight import Sight, sight_of
from app.auth.viewer import Viewer
from app.models import ExportJob, Person
from app.models.export_job import OPEN


async def reader_of(job: ExportJob) -> Viewer | None:
    """The eyes with which the job reads now; None if its owner may no longer have it."""
    person = await Person.get_or_none(id=job.owner_id)
    if person is None or person.must_change_password or not sessions.may_sign_in(person):
        return None
    viewer = limited(await viewer_of(person), job.rights)
    return exporting(viewer) if can_export(viewer, job.list_name) else None


async def sight_through(eyes: Viewer) -> Sight:
    """What these eyes let into a file."""
    return await sight_of(eyes, SHOWING)


async def is_allowed(job: ExportJob) -> bool:
    """Whether the owner may have the job still, and its file: whoever sees less than its maker saw may not."""
    eyes = await reader_of(job)
    if eyes is None or job.state in OPEN:
        return eyes is not None
    return job.seen is not None and (await sight_through(eyes)).covers(Sight.of(job.seen))
