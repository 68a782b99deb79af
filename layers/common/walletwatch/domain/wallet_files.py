"""Lists of wallets as people paste and send them, and as they take them away: text and CSV."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from walletwatch.domain.addresses import decode_address, is_address
from walletwatch.domain.errors import InvalidAddress
from walletwatch.domain.spreadsheets import GUARD, is_formula
from walletwatch.domain.wallet_book import (
    MAX_TAGS,
    UnfitText,
    WalletEntry,
    label_of,
    note_of,
    tag_of,
)

MAX_BYTES: Final = 64 * 1024
MAX_LINES: Final = 500
MAX_SHOWN: Final = 45
"""Characters of a line that could not be used: a whole address, at least."""
COLUMNS: Final = ("address", "label", "tags", "note", "paused", "added")

_DELIMITERS: Final = ("\t", ";", ",")
_HEADERS: Final[Mapping[str, str]] = {
    "address": "address",
    "wallet": "address",
    "wallet address": "address",
    "public key": "address",
    "pubkey": "address",
    "account": "address",
    "label": "label",
    "name": "label",
    "wallet name": "label",
    "tag": "tags",
    "tags": "tags",
    "note": "note",
    "notes": "note",
    "comment": "note",
}
"""What a column means that is called so, in lower case."""
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_AROUND_NAMES: Final = "\"':"
_NOTHING: Final = " \t,;"


class UnreadableList(ValueError):
    """The whole of it cannot be read.

    Attributes:
        reason: too_long, too_large, encoding or empty.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ListedWallet:
    """A wallet of a list.

    Attributes:
        line: Its number in what was sent, from 1.
        tags: Those that can be kept; nothing is said of others.
    """

    line: int
    address: str
    label: str | None = None
    tags: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that names no wallet.

    Attributes:
        reason: Of `InvalidAddress` or `UnfitText`.
        text: How it begins.
    """

    line: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class WalletList:
    """What was read.

    Attributes:
        wallets: Each address once; a later line adds the name that an earlier one lacks.
        repeated: Lines that name a wallet again.
    """

    wallets: tuple[ListedWallet, ...]
    bad: tuple[BadLine, ...]
    repeated: int


def decode_text(data: bytes) -> str:
    """A file's text: UTF-8, or UTF-16 that says so at its beginning.

    Raises:
        UnreadableList: It is too large, or in neither.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableList("too_large")
    mark, encoding = next((each for each in _BOMS if data.startswith(each[0])), (b"", "utf-8"))
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableList("encoding") from None
    if "\0" in text:
        # UTF-16 without its mark, or no text at all.
        raise UnreadableList("encoding")
    return text


def read_list(text: str) -> WalletList:
    """The wallets of a text: one a line, with a name if there is one, or CSV with or without a header.

    A line without a header may name several; each has the words beside it.

    Raises:
        UnreadableList: There are too many lines or wallets, or there is nothing.
    """
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise UnreadableList("too_large")
    rows = [row for row in _rows(text) if row.text.strip().strip(_NOTHING)]
    if len(rows) > MAX_LINES:
        raise UnreadableList("too_long")
    if not rows:
        raise UnreadableList("empty")
    found: dict[str, ListedWallet] = {}
    bad: list[BadLine] = []
    repeated = 0
    for row in rows:
        try:
            wallets = row.wallets()
        except (InvalidAddress, UnfitText) as error:
            bad.append(BadLine(row.line, error.reason, _beginning(row.text)))
            continue
        for wallet in wallets:
            known = found.get(wallet.address)
            repeated += known is not None
            if known is None or (known.label is None and wallet.label is not None):
                found[wallet.address] = wallet
    if len(found) > MAX_LINES:
        raise UnreadableList("too_long")
    return WalletList(tuple(found.values()), tuple(bad), repeated)


