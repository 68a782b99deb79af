"""The stake program's accounts (solana-stake-interface, `StakeStateV2`), and the history that it goes by."""

from typing import Final

from walletwatch.domain.addresses import encode_address
from walletwatch.domain.chain import AccountData
from walletwatch.domain.inspection.stakes import StakeAccount
from walletwatch.domain.programs import SYSTEM
from walletwatch.domain.staking import ClusterStake, Delegation, StakeHistory

META_BYTES: Final = 124
"""Kind, deposit, staker, withdrawer, and the lockup's time, epoch and custodian."""
STAKE_HISTORY: Final = "SysvarStakeHistory1111111111111111111111111"

_INITIALIZED, _DELEGATED = 1, 2
_RESERVE: Final = slice(4, 12)
_DELEGATION_END: Final = 180
_ENTRY: Final = 32


def read_stake(account: AccountData) -> StakeAccount | None:
    """A stake account's authorities; None where it has none."""
    data = account.data
    if len(data) < META_BYTES or int.from_bytes(data[:4], "little") not in {_INITIALIZED, _DELEGATED}:
        return None
    until = int.from_bytes(data[76:84], "little", signed=True)
    epoch = int.from_bytes(data[84:92], "little")
    custodian = encode_address(data[92:124])
    return StakeAccount(
        account.address,
        account.lamports,
        encode_address(data[12:44]),
        encode_address(data[44:76]),
        None if custodian == SYSTEM or not (until or epoch) else custodian,
        max(until, 0),
        epoch,
        account.slot,
    )


def read_reserve(data: bytes) -> int:
    """Lamports that stay in an account of `read_stake` for rent."""
    return int.from_bytes(data[_RESERVE], "little")


def read_delegation(data: bytes) -> Delegation | None:
    """What is delegated; None where nothing is, or the bytes end before it does."""
    if len(data) < _DELEGATION_END or int.from_bytes(data[:4], "little") != _DELEGATED:
        return None
    return Delegation(
        voter=encode_address(data[124:156]),
        stake=_u64(data, 156),
        activation_epoch=_u64(data, 164),
        deactivation_epoch=_u64(data, 172),
    )


def read_history(account: AccountData | None) -> StakeHistory:
    """The sysvar's entries: a count (u64), then epoch, effective, activating and deactivating each."""
    data = account.data if account is not None else b""
    count = min(_u64(data, 0), (len(data) - 8) // _ENTRY) if len(data) >= 8 else 0
    history = {}
    for at in range(8, 8 + count * _ENTRY, _ENTRY):
        epoch, *stake = (_u64(data, at + place) for place in (0, 8, 16, 24))
        history[epoch] = ClusterStake(*stake)
    return history


def _u64(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 8], "little")
