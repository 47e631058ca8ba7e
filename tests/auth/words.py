"""The permission matrix of the design, in names: who sees whom and what, and as how much.

The answers are written down here by hand; nothing in this file is worked out from the policy.
"""

TOITS = {"ada", "max", "sam", "sol", "wes", "wil", "win", "ned", "ina", "cora", "cyn", "cal", "bo"}
NORTHERN = {"max", "ada", "sam", "sol", "wes", "wil", "ned", "ina", "cyn"}  # who shares a site with max
CREW = {"sam", "sol", "wes", "wil", "win", "ned", "ina"}
CLIENTS = {"cora", "cyn", "cal", "bo"}

# The lists. None: the list is refused.
USERS_LISTED: dict[str, set[str] | None] = {
    "ada": TOITS,
    "max": NORTHERN,
    "zoe": {"zoe", "zed"},
    **dict.fromkeys(("sam", "sol", "wes", "wil", "win", "cora", "cyn", "cal", "bo", "zed")),
}
WORKERS_LISTED: dict[str, set[str] | None] = {
    "ada": CREW,
    "max": CREW - {"win"},
    "zoe": {"zed"},
    **dict.fromkeys(("sam", "sol", "wes", "wil", "win", "cora", "cyn", "cal", "bo", "zed")),
}
CONTACTS_LISTED: dict[str, set[str] | None] = {
    "ada": CLIENTS,
    "max": CLIENTS,
    "cora": {"cora", "cyn", "cal"},
    "zoe": set(),
    **dict.fromkeys(("sam", "sol", "wes", "wil", "win", "cyn", "cal", "bo", "zed")),
}
REVIEWED: dict[str, set[str] | None] = {"ada": TOITS, "zoe": {"zoe", "zed"}, **dict.fromkeys(("max", "cora"))}

# By id and nested: with all details, and as a card (name and phone).
USERS: dict[str, tuple[set[str], set[str]]] = {
    "ada": (TOITS, set()),
    "max": (NORTHERN, set()),
    "sam": ({"sam"}, set()),
    "sol": ({"sol"}, set()),
    "wes": ({"wes"}, set()),
    "wil": ({"wil"}, set()),
    "win": ({"win"}, set()),
    "cora": (set(), {"cora"}),  # no user.read for client contacts: their own profile is their contact
    "cyn": (set(), {"cyn"}),
    "cal": (set(), {"cal"}),
    "bo": (set(), {"bo"}),
    "zoe": ({"zoe", "zed"}, set()),
    "zed": ({"zed"}, set()),
}
WORKERS: dict[str, tuple[set[str], set[str]]] = {
    "ada": (CREW, set()),
    "max": (CREW - {"win"}, set()),
    "sam": ({"sam"}, set()),
    "sol": ({"sol"}, {"sam", "wes", "wil"}),
    "wes": ({"wes"}, {"wil"}),
    "wil": ({"wil"}, {"wes"}),
    "win": ({"win"}, set()),
    "cora": (set(), {"wes", "wil"}),
    "cyn": (set(), {"wes", "wil"}),  # wil by the history of the tap
    "cal": (set(), {"wes", "wil"}),
    "bo": (set(), {"win"}),
    "zoe": ({"zed"}, set()),
    "zed": ({"zed"}, set()),
}
CONTACTS: dict[str, tuple[set[str], set[str]]] = {
    "ada": (CLIENTS, set()),
    "max": (CLIENTS, set()),
    "sam": (set(), set()),
    "sol": (set(), {"cyn", "cal"}),
    "wes": (set(), {"cyn", "cal"}),
    "wil": (set(), {"cal"}),
    "win": (set(), {"bo"}),
    "cora": ({"cora", "cyn", "cal"}, set()),
    "cyn": ({"cyn"}, set()),
    "cal": ({"cal"}, {"cyn"}),
    "bo": ({"bo"}, set()),
    "zoe": (set(), set()),
    "zed": (set(), set()),
}

