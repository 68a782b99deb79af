"""The programs' layouts: that data and Agave's parsed form say the same, and the parts that need care."""

import struct
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from walletwatch.chain.decoding.layouts import (
    BINCODE_TEXT,
    BORSH_TEXT,
    I64,
    KEY,
    NONZERO_KEY,
    OPTIONAL_KEY,
    U8,
    U16,
    U32,
    U64,
    Codec,
    Layout,
    discriminator,
)
from walletwatch.chain.decoding.registry import MODULES, REGISTRY, decode_instructions
from walletwatch.chain.parsing.model import Instruction
from walletwatch.domain import programs as ids
from walletwatch.domain.addresses import decode_address, encode_address, is_address

KEYS = st.binary(min_size=32, max_size=32).filter(any).map(encode_address)
PARSED = (
    ids.SYSTEM,
    ids.TOKEN,
    ids.TOKEN_2022,
    ids.ASSOCIATED_TOKEN,
    ids.STAKE,
    ids.VOTE,
    ids.ADDRESS_LOOKUP_TABLE,
)
"""Programs whose instructions Agave parses, so that they come in two forms."""
LAYOUTS = [(program, tag, layout) for program in PARSED for tag, layout in REGISTRY[program].layouts.items()]


def _key(value: str | None) -> bytes:
    return decode_address(value) if value else bytes(32)


FORMS: dict[Codec, tuple[st.SearchStrategy[Any], Any]] = {
    U8: (st.integers(0, 2**8 - 1), lambda value: struct.pack("<B", value)),
    U16: (st.integers(0, 2**16 - 1), lambda value: struct.pack("<H", value)),
    U32: (st.integers(0, 2**32 - 1), lambda value: struct.pack("<I", value)),
    U64: (st.integers(0, 2**64 - 1), lambda value: struct.pack("<Q", value)),
    I64: (st.integers(-(2**63), 2**63 - 1), lambda value: struct.pack("<q", value)),
    KEY: (KEYS, _key),
    OPTIONAL_KEY: (st.none() | KEYS, lambda value: b"\1" + _key(value) if value else b"\0"),
    NONZERO_KEY: (st.none() | KEYS, _key),
    BINCODE_TEXT: (st.text(max_size=32), lambda v: struct.pack("<Q", len(v.encode())) + v.encode()),
    BORSH_TEXT: (st.text(max_size=32), lambda v: struct.pack("<I", len(v.encode())) + v.encode()),
}


def test_no_program_is_registered_twice_and_every_id_is_an_address() -> None:
    registered = [known.id for module in MODULES for known in module.PROGRAMS]
    assert Counter(registered) == Counter(list(REGISTRY))
    assert all(is_address(address) for address in registered)


def test_every_argument_of_these_programs_can_be_written_here() -> None:
    unknown = {
        (program, layout.name, name)
        for program, _, layout in LAYOUTS
        for name, codec in layout.arguments
        if codec not in FORMS and name not in {"authorityType", "accountState"}
    }
    assert unknown == set()


@settings(deadline=None)
@given(st.sampled_from(LAYOUTS), st.data())
def test_data_and_the_parsed_form_say_the_same(case: tuple[str, bytes, Layout], data: st.DataObject) -> None:
    program, tag, layout = case
    arguments = [(name, codec) for name, codec in layout.arguments if codec in FORMS]
    if len(arguments) != len(layout.arguments):
        return
    accounts = {name: data.draw(KEYS) for name in layout.accounts}
    values = {name: data.draw(FORMS[codec][0]) for name, codec in arguments}
    raw = tag + b"".join(FORMS[codec][1](values[name]) for name, codec in arguments)
    info = accounts | values
    from_data = Instruction(program, tuple(accounts.values()), raw, None, 0, 1)
    from_parsed = Instruction(program, (), b"", {"type": layout.name, "info": info}, 0, 1)
    (first,), (second,) = decode_instructions([from_data]), decode_instructions([from_parsed])
    assert first == second
    assert first.name == layout.name
    assert first.fields == info


