"""Exports as people and tools read them."""

import csv
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.things import WALLET, activity, address
from walletwatch.domain.activities import Activity, ActivityKind, Leg
from walletwatch.domain.annotations import Annotation, AssetNote
from walletwatch.domain.exports import ExportFormat
from walletwatch.domain.profile import PROFILES
from walletwatch.exports.cells import Cell
from walletwatch.exports.files import FileFormats
from walletwatch.exports.tax_tools import CoinTracking, Koinly

PROFILE = PROFILES["x1-mainnet"]
USDC = "B69chRzqzDCmdB5WYB8NRu5Yv5ZA95ABiZcdzCgGm9Tq"
MINT, ANNA = address("mint"), address("anna")
AT = 1_764_547_200
"""2025-12-01 00:00 UTC."""
XNT = 10**9


def note(symbol: str | None, usd: str | None = None, *, impostor: bool = False) -> AssetNote:
    price = None if usd is None else Decimal(usd)
    return AssetNote(symbol, None, 6, listed=False, impostor_of=USDC if impostor else None, usd=price)


SWAP = activity(
    "swap", 7, block_time=AT, kind=ActivityKind.SWAP, fee=5000, program="XDEX",
    legs=(Leg("native", -2 * XNT, 9), Leg(USDC, 1_500_000, 6, ANNA)),
    annotation=Annotation({"native": note(None, "0.75"), USDC: note("USDC.x", "1")}),
)  # fmt: skip
FALSE = activity(
    "false", 8, block_time=AT + 60, legs=(Leg(MINT, 10**30 + 1, 6, ANNA),),
    annotation=Annotation({MINT: note("=BTC", "60000", impostor=True)}),
)  # fmt: skip
FAILED = activity(
    "failed",
    9,
    block_time=AT + 120,
    kind=ActivityKind.FAILED,
    legs=(),
    fee=7000,
    success=False,
    error="Custom(1)",
)
REWARD = activity(
    "reward-1", 10, block_time=AT + 180, kind=ActivityKind.REWARD, legs=(Leg("native", XNT, 9),)
)
MANY = activity(
    "many", 11, block_time=AT + 240, kind=ActivityKind.LIQUIDITY_ADD, fee=5000, rent=2_039_280,
    legs=(Leg("native", -XNT, 9), Leg(USDC, -500_000, 6), Leg(MINT, 77, None)),
)  # fmt: skip
TIMELESS = activity("timeless", 12, block_time=None, legs=(Leg("native", 1, 9),))
STAKED = activity(
    "staked", 13, block_time=AT, kind=ActivityKind.STAKE, fee=5000, legs=(Leg("native", -5 * XNT, 9),)
)
UNSTAKED = activity(
    "unstaked",
    14,
    block_time=AT,
    kind=ActivityKind.STAKE_WITHDRAW,
    fee=5000,
    legs=(Leg("native", 6 * XNT, 9),),
)
CLAIMED = activity("claimed", 15, block_time=AT, kind=ActivityKind.REWARD, fee=5000, legs=(Leg(MINT, 3, 0),))
SHUFFLED = activity(
    "shuffled", 16, block_time=AT, kind=ActivityKind.SELF_TRANSFER, fee=5000, legs=(Leg(MINT, 3, 0),)
)
SOLD = activity(
    "sold", 17, block_time=AT, kind=ActivityKind.SWAP, fee=5000,
    legs=(Leg(USDC, -1_500_000, 6), Leg("native", 2 * XNT, 9)),
)  # fmt: skip
ALL = (SWAP, FALSE, FAILED, REWARD, MANY, TIMELESS)


def export(folder: Path, wanted: ExportFormat, *activities: Activity, label: str | None = "=Savings") -> Path:
    file = FileFormats(PROFILE).open(wanted, folder, "Asia/Kolkata")
    for each in activities:
        file.write(each, label)
    return file.close()


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_csv_says_everything(tmp_path: Path) -> None:
    path = export(tmp_path, ExportFormat.CSV, *ALL)
    assert path.name == "export.csv"
    sold, bought, false, failed, reward, one, two, three, timeless = rows(path)
    assert (sold["time_utc"], sold["time_local"]) == ("2025-12-01 00:00:00", "2025-12-01 05:30:00")
    assert (sold["direction"], sold["amount"], sold["symbol"]) == ("out", "-2", "XNT")
    assert (bought["amount"], bought["value_usd"], bought["counterparty"]) == ("1.5", "1.5", ANNA)
    assert (sold["price_usd"], sold["value_usd"], sold["price_known"]) == ("0.75", "1.5", "yes")
    assert (sold["fee"], bought["fee"], sold["fee_symbol"]) == ("0.000005", "", "XNT")
    assert sold["wallet_name"] == "'=Savings"
    assert (sold["wallet"], sold["program"], sold["slot"]) == (WALLET, "XDEX", "7")
    assert (false["symbol"], false["price_usd"], false["price_known"]) == (f"'=BTC-{MINT[:6]}", "", "no")
    assert false["amount"] == "1000000000000000000000000.000001"
    assert (failed["direction"], failed["success"], failed["error"]) == ("", "no", "Custom(1)")
    assert reward["kind"] == "reward"
    assert (one["rent"], two["rent"]) == ("0.00203928", "")
    assert (three["amount"], three["base_units"], three["symbol"]) == ("", "77", MINT)
    assert (timeless["time_utc"], timeless["time_local"]) == ("", "")


