"""The accounts that a hook wants to see, by the list that its program keeps."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from tests.pool_accounts import address
from walletwatch.chain.inspection.hook_accounts import (
    EXECUTE,
    Meta,
    Transfer,
    Unresolvable,
    hook_accounts,
    list_address,
)
from walletwatch.domain.addresses import decode_address

HOOK, MINT, SOURCE, DESTINATION, AUTHORITY = map(address, ("hook", "mint", "source", "dest", "authority"))
TRANSFER = Transfer(SOURCE, MINT, DESTINATION, AUTHORITY, 5000)
PLACE = list_address(MINT, HOOK)


def entry(kind: int, config: bytes, *, signer: bool = False, writable: bool = False) -> bytes:
    return bytes([kind]) + config.ljust(32, b"\0") + bytes([signer, writable])


def listed(*entries: bytes) -> bytes:
    body = struct.pack("<I", len(entries)) + b"".join(entries)
    return EXECUTE + struct.pack("<I", len(body)) + body


def derived(program: str, *seeds: bytes) -> str:
    return str(Pubkey.find_program_address(list(seeds), Pubkey.from_string(program))[0])


def test_without_a_list_the_hook_is_called_as_it_is() -> None:
    assert hook_accounts(TRANSFER, HOOK, {}) == [Meta(HOOK, False, False)]


def test_all_ways_of_naming_an_account() -> None:
    token_account = bytes(32) + decode_address(address("owner")) + bytes(101)
    states = {
        DESTINATION: token_account,
        PLACE: listed(
            entry(0, decode_address(address("config")), writable=True),
            entry(1, b"\x01\x05state" + b"\x03\x01"),  # "state" and the mint
            entry(1, b"\x02\x08\x08"),  # the amount
            entry(1, b"\x04\x02\x20\x20", signer=True),  # the destination's owner
            entry(2, b"\x02\x02\x20"),  # that owner himself
            entry(0x80 | 5, b"\x01\x01x"),  # of the program that the first entry names
        ),
    }
    config = address("config")
    assert hook_accounts(TRANSFER, HOOK, states) == [
        Meta(config, False, True),
        Meta(derived(HOOK, b"state", decode_address(MINT)), False, False),
        Meta(derived(HOOK, (5000).to_bytes(8, "little")), False, False),
        Meta(derived(HOOK, decode_address(address("owner"))), True, False),
        Meta(address("owner"), False, False),
        Meta(derived(config, b"x"), False, False),
        Meta(HOOK, False, False),
        Meta(PLACE, False, False),
    ]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        bytes(16),
        EXECUTE + bytes(4) + struct.pack("<I", 2**31),
        listed(entry(3, b"")),
        listed(entry(1, b"\x09")),
        listed(entry(1, b"\x01\x28")),
        listed(entry(1, b"\x03\x09")),
        listed(entry(1, b"\x04\x00\x00\x08")),  # the source's bytes were not read
        listed(entry(2, b"\x01\x10")),
        listed(entry(0x80 | 9, b"")),
    ],
)
def test_what_cannot_be_told_is_not_guessed(raw: bytes) -> None:
    with pytest.raises(Unresolvable):
        hook_accounts(TRANSFER, HOOK, {PLACE: raw})


@given(st.lists(st.binary(min_size=35, max_size=35), max_size=3))
def test_no_bytes_do_anything_else(entries: list[bytes]) -> None:
    try:
        metas = hook_accounts(TRANSFER, HOOK, {PLACE: listed(*entries)})
    except Unresolvable:
        return
    assert len(metas) == len(entries) + 2
