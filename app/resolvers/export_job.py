"""Exports: asked for, watched, cancelled, fetched."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema

from app.auth import exporting, policy
from app.auth.denials import Denial
from app.auth.policy import Rows
from app.auth.viewer import Viewer
from app.exports.owner import is_allowed
from app.exports.runner import exports
from app.lists import asking
from app.lists.asking import Asked
from app.models import ExportJob, SavedView, nouns
from app.models.base import now
from app.models.database import after_commit, transaction
from app.models.export_job import OPEN, ExportReason, ExportState
from app.models.refusal import ErrorCode, Refusal, Unfit
from app.models.turns import waited
from app.models.workspace import Feature
from app.notify.bus import Topic, bus
from app.reading.page import One
from app.resolvers.feature import require_feature
from app.resolvers.finding import find, require
from app.resolvers.notification import Refresh, present
from app.resolvers.outcome import Outcome
from app.resolvers.saved_view import asked as asked_of

AT_ONCE = 5
SECOND = 1.0


def listed(viewer: Viewer) -> Rows:
    """One's own exports."""
    return policy.visible(viewer, nouns.EXPORT_JOB)


def one(viewer: Viewer, text: str) -> Rows | None:
    """The export with this id."""
    key = nouns.EXPORT_JOB.key(text)
    return listed(viewer).filter(id=key) if key else None


async def create(viewer: Viewer, schema: GraphQLSchema, given: dict[str, Any]) -> Outcome:
    """Puts an export in the queue.

    Raises FEATURE_NOT_ENABLED, REQUIRED, TOO_LONG, TOO_MANY, INVALID_VALUE, NOT_FOUND or FORBIDDEN.
    """
    await require_feature(viewer, Feature.EXPORTS)
    view: SavedView | None = None
    if text := given.get("view_id"):
        view = await find(viewer, nouns.SAVED_VIEW, text, "viewId")
    wanted = _asked(given, view)
    require(exporting.can_export(viewer, wanted.list_name), "viewId" if view else "list")
    await asking.check(schema, viewer, wanted)
    return await transaction(lambda: _queue(viewer, wanted, given["format"], view.name if view else None))


def _asked(given: dict[str, Any], view: SavedView | None) -> Asked:
    """The view, with what the input says besides in its place."""
    if view is None:
        if "list_name" not in given:
            raise Refusal(ErrorCode.REQUIRED, "list")
        return asked_of({"columns": [], **given})
    if given.get("list_name", view.list_name) != view.list_name:
        raise Refusal(ErrorCode.INVALID_VALUE, "list", reason=Unfit.OTHER_LIST)
    kept = Asked(view.list_name, view.columns, view.order_by, view.where, view.search)
    said = asked_of({"columns": [], **given, "list_name": view.list_name})
    changes = {name: getattr(said, name) for name in ("columns", "order_by", "where", "search") if name in given}
    return replace(kept, **changes)


async def _queue(viewer: Viewer, asked: Asked, format_: Any, title: str | None) -> Outcome:
    await policy.visible(viewer, nouns.VIEWER).select_for_update(no_key=True).get()  # one after the other
    if await listed(viewer).filter(state__in=list(OPEN)).count() >= AT_ONCE:
        raise Refusal(ErrorCode.TOO_MANY, limit=AT_ONCE)
    job = await ExportJob.create(
        workspace_id=viewer.workspace_id,
        owner_id=viewer.person_id,
        **vars(asked),
        title=title,
        format=format_,
        rights=sorted({(held.grant.permission, held.grant.scope) for held in viewer.held}),
    )
    after_commit(exports.wake)
    return Outcome(One(nouns.EXPORT_JOB, job.id))


async def cancel(viewer: Viewer, text: str) -> Outcome:
    """Stops an export that has not ended. Raises NOT_FOUND or WRONG_STATE."""

    async def body() -> Outcome:
        job: ExportJob = await find(viewer, nouns.EXPORT_JOB, text, "exportId", lock=True)
        if not await job.end(ExportState.CANCELLED, reason=ExportReason.ASKED):
            raise Refusal(ErrorCode.WRONG_STATE, "exportId")
        after_commit(lambda: bus.publish(Topic.NEWS, viewer.person_id))
        return Outcome(One(nouns.EXPORT_JOB, job.id))

    return await transaction(body)


async def follow(viewer: Viewer, text: str, refresh: Refresh) -> AsyncIterator[One]:
    """One's own export, now and at each step, until it has ended.

    Raises NOT_FOUND if it cannot be seen, and NOT_SIGNED_IN when the session or the account has ended.
    """
    key, told = nouns.EXPORT_JOB.key(text), None
    with bus.watch(viewer.person_id) as news:
        while True:
            news.clear()
            viewer = await present(viewer, refresh)
            job = await listed(viewer).filter(id=key).first() if key else None
            if job is None:
                raise Denial("NOT_FOUND")
            step = (job.state, job.progress, job.total)
            if step != told:
                told = step
                yield One(nouns.EXPORT_JOB, job.id)
            if job.state not in OPEN:
                return
            await waited(news, SECOND)  # a process that writes need not be heard here


async def fetch(viewer: Viewer, text: str) -> tuple[Path, str] | None:
    """The file of a finished export, below the folder of exports, and its name; None if it may not be had."""
    key = nouns.EXPORT_JOB.key(text)
    job = await listed(viewer).filter(id=key, state=ExportState.DONE, expires_at__gt=now()).first() if key else None
    if job is None or not await is_allowed(job):
        return None
    return Path(job.file_path), name_of(job.list_name, job.created_at, job.file_path)


def name_of(list_name: str, created_at: Any, file_path: str) -> str:
    """The name under which a file is saved: of words of ours alone."""
    return f"{list_name.lower()}-{created_at:%Y-%m-%d}{Path(file_path).suffix}"
