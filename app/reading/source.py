"""How the types of the graph say which rows they show."""

from collections.abc import Mapping
from typing import Any, ClassVar

from app.auth.permissions import Permission, Right, Scope
from app.models.nouns import Noun


class Source:
    """Declared in a type's body, `source = Source(nouns.REQUEST)`: its rows and their policy."""

    types: ClassVar[dict[Noun, type]] = {}

    def __init__(self, noun: Noun) -> None:
        self.noun = noun

    def __set_name__(self, owner: type, name: str) -> None:
        Source.types[self.noun] = owner


class Row:
    """What every type that shows rows has: the noun's key and what the statement found out about the row."""

    source: ClassVar[Source]
    key: ClassVar[Any]
    reached: ClassVar[frozenset[Permission]] = frozenset()
    standing: ClassVar[frozenset[Scope]] = frozenset()
    rights: ClassVar[frozenset[Right]] = frozenset()
    nested: ClassVar[Mapping[str, Any]] = {}


def noun_of_type(owner: type) -> Noun:
    """The noun whose rows a type shows."""
    source: Source = owner.__dict__["source"]
    return source.noun
