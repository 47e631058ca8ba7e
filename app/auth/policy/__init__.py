"""The single home of visibility and rights.

Scopes say which rows a grant reaches. Everything else follows from them: which rows a viewer sees (`visible`),
which rows a permission reaches (`within`), and what may be done with one row (`can`).
"""

from app.auth.policy.conditions import (
    EVERY,
    NONE,
    Rows,
    Rule,
    all_of,
    any_of,
)
from app.auth.policy.decisions import (
    MOVERS,
    Decision,
    Standing,
    can,
    can_acknowledge,
    can_assign,
    can_comment,
    can_decline,
    can_delete,
    can_move,
    can_set_up,
    can_update,
    standings,
)
from app.auth.policy.scopes import (
    PERSON_SCOPES,
    REQUEST_SCOPES,
    SCOPES,
    at_own_sites,
    equals,
    is_fenced,
    standing,
    within,
)
from app.auth.policy.visibility import (
    BESIDE,
    RULES,
    front,
    is_insider,
    visible,
)

__all__ = [
    "BESIDE",
    "EVERY",
    "MOVERS",
    "NONE",
    "PERSON_SCOPES",
    "REQUEST_SCOPES",
    "RULES",
    "SCOPES",
    "Decision",
    "Rows",
    "Rule",
    "Standing",
    "all_of",
    "any_of",
    "at_own_sites",
    "can",
    "can_acknowledge",
    "can_assign",
    "can_comment",
    "can_decline",
    "can_delete",
    "can_move",
    "can_set_up",
    "can_update",
    "equals",
    "front",
    "is_fenced",
    "is_insider",
    "standing",
    "standings",
    "visible",
    "within",
]