@given(st.sampled_from(sorted(REGISTRY)), st.binary(max_size=80), st.lists(KEYS, max_size=8))
def test_any_data_are_read_or_left_out(program: str, raw: bytes, accounts: list[str]) -> None:
    decode_instructions([Instruction(program, tuple(accounts), raw, None, 0, 1)])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(LAYOUTS), st.data())
def test_any_parsed_form_is_read_or_left_out(case: tuple[str, bytes, Layout], data: st.DataObject) -> None:
    program, _, layout = case
    names = [*layout.accounts, *(name for name, _ in layout.arguments), "tokenAmount", "mint"]
    info = data.draw(st.dictionaries(st.sampled_from(names), JSON, max_size=5) | JSON)
    for decoded in decode_instructions(
        [Instruction(program, (), b"", {"type": layout.name, "info": info}, 0, 1)]
    ):
        assert all(
            value is None
            or isinstance(value, str if codec in {KEY, OPTIONAL_KEY, NONZERO_KEY} else int | str)
            for name, codec in layout.arguments
            for value in [decoded.fields.get(name)]
        )


def test_a_token_amount_is_found_where_agave_puts_it() -> None:
    info = {
        "source": ids.STAKE, "mint": ids.VOTE, "destination": ids.MEMO, "multisigAuthority": ids.TOKEN,
        "tokenAmount": {"amount": "12", "decimals": 6, "uiAmount": 0.000012},
    }  # fmt: skip
    (decoded,) = decode_instructions(
        [Instruction(ids.TOKEN, (), b"", {"type": "transferChecked", "info": info}, 0, 1)]
    )
    assert (decoded.fields["amount"], decoded.fields["authority"]) == (12, ids.TOKEN)


def test_a_batch_is_taken_apart() -> None:
    transfer = b"\3" + struct.pack("<Q", 5)
    raw = b"\xff" + bytes([3, len(transfer)]) + transfer + bytes([2, 1]) + b"\5"
    accounts = (ids.STAKE, ids.VOTE, ids.MEMO, ids.SYSTEM, ids.TOKEN)
    transferred, revoked = decode_instructions([Instruction(ids.TOKEN, accounts, raw, None, 0, 1)])
    assert (transferred.name, transferred.fields["amount"]) == ("transfer", 5)
    assert (transferred.fields["source"], transferred.fields["authority"]) == (ids.STAKE, ids.MEMO)
    assert (revoked.name, revoked.fields) == ("revoke", {"source": ids.SYSTEM, "owner": ids.TOKEN})


@pytest.mark.parametrize("parsed", [None, "gm"])
def test_a_memo_is_text_in_both_forms(parsed: str | None) -> None:
    raw = b"" if parsed else b"gm"
    (memo,) = decode_instructions([Instruction(ids.MEMO, (), raw, parsed, 0, 1)])
    assert memo.fields == {"text": "gm"}


def test_a_memo_that_is_no_text_and_endless_is_cut() -> None:
    (memo,) = decode_instructions([Instruction(ids.MEMO, (), b"\xff" * 9_000, None, 0, 1)])
    assert 0 < len(memo.fields["text"]) <= 512


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        # In public IDLs and clients.
        ("global:swap_base_input", "8fbe5adac41e33de"),
        ("global:swap", "f8c69e91e17587c8"),
        ("global:route", "e517cb977ae3ad2a"),
        ("global:buy", "66063d1201daebea"),
        ("global:swap_tob", "aa2955b184501f35"),
        ("global:place_perp_order", "45a15dca787e4cb9"),
        ("global:execute_sale_v2", "5bdc31dfcc8135c1"),
        ("global:mip1_execute_sale_v2", "eca3ccad4790eb76"),
        ("spl_token_metadata_interface:initialize_account", "d2e11ea258b84d8d"),
    ],
)
def test_a_discriminator_is_the_hash_that_the_idls_publish(name: str, tag: str) -> None:
    assert discriminator(name).hex() == tag
