"""Excel's own format, row by row."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

import xlsxwriter

from walletwatch.exports.cells import Cell, harmless, is_exact, plain_number

WIDTH: Final = 20
"""Of a column, in characters."""


class Spreadsheet:
    """A workbook with one sheet, whose rows go to a file as they come (XlsxWriter, `constant_memory`)."""

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self.path = path
        self._book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "tmpdir": str(path.parent),
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self._sheet = self._book.add_worksheet("history")
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(header) - 1, WIDTH)
        bold = self._book.add_format({"bold": True})
        for column, name in enumerate(header):
            self._sheet.write_string(0, column, name, bold)
        self._time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._row = 1

    def append(self, row: list[Cell]) -> None:
        """Write a row; a number that a cell would round is written as a text."""
        for column, cell in enumerate(row):
            match cell:
                case None:
                    continue
                case str():
                    self._sheet.write_string(self._row, column, harmless(cell))
                case datetime():
                    self._sheet.write_datetime(self._row, column, cell, self._time)
                case Decimal() | int() if not is_exact(cell):
                    self._sheet.write_string(self._row, column, plain_number(Decimal(cell)))
                case _:
                    self._sheet.write_number(self._row, column, float(cell))
        self._row += 1

    def finish(self) -> None:
        """Put the parts together."""
        self._book.close()