# Places and roles.
ORGANIZATIONS = {
    "ada": {"maple", "birch"},
    "max": {"maple", "birch"},
    "sam": set(),
    "sol": {"maple"},
    "wes": {"maple"},
    "wil": {"maple"},
    "win": {"birch"},
    "cora": {"maple"},
    "cyn": {"maple"},
    "cal": {"maple"},
    "bo": {"birch"},
    "zoe": set(),
    "zed": set(),
}
DEPARTMENTS = {
    "ada": {"front", "back", "barn"},
    "max": {"front", "back", "barn"},
    "sam": set(),
    "sol": {"front"},
    "wes": {"front"},
    "wil": set(),
    "win": set(),
    "cora": {"front", "back"},
    "cyn": {"front", "back"},
    "cal": {"front", "back"},
    "bo": {"barn"},
    "zoe": set(),
    "zed": set(),
}
SITES = {
    "ada": {"north", "south"},
    "max": {"north"},
    "sam": {"north"},
    "sol": {"north"},
    "wes": {"north"},
    "wil": {"north"},
    "win": {"south"},
    "cora": {"north"},
    "cyn": {"north"},
    "cal": {"north"},
    "bo": {"south"},
    "zoe": {"zug"},
    "zed": {"zug"},
}
ALL_ROLES = {"ADMIN", "MANAGER", "STAFF", "WORKER", "CONTACT_ADMIN", "CONTACT"}
ROLES = {
    "ada": ALL_ROLES,
    "max": ALL_ROLES,
    "sam": {"STAFF"},
    "sol": {"STAFF"},
    "wes": {"WORKER"},
    "wil": {"WORKER"},
    "win": {"WORKER"},
    "cora": {"CONTACT_ADMIN", "CONTACT"},
    "cyn": {"CONTACT"},
    "cal": {"CONTACT"},
    "bo": {"CONTACT"},
    "zoe": ALL_ROLES,
    "zed": {"WORKER"},
}
HOME = {name: "zurich" if name in ("zoe", "zed") else "toits" for name in SITES}
READS_INTERNAL = {"ada", "max", "sam", "sol", "wes", "wil", "win", "zoe", "zed"}

# What matches a filter or a search, before anybody's rights narrow it.
MATCHING: dict[str, set[str]] = {
    'search: "evier"': {"tap"},
    'search: "LEAKS roof"': {"roof"},
    'search: "gutter"': {"zinc"},
    "where: {priority: [URGENT, LOW]}": {"roof", "door"},
    "where: {kind: [BOOKING]}": {"hair"},
    "where: {isAssigned: true}": {"tap", "roof", "gate", "hair", "zinc"},
    "where: {isAssigned: false}": {"lamp", "door"},
    "where: {status: [DONE]}": set(),
    "where: {siteId: [$south]}": {"gate"},
    "where: {siteId: [$north, $zug]}": {"tap", "roof", "door", "hair", "zinc"},
    "where: {organizationId: [$maple, $birch]}": {"tap", "roof", "gate"},
    "where: {departmentId: [$front]}": {"tap"},
    "where: {requesterId: [$bo, $cyn]}": {"tap", "gate"},
    "where: {assigneeId: [$wil, $win, $zed]}": {"roof", "gate", "zinc"},
    'where: {createdAt: {from: "2000-01-01T00:00:00Z"}}': {"tap", "roof", "gate", "lamp", "door", "hair", "zinc"},
    'where: {createdAt: {to: "2000-01-01T00:00:00Z"}}': set(),
}

# Who may do what with which request; on the others that they see they get the word in REFUSED.
STEPS = (
    *("start", "hold", "finish", "cancel", "reopen", "update", "comment", "acknowledge", "assign", "unassign"),
    *("decline", "delete"),
)
WORK = ("start", "hold", "finish", "comment")
CHANGE = ("cancel", "update")
NORTH = {"tap", "roof", "door", "hair"}
ALL = NORTH | {"gate", "lamp"}
GATE = None  # the permission is not held at all: the field itself is refused


def _steps(
    work: set[str] | None, change: set[str] | None, mine: set[str] | None, **others: set[str] | None
) -> dict[str, set[str] | None]:
    """`mine` is what is assigned to oneself."""
    steps = {**dict.fromkeys(WORK, work), **dict.fromkeys(CHANGE, change)}
    steps |= {"acknowledge": mine, "decline": mine, "assign": None, "unassign": None, "delete": None}
    return {**steps, **others}


