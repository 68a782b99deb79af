"""Extensions of Token-2022 mints and accounts (Agave's `parse_token_extension`)."""

import base64
from collections.abc import Callable
from typing import Any

from svm_node.accounts import TOKEN_ACCOUNT_LENGTH
from svm_node.encoding.instructions.token_extensions import account_state
from svm_node.encoding.reader import Reader, Unparsable

_UNPARSABLE = {"extension": "unparseableExtension"}


def parse_extensions(data: bytes) -> list[dict[str, Any]]:
    """The extensions of a mint or token account, in order; unknown ones as "unparseableExtension"."""
    extensions: list[dict[str, Any]] = []
    # After the base and the byte that tells a mint from an account: type, length, value.
    reader = Reader(data[TOKEN_ACCOUNT_LENGTH + 1 :])
    while reader.remaining >= 4:
        kind, length = reader.u16(), reader.u16()
        if kind == 0:
            break
        try:
            extensions.append(_parse(kind, reader.take(length)))
        except Unparsable:
            extensions.append(_UNPARSABLE)
            if reader.remaining < length:
                break
    return extensions


def _parse(kind: int, value: bytes) -> dict[str, Any]:
    if kind in _MARKERS:
        return {"extension": _MARKERS[kind]}
    known = _STATES.get(kind)
    if known is None:
        return _UNPARSABLE
    name, read = known
    return {"extension": name, "state": read(Reader(value))}


def _fee(reader: Reader) -> dict[str, Any]:
    return {
        "epoch": reader.u64(),
        "maximumFee": reader.u64(),
        "transferFeeBasisPoints": reader.u16(),
    }


def _transfer_fee_config(reader: Reader) -> dict[str, Any]:
    return {
        "transferFeeConfigAuthority": reader.nonzero_pubkey(),
        "withdrawWithheldAuthority": reader.nonzero_pubkey(),
        "withheldAmount": reader.u64(),
        "olderTransferFee": _fee(reader),
        "newerTransferFee": _fee(reader),
    }


def _confidential_transfer_mint(reader: Reader) -> dict[str, Any]:
    authority, approves = reader.nonzero_pubkey(), reader.flag()
    auditor = reader.take(32)
    return {
        "authority": authority,
        "autoApproveNewAccounts": approves,
        "auditorElgamalPubkey": base64.b64encode(auditor).decode() if any(auditor) else None,
    }


def _confidential_transfer_fee_config(reader: Reader) -> dict[str, Any]:
    authority, key = reader.nonzero_pubkey(), reader.take(32)
    harvests = reader.flag()
    return {
        "authority": authority,
        "withdrawWithheldAuthorityElgamalPubkey": base64.b64encode(key).decode() if any(key) else None,
        "harvestToMintEnabled": harvests,
        "withheldAmount": base64.b64encode(reader.take(64)).decode(),
    }


def _interest_bearing_config(reader: Reader) -> dict[str, Any]:
    return {
        "rateAuthority": reader.nonzero_pubkey(),
        "initializationTimestamp": reader.i64(),
        "preUpdateAverageRate": reader.i16(),
        "lastUpdateTimestamp": reader.i64(),
        "currentRate": reader.i16(),
    }


def _token_metadata(reader: Reader) -> dict[str, Any]:
    state: dict[str, Any] = {
        "updateAuthority": reader.nonzero_pubkey(),
        "mint": reader.pubkey(),
        "name": reader.borsh_string(),
        "symbol": reader.borsh_string(),
        "uri": reader.borsh_string(),
    }
    pairs = reader.u32()
    if pairs * 8 > reader.remaining:
        raise Unparsable("fewer pairs than announced")
    state["additionalMetadata"] = [[reader.borsh_string(), reader.borsh_string()] for _ in range(pairs)]
    return state


def _scaled_ui_amount_config(reader: Reader) -> dict[str, Any]:
    return {
        "authority": reader.nonzero_pubkey(),
        "multiplier": _number(reader.f64()),
        "newMultiplierEffectiveTimestamp": reader.i64(),
        "newMultiplier": _number(reader.f64()),
    }


def _token_group(reader: Reader) -> dict[str, Any]:
    return {
        "updateAuthority": reader.nonzero_pubkey(),
        "mint": reader.pubkey(),
        "size": reader.u64(),
        "maxSize": reader.u64(),
    }


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _pair(first: str, second: str) -> Callable[[Reader], dict[str, Any]]:
    """Two addresses, either of which may be absent."""
    return lambda reader: {first: reader.nonzero_pubkey(), second: reader.nonzero_pubkey()}


_MARKERS = {
    7: "immutableOwner",
    9: "nonTransferable",
    13: "nonTransferableAccount",
    27: "pausableAccount",
}
_STATES: dict[int, tuple[str, Callable[[Reader], dict[str, Any]]]] = {
    1: ("transferFeeConfig", _transfer_fee_config),
    2: ("transferFeeAmount", lambda r: {"withheldAmount": r.u64()}),
    3: ("mintCloseAuthority", lambda r: {"closeAuthority": r.nonzero_pubkey()}),
    4: ("confidentialTransferMint", _confidential_transfer_mint),
    6: ("defaultAccountState", lambda r: {"accountState": account_state(r.u8())}),
    8: ("memoTransfer", lambda r: {"requireIncomingTransferMemos": r.flag()}),
    10: ("interestBearingConfig", _interest_bearing_config),
    11: ("cpiGuard", lambda r: {"lockCpi": r.flag()}),
    12: ("permanentDelegate", lambda r: {"delegate": r.nonzero_pubkey()}),
    14: ("transferHook", _pair("authority", "programId")),
    15: ("transferHookAccount", lambda r: {"transferring": r.flag()}),
    16: ("confidentialTransferFeeConfig", _confidential_transfer_fee_config),
    18: ("metadataPointer", _pair("authority", "metadataAddress")),
    19: ("tokenMetadata", _token_metadata),
    20: ("groupPointer", _pair("authority", "groupAddress")),
    21: ("tokenGroup", _token_group),
    22: ("groupMemberPointer", _pair("authority", "memberAddress")),
    23: (
        "tokenGroupMember",
        lambda r: {"mint": r.pubkey(), "group": r.pubkey(), "memberNumber": r.u64()},
    ),
    25: ("scaledUiAmountConfig", _scaled_ui_amount_config),
    26: ("pausableConfig", lambda r: {"authority": r.nonzero_pubkey(), "paused": r.flag()}),
}
