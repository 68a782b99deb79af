"""Decoding what the chain answered, without letting one unreadable transaction stop a wallet for ever."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from walletwatch.domain.activities import Activity, ActivityKind
from walletwatch.domain.chain import SignatureInfo
from walletwatch.domain.errors import MalformedTransaction
from walletwatch.ports.chain import Decode
from walletwatch.ports.common import Metrics

_log = logging.getLogger("walletwatch.reading")


def read_activities(
    decode: Decode,
    results: Mapping[str, Mapping[str, Any]],
    infos: Sequence[SignatureInfo],
    wallet: str,
    metrics: Metrics,
) -> list[Activity]:
    """What these transactions did to the wallet; those that do not concern it are left out.

    One that cannot be read becomes an activity that says so: raising would stop the wallet's cursor for ever,
    and silence would lose a transaction.
    """
    read = (_read(decode, results[info.signature], info, wallet, metrics) for info in infos)
    return [activity for activity in read if activity is not None]


def _read(
    decode: Decode, result: Mapping[str, Any], info: SignatureInfo, wallet: str, metrics: Metrics
) -> Activity | None:
    try:
        return decode(result, wallet)
    except MalformedTransaction as error:
        _log.exception("unreadable transaction", extra={"signature": info.signature, "reason": str(error)})
        metrics.count("UnreadableTransactions")
        return Activity(
            signature=info.signature,
            slot=info.slot,
            block_time=None,
            wallet=wallet,
            success=not info.failed,
            error=None,
            kind=ActivityKind.PROGRAM_CALL,
            legs=(),
            fee=0,
            rent=0,
            program=None,
            programs=(),
            details={"unreadable": True},
        )
