"""Fees, plans of mints, kept keys and the words of the command line."""

import argparse
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from spl.token.constants import TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID

from traffic.__main__ import _address, _native_amount
from traffic.actors import Actors
from traffic.mints import Extensions, Metadata, Mint, plan_mint

MINT, AUTHORITY = Pubkey(bytes([1]) * 32), Pubkey(bytes([2]) * 32)


@given(amount=st.integers(0, 2**64 - 1), points=st.integers(0, 10_000), maximum=st.integers(0, 2**64 - 1))
def test_a_fee_is_rounded_up_and_capped(amount: int, points: int, maximum: int) -> None:
    fee = Mint(MINT, TOKEN_2022_PROGRAM_ID, 6, points, maximum).fee(amount)
    assert 0 <= fee <= min(maximum, amount)
    if fee < maximum:
        assert 0 <= fee * 10_000 - amount * points < 10_000


def test_a_mint_without_fee_takes_none() -> None:
    assert Mint(MINT, TOKEN_PROGRAM_ID, 6).fee(10**9) == 0


def test_the_classic_program_has_no_extensions() -> None:
    with pytest.raises(ValueError, match="Token-2022"):
        plan_mint(
            MINT,
            AUTHORITY,
            program=TOKEN_PROGRAM_ID,
            decimals=6,
            freeze_authority=None,
            extensions=Extensions(),
        )


def test_metadata_grows_the_account_after_it_was_made() -> None:
    plan = plan_mint(
        MINT,
        AUTHORITY,
        program=TOKEN_2022_PROGRAM_ID,
        decimals=6,
        freeze_authority=None,
        extensions=Extensions(metadata=Metadata("Ünï", "U", "https://u.example"), transfer_fee=(1, 2)),
    )
    assert plan.size == 166 + 4 + 108 + 4 + 64
    assert plan.rent_size == plan.size + 4 + 80 + len("Ünï".encode()) + 1 + 17
    assert len(plan.after) == 1


def test_keys_are_kept_secret_and_come_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "keys.json"
    actors = Actors(path)
    key = actors.get("alice")
    assert actors.get("alice") == key
    actors.enter("genesis one")
    actors.mints["toll"] = Mint(MINT, TOKEN_2022_PROGRAM_ID, 6, 100, 5)
    actors.save()
    assert path.stat().st_mode & 0o777 == 0o600
    again = Actors.load(path)
    assert again == actors
    assert again.find(key.pubkey()) == key
    assert again.find(Keypair().pubkey()) is None
    again.enter("genesis one")
    assert again.mints
    again.enter("genesis two")
    assert again.mints == {}
    assert again.keys == {"alice": key}


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "{}",
        "{",
        '{"keys": {"a": "x"}, "mints": {}, "genesis": null}',
        '{"keys": [], "mints": {}, "genesis": null}',
    ],
)
def test_a_file_of_somebody_else_is_refused_and_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    with pytest.raises(ValueError, match="no file of keys"):
        Actors.load(path)
    assert path.read_text() == content


def test_nobody_is_known_at_first(tmp_path: Path) -> None:
    assert Actors.load(tmp_path / "none").keys == {}


@pytest.mark.parametrize(("text", "lamports"), [("1", 10**9), ("0.000000001", 1), ("2.5", 2_500_000_000)])
def test_amounts(text: str, lamports: int) -> None:
    assert _native_amount(text) == lamports


@pytest.mark.parametrize("text", ["0", "-1", "x", "0.0000000001", "NaN", "Infinity", ""])
def test_amounts_that_are_none(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        _native_amount(text)


def test_an_address_that_is_none() -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        _address("not an address")
    assert _address(json.loads(json.dumps(str(MINT)))) == MINT
