"""Mints that were recorded in Agave's parsed form, as the bytes that they stood for (spl-token-2022)."""

import struct
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any, Final

from walletwatch.domain.addresses import decode_address

_MINT: Final = 82
_PADDED: Final = 165
_KIND_MINT: Final = 1
_UNKNOWN: Final = 65_000

type State = Mapping[str, Any]


def mint_bytes(info: State) -> bytes:
    """The account of a parsed mint; what no layout is known of becomes an extension of an unknown type."""
    data = (
        _option(info.get("mintAuthority"))
        + struct.pack("<QBB", int(info["supply"]), int(info["decimals"]), bool(info["isInitialized"]))
        + _option(info.get("freezeAuthority"))
    )
    extensions = info.get("extensions", ())
    if not extensions:
        return data
    data += bytes(_PADDED - _MINT) + bytes([_KIND_MINT])
    for extension in extensions:
        kind, value = _extension(extension["extension"], extension.get("state", {}))
        data += struct.pack("<HH", kind, len(value)) + value
    return data


def _extension(name: str, state: State) -> tuple[int, bytes]:
    known = _LAYOUTS.get(name)
    return (_UNKNOWN, b"") if known is None else (known[0], known[1](state))


def _option(address: str | None) -> bytes:
    return bytes(36) if address is None else struct.pack("<I", 1) + decode_address(address)


def _key(address: str | None) -> bytes:
    return bytes(32) if address is None else decode_address(address)


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<I", len(raw)) + raw


def _schedule(state: State) -> bytes:
    return struct.pack(
        "<QQH", int(state["epoch"]), int(state["maximumFee"]), int(state["transferFeeBasisPoints"])
    )


def _fee(state: State) -> bytes:
    return (
        _key(state["transferFeeConfigAuthority"])
        + _key(state["withdrawWithheldAuthority"])
        + struct.pack("<Q", int(state["withheldAmount"]))
        + _schedule(state["olderTransferFee"])
        + _schedule(state["newerTransferFee"])
    )


def _confidential(state: State) -> bytes:
    auditor = state["auditorElgamalPubkey"]
    flag = bytes([bool(state["autoApproveNewAccounts"])])
    return _key(state["authority"]) + flag + (b64decode(auditor) if auditor else bytes(32))


def _confidential_fees(state: State) -> bytes:
    return (
        _key(state["authority"])
        + b64decode(state["withdrawWithheldAuthorityElgamalPubkey"] or bytes(32))
        + bytes([bool(state["harvestToMintEnabled"])])
        + b64decode(state["withheldAmount"])
    )


def _metadata(state: State) -> bytes:
    pairs = state["additionalMetadata"]
    texts = [_text(state[name]) for name in ("name", "symbol", "uri")]
    more = [_text(part) for pair in pairs for part in pair]
    return b"".join(
        [_key(state["updateAuthority"]), _key(state["mint"]), *texts, struct.pack("<I", len(pairs)), *more]
    )


_LAYOUTS: Final[Mapping[str, tuple[int, Callable[[State], bytes]]]] = {
    "transferFeeConfig": (1, _fee),
    "mintCloseAuthority": (3, lambda state: _key(state["closeAuthority"])),
    "confidentialTransferMint": (4, _confidential),
    "defaultAccountState": (6, lambda state: bytes([2 if state["accountState"] == "frozen" else 1])),
    "nonTransferable": (9, lambda _state: b""),
    "permanentDelegate": (12, lambda state: _key(state["delegate"])),
    "transferHook": (14, lambda state: _key(state["authority"]) + _key(state["programId"])),
    "confidentialTransferFeeConfig": (16, _confidential_fees),
    "metadataPointer": (18, lambda state: _key(state["authority"]) + _key(state["metadataAddress"])),
    "tokenMetadata": (19, _metadata),
    "groupPointer": (20, lambda state: _key(state["authority"]) + _key(state["groupAddress"])),
    "groupMemberPointer": (22, lambda state: _key(state["authority"]) + _key(state["memberAddress"])),
    "pausableConfig": (26, lambda state: _key(state["authority"]) + bytes([bool(state["paused"])])),
}