def write_csv(entries: Sequence[WalletEntry]) -> bytes:
    """The wallets of a chat as CSV for spreadsheets, UTF-8 with its mark; `read_list` reads it again."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for entry in entries:
        subscription = entry.subscription
        cells = (
            subscription.address,
            subscription.label or "",
            " ".join(entry.tags),
            entry.note or "",
            "yes" if subscription.paused else "no",
            entry.added_at.strftime("%Y-%m-%d %H:%M:%S"),
        )
        writer.writerow([_guarded(cell) for cell in cells])
    return out.getvalue().encode("utf-8-sig")


@dataclass(frozen=True, slots=True)
class _Row:
    """A line, and its cells by what their column means where a header says so."""

    line: int
    text: str
    cells: Mapping[str, str] | None = None

    def wallets(self) -> Sequence[ListedWallet]:
        """The wallets it names.

        Raises:
            InvalidAddress: It names none.
            UnfitText: Its name or note cannot be kept.
        """
        if self.cells is None:
            named = _several(self.text) or [_address_and_label(self.text)]
            return [ListedWallet(self.line, address, label_of(label)) for address, label in named]
        address = self.cells.get("address", "").strip()
        decode_address(address)
        wallet = ListedWallet(
            self.line,
            address,
            label_of(_unguarded(self.cells.get("label", ""))),
            _tags(_unguarded(self.cells.get("tags", ""))),
            note_of(_unguarded(self.cells.get("note", ""))),
        )
        return [wallet]


def _rows(text: str) -> Iterator[_Row]:
    lines = re.split(r"\r\n|\r|\n", text)
    first = next((line for line in lines if line.strip(_NOTHING)), "")
    delimiter = _delimiter(first)
    columns = [_HEADERS.get(cell.strip().casefold()) for cell in _cells(first, delimiter)]
    if "address" not in columns:
        for number, line in enumerate(lines, 1):
            if not line.lstrip().startswith("#"):
                yield _Row(number, line)
        return
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter)
    before, headed = 0, False
    try:
        for cells in reader:
            number, before = before + 1, reader.line_num
            joined = delimiter.join(cells)
            if not joined.strip(_NOTHING):
                continue
            if not headed:
                headed = True
                continue
            named: dict[str, str] = {}
            for column, cell in zip(columns, cells, strict=False):
                if column is not None:
                    named.setdefault(column, cell)
            yield _Row(number, joined, named)
    except csv.Error:
        yield _Row(before + 1, lines[min(before, len(lines) - 1)])


def _several(line: str) -> Sequence[tuple[str, str]]:
    """The addresses of a line that has several, each with its words; nothing for any other line.

    Words stand behind their address, unless the line begins with words.
    """
    words = [word for word in re.split(r"[\s,;]+", line) if word]
    if len(set(filter(is_address, words))) < 2:
        return ()
    behind = is_address(words[0])
    found: list[tuple[str, list[str]]] = []
    waiting: list[str] = []
    for word in words:
        if is_address(word):
            found.append((word, waiting if not behind else []))
            waiting = []
        elif behind:
            found[-1][1].append(word)
        else:
            waiting.append(word)
    return [(address, " ".join(label).strip(_AROUND_NAMES)) for address, label in found]


def _beginning(line: str) -> str:
    text = " ".join(line.split())
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"


def _address_and_label(line: str) -> tuple[str, str]:
    """The address of a line, wherever it stands, and what else is there.

    Raises:
        InvalidAddress: There is none; what is wrong with the word that looks most like one.
    """
    delimiter = _delimiter(line)
    cells = [_unguarded(cell.strip()) for cell in _cells(line, delimiter)]
    for place, cell in enumerate(cells):
        if is_address(cell):
            others = [other for index, other in enumerate(cells) if index != place and other]
            return cell, others[0] if others else ""
    words = line.split()
    for place in (0, len(words) - 1):
        word = words[place].strip(",;")
        if is_address(word):
            others = words[1:] if place == 0 else words[:-1]
            return word, " ".join(others).strip(_NOTHING)
    candidate = max((word.strip(",;\"'") for word in re.split(r"[\s,;]+", line)), key=len)
    decode_address(candidate)
    # It is an address after all, in the middle of other words.
    return candidate, " ".join(line.replace(candidate, " ").split()).strip(_NOTHING)


def _delimiter(line: str) -> str:
    return next((each for each in _DELIMITERS if each in line), ",")


def _cells(line: str, delimiter: str) -> Sequence[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)


def _tags(text: str) -> tuple[str, ...]:
    found: list[str] = []
    for word in re.split(r"[\s,;|]+", text):
        try:
            tag = tag_of(word)
        except UnfitText:
            continue
        if tag not in found:
            found.append(tag)
    return tuple(found[:MAX_TAGS])


def _guarded(cell: str) -> str:
    """The cell as text, whatever a spreadsheet makes of its beginning."""
    return f"{GUARD}{cell}" if _is_dangerous(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith(GUARD) and _is_dangerous(cell) else cell


def _is_dangerous(cell: str) -> bool:
    """Whether it is a formula, or one that is guarded already: what is guarded twice loses one guard only."""
    return is_formula(cell.lstrip(GUARD))
