"""Excel: texts stay texts whatever they begin with, instants are dates, and rows leave memory as they come."""

from datetime import datetime
from pathlib import Path

from xlsxwriter import Workbook  # type: ignore[import-untyped]

from app.exports.sheet import LONGEST, Cell, Sheet

STRINGS = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
OPTIONS = {"constant_memory": True, **STRINGS}
NARROWEST, WIDEST = 8, 60


class ExcelWriter:
    """One workbook with one sheet."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet, self.row = sheet, 0
        self.book = Workbook(sheet.path, {**OPTIONS, "tmpdir": str(Path(sheet.path).parent)})
        self.book.set_properties({"title": sheet.title, "comments": "\n".join([sheet.subtitle, *sheet.lines])})
        self.page = self.book.add_worksheet()
        self.moment = self.book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top"})
        self.text = self.book.add_format({"text_wrap": True, "valign": "top"})
        self._head()

    def _head(self) -> None:
        bold = self.book.add_format({"bold": True, "bottom": 1})
        for place, heading in enumerate(self.sheet.headings):
            self.page.set_column(place, place, min(max(heading.width, NARROWEST), WIDEST))
            self.page.write_string(0, place, heading.title, bold)
        self.page.freeze_panes(1, 0)
        self.page.repeat_rows(0)
        self.page.set_landscape()

    def add(self, rows: list[list[Cell]]) -> None:
        """Writes rows below the last."""
        for cells in rows:
            self.row += 1
            for place, (cell, heading) in enumerate(zip(cells, self.sheet.headings, strict=True)):
                if cell is not None:
                    self._write(place, cell, heading.is_instant)

    def _write(self, place: int, cell: str, is_instant: bool) -> None:
        if is_instant:
            moment = datetime.fromisoformat(cell)
            if moment.year >= 1900:  # where Excel's calendar begins
                self.page.write_datetime(self.row, place, moment, self.moment)
                return
        self.page.write_string(self.row, place, _cut(cell), self.text)

    def close(self) -> None:
        """Ends the file."""
        self.page.autofilter(0, 0, self.row, len(self.sheet.headings) - 1)
        self.book.close()


def _cut(text: str) -> str:
    """As much of a text as a cell takes: Excel counts an emoji twice, as UTF-16 has it."""
    if len(text) <= LONGEST // 2:
        return text
    return text.encode("utf-16-le")[: 2 * LONGEST].decode("utf-16-le", "ignore")
