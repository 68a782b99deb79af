import csv
import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from walletwatch.domain.addresses import encode_address, is_address
from walletwatch.domain.chats import MAX_LABEL_LENGTH, Chat, ChatKind, Subscription
from walletwatch.domain.wallet_book import UnfitText, WalletEntry, label_of, note_of, tag_of
from walletwatch.domain.wallet_files import (
    MAX_BYTES,
    MAX_LINES,
    MAX_SHOWN,
    BadLine,
    ListedWallet,
    UnreadableList,
    WalletList,
    decode_text,
    read_list,
    write_csv,
)

A, B, C = (encode_address(bytes([number] * 32)) for number in (1, 2, 3))
AT = datetime(2026, 11, 30, 10, 20, 30, tzinfo=UTC)
DANGEROUS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "|calc", "=cmd|' /C calc'!A0")


def names(text: str) -> list[tuple[str, str | None]]:
    return [(each.address, each.label) for each in read_list(text).wallets]


def entry(address: str, label: str | None = None, note: str | None = None, *tags: str) -> WalletEntry:
    return WalletEntry(Subscription(1, Chat(1, ChatKind.PRIVATE), 1, address, label, None), AT, tags, note)


@pytest.mark.parametrize(
    ("line", "label"),
    [
        (A, None),
        (f"  {A}\t", None),
        (f"{A} My savings", "My savings"),
        (f"{A},My savings", "My savings"),
        (f"{A}, My savings, of old", "My savings"),
        (f"{A};My; savings", "My"),
        (f"{A}\tMy savings", "My savings"),
        (f"My savings,{A}", "My savings"),
        (f"My savings {A}", "My savings"),
        (f'"{A}","My ""savings"", of old"', 'My "savings", of old'),
        (f"{A} Anna, cold", "Anna, cold"),
        (f"look at {A} please", "look at please"),
        (f"{A},'=1+1", "=1+1"),
        (f"{A},,", None),
    ],
)
def test_a_line_is_an_address_with_a_name_wherever_they_stand(line: str, label: str | None) -> None:
    assert names(line) == [(A, label)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"{A} {B}", [(A, None), (B, None)]),
        (f"{A}, {B},{C}", [(A, None), (B, None), (C, None)]),
        (f"{A} Cold store {B} Hot", [(A, "Cold store"), (B, "Hot")]),
        (f"Cold store {A}; Hot: {B}", [(A, "Cold store"), (B, "Hot")]),
        (f'{A},"one",{B},"two"', [(A, "one"), (B, "two")]),
        (f"{A} {A} {B}", [(A, None), (B, None)]),
    ],
)
def test_a_line_may_name_several(line: str, expected: list[tuple[str, str | None]]) -> None:
    assert names(line) == expected


def test_a_long_line_has_no_more_wallets_than_a_list_has_lines() -> None:
    addresses = [encode_address(number.to_bytes(32)) for number in range(1, MAX_LINES + 2)]
    assert len(names(" ".join(addresses[1:]))) == MAX_LINES
    with pytest.raises(UnreadableList) as caught:
        read_list(" ".join(addresses))
    assert caught.value.reason == "too_long"


def test_of_a_line_that_cannot_be_used_a_whole_address_is_shown() -> None:
    address = "0x52908400098527886E0F7030069857D2E4169EE7"
    found = read_list(f"{address}\n{'x' * 100}")
    assert [each.text for each in found.bad] == [address, f"{'x' * 44}…"]


def test_lines_that_cannot_be_used_are_told_with_their_number_and_reason() -> None:
    text = "\n".join(
        [
            f"{A} one",
            "",
            "hello",
            "0x52908400098527886E0F7030069857D2E4169EE7",
            "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq,Boris",
            "5" * 88,
            f"{B} {'x' * (MAX_LABEL_LENGTH + 1)}",
            "# a comment",
            f"{C[:-1]}0",
            C,
        ]
    )
    found = read_list(text)
    assert [each.address for each in found.wallets] == [A, C]
    assert [(each.line, each.reason) for each in found.bad] == [
        (3, "not_base58"),
        (4, "ethereum"),
        (5, "bitcoin"),
        (6, "signature"),
        (7, "label_too_long"),
        (9, "not_base58"),
    ]
    assert found.bad[0] == BadLine(3, "not_base58", "hello")


def test_each_wallet_is_there_once_with_the_first_name_it_has() -> None:
    found = read_list(f"{A}\n{B} b\n{A} a\n{B} other\n{A}")
    assert [(each.address, each.label) for each in found.wallets] == [(A, "a"), (B, "b")]
    assert found.repeated == 3


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_header_says_what_the_columns_are(delimiter: str, end: str) -> None:
    rows = [
        ["Name", "Other", "Wallet Address", "Tags", "Notes"],
        ["first", "x", A, "DeFi whale", "a note"],
        ["", "", "", "", ""],
        ["second", "x", "nothing"],
        [f'"a{delimiter}b"', "x", B, '"bad!tag, ok"', ""],
    ]
    found = read_list(end.join(delimiter.join(row) for row in rows))
    assert found == WalletList(
        (
            ListedWallet(2, A, "first", ("defi", "whale"), "a note"),
            ListedWallet(5, B, " ".join(f"a{delimiter}b".split()), ("ok",), None),
        ),
        (BadLine(4, "length", " ".join(delimiter.join(rows[3]).split())),),
        0,
    )


