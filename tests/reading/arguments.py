"""Values for the arguments of generated operations, by the names that arguments have in the schema."""

from typing import Any

from graphql import GraphQLEnumType, GraphQLInputObjectType, get_named_type

from tests.reading.scenery import INSTANTS, WORDS

NOTHING = object()
KINDS = {
    "siteId": "Site",
    "organizationId": "Organization",
    "departmentId": "Department",
    "requesterId": "Contact",
    "assigneeId": "Worker",
    "roleId": "Role",
    "requestId": "Request",
    "subjectId": "User",
    "actorId": "Worker",
    "personId": "Contact",
}
NODES = (
    *("Request", "User", "Worker", "Contact", "Role", "Organization", "Department", "Site"),
    *("Assignment", "Comment", "Activity", "Notification", "Attachment", "SavedView", "ExportJob"),
)
STRANGE = ("", "req_", "sit_" + "0" * 32, "sit_" + "A" * 32, "x'; --", "wrk_é")
PAGES = (2, 3, 5, 1, 7, 40, 40, 0)
BROKEN = ("", "zz", "5b5d", "7b7d", "[]", "' OR 1=1 --")


def argument(draft: Any, field: str, name: str, gtype: Any, order: str) -> Any:
    """A value for an argument of a field, or NOTHING to leave it out."""
    below = field in ("comments", "activity", "assignments", "attachments")
    if name == "first":
        return draft.pick((2, 3, 1, 0) if below else (*PAGES, -1, 101) if draft.chance(4) else PAGES)
    if name == "after":
        if draft.chance(5) and not below:
            return draft.pick(BROKEN)
        listed = field not in ("assignableWorkers",)
        return f"§after:{field}:{order}:{draft.random.randrange(10)}§" if listed else None
    if name == "search":
        return draft.pick((*WORDS, None))
    if name in ("id", "ids"):
        return _ids(draft, field, name)
    if name == "slug":
        return draft.pick(["toits", "zurich", "TOITS", ""])
    if name == "language":
        return draft.pick(["fr", "FR-ca", "de", ""])
    if name == "orderBy":
        return _order(draft, get_named_type(gtype))
    return _value(draft, name, gtype)


def _ids(draft: Any, field: str, name: str) -> Any:
    if field == "exportJob":
        return _id(draft, "ExportJob")
    if field == "request":
        number = draft.random.randrange(20)
        return draft.pick([f"§id:Request:{number}§", f"§number:Request:{number}§", "r-1", *STRANGE[:2]])
    if name == "id":
        return _id(draft, draft.pick(["Workspace", *NODES]))
    return [_id(draft, draft.pick(NODES)) for _ in range(draft.random.randrange(5))]


def _id(draft: Any, kind: str) -> str:
    if draft.chance(8):
        return str(draft.pick(STRANGE))
    return f"§id:{kind}:{draft.random.randrange(26)}§"


def _order(draft: Any, gtype: GraphQLInputObjectType) -> list[dict[str, str]]:
    fields: Any = get_named_type(gtype.fields["field"].type)
    found = []
    for name in [draft.pick(fields.values) for _ in range(draft.random.randrange(4))]:
        found.append({"field": name, "direction": draft.pick(["ASC", "DESC"])})
        if found[-1]["direction"] == "ASC" and draft.chance(30):
            del found[-1]["direction"]
    return found


def order_words(order: list[dict[str, str]] | None) -> str:
    """An order in one word, as places of cursors name it."""
    return ",".join(f"{each['field']}-{each.get('direction', 'ASC')}" for each in order or ())


def _value(draft: Any, name: str, gtype: Any) -> Any:
    bare = get_named_type(gtype)
    if isinstance(bare, GraphQLInputObjectType):
        return _input(draft, bare)
    if isinstance(bare, GraphQLEnumType):
        return draft.some(bare.values, 3, least=not draft.chance(5)) if _is_filter(gtype) else draft.pick(bare.values)
    if name in KINDS:
        ids = [_id(draft, KINDS[name]) for _ in range(draft.random.randint(1, 3))]
        return ids if _is_filter(gtype) else ids[0]
    assert bare.name == "Boolean", f"no values are known for {name}: {gtype}"
    return draft.chance(50)


def _is_filter(gtype: Any) -> bool:
    return "[" in str(gtype)


def _input(draft: Any, gtype: GraphQLInputObjectType) -> dict[str, Any]:
    names = draft.some(gtype.fields, 2)
    found: dict[str, Any] = {}
    for name in names:
        if draft.chance(7):
            found[name] = None
        elif gtype.name == "TimeRange":
            found[name] = draft.pick(INSTANTS)
        else:
            found[name] = _value(draft, name, gtype.fields[name].type)
    return found
