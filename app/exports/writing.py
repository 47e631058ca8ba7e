"""The process that writes a file: told on its standard input what and which rows, so that it can be cut off.

Each line is JSON: first the sheet, then pages of rows, and at the very end `null`. Where the end is missing,
whoever sent the rows is gone, and so is the file.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path

import orjson

from app.exports.excel import ExcelWriter
from app.exports.pdf import PdfWriter
from app.exports.sheet import Sheet, Writer

WRITERS: dict[str, type[ExcelWriter] | type[PdfWriter]] = {"EXCEL": ExcelWriter, "PDF": PdfWriter}


def main() -> int:
    """Writes one file; 0 if it is whole."""
    with suppress(OSError):
        os.nice(5)  # whoever waits for an answer goes first, and yet it moves on beside a busy service
    sheet = Sheet.of(orjson.loads(sys.stdin.buffer.readline()))
    writer: Writer = WRITERS[sheet.format](sheet)
    for line in sys.stdin.buffer:
        rows = orjson.loads(line)
        if rows is None:
            writer.close()
            return 0
        writer.add(rows)
    Path(sheet.path).unlink(missing_ok=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
