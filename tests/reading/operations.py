"""Operations over the real schema, generated: valid, below the limits, and the same on every database.

Ids and cursors are written as places, `§id:Site:2§`, that are filled in once there is a database.
"""

import json
import re
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_composite_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
)
from hypothesis import strategies as st

from tests.reading.arguments import NOTHING, argument, order_words

# Fields that only the ordinary path answers: computed in Python, or by a resolver of their own.
COMPUTED = {
    "review",
    *("warnings", "seeAllRequests", "usage"),
    *("viewerCan", "permissions", "grants", "languages", "features", "version", "portalUrl"),
    *("before", "after", "endReason", "orderBy", "isOwn", "where", "columns", "selection", "notificationPreferences"),
    *("changes", "device", "isCurrent"),
    *("policies", "preferredEmailDomains", "settingsVersion", "reason"),
    *("url", "fileName"),
}
# Answers that are no rows of a table, with tests of their own.
NO_ROWS = {"explainAccess", "permissionCatalogue", "rolePreview", "accessPreview", "invitationByToken"}
RESOLVED = {"node", "nodes", "assignableWorkers", "listColumns", "portal", "sessions", "statistics", "accessReview"}
PASSING = ("Invitation", "state")  # it goes by with time
PERSONAL = {"User", "Worker", "Contact"}
FRAGMENT, VARIABLE = re.compile(r"\.\.\.(F\d+)"), re.compile(r"\$(\w+)")
COMPLEX = ("statistics",) * 3  # has many fields, and only the ordinary path answers it
FAVOURED = (*["requests"] * 8, *["viewer", "request", "organizations", "sites"] * 2)
ROWS_DEEP = 4
USUAL = {"after": 20, "where": 30, "search": 20}  # per hundred fields that have them
SHARED = ("Request", "Worker", "Contact", "Site", "Organization", "Card", "RequestConnection")


@dataclass
class Operation:
    """What a client sends, with places for ids and cursors."""

    text: str
    variables: dict[str, Any]


