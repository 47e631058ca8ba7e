"""A column of a list: a path through the fields of its rows, so that its rights are those of the fields."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A column as clients name it, and its title in both languages."""

    name: str
    path: tuple[str, ...]  # of fields, from a row of the list down to the value
    en: str
    fr: str
    width: int = 12  # in letters, about
    equals: str | None = None  # where given, the column says whether the value is this

    @property
    def selection(self) -> str:
        """What selects the value of a row."""
        return " { ".join(self.path) + " }" * (len(self.path) - 1)

    def title(self, language: str) -> str:
        """The heading."""
        return self.fr if language == "fr" else self.en


def column(path: str, en: str, fr: str, width: int = 12) -> Column:
    """A column named after the field of the row where its path begins."""
    fields = tuple(path.split("."))
    return Column(fields[0], fields, en, fr, width)
