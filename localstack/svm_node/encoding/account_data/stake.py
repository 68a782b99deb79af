"""Stake accounts (Agave's `parse_stake`)."""

from typing import Any

from svm_node.encoding.reader import Reader, Unparsable


def parse(data: bytes) -> dict[str, Any]:
    """`{type, info}`; numbers of 8 bytes are strings there.

    Raises:
        Unparsable: It is no initialized stake account.
    """
    reader = Reader(data)
    kind = reader.u32()
    if kind == 1:
        return {"type": "initialized", "info": {"meta": _meta(reader), "stake": None}}
    if kind == 2:
        return {"type": "delegated", "info": {"meta": _meta(reader), "stake": _stake(reader)}}
    raise Unparsable("not an initialized stake account")


def _meta(reader: Reader) -> dict[str, Any]:
    return {
        "rentExemptReserve": str(reader.u64()),
        "authorized": {"staker": reader.pubkey(), "withdrawer": reader.pubkey()},
        "lockup": {
            "unixTimestamp": reader.i64(),
            "epoch": reader.u64(),
            "custodian": reader.pubkey(),
        },
    }


def _stake(reader: Reader) -> dict[str, Any]:
    return {
        "delegation": {
            "voter": reader.pubkey(),
            "stake": str(reader.u64()),
            "activationEpoch": str(reader.u64()),
            "deactivationEpoch": str(reader.u64()),
            "warmupCooldownRate": reader.f64(),
        },
        "creditsObserved": reader.u64(),
    }