@dataclass
class Draft:
    """One operation while it is written."""

    random: Random
    schema: GraphQLSchema
    plain: bool
    budget: int  # of fields
    definitions: dict[str, str] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    fragments: list[tuple[str, str, set[str]]] = field(default_factory=list)
    bodies: dict[str, str] = field(default_factory=dict)
    aliases: int = 0
    directives: int = 0

    def chance(self, percent: int) -> bool:
        """Whether something happens that does so in so many of a hundred cases."""
        return self.random.random() * 100 < percent

    def pick(self, values: Any) -> Any:
        """One of the values."""
        return self.random.choice(list(values))

    def some(self, values: Any, most: int, least: int = 1) -> list[Any]:
        """A few different values."""
        values = list(values)
        return self.random.sample(values, min(len(values), self.random.randint(least, most)))

    # Values

    def written(self, gtype: Any, value: Any) -> str:
        """A value as a literal; here or there a variable in its place."""
        if self.chance(25) and len(self.variables) < 8:
            return self._variable(gtype, value)
        bare = get_nullable_type(gtype)
        if value is None:
            return "null"
        if is_list_type(bare):
            return f"[{', '.join(self.written(bare.of_type, each) for each in value)}]"
        if isinstance(bare, GraphQLInputObjectType):
            pairs = (f"{name}: {self.written(bare.fields[name].type, each)}" for name, each in value.items())
            return f"{{{', '.join(pairs)}}}"
        return str(value) if get_named_type(bare).name in self._enums() else json.dumps(value, ensure_ascii=False)

    def _enums(self) -> set[str]:
        return {name for name, gtype in self.schema.type_map.items() if hasattr(gtype, "values")}

    def _variable(self, gtype: Any, value: Any) -> str:
        name = f"v{len(self.definitions)}"
        self.definitions[name] = f"${name}: {gtype}"
        bare = get_named_type(gtype)
        if (
            self.chance(30)
            and is_leaf_type(bare)
            and not is_list_type(get_nullable_type(gtype))
            and value is not None
        ):
            text = str(value) if bare.name in self._enums() else json.dumps(value, ensure_ascii=False)
            self.definitions[name] += f" = {text}"
            if self.chance(50):
                return f"${name}"
        self.variables[name] = value
        return f"${name}"

    # Selections

    def selection(self, gtype: Any, level: int, taken: dict[str, str] | None = None) -> str:
        """What stands between braces, with at least one field."""
        taken = {} if taken is None else taken
        entries = self._entries(gtype, level, taken)
        if is_abstract_type(gtype):
            for each in self.some(self._possible(gtype), 3):
                entries.append(f"... on {each} {{ {self.selection(self.schema.type_map[each], level, taken)} }}")
        for interface in getattr(gtype, "interfaces", ()):
            if self.chance(10):
                entries.append(f"... on {interface.name} {{ {self.selection(interface, level, taken)} }}")
        entries = self._wrapped(gtype, entries)
        for name, on, keys in self.fragments:
            if on == gtype.name and not keys & set(taken) and self.chance(50):
                entries.append(f"...{name}{self._directive()}")
                taken.update(dict.fromkeys(keys, ""))
        return " ".join(entries) or "__typename"

    def _possible(self, gtype: Any) -> list[str]:
        return sorted(each.name for each in self.schema.get_possible_types(gtype))

    def _entries(self, gtype: Any, level: int, taken: dict[str, str]) -> list[str]:
        names = self._names(gtype, level)
        leaves = [name for name in names if not is_composite_type(get_named_type(gtype.fields[name].type))]
        below = [name for name in names if name not in leaves]
        chosen = self.some([*leaves, "__typename"], 4) if leaves or self.chance(15) else []
        if below and (level < 2 or self.chance(60)):
            chosen += self.some(below, 3 if level < 2 else 2)
        if self.chance(10):
            chosen.append(self.pick(chosen))
        return [entry for name in chosen for entry in self._field(gtype, name, level, taken)]

    def _names(self, gtype: Any, level: int) -> list[str]:
        deep = level >= (3 if self.plain else ROWS_DEEP)
        found = []
        for name, each in gtype.fields.items():
            computed = (
                name in COMPUTED or (name == "isActive" and gtype.name in PERSONAL) or (gtype.name, name) == PASSING
            )
            if not (self.plain and computed) and not (deep and is_composite_type(get_named_type(each.type))):
                found.append(name)
        return found

    def _field(self, gtype: Any, name: str, level: int, taken: dict[str, str]) -> list[str]:
        self.budget -= 1
        if self.budget < 0 and taken:
            return []
        if name == "__typename":
            taken.setdefault("__typename", "")
            return ["__typename"]
        declared: GraphQLField = gtype.fields[name]
        below = get_named_type(declared.type)
        key = self._key(name, taken)
        if key is None:
            return []
        head = f"{'' if key == name else key + ': '}{name}{self._arguments(name, declared)}"
        if not is_composite_type(below):
            entry = f"{head}{self._directive()}"
            return [entry, entry] if self.chance(3) else [entry]
        rows_below = level + (not below.name.endswith(("Connection", "Edge", "PageInfo")))
        return self._split(head, below, rows_below)

    def _split(self, head: str, below: Any, level: int) -> list[str]:
        """One field, or the same twice with a part of its selection each: they are merged."""
        taken: dict[str, str] = {}
        parts = [self.selection(below, level, taken)]
        if self.chance(10):
            parts.append(self.selection(below, level, taken))
        return [f"{head}{self._directive()} {{ {part} }}" for part in parts]

    def _key(self, name: str, taken: dict[str, str]) -> str | None:
        """The response key: the field's name, or an alias; None where aliases have run out."""
        if name not in taken and not (name != "permissions" and self.chance(12)):
            taken[name] = name
            return name
        if self.aliases > 20 or name == "permissions":
            return None
        self.aliases += 1
        tail = self.pick(["", "", "", "_" * 60, "Y" * 200])
        key = f"{self.pick(['a', 'id', 'n', '_1', 'cursor'])}{self.aliases}{tail}"
        taken[key] = name
        return key

    def _wrapped(self, gtype: Any, entries: list[str]) -> list[str]:
        """Some of the entries in an inline or a named fragment."""
        if not entries or not self.chance(25):
            return entries
        cut = self.random.randrange(len(entries))
        body, kind = " ".join(entries[cut:]), self.random.randrange(3)
        if kind == 0:
            return [*entries[:cut], f"...{self._directive()} {{ {body} }}"]
        if kind == 1:
            return [*entries[:cut], f"... on {gtype.name}{self._directive()} {{ {body} }}"]
        name = self._fragment(gtype, body)
        return [*entries[:cut], f"...{name}{self._directive()}"]

    def _fragment(self, gtype: Any, body: str) -> str:
        name = f"F{len(self.bodies)}"
        self.bodies[name] = f"fragment {name} on {gtype.name} {{ {body} }}"
        return name

    def prepare(self) -> None:
        """Writes a fragment that may be used in several places."""
        gtype, keys = self.schema.type_map[self.pick(SHARED)], dict[str, str]()
        body = self.selection(gtype, ROWS_DEEP - 1, keys)
        self.fragments.append((self._fragment(gtype, body), gtype.name, set(keys)))

    def _directive(self) -> str:
        if self.directives > 15 or not self.chance(8):
            return ""
        self.directives += 1
        name, yes = self.pick(["skip", "include"]), self.chance(50)
        if self.chance(50):
            return f" @{name}(if: {self._switch(yes)})"
        return f" @{name}(if: {str(yes).lower()})"

    def _switch(self, yes: bool) -> str:
        name = "yes" if yes else "no"
        self.definitions[name], self.variables[name] = f"${name}: Boolean!", yes
        return f"${name}"

    def _arguments(self, name: str, declared: GraphQLField) -> str:
        given: dict[str, Any] = {}
        for each, arg in declared.args.items():
            if is_required_argument(arg) or self.chance(USUAL.get(each, 40)):
                value = argument(self, name, each, arg.type, order_words(given.get("orderBy")))
                if value is not NOTHING:
                    given[each] = value
        pairs = [f"{each}: {self.written(declared.args[each].type, value)}" for each, value in given.items()]
        return f"({', '.join(pairs)})" if pairs else ""