def test_a_json_says_the_same_with_exact_numbers_as_texts(tmp_path: Path) -> None:
    found = json.loads(export(tmp_path, ExportFormat.JSON, *ALL).read_text())
    assert len(found) == 9
    assert found[2]["amount"] == "1000000000000000000000000.000001"
    assert found[2]["symbol"] == f"=BTC-{MINT[:6]}"
    assert found[0]["slot"] == 7
    assert json.loads(export(tmp_path, ExportFormat.JSON).read_text()) == []


def _sheet(path: Path) -> list[list[tuple[str, str]]]:
    """Type and text of each cell, as Excel reads them; no formula is among them."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(path) as book:
        root = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))
        assert not list(root.iter(f"{space}f"))
        return [
            [
                (cell.get("t", "n"), "".join(text.text or "" for text in cell.iter() if text.tag != cell.tag))
                for cell in row
            ]
            for row in root.iter(f"{space}row")
        ]


def test_a_spreadsheet_has_numbers_where_they_are_exact_and_no_formulas(tmp_path: Path) -> None:
    header, sold, _, false, *_ = _sheet(export(tmp_path, ExportFormat.XLSX, *ALL))
    assert header[0] == ("inlineStr", "time_utc")
    assert sold[:2] == [("n", "45992"), ("n", "45992.22916666666")]
    assert ("n", "-2") in sold
    assert ("inlineStr", "'=Savings") in sold
    assert ("inlineStr", "1000000000000000000000000.000001") in false


def test_koinlys_rows(tmp_path: Path) -> None:
    path = export(tmp_path, ExportFormat.KOINLY, *ALL, label="Savings")
    assert path.read_bytes().startswith(b"Date,Sent Amount,")
    swap, false, failed, reward, into_stake, *many = rows(path)
    assert list(swap) == [
        "Date", "Sent Amount", "Sent Currency", "Received Amount", "Received Currency", "Fee Amount",
        "Fee Currency", "Net Worth Amount", "Net Worth Currency", "Label", "Description", "TxHash",
    ]  # fmt: skip
    assert list(swap.values()) == [
        "2025-12-01 00:00:00 UTC", "2", "XNT", "1.5", "USDC.x", "0.000005", "XNT", "1.5", "USD", "",
        "Savings, swap, XDEX", "swap",
    ]  # fmt: skip
    assert (false["Net Worth Amount"], false["Net Worth Currency"]) == ("", "")
    assert "price not known" in false["Description"]
    assert false["Received Currency"] == f"'=BTC-{MINT[:6]}"
    assert (failed["Sent Amount"], failed["Label"]) == ("0.000007", "cost")
    assert (reward["Received Amount"], reward["Label"]) == ("1", "reward")
    assert (into_stake["Sent Amount"], into_stake["Label"]) == ("1", "Add to Pool")
    assert [(row["Sent Amount"], row["Received Amount"], row["Fee Amount"]) for row in many] == [
        ("1", "", "0.000005"), ("0.5", "", ""), ("", "77", ""),
    ]  # fmt: skip
    assert "base units" in many[2]["Description"]


def test_koinly_takes_no_stake_for_sold_and_no_fee_with_a_deposit(tmp_path: Path) -> None:
    path = export(tmp_path, ExportFormat.KOINLY, STAKED, UNSTAKED, CLAIMED, SHUFFLED)
    kinds = ("Sent Amount", "Received Amount", "Fee Amount", "Label")
    assert [tuple(row[name] for name in kinds) for row in rows(path)] == [
        ("5", "", "0.000005", "Add to Pool"),
        ("", "6", "", "Remove from Pool"),
        ("0.000005", "", "", "cost"),
        ("", "3", "", "reward"),
        ("0.000005", "", "", "cost"),
        ("0.000005", "", "", "cost"),
    ]


def test_cointrackings_rows(tmp_path: Path) -> None:
    path = export(tmp_path, ExportFormat.COINTRACKING, *ALL, label="Savings")
    found = rows(path)
    assert [row["Type"] for row in found] == [
        "Trade", "Deposit", "Other Fee", "Staking", "Withdrawal", "Withdrawal", "Deposit",
    ]  # fmt: skip
    assert list(found[0].values()) == [
        "Trade", "1.5", "USDC.x", "2.000005", "XNT", "0.000005", "XNT", "Savings", "", "Savings, swap, XDEX",
        "2025-12-01 00:00:00", "swap", "", "",
    ]  # fmt: skip
    assert (found[2]["Sell Amount"], found[2]["Sell Currency"]) == ("0.000007", "XNT")


def test_cointracking_moves_what_is_staked_to_an_account_of_its_own(tmp_path: Path) -> None:
    path = export(tmp_path, ExportFormat.COINTRACKING, STAKED, REWARD, UNSTAKED, SOLD, label="Main")
    kinds = ("Type", "Buy Amount", "Sell Amount", "Fee", "Exchange")
    aside = "Main (staked, lent, on order)"
    assert [tuple(row[name] for name in kinds) for row in rows(path)] == [
        ("Withdrawal", "", "5.000005", "0.000005", "Main"),
        ("Deposit", "5", "", "", aside),
        ("Staking", "1", "", "", aside),
        ("Withdrawal", "", "6", "", aside),
        ("Deposit", "6", "", "", "Main"),
        ("Other Fee", "", "0.000005", "", "Main"),
        ("Trade", "2", "1.5", "", "Main"),
        ("Other Fee", "", "0.000005", "", "Main"),
    ]


@given(
    kind=st.sampled_from(ActivityKind),
    amounts=st.lists(st.integers(-(10**18), 10**18).filter(bool), max_size=4),
    fee=st.integers(0, 10**7),
    success=st.booleans(),
)
def test_a_tools_balances_are_the_wallets(
    kind: ActivityKind, amounts: list[int], fee: int, *, success: bool
) -> None:
    """Whatever a tool adds up of its rows is what the chain did to the wallet, rent aside."""
    assets = [("native", "XNT", 9), (USDC, "USDC.x", 0), (MINT, MINT, 0), (address("b"), address("b"), 0)]
    moved = [] if kind is ActivityKind.SELF_TRANSFER else list(zip(assets, amounts, strict=False))
    legs = tuple(Leg(asset, amount, 0) for (asset, _, _), amount in moved)
    found = activity("each", 7, block_time=AT, kind=kind, legs=legs, fee=fee, success=success)
    expected = [("XNT", Decimal(-fee).scaleb(-9))]
    expected += [(symbol, Decimal(amount).scaleb(-places)) for (_, symbol, places), amount in moved]

    koinly = []
    for row in Koinly(PROFILE, ZoneInfo("UTC")).rows(found, None):
        _, sent, gave, received, got, cost, paid, *_ = row
        koinly += [(got, _number(received)), (gave, -_number(sent)), (paid, -_number(cost))]
    assert _added_up(koinly) == _added_up(expected)

    tracked = []
    for row in CoinTracking(PROFILE, ZoneInfo("UTC")).rows(found, "Main"):
        _, bought, got, sold, gave, _, _, where, *_ = row
        if where == "Main":
            tracked += [(got, _number(bought)), (gave, -_number(sold))]
    assert _added_up(tracked) == _added_up(expected)


def _number(cell: Cell) -> Decimal:
    assert cell is None or isinstance(cell, Decimal)
    return cell or Decimal(0)


def _added_up(amounts: Iterable[tuple[Cell, Decimal]]) -> dict[Cell, Decimal]:
    sums: dict[Cell, Decimal] = defaultdict(Decimal)
    for symbol, amount in amounts:
        sums[symbol] += amount
    return {symbol: total for symbol, total in sums.items() if total}


@pytest.mark.parametrize("wanted", [ExportFormat.CSV, ExportFormat.JSON, ExportFormat.KOINLY])
def test_a_large_file_is_packed(tmp_path: Path, wanted: ExportFormat) -> None:
    file = FileFormats(PROFILE, pack_above=10).open(wanted, tmp_path, "UTC")
    file.write(SWAP, None)
    path = file.close()
    assert path.suffix == ".zip"
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == [f"export.{wanted.extension}"]
        assert b"swap" in archive.read(archive.namelist()[0])
    assert list(tmp_path.iterdir()) == [path]
