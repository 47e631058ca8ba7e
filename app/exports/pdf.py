"""PDF: a table with its headings on every page, page numbers, and rows as tall as their texts."""

from datetime import datetime

from reportlab.lib.pagesizes import A3, A4, landscape  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from app.exports.letters import BOLD, FROM_RIGHT, PLAIN, Type
from app.exports.sheet import Cell, Sheet

MARGIN, GAP = 36.0, 6.0
MANY = 9  # columns, above which the page is larger
TOTAL = "total"
GREY, LIGHT = 0.45, 0.8


class PdfWriter:
    """One document. The number of pages stands on each of them, although it is known only at the end."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        size = landscape(A3 if len(sheet.headings) > MANY else A4)
        self.width, self.height = size
        self.canvas = Canvas(sheet.path, pagesize=size, pageCompression=1)
        self.canvas.setTitle(sheet.title)
        self.plain, self.bold, self.large = Type(PLAIN, 8), Type(BOLD, 8), Type(BOLD, 14)
        self.edges = self._columns()
        self.number = 0
        self.y = self.top = self.height - 2 * MARGIN - 2 * self.bold.line
        self._page()

    def _columns(self) -> list[tuple[float, float]]:
        """Where each column begins, and how wide it is: wide enough for each word of its heading, if all are."""
        headings = self.sheet.headings
        room = self.width - 2 * MARGIN - GAP * (len(headings) - 1)
        least = [max(map(self.bold.width, heading.title.split())) for heading in headings]
        if sum(least) > room:
            least = [0.0] * len(headings)
        weights, spare = [heading.width for heading in headings], room - sum(least)
        found, x = [], MARGIN
        for needed, weight in zip(least, weights, strict=True):
            width = needed + spare * weight / sum(weights)
            found.append((x, width))
            x += width + GAP
        return found

    def _page(self) -> None:
        if self.number:
            self.canvas.showPage()
        self.number += 1
        self.y = self.height - MARGIN
        if self.number == 1:
            self._title()
        self._foot()
        self._row([heading.title for heading in self.sheet.headings], self.bold)
        self.canvas.setStrokeGray(GREY)
        self.canvas.line(MARGIN, self.y, self.width - MARGIN, self.y)
        if self.number > 1:
            self.top = self.y

    def _title(self) -> None:
        room = self.width - 2 * MARGIN
        for text, kind in ((self.sheet.title, self.large), *((each, self.plain) for each in self._about())):
            for line in kind.lines(text, room):
                self.y -= kind.line
                self._draw(line, kind, MARGIN, room)
        self.y -= self.plain.line

    def _about(self) -> list[str]:
        return [self.sheet.subtitle, *self.sheet.lines]

    def _foot(self) -> None:
        numbers = f"{self.number} / "
        right, y = self.width - MARGIN - 30, MARGIN / 2
        self.canvas.setFont(self.plain.name, self.plain.size)
        self.canvas.setFillGray(GREY)
        self.canvas.drawRightString(right, y, numbers)
        left = f"{self.sheet.title} · {self.sheet.subtitle}"
        self.canvas.drawString(MARGIN, y, self.plain.lines(left, self.width / 2)[0])
        self.canvas.saveState()
        self.canvas.translate(right, y)
        self.canvas.doForm(TOTAL)
        self.canvas.restoreState()
        self.canvas.setFillGray(0)

    def _row(self, texts: list[Cell], kind: Type) -> None:
        """Draws one row line by line; one that is taller than a page goes on below the headings of the next."""
        columns = [
            kind.lines(text, width) if text else [] for text, (_, width) in zip(texts, self.edges, strict=True)
        ]
        levels = max(map(len, columns)) or 1
        if self._is_full(levels * kind.line) and not self._is_full(levels * kind.line, self.top):
            self._page()
        for level in range(levels):
            if self._is_full(kind.line):
                self._page()
            self.y -= kind.line
            for lines, (x, width) in zip(columns, self.edges, strict=True):
                if level < len(lines):
                    self._draw(lines[level], kind, x, width)
        self.y -= 3

    def _is_full(self, height: float, y: float | None = None) -> bool:
        """Whether a height finds no room below the last row, or below another place."""
        return (self.y if y is None else y) - height < MARGIN + self.plain.line

    def _draw(self, line: str, kind: Type, x: float, width: float) -> None:
        self.canvas.setFont(kind.name, kind.size)
        if FROM_RIGHT.search(line):
            self.canvas.drawRightString(x + width, self.y, line)
        else:
            self.canvas.drawString(x, self.y, line)

    def add(self, rows: list[list[Cell]]) -> None:
        """Writes rows below the last."""
        for cells in rows:
            pairs = zip(cells, self.sheet.headings, strict=True)
            self._row([_shown(cell) if heading.is_instant else cell for cell, heading in pairs], self.plain)
            self.canvas.setStrokeGray(LIGHT)
            self.canvas.line(MARGIN, self.y, self.width - MARGIN, self.y)

    def close(self) -> None:
        """Ends the file."""
        self.canvas.showPage()
        self.canvas.beginForm(TOTAL)
        self.canvas.setFont(self.plain.name, self.plain.size)
        self.canvas.setFillGray(GREY)
        self.canvas.drawString(0, 0, str(self.number))
        self.canvas.endForm()
        self.canvas.save()


def _shown(cell: Cell) -> Cell:
    return f"{datetime.fromisoformat(cell):%Y-%m-%d %H:%M}" if cell else None