@st.composite
def operations(draw: Any, schema: GraphQLSchema) -> Operation:
    """A strategy for operations; most of them map to columns."""
    random = draw(st.randoms(use_true_random=True))  # of a seed that hypothesis draws, as it draws the size
    draft = Draft(random, schema, plain=random.random() < 0.7, budget=draw(st.integers(1, 60)))
    if draft.chance(40):
        draft.prepare()
    taken: dict[str, str] = {}
    query: Any = schema.query_type
    names = [name for name in query.fields if name not in NO_ROWS and not (draft.plain and name in RESOLVED)]
    roots = [draft.pick([*names, *FAVOURED, *(() if draft.plain else COMPLEX)]) for _ in range(random.randint(1, 3))]
    body = " ".join(entry for name in roots for entry in draft._field(query, name, 0, taken))
    used, waiting = dict[str, str](), FRAGMENT.findall(body)
    while waiting:
        name = waiting.pop()
        if name not in used:
            used[name] = draft.bodies[name]
            waiting += FRAGMENT.findall(used[name])
    rest = " ".join(used[name] for name in sorted(used))
    asked = set(VARIABLE.findall(body + rest))
    definitions = ", ".join(text for name, text in draft.definitions.items() if name in asked)
    head = f"query Q({definitions})" if definitions else "query Q"
    variables = {name: value for name, value in draft.variables.items() if name in asked}
    return Operation(f"{head} {{ {body} }} {rest}".strip(), variables)
