"""Any row by its id."""

from typing import Annotated

import strawberry

from app.auth.denials import Denial
from app.auth.gates import SIGNED_IN
from app.models.database import later
from app.reading import reader
from app.resolvers import node
from app.schema.base import Info, Node
from app.schema.fields import argument, computed

MOST = 100


@strawberry.type
class NodeQuery:
    @computed(SIGNED_IN, "The row with this id; null if it does not exist or the viewer may not see it.")
    async def node(self, info: Info, id: Annotated[strawberry.ID, argument("The id.")]) -> Node | None:
        viewer = info.context.viewer
        found = node.by_id(viewer, id)
        row = await reader.read_node(info, *found) if found else None
        if found and row is None:
            later(node.note_hidden(viewer, id))
        return row

    @computed(SIGNED_IN, "The rows with these ids, in their order; null for each that is not visible.")
    async def nodes(
        self, info: Info, ids: Annotated[list[strawberry.ID], argument("At most 100 ids.")]
    ) -> list[Node | None] | None:
        viewer = info.context.viewer
        if len(ids) > MOST:
            raise Denial("TOO_MANY_IDS", most=MOST)
        rows = await reader.read_nodes(info, node.by_ids(viewer, list(ids)))
        by_id = {row.source.noun.id(row.key): row for row in rows}
        if hidden := set(ids) - set(by_id):
            later(node.note_hidden(viewer, *sorted(hidden)))
        return [by_id.get(each) for each in ids]
