"""Lists as files."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from app.auth.gates import ANYONE, SIGNED_IN, Requires
from app.auth.permissions import Permission
from app.models import nouns
from app.models.export_job import ExportFormat, ExportReason, ExportState
from app.models.listing import ListName
from app.reading.page import Order, Page
from app.reading.source import Source
from app.resolvers import export_job
from app.schema.base import After, Connection, Direction, First, Info, Node
from app.schema.enums import described
from app.schema.fields import about, argument, computed, field, given, read, subscription
from app.schema.listing import ListOrder, ListOrderInput
from app.schema.live import refreshing
from app.schema.payload import Payload, mutation
from app.settings import settings

PATH = "/files/exports"
Id = Annotated[strawberry.ID, argument("The export.")]

described(
    ExportFormat,
    "The kind of file.",
    {ExportFormat.EXCEL: "A workbook (.xlsx) with one sheet.", ExportFormat.PDF: "A document to print."},
)
described(
    ExportState,
    "How far an export has come.",
    {
        ExportState.QUEUED: "It waits for its turn.",
        ExportState.RUNNING: "It is being written.",
        ExportState.DONE: "The file can be fetched.",
        ExportState.CANCELLED: "It was stopped; there is no file.",
        ExportState.FAILED: "It could not be made; there is no file.",
        ExportState.EXPIRED: "The file was deleted when its time was over.",
    },
)
described(
    ExportReason,
    "Why an export has no file.",
    {
        ExportReason.ASKED: "Its owner cancelled it.",
        ExportReason.ACCESS_ENDED: "Its owner may no longer export the list, or sees less of it than before.",
        ExportReason.TOO_MANY_ROWS: "The list has more rows than an export takes: filter it.",
        ExportReason.BROKEN: "Something went wrong several times; the log has it.",
    },
)


@strawberry.type(description="A list as a file, made with the owner's rights at each moment of its making.")
class ExportJob(Node):
    source = Source(nouns.EXPORT_JOB)

    list_name: ListName | None = field(ANYONE, "The list.", name="list")
    title: str | None = field(ANYONE, "The name of the view that it was made of.")
    columns: list[str] | None = field(ANYONE, "The names of its columns, from left to right.")
    where: JSON | None = field(ANYONE, "The filter, as the list's own `where` takes it.")
    search: str | None = field(ANYONE, "The words searched for.")
    format: ExportFormat | None = field(ANYONE, "The kind of file.")
    state: ExportState | None = field(ANYONE, "How far it has come.")
    reason: ExportReason | None = field(ANYONE, "Why there is no file, where there will be none.")
    progress: int | None = field(ANYONE, "How many rows are written.")
    total: int | None = field(ANYONE, "How many there are to write; null until they are counted.")
    created_at: datetime | None = field(ANYONE, "When it was asked for.")
    finished_at: datetime | None = field(ANYONE, "When it ended.")
    expires_at: datetime | None = field(ANYONE, "When the file is deleted.")

    @computed(ANYONE, "The order, the first column first.", "order_by")
    def order_by(self) -> list[ListOrder]:
        stored = self.__dict__["order_by"]
        return [ListOrder(column=each["field"], direction=Direction(each["direction"])) for each in stored]

    @computed(ANYONE, "Where its owner fetches the file, with the credentials of the graph.", "id", "state")
    def url(self) -> str | None:
        base = settings().public_url
        return f"{base}{PATH}/{nouns.EXPORT_JOB.id(self.key)}" if self.state is ExportState.DONE else None

    @computed(ANYONE, "The name of the file.", "list_name", "created_at", "file_path")
    def file_name(self) -> str | None:
        path = self.__dict__["file_path"]
        return export_job.name_of(self.list_name, self.created_at, path) if self.list_name and path else None


@strawberry.input(description="Exports a list as it is looked at; a view stands for all that is not given besides.")
class CreateExportInput:
    format: ExportFormat = about("The kind of file.")
    view_id: strawberry.ID | None = about("A saved view, one's own or shared.", default=None)
    list_name: ListName | None = about("The list; with a view, the view's.", name="list", default=None)
    columns: list[str] | None = about("Names of columns (see `listColumns`), from left to right.", default=None)
    where: JSON | None = about("The filter, as the list's own `where` takes it.", default=None)
    order_by: list[ListOrderInput] | None = about("The order, as the list's own `orderBy` takes it.", default=None)
    search: str | None = about("The words to search for, at most 200 characters.", default=None)


@strawberry.input(description="Stops an export.")
class CancelExportInput:
    export_id: strawberry.ID = about("The export, one's own.")


@strawberry.type(description="An export.")
class ExportPayload(Payload):
    @read(ANYONE, "The export as it is now.")
    def export(self) -> ExportJob | None:
        return self.rows  # type: ignore[no-any-return]


@strawberry.type(description="What createExport did.")
class CreateExportPayload(ExportPayload):
    """No more than the export."""


@strawberry.type(description="What cancelExport did.")
class CancelExportPayload(ExportPayload):
    """No more than the export."""


@strawberry.type
class ExportQuery:
    @read(SIGNED_IN, "One of the viewer's exports.")
    def export_job(self, info: Info, id: Id) -> ExportJob | None:
        return export_job.one(info.context.viewer, id)  # type: ignore[return-value]

    @read(SIGNED_IN, "The viewer's exports, newest first.")
    def export_jobs(self, info: Info, first: First = 25, after: After = None) -> Connection[ExportJob] | None:
        rows = export_job.listed(info.context.viewer)
        return Page(rows, (Order("id", descending=True),), first, after)  # type: ignore[return-value]


@strawberry.type
class ExportMutation:
    @mutation(Requires(Permission.EXPORT_RUN), "Exports a list that the viewer may open; the file is made beside.")
    async def create_export(self, info: Info, input: CreateExportInput) -> CreateExportPayload:
        schema = info.schema._schema
        return await export_job.create(info.context.viewer, schema, given(input))  # type: ignore[return-value]

    @mutation(SIGNED_IN, "Stops an export that has not ended.")
    async def cancel_export(self, info: Info, input: CancelExportInput) -> CancelExportPayload:
        return await export_job.cancel(info.context.viewer, input.export_id)  # type: ignore[return-value]


@strawberry.type(description="A step of an export.")
class ExportEvent:
    rows: strawberry.Private[object]

    @read(ANYONE, "The export as it is now.")
    def export(self) -> ExportJob | None:
        return self.rows  # type: ignore[return-value]


@strawberry.type
class ExportSubscription:
    @subscription(SIGNED_IN, "Tells of each step of an export, until it has ended.")
    async def export_progress(self, info: Info, id: Id) -> AsyncIterator[ExportEvent]:
        async for rows in export_job.follow(info.context.viewer, id, refreshing(info)):
            yield ExportEvent(rows=rows)
