"""A mint's bytes say what the chain's own parser says of them, and hostile bytes say nothing."""

import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walletwatch.chain.inspection.kept import decode, encode
from walletwatch.chain.inspection.mint_state import read_mint_state
from walletwatch.domain.chain import AccountData
from walletwatch.domain.inspection.mint import Extensions, FeeSchedule, MintState
from walletwatch.domain.programs import TOKEN, TOKEN_2022

FIXTURE = Path(__file__).parents[2] / "fixtures/mints/mints.json"
CORPUS = Path(__file__).parents[4] / "shared/corpus/accounts/mints/mints_decoded.json"


def _recorded() -> Iterator[Any]:
    seen = set()
    for path in (FIXTURE, CORPUS):
        if path.exists():
            for entry in json.loads(path.read_text()):
                if entry["mint"] not in seen:
                    seen.add(entry["mint"])
                    yield pytest.param(entry, id=entry["mint"][:8])


def _account(entry: Mapping[str, Any]) -> AccountData:
    result = entry["recorded_response"]["result"]
    value = result["value"]
    return AccountData(
        entry["mint"], value["owner"], value["lamports"], b64decode(value["data"][0]),
        result["context"]["slot"],
    )  # fmt: skip


@pytest.mark.parametrize("entry", list(_recorded()))
def test_recorded_mints_say_what_they_are(entry: Mapping[str, Any]) -> None:
    account, expected = _account(entry), entry["decoded"]
    mint = read_mint_state(account)
    assert mint is not None
    assert (mint.address, mint.slot, mint.token_2022) == (
        entry["mint"], account.slot, account.owner == TOKEN_2022,
    )  # fmt: skip
    assert (str(mint.supply), mint.decimals) == (expected["supply"], expected["decimals"])
    assert (mint.mint_authority, mint.freeze_authority) == (
        expected["mintAuthority"], expected["freezeAuthority"],
    )  # fmt: skip
    assert mint.extensions.unreadable == ()
    told = {each["extension"]: each["state"] for each in expected.get("extensions", ())}
    assert (mint.extensions.transfer_fee is not None) == ("transferFeeConfig" in told)
    if fee := mint.extensions.transfer_fee:
        state = told["transferFeeConfig"]
        for name, schedule in (("olderTransferFee", fee.older), ("newerTransferFee", fee.newer)):
            assert schedule == FeeSchedule(
                int(state[name]["epoch"]),
                int(state[name]["transferFeeBasisPoints"]),
                int(state[name]["maximumFee"]),
            )
        assert fee.config_authority == state["transferFeeConfigAuthority"]
        assert fee.withdraw_authority == state["withdrawWithheldAuthority"]
    assert decode(encode(mint), MintState) == mint


def _mint(tail: bytes, owner: str = TOKEN_2022) -> AccountData:
    base = bytes(4 + 32) + (5).to_bytes(8, "little") + b"\x06\x01" + bytes(4 + 32)
    return AccountData("1" * 32, owner, 1, base + bytes(165 - 82) + b"\x01" + tail if tail else base, 9)


def _entry(kind: int, value: bytes) -> bytes:
    return kind.to_bytes(2, "little") + len(value).to_bytes(2, "little") + value


def _extensions(*entries: bytes) -> Extensions:
    mint = read_mint_state(_mint(b"".join(entries)))
    assert mint is not None
    return mint.extensions


def test_what_is_null_is_inactive() -> None:
    key = bytes(range(32))
    found = _extensions(_entry(14, key + bytes(32)), _entry(12, bytes(32)), _entry(3, bytes(32)))
    assert found.hook is not None
    assert found.hook.program is None
    assert found.hook.authority is not None
    assert (found.permanent_delegate, found.close_authority) == (None, None)
    assert _extensions(_entry(14, key + key)).hook != found.hook


def test_states_are_read() -> None:
    key = bytes(range(32))
    assert _extensions(_entry(6, b"\x02")).default_frozen
    assert not _extensions(_entry(6, b"\x01")).default_frozen
    assert _extensions(_entry(9, b"")).non_transferable
    paused = _extensions(_entry(26, key + b"\x01")).pausable
    assert paused is not None
    assert paused.paused
    hidden = _extensions(_entry(4, bytes(65)), _entry(24, bytes(196))).confidential
    assert hidden is not None
    assert (hidden.hides_supply, hidden.hides_fees) == (True, False)


def test_multipliers_are_exact_and_those_that_are_no_numbers_are_unreadable() -> None:
    one, half = bytes.fromhex("000000000000f03f"), bytes.fromhex("000000000000e03f")
    infinite = bytes.fromhex("000000000000f07f")
    scaled = _extensions(_entry(25, bytes(32) + half + bytes(8) + one)).scaled
    assert scaled is not None
    assert (scaled.multiplier, scaled.new_multiplier) == (Decimal("0.5"), Decimal("1.0"))
    assert _extensions(_entry(25, bytes(32) + infinite + bytes(8) + one)).unreadable == (25,)


def test_unknown_types_wrong_lengths_and_what_is_cut_off_are_unreadable() -> None:
    assert _extensions(_entry(99, b"abc")).unreadable == (99,)
    assert _extensions(_entry(12, bytes(31))).unreadable == (12,)
    assert _extensions(_entry(9, b""), _entry(12, bytes(32))[:-1]).unreadable == (12,)
    # About another mint.
    assert _extensions(_entry(19, bytes(range(64)) + bytes(16))).unreadable == (19,)


@given(st.binary(max_size=600), st.sampled_from([TOKEN, TOKEN_2022, "another"]))
def test_bytes_of_any_kind_never_raise(data: bytes, owner: str) -> None:
    mint = read_mint_state(AccountData("1" * 32, owner, 1, data, 9))
    assert mint is None or mint.slot == 9


@given(st.lists(st.tuples(st.integers(1, 40), st.binary(max_size=200))), st.binary(max_size=5))
def test_entries_of_any_kind_are_read_or_unreadable(entries: list[tuple[int, bytes]], tail: bytes) -> None:
    found = _extensions(*(_entry(kind, value) for kind, value in entries), tail, bytes(4))
    assert set(found.unreadable) <= {kind for kind, _ in entries} | {
        int.from_bytes(tail[at : at + 2], "little") for at in range(len(tail))
    }
