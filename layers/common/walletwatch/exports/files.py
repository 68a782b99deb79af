"""`ports.media.OpenFile`: files that are written row by row, and are never in memory."""

import csv
import json
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import IO, Final, Protocol
from zoneinfo import ZoneInfo

from walletwatch.domain.activities import Activity
from walletwatch.domain.exports import PACK_ABOVE_BYTES, ExportFormat
from walletwatch.domain.profile import ChainProfile
from walletwatch.exports.cells import Cell, plain_number, plain_time, written
from walletwatch.exports.layouts import Layout, Plain
from walletwatch.exports.tax_tools import CoinTracking, Koinly
from walletwatch.ports.media import ExportFile

STEM: Final = "export"
LAYOUTS: Final[Mapping[ExportFormat, Callable[[ChainProfile, ZoneInfo], Layout]]] = MappingProxyType(
    {
        ExportFormat.CSV: Plain,
        ExportFormat.JSON: Plain,
        ExportFormat.XLSX: Plain,
        ExportFormat.KOINLY: Koinly,
        ExportFormat.COINTRACKING: CoinTracking,
    }
)


class Table(Protocol):
    """Takes rows."""

    path: Path

    def append(self, row: list[Cell]) -> None:
        """Write a row."""

    def finish(self) -> None:
        """Write what is left."""


class FileFormats:
    """Opens files of every format.

    Args:
        profile: Of the chain.
        pack_above: Bytes from which on a file is packed.
    """

    def __init__(self, profile: ChainProfile, *, pack_above: int = PACK_ABOVE_BYTES) -> None:
        self._profile = profile
        self._pack_above = pack_above

    def open(self, wanted: ExportFormat, folder: Path, zone: str) -> ExportFile:
        """Begin a file in a folder, with times in a zone (IANA name)."""
        layout = LAYOUTS[wanted](self._profile, ZoneInfo(zone))
        path = folder / f"{STEM}.{wanted.extension}"
        return _File(layout, _table(wanted, path, layout), self._pack_above)


class _File:
    def __init__(self, layout: Layout, table: Table, pack_above: int) -> None:
        self._layout = layout
        self._table = table
        self._pack_above = pack_above

    def write(self, activity: Activity, wallet: str | None) -> int:
        rows = self._layout.rows(activity, wallet)
        for row in rows:
            self._table.append(list(row))
        return len(rows)

    def close(self) -> Path:
        self._table.finish()
        path = self._table.path
        # A spreadsheet's file is packed already.
        if path.suffix == ".xlsx" or path.stat().st_size <= self._pack_above:
            return path
        packed = path.with_suffix(".zip")
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            archive.write(path, path.name)
        path.unlink()
        return packed


def _table(wanted: ExportFormat, path: Path, layout: Layout) -> Table:
    if wanted is ExportFormat.JSON:
        return _Json(path, layout)
    if wanted is ExportFormat.XLSX:
        from walletwatch.exports.spreadsheet import Spreadsheet  # noqa: PLC0415 - of one format

        return Spreadsheet(path, layout.header)
    return _Csv(path, layout, encoding="utf-8" if wanted.is_for_tool else "utf-8-sig")


class _Csv:
    """Comma-separated values (RFC 4180) in UTF-8.

    Args:
        encoding: With a mark at the beginning for Excel; a tool might take it for a part of the first
            column's name.
    """

    def __init__(self, path: Path, layout: Layout, *, encoding: str) -> None:
        self.path = path
        self._file: IO[str] = path.open("w", encoding=encoding, newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(layout.header)

    def append(self, row: list[Cell]) -> None:
        self._writer.writerow([written(cell) for cell in row])

    def finish(self) -> None:
        self._file.close()


class _Json:
    """One array of objects, a line each; amounts are texts, since most readers take numbers for floats."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self.path = path
        self._header = layout.header
        self._file: IO[str] = path.open("w", encoding="utf-8")
        self._file.write("[")
        self._comma = ""

    def append(self, row: list[Cell]) -> None:
        values = {name: _plain(cell) for name, cell in zip(self._header, row, strict=True)}
        self._file.write(f"{self._comma}\n{json.dumps(values, ensure_ascii=False)}")
        self._comma = ","

    def finish(self) -> None:
        self._file.write("\n]\n")
        self._file.close()


def _plain(cell: Cell) -> str | int | None:
    match cell:
        case Decimal():
            return plain_number(cell)
        case datetime():
            return plain_time(cell)
        case _:
            return cell
