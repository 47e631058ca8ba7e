"""Refusals: a code of the word table, the values of its sentence, and how HTTP answers it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError

from app.transport.words import say

LONGEST_DETAIL = 500


@dataclass(frozen=True)
class Problem:
    """One reason for a refusal. `values` fill the sentence; all but `detail` are told in the extensions too."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)
    locations: list[dict[str, int]] | None = None

    def told(self, language: str) -> dict[str, Any]:
        """The problem as GraphQL formats errors."""
        told: dict[str, Any] = {"message": say(self.code, language, **self.values)}
        if self.locations:
            told["locations"] = self.locations
        extras = {name: value for name, value in self.values.items() if name != "detail"}
        return told | {"extensions": {"code": self.code, **extras}}

    @classmethod
    def of(cls, code: str, error: GraphQLError, *, hints: bool = True) -> "Problem":
        """An error of the GraphQL engine under our code; without hints it names nothing that exists."""
        message = error.message if hints else error.message.split(" Did you mean", 1)[0]
        formatted: dict[str, Any] = dict(error.formatted)
        return cls(code, {"detail": message[:LONGEST_DETAIL]}, formatted.get("locations"))


class Refusal(Exception):
    """Ends a request. A status is for malformed HTTP; without one it is a GraphQL request error."""

    def __init__(
        self, *problems: Problem, status: int | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(*(problem.code for problem in problems))
        self.problems = problems
        self.status = status
        self.headers = dict(headers or {})

    def told(self, language: str) -> list[dict[str, Any]]:
        """The problems as GraphQL formats errors."""
        return [problem.told(language) for problem in self.problems]


def refusal(
    code: str, status: int | None = None, headers: Mapping[str, str] | None = None, **values: object
) -> Refusal:
    """A refusal for one reason."""
    return Refusal(Problem(code, values), status=status, headers=headers)
