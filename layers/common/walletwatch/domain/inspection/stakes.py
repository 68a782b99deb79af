"""The stake accounts that a wallet has a say about, and who else has."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StakeAccount:
    """A stake account, with its authorities.

    Attributes:
        staker: Who delegates and deactivates it, and may split it.
        withdrawer: Who takes the lamports out, and may put anybody in the place of both.
        custodian: Who may withdraw before the lockup ends; None where there is no lockup.
        locked_until: Unix seconds; 0 where time does not matter.
        locked_until_epoch: 0 where the epoch does not matter.
    """

    address: str
    lamports: int
    staker: str
    withdrawer: str
    custodian: str | None
    locked_until: int
    locked_until_epoch: int
    slot: int


@dataclass(frozen=True, slots=True)
class Stakes:
    """All of them that could be looked at.

    Attributes:
        left_out: How many more there are.
    """

    wallet: str
    accounts: tuple[StakeAccount, ...]
    left_out: int
