"""SQL expressions that several layers need."""

from typing import Any

from pypika_tortoise.context import SqlContext
from tortoise.expressions import Case, Q, RawSQL, Subquery, When

from app.models.database import is_postgres


def truth(condition: Q) -> Case:
    """1 where the condition holds, else 0."""
    yes: Any = RawSQL("1")
    no: Any = RawSQL("0")
    return Case(When(condition, then=yes), default=no)


class AnyOf(Subquery):
    """The keys that a query finds, looked up once, before the rows that are compared with them."""

    def get_sql(self, ctx: SqlContext) -> str:
        """PostgreSQL's form; it stands on the right of an equals sign."""
        return f"ANY(ARRAY({super().get_sql(ctx)}))"


def among(column: str, few: Any) -> Q:
    """Where the column is one of the few keys that a query finds: PostgreSQL then looks them up in an index."""
    condition: dict[str, Any] = {column: AnyOf(few)} if is_postgres() else {f"{column}__in": Subquery(few)}
    return Q(**condition)