MAY: dict[str, dict[str, set[str] | None]] = {
    "ada": _steps(ALL, ALL, set(), reopen=ALL, assign=NORTH, unassign={"tap", "roof"}, delete=ALL),
    "max": _steps(NORTH, NORTH, set(), reopen=NORTH, assign=NORTH, unassign={"tap", "roof"}),
    "sam": _steps({"hair"}, {"hair"}, {"hair"}, reopen={"hair"}),
    "sol": _steps(NORTH, NORTH, set(), reopen=NORTH, delete=NORTH),
    "wes": _steps({"tap", "roof"}, GATE, {"tap", "roof"}, reopen=GATE),
    "wil": _steps({"roof"}, GATE, {"roof"}, reopen=GATE),
    "win": _steps({"gate"}, GATE, {"gate"}, reopen=GATE),
    "cora": _steps(GATE, set(), GATE, reopen=set()),
    "cyn": _steps(GATE, {"tap"}, GATE, reopen=set()),
    "cal": _steps(GATE, {"roof"}, GATE, reopen=set()),
    "bo": _steps(GATE, {"gate"}, GATE, reopen=set()),
    "zoe": _steps({"zinc"}, {"zinc"}, set(), reopen={"zinc"}, assign=set(), unassign=set(), delete={"zinc"}),
    "zed": _steps({"zinc"}, GATE, {"zinc"}, reopen=GATE),
}
# (who, step, request): the word for a request that is seen; FORBIDDEN where nothing is said.
REFUSED: dict[tuple[str, str, str], str] = {
    **{
        (name, step, row): "NOT_ASSIGNED"
        for name in ("ada", "max", "sol", "zoe")
        for step in ("acknowledge", "decline")
        for row in (*ALL, "zinc")
    },
    ("ada", "assign", "gate"): "WORKER_OUT_OF_SITE",
    ("ada", "assign", "lamp"): "WORKER_OUT_OF_SITE",
    **{(name, "unassign", row): "NOT_ASSIGNED" for name in ("ada", "max") for row in ALL - {"tap", "roof"}},
    ("zoe", "assign", "zinc"): "NOT_FOUND",  # the worker is of another workspace
    ("zoe", "unassign", "zinc"): "NOT_FOUND",
}

# What each may hand in, by the words of the input; the code and the field where it is refused.
OK, OUT, GATED = "ok", "OUT_OF_SCOPE", "gate"
HANDS_IN: dict[str, dict[str, str]] = {
    "ada": {"bare": OK, "north": OK, "south": OK, "for cyn": OK, "birch": OK},
    "max": {"bare": OUT, "north": OK, "south": "NOT_FOUND siteId", "for cyn": OK, "birch": OK},
    "sam": {
        "bare": OUT,
        "north": OK,
        "south": "NOT_FOUND siteId",
        "for cyn": "NOT_FOUND requesterId",
        "birch": "NOT_FOUND organizationId",
    },
    "sol": {
        "bare": OUT,
        "north": OK,
        "south": "NOT_FOUND siteId",
        "for cyn": OK,
        "birch": "NOT_FOUND organizationId",
    },
    **{name: dict.fromkeys(("bare", "north", "south", "for cyn", "birch"), GATED) for name in ("wes", "wil", "win")},
    "cora": {
        "bare": OK,
        "north": OK,
        "south": "NOT_FOUND siteId",
        "for cyn": OK,
        "birch": "NOT_FOUND organizationId",
    },
    "cyn": {
        "bare": OK,
        "north": OK,
        "south": "NOT_FOUND siteId",
        "for cyn": OK,
        "birch": "NOT_FOUND organizationId",
    },
    "cal": {
        "bare": OK,
        "north": OK,
        "south": "NOT_FOUND siteId",
        "for cyn": OUT,
        "birch": "NOT_FOUND organizationId",
    },
    "bo": {
        "bare": OK,
        "north": "NOT_FOUND siteId",
        "south": OK,
        "for cyn": "NOT_FOUND siteId",
        "birch": "NOT_FOUND siteId",
    },
    "zoe": {
        "bare": OK,
        "north": "NOT_FOUND siteId",
        "south": "NOT_FOUND siteId",
        "for cyn": "NOT_FOUND siteId",
        "birch": "NOT_FOUND organizationId",
    },
    "zed": dict.fromkeys(("bare", "north", "south", "for cyn", "birch"), GATED),
}