def test_a_quote_that_is_never_closed_costs_its_line_and_no_more_than_the_rest_of_the_file() -> None:
    assert names(f'{A} "one\n{B} two') == [(A, '"one'), (B, "two")]
    found = read_list(f'address,label\n{A},one\n{B},"two\n{C},three')
    assert [each.address for each in found.wallets if each.label == "one"] == [A]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \n,;\n\u3000", "empty"),
        (f"{A}\n" * (MAX_LINES + 1), "too_long"),
        ("x" * (MAX_BYTES + 1), "too_large"),
        ("ж" * (MAX_BYTES // 2 + 1), "too_large"),
    ],
)
def test_what_is_refused_as_a_whole(text: str, reason: str) -> None:
    with pytest.raises(UnreadableList) as refused:
        read_list(text)
    assert refused.value.reason == reason


def test_as_many_lines_as_there_may_be() -> None:
    text = "address\n" + "\n".join(
        encode_address(bytes([1, *divmod(n, 256), *[9] * 29])) for n in range(MAX_LINES)
    )
    assert len(read_list(text).wallets) == MAX_LINES


@pytest.mark.parametrize(
    "data",
    [
        f"{A} имя".encode(),
        f"{A} имя".encode("utf-8-sig"),
        b"\xff\xfe" + f"{A} имя".encode("utf-16-le"),
        b"\xfe\xff" + f"{A} имя".encode("utf-16-be"),
    ],
)
def test_utf_8_and_utf_16_with_its_mark_are_read(data: bytes) -> None:
    assert names(decode_text(data)) == [(A, "имя")]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (f"{A} x".encode("utf-16-le"), "encoding"),
        ("имя".encode("cp1251"), "encoding"),
        (b"\xff\xfe\x00\xd8", "encoding"),
        (b"PK\x03\x04\x00\x00", "encoding"),
        (b"x" * (MAX_BYTES + 1), "too_large"),
    ],
)
def test_other_files_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableList) as refused:
        decode_text(data)
    assert refused.value.reason == reason


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_cell_is_run_by_a_spreadsheet(text: str) -> None:
    content = write_csv([entry(A, text, text)])
    (cells,) = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1:]
    assert all(cell.lstrip()[:1] not in "=+-@|" or not cell for cell in cells)
    assert cells[1] == f"'{text}"


texts = st.text(max_size=60) | st.sampled_from(DANGEROUS)


@given(st.lists(st.tuples(texts, texts, st.text(max_size=8)), max_size=6))
@example([("'=1", "''=1", "x")])
def test_what_is_exported_is_imported_as_it_was(rows: list[tuple[str, str, str]]) -> None:
    entries = []
    for number, (label, note, tag) in enumerate(rows):
        try:
            kept = (label_of(label), note_of(note))
        except UnfitText:
            continue
        try:
            tags: tuple[str, ...] = (tag_of(tag),)
        except UnfitText:
            tags = ()
        entries.append(entry(encode_address(bytes([number + 1] * 32)), *kept, *tags))
    content = write_csv(entries)
    if not entries:
        with pytest.raises(UnreadableList):
            read_list(decode_text(content))
        return
    found = read_list(decode_text(content))
    assert found.bad == ()
    assert [replace(each, line=0) for each in found.wallets] == [
        ListedWallet(0, each.subscription.address, each.subscription.label, each.tags, each.note)
        for each in entries
    ]


@given(
    st.text(max_size=300)
    | st.lists(
        st.sampled_from(
            [A, B, "address", "label", ",", ";", "\t", '"', "'", "\n", "\r", " ", "=", "\x00", "\u2028", "0x"]
        ),
        max_size=30,
    ).map("".join)
)
@example('address,label\n"')
@example('"')
@example("\x1c")
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read_list(text)
    except UnreadableList:
        return
    assert len({each.address for each in found.wallets}) == len(found.wallets)
    for each in found.wallets:
        assert is_address(each.address)
        assert each.label is None or 0 < len(each.label) <= MAX_LABEL_LENGTH
    assert all(each.line > 0 and len(each.text) <= MAX_SHOWN for each in found.bad)


@given(st.binary(max_size=200))
def test_any_file_is_read_or_refused(data: bytes) -> None:
    try:
        text = decode_text(data)
    except UnreadableList:
        return
    assert "\0" not in text
    assert len(text) <= len(data)
