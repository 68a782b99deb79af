"""A mint's bytes as facts (spl-token `Mint`, spl-token-2022 `extension`).

The values of extensions are packed without padding, little-endian. An address of zeros stands for none
(`OptionalNonZeroPubkey`). What is not of the known length is unreadable: nothing is guessed.
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from walletwatch.chain.tokens.metadata import read_token_2022
from walletwatch.chain.tokens.mint_account import TOKEN_METADATA, read_mint
from walletwatch.domain.addresses import encode_address
from walletwatch.domain.chain import AccountData
from walletwatch.domain.inspection.mint import (
    Confidential,
    Extensions,
    FeeSchedule,
    Group,
    InterestBearing,
    Membership,
    MintState,
    OwnMetadata,
    Pausable,
    Pointer,
    ScaledUiAmount,
    TransferFee,
    TransferHook,
)
from walletwatch.domain.programs import TOKEN_2022

_NONE: Final = bytes(32)
_FROZEN: Final = 2
"""`AccountState::Frozen`."""

_SUPPLY: Final = 36
_FREEZE_AUTHORITY: Final = 46

_CONFIDENTIAL_FEES: Final = 16
_CONFIDENTIAL_MINT_BURN: Final = 24


def read_mint_state(account: AccountData) -> MintState | None:
    """The mint in an account; None where it is none."""
    minted = read_mint(account)
    if minted is None:
        return None
    data = account.data
    return MintState(
        address=account.address,
        token_2022=account.owner == TOKEN_2022,
        supply=int.from_bytes(data[_SUPPLY : _SUPPLY + 8], "little"),
        decimals=minted.decimals,
        mint_authority=_option(data, 0),
        freeze_authority=_option(data, _FREEZE_AUTHORITY),
        extensions=_extensions(account.address, minted.extensions),
        slot=account.slot,
    )


def _option(data: bytes, at: int) -> str | None:
    """`COption<Pubkey>`: a tag of four bytes, then the address, whatever it is."""
    return encode_address(data[at + 4 : at + 36]) if data[at] else None


def _extensions(mint: str, values: Mapping[int, bytes]) -> Extensions:
    found: dict[str, Any] = {}
    unreadable = []
    for kind, value in values.items():
        layout = _LAYOUTS.get(kind)
        if kind == TOKEN_METADATA:
            metadata = _metadata(mint, value)
            if metadata is None:
                unreadable.append(kind)
            else:
                found["metadata"] = metadata
        elif layout is None or len(value) != layout[1]:
            unreadable.append(kind)
        elif layout[0] is not None:
            try:
                found[layout[0]] = layout[2](value)
            except ValueError:
                unreadable.append(kind)
    extensions = Extensions(**found, unreadable=tuple(unreadable))
    hidden = extensions.confidential
    if hidden is not None:
        hides_fees = _CONFIDENTIAL_FEES in values
        hides_supply = _CONFIDENTIAL_MINT_BURN in values
        hidden = replace(hidden, hides_fees=hides_fees, hides_supply=hides_supply)
    return replace(extensions, confidential=hidden)


def _metadata(mint: str, value: bytes) -> OwnMetadata | None:
    texts = read_token_2022(value, mint)
    if texts is None:
        return None
    return OwnMetadata(texts.name, texts.symbol, texts.uri, _address(value))


def _address(value: bytes, at: int = 0) -> str | None:
    raw = value[at : at + 32]
    return None if raw == _NONE else encode_address(raw)


def _fee(value: bytes) -> TransferFee:
    older, newer = (FeeSchedule(epoch, points, maximum)
                    for epoch, maximum, points in struct.iter_unpack("<QQH", value[72:108]))  # fmt: skip
    return TransferFee(older, newer, _address(value), _address(value, 32))


def _interest(value: bytes) -> InterestBearing:
    (rate,) = struct.unpack_from("<h", value, 50)
    return InterestBearing(rate, _address(value))


def _scaled(value: bytes) -> ScaledUiAmount:
    multiplier, new_from, new_multiplier = struct.unpack_from("<dqd", value, 32)
    now, then = Decimal(repr(multiplier)), Decimal(repr(new_multiplier))
    if not (now.is_finite() and then.is_finite()):
        raise ValueError("a multiplier that is no number")
    return ScaledUiAmount(now, then, new_from, _address(value))


def _group(value: bytes) -> Group:
    size, max_size = struct.unpack_from("<QQ", value, 64)
    return Group(_address(value), size, max_size)


def _member(value: bytes) -> Membership:
    (number,) = struct.unpack_from("<Q", value, 64)
    return Membership(encode_address(value[32:64]), number)


def _pointer(value: bytes) -> Pointer:
    return Pointer(_address(value, 32), _address(value))


_LAYOUTS: Final[Mapping[int, tuple[str | None, int, Callable[[bytes], Any]]]] = {
    1: ("transfer_fee", 108, _fee),
    3: ("close_authority", 32, _address),
    4: (
        "confidential",
        65,
        lambda value: Confidential(_address(value), hides_supply=False, hides_fees=False),
    ),
    6: ("default_frozen", 1, lambda value: value[0] == _FROZEN),
    9: ("non_transferable", 0, lambda _value: True),
    10: ("interest", 52, _interest),
    12: ("permanent_delegate", 32, _address),
    14: ("hook", 64, lambda value: TransferHook(_address(value, 32), _address(value))),
    # These two only say more of confidential transfers.
    _CONFIDENTIAL_FEES: (None, 129, lambda _value: None),
    18: ("metadata_pointer", 64, _pointer),
    20: ("group_pointer", 64, _pointer),
    21: ("group", 80, _group),
    22: ("member_pointer", 64, _pointer),
    23: ("member", 72, _member),
    _CONFIDENTIAL_MINT_BURN: (None, 196, lambda _value: None),
    25: ("scaled", 56, _scaled),
    26: ("pausable", 33, lambda value: Pausable(_address(value), value[32] == 1)),
    28: ("permissioned_burn", 32, _address),
}
"""By `ExtensionType`: the field, the length of the value, and how it is read."""
